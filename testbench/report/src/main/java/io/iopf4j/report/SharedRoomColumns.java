// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import io.iopf4j.replay.RunResult;
import io.iopf4j.replay.bench.HardwareSettings;
import io.iopf4j.replay.bench.SmmuSettings;
import io.iopf4j.replay.bench.VtdSettings;
import io.iopf4j.replay.ledger.Ledger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Who held how much of what all machines share, in as many columns as a picture is wide: each tells
 * of the moment at which most was held, so that no peak is lost. A fault holds a place in SMMUv3's
 * stall buffer from its record to its access's end, and one for each of its records in VT-d's queue
 * until the driver has taken them. One thread.
 */
final class SharedRoomColumns {
    private final int[][] upTo;
    private final boolean[] waiting;
    private final List<Integer> named;
    private final List<String> names = new ArrayList<>();
    private final boolean isStallBuffer;
    private final int capacity;
    private int most;

    private record Change(long ns, int vm, int by) {}

    SharedRoomColumns(
            final RunResult run, final int columns, final long endNs, final int mostNamed) {
        final HardwareSettings hardware = run.bench().settings().hardware();
        isStallBuffer = hardware instanceof SmmuSettings;
        capacity =
                hardware instanceof SmmuSettings smmu
                        ? smmu.config().stallMax()
                        : ((VtdSettings) hardware).queueEntries();
        final Ledger ledger = run.ledger();
        final List<Change> changes = new ArrayList<>();
        final long[] heldNs = new long[run.vms().size()];
        waiting = new boolean[columns];
        for (int row = 0; row < ledger.size(); row++) {
            final long fromNs = ledger.queuedNs(row);
            if (fromNs != Ledger.NONE) {
                final long toNs =
                        orEnd(isStallBuffer ? ledger.completedNs(row) : taken(ledger, row), endNs);
                final int places = isStallBuffer ? 1 : ledger.requests(row);
                changes.add(new Change(fromNs, ledger.vm(row), places));
                changes.add(new Change(toNs, ledger.vm(row), -places));
                heldNs[ledger.vm(row)] += places * (toNs - fromNs + 1);
            }
            if (ledger.foundNoRoom(row)) {
                final long untilNs =
                        orEnd(fromNs == Ledger.NONE ? ledger.completedNs(row) : fromNs, endNs);
                Arrays.fill(
                        waiting,
                        column(ledger.raisedNs(row), columns, endNs),
                        column(untilNs, columns, endNs) + 1,
                        true);
            }
        }
        named = mostHolding(heldNs, mostNamed);
        named.forEach(vm -> names.add(run.vms().get(vm).name()));
        if (run.vms().size() > named.size()) {
            names.add((run.vms().size() - named.size()) + " others");
        }
        upTo = new int[names.size()][columns];
        changes.sort(Comparator.comparingLong(Change::ns).thenComparing(Change::by));
        fill(changes, new int[heldNs.length], columns, endNs);
    }

    /** The last time at which anything happened to a fault; virtual nanoseconds. */
    static long endNs(final RunResult run) {
        final Ledger ledger = run.ledger();
        long last = 0;
        for (int row = 0; row < ledger.size(); row++) {
            last = Math.max(last, ledger.raisedNs(row));
            last = Math.max(last, ledger.answeredNs(row));
            last = Math.max(last, ledger.completedNs(row));
        }
        return last;
    }

    /** A record whose report failed was taken all the same. */
    private static long taken(final Ledger ledger, final int row) {
        return ledger.reportedNs(row) == Ledger.NONE
                ? ledger.completedNs(row)
                : ledger.reportedNs(row);
    }

    private static long orEnd(final long ns, final long endNs) {
        return ns == Ledger.NONE ? endNs : ns;
    }

    private static int column(final long ns, final int columns, final long endNs) {
        return (int) Math.min(columns - 1, Math.floor((double) ns * columns / endNs));
    }

    private static List<Integer> mostHolding(final long[] heldNs, final int mostNamed) {
        return IntStream.range(0, heldNs.length)
                .boxed()
                .sorted(Comparator.comparingLong((Integer vm) -> -heldNs[vm]))
                .limit(mostNamed)
                .sorted()
                .toList();
    }

    private void fill(
            final List<Change> changes, final int[] held, final int columns, final long endNs) {
        int at = 0;
        for (int column = 0; column < columns; column++) {
            tell(column, held);
            int total = Arrays.stream(held).sum();
            int peak = total;
            while (at < changes.size() && column(changes.get(at).ns(), columns, endNs) == column) {
                final long now = changes.get(at).ns();
                for (; at < changes.size() && changes.get(at).ns() == now; at++) {
                    held[changes.get(at).vm()] += changes.get(at).by();
                    total += changes.get(at).by();
                    if (total > peak) {
                        peak = total;
                        tell(column, held);
                    }
                }
            }
            most = Math.max(most, peak);
        }
    }

    private void tell(final int column, final int[] held) {
        int sum = 0;
        for (int band = 0; band < named.size(); band++) {
            sum += held[named.get(band)];
            upTo[band][column] = sum;
        }
        if (names.size() > named.size()) {
            upTo[named.size()][column] = Arrays.stream(held).sum();
        }
    }

    /** Machines that are told apart, and one more for the others if there are any. */
    int bands() {
        return names.size();
    }

    String name(final int band) {
        return names.get(band);
    }

    boolean isRest(final int band) {
        return band == named.size();
    }

    /** What this band holds in a column, and all before it. */
    int heldUpTo(final int band, final int column) {
        return upTo[band][column];
    }

    /** Whether some fault waited in a column because it found no room. */
    boolean isWaiting(final int column) {
        return waiting[column];
    }

    boolean isStallBuffer() {
        return isStallBuffer;
    }

    int capacity() {
        return capacity;
    }

    /** The top of the axis: the capacity, unless much less was ever held. */
    int scale() {
        return most * 4 < capacity ? Math.max(2, most + most % 2) : capacity;
    }
}
