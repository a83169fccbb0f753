// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

/** What happened to an SMMU's queues since the start; read it, never write it. */
public final class SmmuCounters {
    long eventQueueOverflows;
    int eventQueueHighWater;
    long commandErrors;

    SmmuCounters() {}

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
}
