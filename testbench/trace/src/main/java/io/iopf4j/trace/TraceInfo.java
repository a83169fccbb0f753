// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace;

import java.util.List;

/**
 * What a trace says of itself.
 *
 * @param format {@code trace.dat}, {@code ftrace text} or {@code trace-cmd report}
 * @param version the file format's version, 0 for text
 * @param byteOrder {@code little endian} or {@code big endian}, empty for text
 * @param kernel the recording machine's {@code uname} text, or empty
 * @param clock the trace clock's name, or empty if the trace does not say
 * @param timesAreNanoseconds false for clocks that count something else, such as {@code x86-tsc}
 *     and {@code counter}; in text, true if times are printed as seconds
 * @param cpus how many CPUs the recording machine had, 0 if the trace does not say
 * @param buffers the names of the ring buffer instances, the top one's being empty
 */
public record TraceInfo(
        String format,
        int version,
        String byteOrder,
        String kernel,
        String clock,
        boolean timesAreNanoseconds,
        int cpus,
        List<String> buffers) {
    /**
     * Keeps a copy of the list.
     *
     * @throws NullPointerException if a name is null
     */
    public TraceInfo {
        buffers = List.copyOf(buffers);
    }
}
