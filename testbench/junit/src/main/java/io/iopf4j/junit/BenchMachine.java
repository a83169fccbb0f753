// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.core.semantics.FaultCore;
import io.iopf4j.replay.bench.Bench;
import io.iopf4j.replay.bench.BenchSettings;
import io.iopf4j.replay.bench.Seams;
import io.iopf4j.replay.invariants.Invariant;
import java.util.ArrayList;
import java.util.List;

/** A machine with our driver, on which virtual machines run. */
final class BenchMachine extends Machine {
    private final Bench bench;
    private final GuestBench guests;
    private final VirtualClock clock;
    private final EmulatedIommu iommu;

    BenchMachine(final Configuration configuration, final List<Seams> between) {
        super(configuration, between);
        bench =
                Bench.recorded(
                        new BenchSettings(
                                configuration.bench(),
                                configuration.semantics(),
                                configuration.policies(),
                                configuration.seed(),
                                seams()));
        clock = new VirtualClock(bench.scheduler(), this::settle);
        guests = new GuestBench(this, bench);
        iommu = configuration.isVtd() ? new EmulatedVtd(this) : new EmulatedSmmu(this);
    }

    private void settle() {
        bench.settle(null);
        look();
    }

    VirtualClock clock() {
        return clock;
    }

    EmulatedIommu iommu() {
        return iommu;
    }

    @Override
    BareMachine bare() {
        throw new IllegalStateException(
                "a GuestBench has bound its own driver and its own devices; without a GuestBench"
                        + " among the test's parameters and fields the hardware has neither");
    }

    @Override
    Object part(final Class<?> type) {
        if (type == GuestBench.class) {
            return guests;
        }
        if (type.isInstance(iommu)) {
            return iommu;
        }
        if (type == VirtualClock.class) {
            return clock;
        }
        return type == FaultCore.class ? bench.core() : null;
    }

    @Override
    List<String> brokenInvariants() {
        settle();
        bench.checkAllBooks();
        final List<String> lines = new ArrayList<>();
        for (final Invariant invariant : bench.invariants().all()) {
            if (!invariant.holds()) {
                lines.add("invariant " + invariant.name() + ": " + invariant.breach());
            }
        }
        return lines;
    }

    @Override
    List<String> story() {
        return guests.openFaults();
    }

    @Override
    public void close() {
        super.close();
        bench.close();
    }
}
