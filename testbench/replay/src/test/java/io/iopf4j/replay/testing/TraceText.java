// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.testing;

/** Writes the text of a kernel trace, one event after the other, 1 microsecond apart. */
public final class TraceText {
    private static final int FIRST_MICROSECOND = 1;

    private final StringBuilder text = new StringBuilder("# tracer: nop\n#\n");
    private int thread = 1;
    private int microseconds = FIRST_MICROSECOND;

    public TraceText() {}

    /** The thread whose events follow. */
    public TraceText thread(final int pid) {
        thread = pid;
        return this;
    }

    public TraceText pause(final int forMicroseconds) {
        microseconds += forMicroseconds;
        return this;
    }

    public TraceText lost(final int events) {
        text.append("CPU:0 [LOST ").append(events).append(" EVENTS]\n");
        return this;
    }

    public TraceText event(final String name, final String message) {
        text.append(
                String.format(
                        "            load-%d     [000] .....   100.%06d: %s: %s%n",
                        thread, microseconds++, name, message));
        return this;
    }

    public TraceText joinsGroup(final String device) {
        return event("add_device_to_group", "IOMMU: groupID=0 device=" + device);
    }

    public TraceText leavesGroup(final String device) {
        return event("remove_device_from_group", "IOMMU: groupID=0 device=" + device);
    }

    public TraceText attaches(final String device) {
        return event("attach_device_to_domain", "IOMMU: device=" + device);
    }

    public TraceText joinsQueue(final String device) {
        return probe("iopf_queue_add", "dev=0xd1 name=\"" + device + "\"");
    }

    public TraceText leavesQueue(final String device) {
        return probe("iopf_queue_remove", "dev=0xd1 name=\"" + device + "\"");
    }

    /** A request that is its group's last, without a PASID. */
    public TraceText reports(final String device, final int grpid) {
        return reports(device, grpid, 0, 2);
    }

    public TraceText reports(
            final String device, final int grpid, final long pasid, final int flags) {
        return probe(
                "iopf_report",
                String.format(
                        "dev=0xd1 type=1 flags=0x%x pasid=%d grpid=%d perm=0x1 addr=0x%x000"
                                + " name=\"%s\"",
                        flags, pasid, grpid, grpid, device));
    }

    /** A request with an address of its own. */
    public TraceText requests(
            final String device,
            final int grpid,
            final long addr,
            final int perm,
            final int flags) {
        return probe(
                        "iopf_report",
                        String.format(
                                "dev=0xd1 type=1 flags=0x%x pasid=5 grpid=%d perm=0x%x addr=0x%x"
                                        + " name=\"%s\"",
                                flags, grpid, perm, addr, device))
                .reportReturns(0);
    }

    public TraceText reportReturns(final int ret) {
        return probe("iopf_report_ret", "ret=" + ret);
    }

    public TraceText delivers(final String device, final int grpid, final int group) {
        return delivers(device, grpid, group, 0, 1);
    }

    public TraceText delivers(
            final String device,
            final int grpid,
            final int group,
            final long pasid,
            final int requests) {
        return probe(
                "iopf_deliver",
                String.format(
                        "group=0x%x pasid=%d grpid=%d perm=0x1 flags=0x%d addr=0x%x000 count=%d"
                                + " cookie=0 name=\"%s\"",
                        group, pasid, grpid, pasid == 0 ? 2 : 3, grpid, requests, device));
    }

    /** A whole request, from its report to its delivery. */
    public TraceText faults(final String device, final int grpid, final int group) {
        return reports(device, grpid).delivers(device, grpid, group).reportReturns(0);
    }

    public TraceText reads(final int file, final int records) {
        return probe("iopf_fread", "file=0x" + Integer.toHexString(file) + " count=4000")
                .probe("iopf_fread_ret", "ret=" + records * 40);
    }

    public TraceText writes(final int file, final int cookie, final int code) {
        return probe(
                "iopf_fwrite",
                String.format("file=0x%x count=8 cookie=%d code=%d", file, cookie, code));
    }

    public TraceText writeReturns(final int ret) {
        return probe("iopf_fwrite_ret", "ret=" + ret);
    }

    /** A group's answer, from the group's response to the end of the group. */
    public TraceText responds(
            final String device,
            final int grpid,
            final int group,
            final int cookie,
            final int code) {
        return response(device, grpid, group, cookie, code)
                .reachesHardware(device, grpid, code)
                .frees(group);
    }

    public TraceText response(
            final String device,
            final int grpid,
            final int group,
            final int cookie,
            final int code) {
        return probe(
                "iopf_response",
                String.format(
                        "group=0x%x code=%d pasid=0 grpid=%d perm=0x1 flags=0x2 addr=0x%x000"
                                + " count=1 cookie=%d name=\"%s\"",
                        group, code, grpid, grpid, cookie, device));
    }

    public TraceText reachesHardware(final String device, final int grpid, final int code) {
        return probe(
                "iopf_hw_response",
                String.format(
                        "dev=0xd1 pasid=0 grpid=%d code=%d addr=0x%x000 name=\"%s\"",
                        grpid, code, grpid, device));
    }

    public TraceText frees(final int group) {
        return probe("iopf_free", "group=0x" + Integer.toHexString(group) + " cookie=0");
    }

    public TraceText answersForUserSpace() {
        return probe("iopf_auto_response", "hwpt=0xa1 handle=0xb1");
    }

    private TraceText probe(final String name, final String fields) {
        return event(name, "(probed+0x0/0x120) " + fields);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
