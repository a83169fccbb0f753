// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.kernel;

/** The hard half of a threaded interrupt: {@code irq_handler_t}. */
@FunctionalInterface
public interface IrqHandler {
    /**
     * Runs when the line is raised; must not sleep.
     *
     * @return true to wake the thread ({@code IRQ_WAKE_THREAD}), false if all is done
     */
    boolean handle();
}
