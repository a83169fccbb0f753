// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.perf;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Sorts by time what comes in rounds, each of which went over all CPUs: what is no younger than the
 * youngest of the round before the last one is in its place ({@code process_finished_round()} of
 * {@code tools/perf/util/session.c}, Linux 6.12). Holds a bounded number of bytes.
 */
final class TimeOrder {
    /** The end of a round: the youngest before it, and when all before it has been added. */
    private record Round(long youngest, long due) {}

    /** So many may wait to be due; the last ones do. */
    private static final int ROUNDS_MAX = 1024;

    private static final long LEAST = 8L << 20;
    private static final long MOST = 64L << 20;

    /** About what an entry takes besides its bytes. */
    private static final int OVERHEAD = 128;

    private final PriorityQueue<Entry> waiting =
            new PriorityQueue<>(
                    Comparator.comparingLong((Entry e) -> e.key).thenComparingLong(e -> e.order));
    private final ArrayDeque<Entry> spare = new ArrayDeque<>();
    private final ArrayDeque<Round> rounds = new ArrayDeque<>();
    private final boolean bigEndian;
    private final long room;
    private long held;
    private long order;
    private long limit = Long.MIN_VALUE;
    private long youngest = Long.MIN_VALUE;
    private long youngestBefore = Long.MIN_VALUE;

    TimeOrder(final boolean bigEndian) {
        this(bigEndian, Math.max(LEAST, Math.min(MOST, Runtime.getRuntime().maxMemory() / 8)));
    }

    /** With so many bytes of room. */
    TimeOrder(final boolean bigEndian, final long room) {
        this.bigEndian = bigEndian;
        this.room = room;
    }

    /** An entry with room for so many bytes, to be filled and added. */
    Entry make(final int length) {
        final Entry known = spare.poll();
        final Entry entry = known == null ? new Entry(bigEndian) : known;
        if (entry.bytes.length < length) {
            entry.bytes = new byte[Math.max(64, Integer.highestOneBit(length) << 1)];
        }
        entry.record = 0;
        entry.length = length;
        return entry;
    }

    /** Adds an entry; {@code time} counts only if it has one. */
    void add(final Entry entry, final boolean hasTime) {
        entry.key = hasTime ? entry.time : Long.MIN_VALUE;
        entry.order = order++;
        youngest = Math.max(youngest, entry.key);
        held += size(entry);
        waiting.add(entry);
    }

    private static long size(final Entry entry) {
        return (long) OVERHEAD + entry.bytes.length;
    }

    /**
     * A round has ended.
     *
     * @param due which progress says that all that came before has been added
     */
    void finishRound(final long due) {
        if (rounds.size() == ROUNDS_MAX) {
            rounds.poll();
        }
        rounds.add(new Round(youngest, due));
    }

    /**
     * Says how far the reading is.
     *
     * @param progress never less than before
     */
    void reached(final long progress) {
        while (!rounds.isEmpty() && rounds.peek().due() <= progress) {
            limit = Math.max(limit, youngestBefore);
            youngestBefore = rounds.poll().youngest();
        }
    }

    /** Nothing more will come. */
    void finish() {
        limit = Long.MAX_VALUE;
    }

    /** The first entry if it is in its place, or there is no room to wait for others; or null. */
    Entry poll() {
        final Entry first = waiting.peek();
        if (first == null || (first.key > limit && held <= room)) {
            return null;
        }
        held -= size(first);
        return waiting.poll();
    }

    /** Takes an entry back that is done with. */
    void giveBack(final Entry entry) {
        spare.push(entry);
    }
}
