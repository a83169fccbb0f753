// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.jsonl;

/** The names that reader and writer share. */
final class JsonlKeys {
    /** {@link io.iopf4j.trace.TraceInfo#format()}. */
    static final String FORMAT = "jsonl";

    static final int VERSION = 1;

    // The header.
    static final String HEADER = "iopf4j";
    static final String TRACE = "trace";
    static final String VERSION_KEY = "version";
    static final String KERNEL = "kernel";
    static final String CLOCK = "clock";
    static final String NANOSECONDS = "nanoseconds";
    static final String CPUS = "cpus";
    static final String BUFFERS = "buffers";
    static final String MACHINES = "machines";

    // An event.
    static final String TIME = "time";
    static final String CPU = "cpu";
    static final String PID = "pid";
    static final String COMM = "comm";
    static final String BUFFER = "buffer";
    static final String SYSTEM = "system";
    static final String EVENT = "event";
    static final String LOST = "lost";
    static final String FIELDS = "fields";

    // The end.
    static final String END = "end";
    static final String EVENTS = "events";
    static final String WARNINGS = "warnings";

    private JsonlKeys() {}
}
