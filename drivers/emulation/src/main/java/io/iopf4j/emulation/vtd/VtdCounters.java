// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.emulation.parts.NotModelledUses;

/** What happened to a unit's queues since its start; read it, never write it. */
public final class VtdCounters {
    long requestsQueued;
    long requestsOverflowed;
    long overflows;
    int queueHighWater;
    long commandErrors;
    private final NotModelledUses<VtdNotModelled> notModelled;

    VtdCounters(final NotModelledUses<VtdNotModelled> notModelled) {
        this.notModelled = notModelled;
    }

    /**
     * Requests that were written to the page request queue, stop markers among them.
     *
     * @return a count
     */
    public long requestsQueued() {
        return requestsQueued;
    }

    /**
     * Requests that found no room, or PRS.PRO set.
     *
     * @return a count
     */
    public long requestsOverflowed() {
        return requestsOverflowed;
    }

    /**
     * How often PRS.PRO was set.
     *
     * @return a count
     */
    public long overflows() {
        return overflows;
    }

    /**
     * Most requests in the queue at once.
     *
     * @return a count
     */
    public int queueHighWater() {
        return queueHighWater;
    }

    /**
     * Invalidation queue errors, and time-outs of devices.
     *
     * @return a count
     */
    public long commandErrors() {
        return commandErrors;
    }

    /**
     * How often software used what the model does not do.
     *
     * @param what which of it
     * @return a count
     */
    public long notModelled(final VtdNotModelled what) {
        return notModelled.count(what);
    }
}
