// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.InterruptLine;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.kernel.IrqHandler;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.kernel.KernelLog;
import io.iopf4j.api.kernel.KernelTimer;
import io.iopf4j.api.kernel.Workqueue;
import io.iopf4j.core.semantics.FaultCore;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.emulation.MemoryAllocator;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.RecentLog;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.SimulatedKernel;
import io.iopf4j.emulation.WiredInterrupt;
import io.iopf4j.emulation.smmuv3.SmmuFeature;
import io.iopf4j.emulation.smmuv3.SmmuV3;
import java.util.function.BiFunction;

/**
 * The machine of a random run: memory that is counted, the SMMU, the driver below the core of Linux
 * 6.12, and an interrupt of global errors that can be late.
 */
final class RandomBench implements PlatformDevice, DmaAllocator, Kernel {
    static final long MEMORY = 0x4000_0000L;
    private static final long MEMORY_BYTES = 0x400_0000L;
    private static final int NEVER = -1;

    final PhysicalMemory memory = new PhysicalMemory(MEMORY, MEMORY_BYTES);
    final RecentLog log = new RecentLog(8);
    final Scheduler scheduler;
    final RandomLedger ledger;
    final FaultCore core;
    final SmmuV3 model;
    final ArmSmmuDevice smmu;
    private final MemoryAllocator allocator = new MemoryAllocator(memory);
    private final SimulatedKernel kernel;
    private final Mmio mmio;
    private final WiredInterrupt globalErrors = new WiredInterrupt("gerror");
    private boolean areErrorsLate;
    private boolean isErrorWaiting;
    private int pieces;
    private int allocationsLeft = NEVER;
    private boolean hasStarved;

    /**
     * A probed SMMU.
     *
     * @param wrap what the driver sees instead of the registers
     */
    RandomBench(
            final RandomSetup setup,
            final RandomLog runLog,
            final long seed,
            final BiFunction<Mmio, PhysicalMemory, Mmio> wrap) {
        scheduler = new Scheduler(seed);
        kernel = new SimulatedKernel(scheduler, log);
        ledger =
                new RandomLedger(
                        runLog,
                        setup.config().stallMax(),
                        setup.config().has(SmmuFeature.TERMINATE_ABORTS));
        core = Semantics.MAINLINE_6_12.create(this, ledger, this::fails);
        model = new SmmuV3(memory, setup.config(), ledger);
        mmio = wrap.apply(model.registerPages(), memory);
        model.interrupt("gerror").connect(this::errorRaised);
        smmu =
                ArmSmmuDevice.probe(
                        this,
                        this,
                        core,
                        FaultPaths.current(),
                        new ArmSmmuOptions(setup.isKernelInHypMode()));
        if (smmu.error() != 0) {
            throw new AssertionError("probe failed: " + smmu.error() + " " + log.recent());
        }
    }

    /** Pieces of memory that are not given back. */
    int pieces() {
        return pieces;
    }

    /**
     * Lets one of the next allocations fail, those of the core included.
     *
     * @param which how many succeed before, or a negative number for none that fails
     */
    void starve(final int which) {
        allocationsLeft = which;
        hasStarved = false;
    }

    /** Whether an allocation has failed since; none does from now on. */
    boolean endStarving() {
        final boolean has = hasStarved;
        starve(NEVER);
        return has;
    }

    private boolean fails() {
        if (allocationsLeft < 0 || allocationsLeft-- > 0) {
            return false;
        }
        hasStarved = true;
        return true;
    }

    // ---- Late interrupts ------------------------------------------------------------------------

    private void errorRaised() {
        if (areErrorsLate) {
            isErrorWaiting = true;
        } else {
            globalErrors.pulse();
        }
    }

    /** From now on until {@link #deliverErrors} the driver does not hear of global errors. */
    void delayErrors() {
        areErrorsLate = true;
    }

    boolean areErrorsLate() {
        return areErrorsLate;
    }

    void deliverErrors() {
        areErrorsLate = false;
        if (isErrorWaiting) {
            isErrorWaiting = false;
            globalErrors.pulse();
        }
    }

    // ---- PlatformDevice -------------------------------------------------------------------------

    @Override
    public String name() {
        return "arm-smmu-v3.0";
    }

    @Override
    public Mmio mmio() {
        return mmio;
    }

    @Override
    public DmaAllocator dma() {
        return this;
    }

    @Override
    public boolean isCoherent() {
        return true;
    }

    @Override
    public InterruptLine interrupt(final String name) {
        return name.equals("gerror") ? globalErrors : model.interrupt(name);
    }

    // ---- DmaAllocator ---------------------------------------------------------------------------

    @Override
    public DmaMemory allocCoherent(final long sizeBytes) {
        final DmaMemory piece = fails() ? null : allocator.allocCoherent(sizeBytes);
        pieces += piece == null ? 0 : 1;
        return piece;
    }

    @Override
    public void freeCoherent(final DmaMemory piece) {
        allocator.freeCoherent(piece);
        pieces--;
    }

    // ---- Kernel ---------------------------------------------------------------------------------

    @Override
    public long nowNs() {
        return kernel.nowNs();
    }

    /** Whoever polls does not keep an interrupt away. */
    @Override
    public void udelay(final long microseconds) {
        deliverErrors();
        kernel.udelay(microseconds);
    }

    @Override
    public int requestThreadedIrq(
            final InterruptLine line, final IrqHandler handler, final Runnable thread) {
        return kernel.requestThreadedIrq(line, handler, thread);
    }

    @Override
    public void freeIrq(final InterruptLine line) {
        kernel.freeIrq(line);
    }

    @Override
    public void synchronizeIrq(final InterruptLine line) {
        kernel.synchronizeIrq(line);
    }

    @Override
    public Workqueue allocWorkqueue(final String name) {
        return kernel.allocWorkqueue(name);
    }

    @Override
    public KernelTimer newTimer(final Runnable expired) {
        return kernel.newTimer(expired);
    }

    @Override
    public KernelLog log() {
        return kernel.log();
    }
}
