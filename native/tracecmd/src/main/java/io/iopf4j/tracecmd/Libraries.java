// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.tracecmd;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.IOException;
import java.util.Map;

/** Finds the libraries when they are first asked for. */
final class Libraries {
    private static final String TRACE_EVENT = "libtraceevent.so.1";
    private static final String TRACE_CMD = "libtracecmd.so.1";

    /** Names of threads and devices are bytes; this keeps each. */
    private static final Map<String, Object> OPTIONS =
            Map.of(Library.OPTION_STRING_ENCODING, "UTF-8");

    private static LibTraceEvent event;
    private static LibTraceCmd command;

    private Libraries() {}

    static synchronized LibTraceEvent event() throws IOException {
        if (event == null) {
            event = load(TRACE_EVENT, LibTraceEvent.class);
        }
        return event;
    }

    static synchronized LibTraceCmd command() throws IOException {
        if (command == null) {
            event();
            command = load(TRACE_CMD, LibTraceCmd.class);
            command.tracecmd_set_loglevel(0);
        }
        return command;
    }

    private static <T extends Library> T load(final String name, final Class<T> type)
            throws IOException {
        if (Native.POINTER_SIZE != Long.BYTES) {
            throw new IOException("--reader jna needs a 64-bit machine; --reader java does not");
        }
        try {
            return Native.load(name, type, OPTIONS);
        } catch (final UnsatisfiedLinkError e) {
            throw new IOException(
                    "--reader jna needs "
                            + name
                            + ", which is not there: apt-get install libtracecmd1 libtraceevent1,"
                            + " or use --reader java",
                    e);
        }
    }
}
