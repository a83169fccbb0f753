// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

/** Hears of each record that a guest reads. */
@FunctionalInterface
public interface GuestListener {
    /** Hears nothing. */
    GuestListener NONE = record -> {};

    /**
     * A guest got a record.
     *
     * @param record what it says; reused for the next one
     */
    void read(GuestRecord record);
}
