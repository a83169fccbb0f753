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
 * @param machines what it says of machines that were traced together, a host and its guests: {@code
 *     trace 0x1} names this one, {@code guest of trace 0x1} and {@code host of NAME, 2 CPUs, trace
 *     0x2} say what it is to others
 */
public record TraceInfo(
        String format,
        int version,
        String byteOrder,
        String kernel,
        String clock,
        boolean timesAreNanoseconds,
        int cpus,
        List<String> buffers,
        List<String> machines) {
    /**
     * Keeps copies of the lists.
     *
     * @throws NullPointerException if a name is null
     */
    public TraceInfo {
        buffers = List.copyOf(buffers);
        machines = List.copyOf(machines);
    }

    /**
     * Of a machine that was traced alone.
     *
     * @param format as above
     * @param version as above
     * @param byteOrder as above
     * @param kernel as above
     * @param clock as above
     * @param timesAreNanoseconds as above
     * @param cpus as above
     * @param buffers as above
     */
    public TraceInfo(
            final String format,
            final int version,
            final String byteOrder,
            final String kernel,
            final String clock,
            final boolean timesAreNanoseconds,
            final int cpus,
            final List<String> buffers) {
        this(
                format,
                version,
                byteOrder,
                kernel,
                clock,
                timesAreNanoseconds,
                cpus,
                buffers,
                List.of());
    }
}
