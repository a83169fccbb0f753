// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.write;

import java.io.IOException;

/**
 * The events of page faults that are reported, read, answered and freed. Fault number i happens in
 * time slot i and is answered {@value #DEPTH} slots later, on another CPU: so each CPU's events can
 * be made in order without keeping those of the others, and so many groups are outstanding.
 */
final class FaultCycles {
    /** How many groups are outstanding at a time. */
    static final int DEPTH = 8;

    static final int REPORTER_PID = 1000;
    static final int RESPONDER_PID = 100_000;

    private static final long SLOT_NS = 20_000;
    private static final long ANSWER_NS = 9_000;
    private static final long START_NS = 2_000_000_000L;
    private static final long SETUP_STEP_NS = 10;

    private static final long KERNEL = 0xffff_8881_0000_0000L;
    private static final long GROUPS = KERNEL + 0x0800_0000;
    private static final long FILES = KERNEL + 0x0400_0000;
    private static final int GROUPS_MAX = 4096;
    private static final int GRPIDS = 512;
    private static final int PAGE_REQUEST = 1;
    private static final int LAST_PAGE_OF_PASID = 3;

    private final long faults;
    private final int devices;
    private final int cpus;
    private final long seed;
    private final String[] names;

    FaultCycles(final long faults, final int devices, final int cpus, final long seed) {
        this.faults = faults;
        this.devices = devices;
        this.cpus = cpus;
        this.seed = seed;
        this.names = new String[devices];
        for (int device = 0; device < devices; device++) {
            names[device] = "iommufd_mock" + device;
        }
    }

    /** All events of one CPU. */
    void write(final int cpu, final PageWriter out) throws IOException {
        if (cpu == 0) {
            setUp(out);
        }
        for (long slot = 0; slot < faults + DEPTH; slot++) {
            if (slot < faults && slot % cpus == cpu) {
                report(slot, out);
            }
            final long answered = slot - DEPTH;
            if (answered >= 0 && (answered + 1) % cpus == cpu) {
                answer(answered, START_NS + slot * SLOT_NS + ANSWER_NS, out);
            }
        }
        if (cpu == 0) {
            tearDown(out);
        }
        out.flush();
    }

    private void setUp(final PageWriter out) throws IOException {
        long time = START_NS - SETUP_STEP_NS * 3 * devices;
        for (int device = 0; device < devices; device++) {
            final int pid = REPORTER_PID + device;
            out.event(Probe.ADD_DEVICE, time, pid, names[device], device);
            out.event(Probe.ATTACH, time + SETUP_STEP_NS, pid, names[device]);
            out.event(
                    Probe.QUEUE_ADD, time + 2 * SETUP_STEP_NS, pid, names[device], dev(device));
            time += 3 * SETUP_STEP_NS;
        }
    }

    private void tearDown(final PageWriter out) throws IOException {
        long time = START_NS + (faults + DEPTH + 1) * SLOT_NS;
        for (int device = 0; device < devices; device++) {
            final int pid = REPORTER_PID + device;
            out.event(Probe.QUEUE_REMOVE, time, pid, names[device], dev(device));
            out.event(
                    Probe.REMOVE_DEVICE, time + SETUP_STEP_NS, pid, names[device], device);
            time += 2 * SETUP_STEP_NS;
        }
    }

    private void report(final long fault, final PageWriter out) throws IOException {
        final int device = device(fault);
        final int pid = REPORTER_PID + device;
        final long start = START_NS + fault * SLOT_NS;
        final long jitter = chance(fault, 0) & 1023;
        out.event(
                Probe.REPORT,
                start + jitter,
                pid,
                names[device],
                dev(device),
                PAGE_REQUEST,
                LAST_PAGE_OF_PASID,
                pasid(fault),
                grpid(fault),
                perm(fault),
                addr(fault));
        out.event(
                Probe.DELIVER,
                start + 2 * jitter + 300,
                pid,
                names[device],
                group(fault),
                pasid(fault),
                grpid(fault),
                perm(fault),
                LAST_PAGE_OF_PASID,
                addr(fault),
                1,
                0);
        out.event(Probe.REPORT_RET, start + 3 * jitter + 400, pid, "", 0);
    }

    private void answer(final long fault, final long start, final PageWriter out)
            throws IOException {
        final int device = device(fault);
        final int pid = RESPONDER_PID + device;
        final long step = 200 + (chance(fault, 1) & 511);
        final long file = FILES + 256L * device;
        final long cookie = cookie(fault);
        final long code = code(fault);
        out.event(Probe.READ, start, pid, "", file, 40);
        out.event(Probe.READ_RET, start + step, pid, "", 40);
        out.event(Probe.WRITE, start + 2 * step, pid, "", file, 8, cookie, code);
        out.event(
                Probe.RESPONSE,
                start + 3 * step,
                pid,
                names[device],
                group(fault),
                code,
                pasid(fault),
                grpid(fault),
                perm(fault),
                LAST_PAGE_OF_PASID,
                addr(fault),
                1,
                cookie);
        out.event(
                Probe.HW_RESPONSE,
                start + 4 * step,
                pid,
                names[device],
                dev(device),
                pasid(fault),
                grpid(fault),
                code,
                addr(fault));
        out.event(Probe.FREE, start + 5 * step, pid, "", group(fault), cookie);
        out.event(Probe.WRITE_RET, start + 6 * step, pid, "", 8);
    }

    private int device(final long fault) {
        return (int) (fault % devices);
    }

    private static long dev(final int device) {
        return KERNEL + 1024L * device;
    }

    private static long group(final long fault) {
        return GROUPS + 192 * (fault % GROUPS_MAX);
    }

    private long grpid(final long fault) {
        return fault / devices % GRPIDS;
    }

    private long cookie(final long fault) {
        return 1 + fault / devices % Integer.MAX_VALUE;
    }

    private long pasid(final long fault) {
        return 1 + (chance(fault, 2) & 7);
    }

    private long perm(final long fault) {
        return 1 + (chance(fault, 3) & 0xffff) % 3;
    }

    private long addr(final long fault) {
        return chance(fault, 4) & 0x7fff_ffff_f000L;
    }

    /** One answer in sixteen is INVALID. */
    private long code(final long fault) {
        return (chance(fault, 5) & 15) == 0 ? 1 : 0;
    }

    /** A number that depends on the seed, the fault and the purpose: the mixing of SplitMix64. */
    private long chance(final long fault, final int purpose) {
        long z = seed + (8 * fault + purpose + 1) * 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
