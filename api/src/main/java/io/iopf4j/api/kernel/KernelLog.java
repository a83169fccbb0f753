// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.kernel;

/** The kernel's log as a driver writes it: {@code dev_err()} and its siblings. */
public interface KernelLog {
    /**
     * An error ({@code dev_err}).
     *
     * @param who the device's name
     * @param message one line
     */
    void err(String who, String message);

    /**
     * An error that is put into words when somebody reads it, if anybody does.
     *
     * @param who the device's name
     * @param format one line, as of {@link String#format}
     * @param args what it takes, none of which changes
     */
    @SuppressWarnings("AnnotateFormatMethod") // Its annotation is no dependency.
    default void err(final String who, final String format, final Object... args) {
        err(who, String.format(format, args));
    }

    /**
     * A warning ({@code dev_warn}, or a {@code WARN_ON} that fired).
     *
     * @param who the device's name
     * @param message one line
     */
    void warn(String who, String message);

    /**
     * Information ({@code dev_info}).
     *
     * @param who the device's name
     * @param message one line
     */
    void info(String who, String message);

    /**
     * Information that is put into words when somebody reads it, if anybody does.
     *
     * @param who the device's name
     * @param format one line, as of {@link String#format}
     * @param args what it takes, none of which changes
     */
    @SuppressWarnings("AnnotateFormatMethod") // Its annotation is no dependency.
    default void info(final String who, final String format, final Object... args) {
        info(who, String.format(format, args));
    }
}
