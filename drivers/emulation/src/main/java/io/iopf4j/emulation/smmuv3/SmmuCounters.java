// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.emulation.parts.NotModelledUses;

/** What happened to an SMMU's queues since the start; read it, never write it. */
public final class SmmuCounters {
    long eventQueueOverflows;
    int eventQueueHighWater;
    long commandErrors;
    long mergedEvents;
    long priQueueOverflows;
    int priQueueHighWater;
    long processorEvents;
    private final NotModelledUses<NotModelled> notModelled;

    SmmuCounters(final NotModelledUses<NotModelled> notModelled) {
        this.notModelled = notModelled;
    }

    /**
     * Records that were discarded because the event queue was full.
     *
     * @return a count
     */
    public long eventQueueOverflows() {
        return eventQueueOverflows;
    }

    /**
     * Most entries that the event queue held at once.
     *
     * @return a count
     */
    public int eventQueueHighWater() {
        return eventQueueHighWater;
    }

    /**
     * Commands in error.
     *
     * @return a count
     */
    public long commandErrors() {
        return commandErrors;
    }

    /**
     * Records that were not written because the newest unread one said the same.
     *
     * @return a count
     */
    public long mergedEvents() {
        return mergedEvents;
    }

    /**
     * PRI messages that were discarded because the PRI queue was full or an overflow was present.
     *
     * @return a count
     */
    public long priQueueOverflows() {
        return priQueueOverflows;
    }

    /**
     * Most entries that the PRI queue held at once.
     *
     * @return a count
     */
    public int priQueueHighWater() {
        return priQueueHighWater;
    }

    /**
     * Events that were sent to processors waiting in WFE; there is no other sign of them.
     *
     * @return a count
     */
    public long processorEvents() {
        return processorEvents;
    }

    /**
     * How often software used what the model does not do.
     *
     * @param what which of it
     * @return a count
     */
    public long notModelled(final NotModelled what) {
        return notModelled.count(what);
    }
}
