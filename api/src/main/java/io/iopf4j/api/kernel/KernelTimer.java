// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.kernel;

/** A one-shot timer: {@code struct timer_list}. Any thread may arm and cancel it. */
public interface KernelTimer {
    /**
     * Makes it expire at a time, in place of one it was armed for before ({@code mod_timer}).
     *
     * @param timeNs as {@link Kernel#nowNs()} counts; a time that has passed expires at once, later
     */
    void arm(long timeNs);

    /** Makes it not expire ({@code timer_delete}); does nothing if it is not armed. */
    void cancel();

    /**
     * Whether it is armed ({@code timer_pending}).
     *
     * @return it will expire
     */
    boolean isArmed();
}
