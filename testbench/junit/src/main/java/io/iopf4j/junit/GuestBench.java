// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.emulation.AccessResult;
import io.iopf4j.replay.bench.Bench;
import io.iopf4j.replay.bench.GuestDevice;
import io.iopf4j.replay.ledger.Ledger;
import java.util.ArrayList;
import java.util.List;

/**
 * A machine with an IOMMU, our driver, a kernel's core, and virtual machines whose guests answer
 * page faults. {@link #iommu} shows what passes between driver and hardware.
 */
public final class GuestBench {
    private static final int SHOWN = 16;

    private final BenchMachine machine;
    private final Bench bench;

    GuestBench(final BenchMachine machine, final Bench bench) {
        this.machine = machine;
        this.bench = bench;
    }

    /**
     * Adds a virtual machine. Its guest reads records when it is told to ({@link TestVm#faults}),
     * unless it gets a behaviour.
     *
     * @param name its name in reports
     * @return the machine, without devices
     */
    public TestVm vm(final String name) {
        return new TestVm(this, bench.addVm(name));
    }

    /**
     * The hardware: registers, commands, records.
     *
     * @return an {@link EmulatedSmmu} or an {@link EmulatedVtd}
     */
    public EmulatedIommu iommu() {
        return machine.iommu();
    }

    /**
     * The time, which runs the machine.
     *
     * @return the clock
     */
    public VirtualClock clock() {
        return machine.clock();
    }

    /**
     * Says that something goes wrong in this test, as {@link EmulatedIommu#expectError}.
     *
     * @param part what the error's line contains
     */
    public void expectError(final String part) {
        iommu().expectError(part);
    }

    /**
     * Faults that the hardware waits with.
     *
     * @return a count
     */
    public int pending() {
        return bench.hardware().openFaults();
    }

    /**
     * Accesses that ended: {@link AccessEnd}.
     *
     * @return in the order in which they were issued
     */
    public Recorded ended() {
        final Ledger ledger = bench.ledger();
        final List<Entry> entries = new ArrayList<>();
        for (int row = 0; row < ledger.size(); row++) {
            final AccessResult result = ledger.result(row);
            if (result != null) {
                entries.add(
                        AccessEnd.decode(
                                ledger.completedNs(row),
                                result,
                                nameOf(row),
                                ledger.substream(row),
                                ledger.iova(row)));
            }
        }
        return new Recorded(Topic.ACCESS.all(), entries);
    }

    /**
     * The bench itself, with its ledger and invariants.
     *
     * @return the bench
     */
    public Bench bench() {
        return bench;
    }

    BenchMachine machine() {
        return machine;
    }

    private String nameOf(final int row) {
        for (final GuestDevice device : bench.devices()) {
            if (device.endpoint().index() == bench.ledger().endpoint(row)) {
                return device.endpoint().name();
            }
        }
        return "?";
    }

    /** The latest faults that have not ended, one line each. */
    List<String> openFaults() {
        final Ledger ledger = bench.ledger();
        final List<String> lines = new ArrayList<>();
        for (int row = ledger.size() - 1; row >= 0 && lines.size() < SHOWN; row--) {
            if (ledger.result(row) == null) {
                lines.add(
                        0,
                        "fault "
                                + row
                                + " of "
                                + nameOf(row)
                                + " in "
                                + bench.vms().get(ledger.vm(row)).name()
                                + " at 0x"
                                + Long.toHexString(ledger.iova(row))
                                + " is "
                                + ledger.outcome(row));
            }
        }
        return lines;
    }
}
