// SPDX-License-Identifier: Apache-2.0
/** Reads trace.dat files by libtracecmd and libtraceevent, where these are installed. */
@SuppressWarnings("requires-automatic") // JNA's jar has no module descriptor
module io.iopf4j.tracecmd {
    requires com.sun.jna;
    requires transitive io.iopf4j.trace;

    exports io.iopf4j.tracecmd;
}
