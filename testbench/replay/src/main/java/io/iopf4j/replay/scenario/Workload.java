// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import io.iopf4j.api.PageResponseType;
import java.util.List;

/**
 * What a device does: a stream of accesses, each of which faults. An access of several requests is
 * one page request group, and counts once.
 *
 * @param rate how many accesses come in {@code perNs}, at least 1
 * @param perNs the time that the rate is of, nanoseconds, at least 1
 * @param burst how many come at once, at least 1; the rate stays the same
 * @param isRandom whether the time between bursts is exponentially distributed, not regular
 * @param startNs when the first comes
 * @param stopNs none comes at this time or later; after the start
 * @param count how many come at most, at least 1
 * @param addresses where they go
 * @param pasids which PASIDs they carry, each in [1, 2^20); empty if none
 * @param access what they ask for
 * @param groupSize requests of one access, at least 1
 * @param responseType a {@link PageResponseType}
 * @param inFlight most accesses that may be open; {@link #UNLIMITED} if there is no limit. One that
 *     comes while so many are open waits until another ends
 */
public record Workload(
        long rate,
        long perNs,
        int burst,
        boolean isRandom,
        long startNs,
        long stopNs,
        long count,
        Addresses addresses,
        List<Integer> pasids,
        Access access,
        int groupSize,
        int responseType,
        int inFlight) {
    /** The value of {@link #inFlight()} that is no limit. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /** Takes a copy of the list. */
    public Workload {
        pasids = List.copyOf(pasids);
    }

    /**
     * Whether SMMUv3 cannot do it.
     *
     * @return it has groups of several requests, or wants stream responses
     */
    public boolean needsVtd() {
        return groupSize > 1 || responseType == PageResponseType.STREAM;
    }

    /** How many requests a device comes to if nothing holds it up; with random arrivals, about. */
    double requests() {
        final double bursts = Math.ceil((double) (stopNs - startNs) * rate / perNs / burst);
        return Math.min((double) count, bursts * burst) * groupSize;
    }

    /**
     * Where accesses go.
     *
     * @param from the first page's address in bytes, page-aligned
     * @param pages how many pages of 4 KiB, at least 1; all below 2^48
     * @param isRandom whether each goes to any of them; else one after the other, and round again
     */
    public record Addresses(long from, int pages, boolean isRandom) {
        /** Size of a page in bytes. */
        public static final int PAGE_BYTES = 4096;
    }

    /** What an access asks for. */
    public enum Access {
        /** To read. */
        READ,
        /** To write. */
        WRITE,
        /** Each time one of both, as chance has it. */
        MIXED
    }
}
