// SPDX-License-Identifier: Apache-2.0
/**
 * Reads what people have of I/O page faults: trace.dat, perf.data, their text, kernel logs, QEMU's
 * traces, dumps of hardware queues and JSON Lines ({@code io.iopf4j.trace}), as generic events or
 * as steps of faults ({@code io.iopf4j.trace.fault}); writes JSON Lines ({@code
 * io.iopf4j.trace.jsonl}) and trace files of any size for load tests.
 */
@SuppressWarnings("requires-automatic") // the zstd decoder's jar names no module of its own
module io.iopf4j.trace {
    requires aircompressor;
    requires org.tukaani.xz;
    requires tools.jackson.core;
    requires jdk.unsupported; // the zstd decoder uses sun.misc.Unsafe

    exports io.iopf4j.trace;
    exports io.iopf4j.trace.fault;
    exports io.iopf4j.trace.input;
    exports io.iopf4j.trace.jsonl;
    exports io.iopf4j.trace.util;
    exports io.iopf4j.trace.write;
}
