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
}
