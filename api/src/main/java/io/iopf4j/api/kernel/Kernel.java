// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.kernel;

import io.iopf4j.api.hw.InterruptLine;

/**
 * The services of the kernel that ported code may use: time, threaded interrupts, work, log. Two
 * worlds stand behind it: the simulation with one thread and virtual time, and real threads.
 */
public interface Kernel {
    /**
     * Monotonic time ({@code ktime_get_ns}).
     *
     * @return nanoseconds, never running back
     */
    long nowNs();

    /**
     * Busy-waits ({@code udelay}). In the simulation virtual time moves on and nothing else runs.
     *
     * @param microseconds at least 0
     */
    void udelay(long microseconds);

    /**
     * Claims an interrupt ({@code request_threaded_irq}, one-shot). The thread never runs twice at
     * a time; a line raised while it runs makes it run once more.
     *
     * @param line the interrupt
     * @param handler the hard half, or null to wake the thread always
     * @param thread the threaded half, or null if the hard half does it all
     * @return 0, or {@code -EBUSY} if the line is claimed already
     */
    int requestThreadedIrq(InterruptLine line, IrqHandler handler, Runnable thread);

    /**
     * Gives an interrupt up ({@code free_irq}); its thread does not run afterwards.
     *
     * @param line a claimed interrupt
     */
    void freeIrq(InterruptLine line);

    /**
     * Waits until what an interrupt has set off is done ({@code synchronize_irq}). Not from the
     * interrupt's own thread.
     *
     * @param line a claimed interrupt
     */
    void synchronizeIrq(InterruptLine line);

    /**
     * Makes a queue for deferred work ({@code alloc_workqueue}, unbound).
     *
     * @param name for logs
     * @return an empty queue
     */
    Workqueue allocWorkqueue(String name);

    /**
     * Makes a timer that is not armed ({@code timer_setup}).
     *
     * @param expired runs when its time has come, once for each time that it was armed; in the
     *     simulation between two tasks, so that it may do what a task may
     * @return the timer
     */
    KernelTimer newTimer(Runnable expired);

    /**
     * Whether everything that it serves runs on one thread, as in a kernel without {@code
     * CONFIG_SMP}: a lock keeps nobody out there, and code in a hurry need not take it.
     *
     * @return false unless that is certain
     */
    default boolean isUniprocessor() {
        return false;
    }

    /**
     * The log.
     *
     * @return where {@code dev_err()} goes
     */
    KernelLog log();
}
