// SPDX-License-Identifier: Apache-2.0
/**
 * Reads captured kernel traces: {@code trace.dat} files and the text that the kernel and {@code
 * trace-cmd report} print ({@code io.iopf4j.trace}), as generic events or as steps of I/O page
 * faults ({@code io.iopf4j.trace.fault}), and writes trace files of any size for load tests
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
