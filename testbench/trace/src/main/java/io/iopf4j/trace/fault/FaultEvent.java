// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.fault;

import io.iopf4j.trace.TraceEvent;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One step in the life of an I/O page fault. {@link FaultEvents} hands out the same object again
 * and again: copy what must last. A number is read from the trace when it is asked for, since few
 * of them are. A getter whose field the step does not have gives 0, or null for {@link #device()}.
 */
public final class FaultEvent {
    /** The steps, each named for the kernel function whose probe shows it. */
    public enum Kind {
        /** A device joins its IOMMU group: {@code iommu:add_device_to_group}. */
        DEVICE_ADDED,
        /** A device leaves: {@code iommu:remove_device_from_group}. */
        DEVICE_REMOVED,
        /** A device gets a domain: {@code iommu:attach_device_to_domain}. */
        DOMAIN_ATTACHED,
        /** A device may raise faults from now on: {@code iopf_queue_add_device()}. */
        QUEUE_ADD,
        /** A device may no longer: {@code iopf_queue_remove_device()}. */
        QUEUE_REMOVE,
        /** A driver reports a request: {@code iommu_report_device_fault()}. */
        REPORT,
        /** And that function returns. */
        REPORT_RETURN,
        /** A whole group is queued for user space: {@code iommufd_fault_iopf_handler()}. */
        DELIVER,
        /** User space reads faults: {@code iommufd_fault_fops_read()}. */
        READ,
        /** And that function returns. */
        READ_RETURN,
        /** User space answers: {@code iommufd_fault_fops_write()}. */
        WRITE,
        /** And that function returns. */
        WRITE_RETURN,
        /** A group gets its answer: {@code iopf_group_response()}. */
        RESPONSE,
        /** The answer goes to the hardware: the driver's {@code page_response}. */
        HW_RESPONSE,
        /** A group ends: {@code iopf_free_group()}. */
        FREE,
        /** The kernel answers what user space did not: {@code iommufd_auto_response_faults()}. */
        AUTO_RESPONSE,
        /** Groups without a last request are dropped: {@code iopf_queue_discard_partial()}. */
        DISCARD_PARTIAL,
        /**
         * A page request whose group needs no delivery and is answered by an {@link #ANSWER} of the
         * same device, PASID and group: what hardware queues and drivers show.
         */
        REQUEST,
        /** A group gets its answer, named by device or requester id, PASID and group. */
        ANSWER,
        /** A fault that is no page request: its access was ended when it happened. */
        FAULT,
        /** Any other event of the trace, or one that lacks a field. */
        OTHER
    }

    /** The fields that are numbers, in the order of the constants below. */
    static final List<String> NUMBERS =
            List.of(
                    "type", "flags", "pasid", "grpid", "perm", "addr", "group", "count", "cookie",
                    "code", "file", "ret", "hwpt", "handle", "dev", "queue", "rid", "reason");

    private static final int TYPE = 0;
    private static final int FLAGS = 1;
    private static final int PASID = 2;
    private static final int GRPID = 3;
    private static final int PERM = 4;
    private static final int ADDR = 5;
    private static final int GROUP = 6;
    private static final int COUNT = 7;
    private static final int COOKIE = 8;
    private static final int CODE = 9;
    private static final int FILE = 10;
    private static final int RET = 11;
    private static final int HWPT = 12;
    private static final int HANDLE = 13;
    private static final int DEV = 14;
    private static final int QUEUE = 15;
    private static final int RID = 16;
    private static final int REASON = 17;

    private static final FaultValue.Bound[] NO_NUMBERS = new FaultValue.Bound[NUMBERS.size()];

    private TraceEvent event;
    private FaultValue.Bound[] numbers = NO_NUMBERS;
    private Kind kind = Kind.OTHER;
    private long timeNs;
    private int pid;
    private int cpu;
    private String device;
    private String source = "";

    FaultEvent() {}

    /** Is an event without numbers from now on. */
    void reset(final Kind newKind, final TraceEvent newEvent) {
        kind = newKind;
        event = newEvent;
        timeNs = newEvent.timestamp();
        pid = newEvent.pid();
        cpu = newEvent.cpu();
        device = null;
        numbers = NO_NUMBERS;
    }

    /** Where its numbers are found, by their index in {@link #NUMBERS}; null for none. */
    void setNumbers(final FaultValue.Bound[] values) {
        numbers = values;
    }

    private long number(final int index) {
        final FaultValue.Bound value = numbers[index];
        return value == null ? 0 : value.of(event);
    }

    void setSource(final String system) {
        source = system;
    }

    void setDevice(final String name) {
        device = name;
    }

    /**
     * Who showed it.
     *
     * @return the event's group: which hardware's numbers {@link #reason()} has
     */
    public String source() {
        return source;
    }

    /**
     * Which step it is.
     *
     * @return never null
     */
    public Kind kind() {
        return kind;
    }

    /**
     * When it happened.
     *
     * @return the trace's raw time stamp: nanoseconds unless its clock counts something else
     */
    public long timeNs() {
        return timeNs;
    }

    /**
     * Which thread was running.
     *
     * @return its id
     */
    public int pid() {
        return pid;
    }

    /**
     * Where it ran.
     *
     * @return the CPU's number
     */
    public int cpu() {
        return cpu;
    }

    /**
     * The device.
     *
     * @return its name, interned; null if the step names none
     */
    public String device() {
        return device;
    }

    /**
     * What was reported ({@code IOMMU_FAULT_PAGE_REQ} is 1).
     *
     * @return the kind of fault, of a REPORT
     */
    public int type() {
        return (int) number(TYPE);
    }

    /**
     * The request's flags: 1 its PASID is valid, 2 it is the last of its group.
     *
     * @return bits, of a REPORT, DELIVER or RESPONSE
     */
    public int flags() {
        return (int) number(FLAGS);
    }

    /**
     * The address space that was faulted on.
     *
     * @return the PASID; see {@link #flags()} on whether it is valid
     */
    public int pasid() {
        return (int) number(PASID);
    }

    /**
     * The page request group within the device and PASID.
     *
     * @return the group index
     */
    public int grpid() {
        return (int) number(GRPID);
    }

    /**
     * What access was asked for: 1 read, 2 write, 4 execute, 8 privileged.
     *
     * @return bits
     */
    public int perm() {
        return (int) number(PERM);
    }

    /**
     * The address that was faulted on.
     *
     * @return an I/O virtual address
     */
    public long addr() {
        return number(ADDR);
    }

    /**
     * The kernel's {@code struct iopf_group}: unique while the group lives, then used again.
     *
     * @return its address
     */
    public long group() {
        return number(GROUP);
    }

    /**
     * Requests in a group, or bytes asked for of a READ or WRITE.
     *
     * @return the number
     */
    public long count() {
        return number(COUNT);
    }

    /**
     * What names a group to user space, 0 before it was read.
     *
     * @return the cookie; the first of several in a WRITE
     */
    public int cookie() {
        return (int) number(COOKIE);
    }

    /**
     * The answer: 0 success, 1 invalid, 2 failure.
     *
     * @return an {@code iommu_page_response_code}; the first of several in a WRITE
     */
    public int code() {
        return (int) number(CODE);
    }

    /**
     * The fault file that was read or written.
     *
     * @return its kernel address
     */
    public long file() {
        return number(FILE);
    }

    /**
     * What a function returned.
     *
     * @return bytes, 0, or a negative errno
     */
    public long ret() {
        return number(RET);
    }

    /**
     * The domain whose faults were answered for user space.
     *
     * @return its kernel address
     */
    public long hwpt() {
        return number(HWPT);
    }

    /**
     * The attachment whose faults were answered.
     *
     * @return its kernel address
     */
    public long handle() {
        return number(HANDLE);
    }

    /**
     * The kernel's {@code struct device}.
     *
     * @return its address
     */
    public long dev() {
        return number(DEV);
    }

    /**
     * The queue whose partial groups were discarded.
     *
     * @return its kernel address
     */
    public long queue() {
        return number(QUEUE);
    }

    /**
     * What the hardware knows the device by: a PCI requester id, or an SMMU's stream.
     *
     * @return of a REQUEST, ANSWER or FAULT, 0 if the trace does not say
     */
    public int rid() {
        return (int) number(RID);
    }

    /**
     * Why the hardware faulted, in its own numbers: a VT-d fault reason, an SMMUv3 event id.
     *
     * @return of a FAULT, 0 if the trace does not say
     */
    public int reason() {
        return (int) number(REASON);
    }

    @Override
    public String toString() {
        return kind
                + " at "
                + timeNs
                + " of "
                + device
                + " "
                + IntStream.range(0, numbers.length).mapToObj(this::number).toList();
    }
}
