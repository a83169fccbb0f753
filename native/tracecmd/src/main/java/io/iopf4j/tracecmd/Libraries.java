// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.tracecmd;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Map;

/** Finds the libraries when they are first asked for. */
final class Libraries {
    private static final String TRACE_EVENT = "libtraceevent.so.1";
    private static final String TRACE_CMD = "libtracecmd.so.1";
    private static final String REMEDY =
            ": apt-get install libtracecmd1 libtraceevent1, or use --reader java";

    /** As the pure-Java reader takes the bytes of names, whatever the user's language. */
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
            final LibTraceCmd loaded = load(TRACE_CMD, LibTraceCmd.class);
            // The other libraries are told, too: tracecmd_set_loglevel(3).
            loaded.tracecmd_set_loglevel(LibTraceCmd.LOG_NONE);
            command = loaded;
        }
        return command;
    }

    /**
     * Loads a library that has all functions of an interface.
     *
     * @throws IOException with one line that says what to install
     */
    static <T extends Library> T load(final String name, final Class<T> type) throws IOException {
        checkMachine();
        final NativeLibrary library;
        try {
            library = NativeLibrary.getInstance(name, OPTIONS);
        } catch (final UnsatisfiedLinkError e) {
            throw new IOException(
                    "--reader jna needs " + name + ", which is not there" + REMEDY, e);
        }
        for (final Method function : type.getDeclaredMethods()) {
            if (!Modifier.isAbstract(function.getModifiers())) {
                continue; // what a coverage tool puts in
            }
            try {
                library.getFunction(function.getName());
            } catch (final UnsatisfiedLinkError e) {
                throw new IOException(
                        "--reader jna needs a newer "
                                + name
                                + ", with "
                                + function.getName()
                                + REMEDY,
                        e);
            }
        }
        return Native.load(name, type, OPTIONS);
    }

    /** The offsets in structures are those of 64 bits; and JNA has a native part of its own. */
    private static void checkMachine() throws IOException {
        final int pointerSize;
        try {
            pointerSize = Native.POINTER_SIZE;
        } catch (final LinkageError e) {
            throw new IOException(
                    "--reader jna: the native part of JNA cannot be loaded here; use --reader java",
                    e);
        }
        if (pointerSize != Long.BYTES) {
            throw new IOException("--reader jna needs a 64-bit machine; --reader java does not");
        }
    }
}
