// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.parts;

/**
 * An interrupt's edge. Whoever hears it is not entered again from within: an edge that the listener
 * causes itself reaches it when it has returned, as an interrupt controller would have it.
 */
public final class Edge {
    /** Edges that are kept, and given, from within their own listener. */
    private static final int AGAIN_LIMIT = 4096;

    private final Runnable listener;
    private boolean isPulsing;
    private int again;

    /**
     * An edge.
     *
     * @param listener what it is, such as a wire's pulse
     */
    public Edge(final Runnable listener) {
        this.listener = listener;
    }

    /** Lets the listener hear it, now or when it returns. */
    public void pulse() {
        if (isPulsing) {
            again = Math.min(again + 1, AGAIN_LIMIT);
            return;
        }
        isPulsing = true;
        listener.run();
        for (int left = AGAIN_LIMIT; again > 0 && left > 0; left--) {
            again--;
            listener.run();
        }
        again = 0;
        isPulsing = false;
    }
}
