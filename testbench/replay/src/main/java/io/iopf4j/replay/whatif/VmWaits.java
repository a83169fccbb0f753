// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.whatif;

import java.util.List;

/**
 * What keeps one virtual machine's faults from being served, and who does. A fault waits for
 * service from when it was raised until the driver reported it; if that never comes, until its
 * access ends or the run does. As long as the hardware has no room for it, somebody else's faults
 * hold that room: each such moment is charged to those who hold it then, to each in proportion to
 * what it holds; if nobody does any more, since a queue that has overflowed stays shut, to those
 * who did last. Who starved whom is in these charges.
 *
 * @param vm the machine
 * @param neverReported its faults that the driver never saw and that are not over: they wait for
 *     room when the run ends
 * @param longestNs the longest that one of them waited for service
 * @param totalNs how long all of them together waited for service
 * @param roomNs the part of that for which the hardware had no room
 * @param heldAtPeak how much of the shared room it held when most of it was taken, the last time:
 *     stalls with SMMUv3; with VT-d records in the queue, one for each request of a group
 * @param takenAtPeak how much was taken then
 * @param charges who held the room meanwhile, most to blame first; their sum is {@code roomNs}, but
 *     for moments in which nobody held any
 */
public record VmWaits(
        String vm,
        long neverReported,
        long longestNs,
        long totalNs,
        long roomNs,
        int heldAtPeak,
        int takenAtPeak,
        List<Charge> charges) {
    /** Copies the list. */
    public VmWaits {
        charges = List.copyOf(charges);
    }

    /**
     * How much of a machine's waiting another one is to blame for.
     *
     * @param vm who held the room; the waiting machine itself may
     * @param ns its part of the time, at least 1
     */
    public record Charge(String vm, long ns) {}
}
