// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.perf;

import io.iopf4j.trace.dat.RawRecord;
import java.util.List;

/**
 * Where in a record its values lie: {@code perf_output_sample()} and {@code
 * __perf_event__output_id_sample()} of {@code kernel/events/core.c}, Linux 6.12, from the reader's
 * side.
 */
final class Sample {
    /** What is kept of samples that the file describes no fields for. */
    static final List<String> PLAIN_FIELDS = List.of("ip", "addr", "period");

    private static final int HEADER = 8;

    private static final long IP = 1;
    private static final long TID = 1 << 1;
    private static final long TIME = 1 << 2;
    private static final long ADDR = 1 << 3;
    private static final long READ = 1 << 4;
    private static final long CALLCHAIN = 1 << 5;
    private static final long ID = 1 << 6;
    private static final long CPU = 1 << 7;
    private static final long PERIOD = 1 << 8;
    private static final long STREAM_ID = 1 << 9;
    private static final long RAW = 1 << 10;
    private static final long IDENTIFIER = 1 << 16;

    private static final long READ_ENABLED = 1;
    private static final long READ_RUNNING = 1 << 1;
    private static final long READ_ID = 1 << 2;
    private static final long READ_GROUP = 1 << 3;
    private static final long READ_LOST = 1 << 4;

    boolean hasTime;
    long time;

    /** The thread, or -1 if the record does not say. */
    int tid;

    int cpu;
    long ip;
    long address;
    long period;

    /** Where the kernel's own record begins; its length is 0 if there is none. */
    int raw;

    int rawLength;

    private int position;
    private int end;

    /** Where a sample's id lies, bytes from its start; -1 if it has none. */
    static int idBefore(final long type) {
        if ((type & IDENTIFIER) != 0) {
            return HEADER;
        }
        return (type & ID) == 0 ? -1 : HEADER + 8 * Long.bitCount(type & (IP | TID | TIME | ADDR));
    }

    /** Where another record's id lies, bytes from its end; -1 if it has none. */
    static int idFromEnd(final long type) {
        if ((type & IDENTIFIER) != 0) {
            return 8;
        }
        return (type & ID) == 0 ? -1 : 8 + 8 * Long.bitCount(type & (STREAM_ID | CPU));
    }

    private void clear() {
        hasTime = false;
        time = 0;
        tid = -1;
        cpu = 0;
        ip = 0;
        address = 0;
        period = 0;
        raw = 0;
        rawLength = 0;
    }

    /** Reads a sample; false if it is shorter than what it says that it holds. */
    boolean read(final RawRecord record, final Attribute attribute) {
        clear();
        final long type = attribute.sampleType();
        position = record.record + HEADER;
        end = record.record + record.length;
        if (8
                        * Long.bitCount(
                                type
                                        & (IDENTIFIER
                                                | IP
                                                | TID
                                                | TIME
                                                | ADDR
                                                | ID
                                                | STREAM_ID
                                                | CPU
                                                | PERIOD))
                > end - position) {
            return false;
        }
        skip(type, IDENTIFIER);
        ip = number(record, type, IP);
        if ((type & TID) != 0) {
            tid = record.intAt(position + 4);
            position += 8;
        }
        hasTime = (type & TIME) != 0;
        time = number(record, type, TIME);
        address = number(record, type, ADDR);
        skip(type, ID);
        skip(type, STREAM_ID);
        if ((type & CPU) != 0) {
            cpu = record.intAt(position);
            position += 8;
        }
        period = number(record, type, PERIOD);
        return ((type & READ) == 0 || counters(record, attribute.readFormat()))
                && ((type & CALLCHAIN) == 0 || array(record, 8))
                && ((type & RAW) == 0 || raw(record));
    }

    private void skip(final long type, final long bit) {
        if ((type & bit) != 0) {
            position += 8;
        }
    }

    private long number(final RawRecord record, final long type, final long bit) {
        if ((type & bit) == 0) {
            return 0;
        }
        position += 8;
        return record.longAt(position - 8);
    }

    private boolean counters(final RawRecord record, final long format) {
        final int times = 8 * Long.bitCount(format & (READ_ENABLED | READ_RUNNING));
        final int value = 8 + 8 * Long.bitCount(format & (READ_ID | READ_LOST));
        if ((format & READ_GROUP) == 0) {
            position += times + value;
            return position <= end;
        }
        if (end - position < 8 + times) {
            return false;
        }
        final long count = record.longAt(position);
        position += 8 + times;
        return step(count, value);
    }

    private boolean array(final RawRecord record, final int each) {
        if (end - position < 8) {
            return false;
        }
        final long count = record.longAt(position);
        position += 8;
        return step(count, each);
    }

    private boolean step(final long count, final int each) {
        if (count < 0 || count > (end - position) / each) {
            return false;
        }
        position += (int) count * each;
        return true;
    }

    private boolean raw(final RawRecord record) {
        if (end - position < 4) {
            return false;
        }
        final int size = record.intAt(position);
        raw = position + 4;
        if (size < 0 || size > end - raw) {
            return false;
        }
        rawLength = size;
        return true;
    }

    /** Reads the end of another record: its time and place, as far as it has them. */
    void readEnd(final RawRecord record, final Attribute attribute) {
        clear();
        final long type =
                attribute == null || !attribute.isIdentified() ? 0 : attribute.sampleType();
        int at = record.record + record.length;
        final int size = 8 * Long.bitCount(type & (TID | TIME | ID | STREAM_ID | CPU | IDENTIFIER));
        if (size > record.length - HEADER) {
            return;
        }
        at -= 8 * Long.bitCount(type & IDENTIFIER);
        if ((type & CPU) != 0) {
            at -= 8;
            cpu = record.intAt(at);
        }
        at -= 8 * Long.bitCount(type & (STREAM_ID | ID));
        if ((type & TIME) != 0) {
            at -= 8;
            time = record.longAt(at);
            hasTime = true;
        }
        if ((type & TID) != 0) {
            tid = record.intAt(at - 4);
        }
    }
}
