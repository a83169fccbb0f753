// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore;

import io.iopf4j.core.policy.Account;
import io.iopf4j.replay.StormEnd;
import io.iopf4j.replay.bench.Bench;
import io.iopf4j.replay.bench.GuestDevice;
import io.iopf4j.replay.ledger.Ledger;

/**
 * What the future of a run depends on, as one number of 64 bits: two states that have the same are
 * taken for one, which among a million states goes wrong once in forty million searches.
 *
 * <p>In it are: of each fault so far, whose it is, its PASID, tag, code, outcome and result, how
 * often it was recorded, whether it was reported, delivered and read and, while it is open, its
 * cookie; for each two faults, in which order they were recorded, delivered, answered and ended; of
 * each device, its owner, whether it is bound and attached, what it has in flight, what the core
 * keeps for it, and how many of its faults are of a former domain; of each machine, what its guest
 * owes and in which order, what policies charge it with, whether it is disabled, unheard or gone;
 * the hardware's open and waiting faults; and how far off each armed timer and the delivery of each
 * open fault is, in whole microseconds.
 *
 * <p>Model, driver, core and policies are deterministic and have no other input: free lists, queues
 * and accounts follow from the faults' lives and their order, which are all in it though most are
 * over. Not in it are absolute time, and names that are given anew and never compared, such as
 * those of domains, address spaces and machines' StreamIDs, and where in its ring a queue that is
 * empty stands: bounds are far too small for one to wrap. That much is tested: without merging the
 * same states are seen.
 */
@SuppressWarnings("EnumOrdinal") // no digest outlives the search
final class StateDigest {
    private static final long US = 1_000;

    private final Bench bench;
    private final Ledger ledger;
    private final long nowNs;
    private long digest;

    private StateDigest(final Bench bench) {
        this.bench = bench;
        this.ledger = bench.ledger();
        this.nowNs = bench.scheduler().nowNs();
    }

    static long of(final StormEnd end) {
        final StateDigest state = new StateDigest(end.bench());
        state.faults();
        state.bench.devices().forEach(state::device);
        end.machines().forEach(state::machine);
        state.hardware();
        return state.digest;
    }

    /** The finalizer of splitmix64, over what came before. */
    private void add(final long value) {
        long mixed = (digest ^ value) + 0x9e3779b97f4a7c15L;
        mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        digest = mixed ^ mixed >>> 31;
    }

    private void faults() {
        add(ledger.size());
        for (int row = 0; row < ledger.size(); row++) {
            add(ledger.endpoint(row) | (long) ledger.vm(row) << 32);
            add(ledger.substream(row) | (long) ledger.tag(row) << 32);
            add(ledger.code(row) | (long) ledger.outcome(row).ordinal() << 32);
            add(ledger.result(row) == null ? -1 : ledger.result(row).ordinal());
            add(ledger.records(row));
            final boolean isOpen = ledger.isOutstanding(row);
            add(isOpen ? ledger.cookie(row) : -1);
            add(isOpen ? ageUs(ledger.deliveredNs(row)) : -1);
            add(bit(ledger.reportedNs(row)) | bit(ledger.deliveredNs(row)) << 1);
            for (int older = 0; older < row; older++) {
                add(order(ledger.queuedNs(older), ledger.queuedNs(row)));
                add(order(ledger.deliveredNs(older), ledger.deliveredNs(row)));
                add(order(ledger.answeredNs(older), ledger.answeredNs(row)));
                add(order(ledger.completedNs(older), ledger.completedNs(row)));
            }
        }
    }

    private long ageUs(final long sinceNs) {
        return sinceNs == Ledger.NONE ? -1 : (nowNs - sinceNs) / US;
    }

    private static long bit(final long timeNs) {
        return timeNs == Ledger.NONE ? 0 : 1;
    }

    private static int order(final long oneNs, final long otherNs) {
        return Long.compare(oneNs, otherNs);
    }

    private void device(final GuestDevice device) {
        add(device.vm().index());
        add((device.isBound() ? 1 : 0) | (device.isAttached() ? 2 : 0));
        add(device.endpoint().inFlight());
        add(device.corePending());
        add(ledger.staleFaults(device.endpoint().index()));
    }

    private void machine(final StormEnd.Machine machine) {
        final Account account = machine.vm().account();
        add(account.outstandingGroups() | (account.isDisabled() ? 1L << 32 : 0));
        add((machine.isUnheard() ? 1 : 0) | (machine.isGone() ? 2 : 0));
        machine.owed().forEach(this::add);
        add(-1);
    }

    private void hardware() {
        add(bench.hardware().openFaults() | (long) bench.hardware().waiting() << 32);
        for (final long deadlineNs : bench.scheduler().deadlinesNs()) {
            add((deadlineNs - nowNs) / US);
        }
    }
}
