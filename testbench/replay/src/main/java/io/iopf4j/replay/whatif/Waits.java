// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.whatif;

import io.iopf4j.replay.FaultTable;
import io.iopf4j.replay.VmResult;
import io.iopf4j.replay.bench.HardwareSettings;
import io.iopf4j.replay.bench.SmmuSettings;
import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.ledger.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Reads out of a run's ledger who waited for the hardware, and for whom. With SMMUv3 the room that
 * all share is the stall buffer, which a fault holds from its record to its access's end; while
 * that has room, and always with VT-d, it is the queue, which it holds until the driver has
 * reported it; there each request of a group takes a place. A queue that has overflowed may stay
 * shut, or be asked again only later: who waits while it is empty does so for those who held it
 * last. Of a fault that was recorded again the last record counts. One thread.
 */
final class Waits {
    /** More machines than these are told apart only as far as they hold most. */
    private static final int MOST_BLAMED = 64;

    private enum What {
        ROOM_LEFT,
        QUEUE_LEFT,
        WAIT_OVER,
        ROOM_TAKEN,
        QUEUE_TAKEN,
        WAIT_BEGUN
    }

    private record Change(long ns, What what, int vm, int places) {}

    private final Ledger ledger;
    private final long endNs;
    private final List<VmResult> vms;
    private final int stallMax;
    private final SharedRoom stalls;
    private final SharedRoom queue;
    private final SharedRoom lastFull;
    private final long[] neverReported;
    private final long[] longestNs;
    private final long[] totalNs;
    private final long[] roomNs;
    private final long[] heldNs;
    private final int[] waiting;
    private final double[][] blame;
    private final double[][] blameBefore;
    private final List<Change> changes = new ArrayList<>();
    private int[] blamed;
    private int[] atPeak;
    private int peak;
    private int allWaiting;

    private Waits(final FaultTable faults, final long endNs) {
        this.ledger = faults.result().ledger();
        this.endNs = endNs;
        this.vms = faults.result().vms();
        this.stallMax = stallEntries(faults);
        final int count = vms.size();
        stalls = new SharedRoom(count);
        queue = new SharedRoom(count);
        lastFull = new SharedRoom(count);
        neverReported = new long[count];
        longestNs = new long[count];
        totalNs = new long[count];
        roomNs = new long[count];
        heldNs = new long[count];
        waiting = new int[count];
        blame = new double[count][];
        blameBefore = new double[count][];
        atPeak = new int[count];
    }

    /** Size of the stall buffer that a run had; 0 if its hardware has none. */
    static int stallEntries(final FaultTable faults) {
        final HardwareSettings hardware = faults.result().bench().settings().hardware();
        return hardware instanceof SmmuSettings smmu ? smmu.config().stallMax() : 0;
    }

    /** The last time at which anything happened to a fault. */
    static long endNs(final Ledger ledger) {
        long last = 0;
        for (int row = 0; row < ledger.size(); row++) {
            last = Math.max(last, ledger.raisedNs(row));
            last = Math.max(last, ledger.queuedNs(row));
            last = Math.max(last, ledger.reportedNs(row));
            last = Math.max(last, ledger.deliveredNs(row));
            last = Math.max(last, ledger.answeredNs(row));
            last = Math.max(last, ledger.completedNs(row));
        }
        return last;
    }

    /**
     * What each machine waited for.
     *
     * @param faults the run
     * @param endNs when it counts as ended, virtual nanoseconds, not before its last event
     * @return one for each machine, by index
     */
    static List<VmWaits> of(final FaultTable faults, final long endNs) {
        final Waits waits = new Waits(faults, endNs);
        for (int row = 0; row < waits.ledger.size(); row++) {
            waits.look(row);
        }
        waits.chooseBlamed();
        waits.sweep();
        return IntStream.range(0, waits.vms.size()).mapToObj(waits::result).toList();
    }

    private void look(final int row) {
        final int vm = ledger.vm(row);
        final long raisedNs = ledger.raisedNs(row);
        final long queuedNs = ledger.queuedNs(row);
        final long overNs = orEnd(ledger.completedNs(row));
        if (ledger.outcome(row) == Outcome.UNREPORTED) {
            neverReported[vm]++;
        }
        final long servedNs =
                ledger.reportedNs(row) == Ledger.NONE ? overNs : ledger.reportedNs(row);
        totalNs[vm] += servedNs - raisedNs;
        longestNs[vm] = Math.max(longestNs[vm], servedNs - raisedNs);
        if (ledger.foundNoRoom(row)) {
            final long roomAtNs = queuedNs == Ledger.NONE ? overNs : queuedNs;
            add(raisedNs, What.WAIT_BEGUN, roomAtNs, What.WAIT_OVER, vm, 1);
            roomNs[vm] += roomAtNs - raisedNs;
        }
        if (queuedNs != Ledger.NONE) {
            final int records = ledger.requests(row);
            final long leftNs = Math.max(queuedNs, servedNs);
            add(queuedNs, What.QUEUE_TAKEN, leftNs, What.QUEUE_LEFT, vm, records);
            if (stallMax > 0) {
                add(queuedNs, What.ROOM_TAKEN, overNs, What.ROOM_LEFT, vm, 1);
                heldNs[vm] += overNs - queuedNs;
            } else {
                heldNs[vm] += records * (leftNs - queuedNs);
            }
        }
    }

    private long orEnd(final long ns) {
        return ns == Ledger.NONE ? endNs : ns;
    }

    private void add(
            final long fromNs,
            final What begin,
            final long toNs,
            final What end,
            final int vm,
            final int places) {
        if (toNs > fromNs) {
            changes.add(new Change(fromNs, begin, vm, places));
            changes.add(new Change(toNs, end, vm, places));
        }
    }

    private void chooseBlamed() {
        blamed =
                IntStream.range(0, vms.size())
                        .boxed()
                        .sorted(Comparator.comparingLong((Integer vm) -> -heldNs[vm]))
                        .limit(MOST_BLAMED)
                        .mapToInt(Integer::intValue)
                        .toArray();
        for (int vm = 0; vm < vms.size(); vm++) {
            if (roomNs[vm] > 0) {
                blame[vm] = new double[blamed.length + 1];
                blameBefore[vm] = new double[blamed.length + 1];
            }
        }
    }

    private void sweep() {
        changes.sort(Comparator.comparingLong(Change::ns).thenComparing(Change::what));
        long nowNs = 0;
        for (int i = 0; i < changes.size(); i++) {
            final Change change = changes.get(i);
            if (change.ns() > nowNs) {
                pass(change.ns() - nowNs);
                nowNs = change.ns();
            }
            apply(change);
        }
    }

    /** What holds between two changes: who was there for a moment only does not count. */
    private void pass(final long ns) {
        final SharedRoom room = stallMax > 0 ? stalls : queue;
        if (room.total() >= peak && room.total() > 0) {
            peak = room.total();
            atPeak = room.heldByEach();
        }
        if (allWaiting == 0) {
            return;
        }
        final SharedRoom taken = stallMax > 0 && stalls.total() >= stallMax ? stalls : queue;
        if (taken.total() > 0) {
            lastFull.copy(taken);
            taken.pass(ns);
        } else {
            lastFull.pass(ns);
        }
    }

    private void apply(final Change change) {
        switch (change.what()) {
            case ROOM_TAKEN -> stalls.change(change.vm(), change.places());
            case ROOM_LEFT -> stalls.change(change.vm(), -change.places());
            case QUEUE_TAKEN -> queue.change(change.vm(), change.places());
            case QUEUE_LEFT -> queue.change(change.vm(), -change.places());
            case WAIT_BEGUN -> waits(change.vm(), 1);
            case WAIT_OVER -> waits(change.vm(), -1);
        }
    }

    private void waits(final int vm, final int by) {
        for (int i = 0; i <= blamed.length; i++) {
            // The last place is the machine's own, which may not be among those that hold most.
            final int holder = i < blamed.length ? blamed[i] : vm;
            final double now =
                    stalls.blamedNs(holder) + queue.blamedNs(holder) + lastFull.blamedNs(holder);
            blame[vm][i] += waiting[vm] * (now - blameBefore[vm][i]);
            blameBefore[vm][i] = now;
        }
        waiting[vm] += by;
        allWaiting += by;
    }

    private VmWaits result(final int vm) {
        final List<VmWaits.Charge> charges = new ArrayList<>();
        if (blame[vm] != null) {
            for (int i = 0; i < blamed.length; i++) {
                charge(charges, blamed[i], blame[vm][i]);
            }
            if (Arrays.stream(blamed).noneMatch(other -> other == vm)) {
                charge(charges, vm, blame[vm][blamed.length]);
            }
            charges.sort(
                    Comparator.comparingLong(VmWaits.Charge::ns)
                            .reversed()
                            .thenComparing(VmWaits.Charge::vm));
        }
        return new VmWaits(
                vms.get(vm).name(),
                neverReported[vm],
                longestNs[vm],
                totalNs[vm],
                roomNs[vm],
                atPeak[vm],
                peak,
                charges);
    }

    private void charge(
            final List<VmWaits.Charge> charges, final int holder, final double blamedNs) {
        final long ns = Math.round(blamedNs);
        if (ns > 0) {
            charges.add(new VmWaits.Charge(vms.get(holder).name(), ns));
        }
    }
}
