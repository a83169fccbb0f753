// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.core.policy.FaultInfo;
import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.core.policy.PolicyLoader;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * Policies that do to the process, at the first fault, what C code may do: {@code crash:pointer}
 * writes to address 0, {@code crash:-ABRT} is a signal, {@code crash:exit-3} ends it, {@code
 * crash:hang FILE} says in a file which process it is and stays, {@code crash:print} says what is
 * almost what a JVM says that crashes, and {@code crash:nothing} refuses nothing.
 */
public final class CrashLoader implements PolicyLoader {
    /** What {@code crash:print} prints. */
    static final String PRINTED = "#\n# A fatal error has been avoided\n#\n# A fatal ";

    @Override
    public String scheme() {
        return "crash";
    }

    @Override
    public FaultPolicy load(final String rest) {
        return new FaultPolicy() {
            private boolean hasHappened;

            @Override
            public String name() {
                return "crash:" + rest;
            }

            @Override
            public boolean admits(final FaultInfo request) {
                if (!hasHappened) {
                    hasHappened = true;
                    happen(rest);
                }
                return true;
            }
        };
    }

    private static void happen(final String what) {
        try {
            if ("pointer".equals(what)) {
                writeToZero();
            } else if (what.startsWith("-")) {
                new ProcessBuilder("kill", what, Long.toString(ProcessHandle.current().pid()))
                        .start();
                LockSupport.parkNanos(Long.MAX_VALUE);
            } else if (what.startsWith("exit-")) {
                Runtime.getRuntime().halt(Integer.parseInt(what.substring("exit-".length())));
            } else if (what.startsWith("hang ")) {
                hang(Path.of(what.substring("hang ".length())));
            } else if ("print".equals(what)) {
                System.out.print(PRINTED);
                System.out.flush();
            }
        } catch (final IOException | ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** By reflection: the compiler warns of this class, and cannot be told not to. */
    private static void writeToZero() throws ReflectiveOperationException {
        final Class<?> unsafe = Class.forName("sun.misc.Unsafe");
        final Field instance = unsafe.getDeclaredField("theUnsafe");
        instance.setAccessible(true);
        unsafe.getMethod("putAddress", long.class, long.class).invoke(instance.get(null), 0L, 0L);
    }

    private static void hang(final Path file) throws IOException {
        final Path part = Path.of(file + ".part");
        Files.writeString(part, Long.toString(ProcessHandle.current().pid()));
        Files.move(part, file);
        while (true) {
            LockSupport.parkNanos(Long.MAX_VALUE);
        }
    }
}
