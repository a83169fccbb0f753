// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Turns what went wrong into the one line that a user gets. */
final class Failures {
    private Failures() {}

    /** Why a file could not be written, without its name. */
    static String reason(final IOException e) {
        if (e instanceof NoSuchFileException) {
            return "no such folder";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        return e instanceof FileSystemException other && other.getReason() != null
                ? other.getReason()
                : oneLine(e);
    }

    static String oneLine(final Throwable e) {
        final String message;
        if (e instanceof NoSuchFileException missing) {
            message = missing.getFile() + ": no such file";
        } else if (e instanceof AccessDeniedException denied) {
            message = denied.getFile() + ": permission denied";
        } else if (e instanceof FileSystemException other && other.getReason() != null) {
            message = other.getFile() + ": " + other.getReason();
        } else if (e instanceof OutOfMemoryError) {
            message = "out of memory; give Java more with JAVA_OPTS=-Xmx4g";
        } else if (e.getMessage() == null) {
            message = e.getClass().getSimpleName();
        } else {
            message = e.getMessage();
        }
        return oneLine(message);
    }

    /** What the user gave may be in it, and must not command the terminal. */
    static String oneLine(final String message) {
        return message.replaceAll("\\s*\\R\\s*", " ").replaceAll("\\p{Cntrl}", "?").strip();
    }
}
