// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

import io.iopf4j.api.hw.InterruptLine;

/** An edge-triggered interrupt wire: a device pulses it, whoever claimed it hears it. */
public class WiredInterrupt implements InterruptLine {
    private final String name;
    private Runnable listener;
    private long pulses;

    /**
     * A wire that nobody listens to.
     *
     * @param name firmware name, such as {@code eventq}
     */
    public WiredInterrupt(final String name) {
        this.name = name;
    }

    @Override
    public final String name() {
        return name;
    }

    /** Raises and lowers the line. */
    public final void pulse() {
        pulses++;
        if (listener != null) {
            listener.run();
        }
    }

    /**
     * How often it was pulsed.
     *
     * @return a count since the start
     */
    public final long pulses() {
        return pulses;
    }

    /**
     * Whether somebody listens.
     *
     * @return {@link #connect} was called with a listener
     */
    public final boolean isConnected() {
        return listener != null;
    }

    /**
     * Says who hears it.
     *
     * @param listener what to run at each pulse, or null for nobody
     */
    public final void connect(final Runnable listener) {
        this.listener = listener;
    }
}
