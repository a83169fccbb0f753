// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.perf;

import io.iopf4j.trace.EventField;
import io.iopf4j.trace.EventFormat;
import io.iopf4j.trace.dat.RawRecord;
import java.util.List;

/**
 * How one kind of event was asked for, and so how its samples are laid out: {@code struct
 * perf_event_attr} of {@code include/uapi/linux/perf_event.h}, Linux 6.12.
 *
 * @param type the kind, 2 for tracepoints
 * @param config which event of the kind
 * @param sampleType bits: what a sample holds
 * @param readFormat bits: what counters a sample holds
 * @param isIdentified whether records that are no samples end with their time and place
 * @param clock the clock's number, or {@link #OWN_CLOCK}
 * @param format of the samples, if the kind is not described in the file; else null
 */
record Attribute(
        int type,
        long config,
        long sampleType,
        long readFormat,
        boolean isIdentified,
        int clock,
        EventFormat format) {
    /** The first published size, {@code PERF_ATTR_SIZE_VER0}. */
    static final int SIZE_MIN = 64;

    static final int SIZE_MAX = 4096;

    /** Samples show the clock of perf itself. */
    static final int OWN_CLOCK = -1;

    private static final int TRACEPOINT = 2;
    private static final int SAMPLE_ID_ALL = 18;
    private static final int USE_CLOCKID = 25;
    private static final int CLOCKID_AT = 92;

    /** By {@code enum perf_hw_id} and {@code enum perf_sw_ids}. */
    private static final List<List<String>> NAMES =
            List.of(
                    List.of(
                            "cycles",
                            "instructions",
                            "cache-references",
                            "cache-misses",
                            "branches",
                            "branch-misses",
                            "bus-cycles",
                            "stalled-cycles-frontend",
                            "stalled-cycles-backend",
                            "ref-cycles"),
                    List.of(
                            "cpu-clock",
                            "task-clock",
                            "page-faults",
                            "context-switches",
                            "cpu-migrations",
                            "minor-faults",
                            "major-faults",
                            "alignment-faults",
                            "emulation-faults",
                            "dummy",
                            "bpf-output",
                            "cgroup-switches"));

    /**
     * Reads one.
     *
     * @param in bytes in the file's order
     * @param at where it begins
     * @param room how many bytes it may have
     * @return null if it does not fit
     */
    static Attribute parse(final RawRecord in, final int at, final int room) {
        final int size = size(in, at, room);
        if (size < 0) {
            return null;
        }
        final int type = in.intAt(at);
        final long config = in.longAt(at + 8);
        final long flags = in.longAt(at + 40);
        final boolean hasClock = flag(in, flags, USE_CLOCKID) && size >= CLOCKID_AT + 4;
        return new Attribute(
                type,
                config,
                in.longAt(at + 24),
                in.longAt(at + 32),
                flag(in, flags, SAMPLE_ID_ALL),
                hasClock ? in.intAt(at + CLOCKID_AT) : OWN_CLOCK,
                type == TRACEPOINT ? null : plain(type, config));
    }

    /** How long one is, -1 if it does not fit. */
    static int size(final RawRecord in, final int at, final int room) {
        if (room < SIZE_MIN) {
            return -1;
        }
        final int size = in.intAt(at + 4);
        return size < SIZE_MIN || size > Math.min(SIZE_MAX, room) ? -1 : size;
    }

    /** Compilers put the flags into the word from the end at which the byte order begins. */
    private static boolean flag(final RawRecord in, final long flags, final int bit) {
        return (flags >>> (in.isBigEndian() ? 63 - bit : bit) & 1) != 0;
    }

    private static EventFormat plain(final int type, final long config) {
        final List<String> names =
                type >= 0 && type < NAMES.size() ? NAMES.get(type) : List.<String>of();
        final String name =
                config >= 0 && config < names.size()
                        ? names.get((int) config)
                        : "event_"
                                + Integer.toUnsignedString(type)
                                + "_"
                                + Long.toHexString(config);
        final EventFormat format = new EventFormat("", name, -1);
        for (int i = 0; i < Sample.PLAIN_FIELDS.size(); i++) {
            format.add(
                    new EventField(
                            Sample.PLAIN_FIELDS.get(i),
                            "u64",
                            EventField.Kind.INTEGER,
                            8 * i,
                            8,
                            false));
        }
        return format;
    }
}
