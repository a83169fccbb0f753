// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.perf;

import io.iopf4j.trace.dat.RawRecord;

/** What waits for its turn in the order of time: the kernel's record of a sample, or news. */
final class Entry extends RawRecord {
    /** What is to be done with it. */
    enum Kind {
        /** An event. */
        SAMPLE,
        /** Events were lost: how many. */
        LOST,
        /** A thread has a name: its bytes. */
        COMM,
        /** A thread has begun: under the name of which other. */
        FORK
    }

    Kind kind;

    /** By what it is sorted: its time, or before all others if it has none. */
    long key;

    /** The number of its record. */
    long order;

    long time;
    int cpu;

    /** The thread, -1 if nobody has said. */
    int tid;

    /** How many were lost, or the thread that has begun another. */
    long value;

    Attribute attribute;

    Entry(final boolean bigEndian) {
        super(bigEndian);
    }
}
