// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.IommuCore;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.emulation.PhysicalMemory;
import java.util.List;

/**
 * An IOMMU without its driver: what a driver is given, and what it did with it. One thread; a
 * machine that tests share is not for tests that run in parallel.
 */
public abstract class EmulatedIommu {
    private final Machine machine;

    EmulatedIommu(final Machine machine) {
        this.machine = machine;
    }

    Machine machine() {
        return machine;
    }

    /** Accesses of its devices that have not ended; its own devices, not those of a bench. */
    abstract int pendingAccesses();

    /** Those, one line each. */
    abstract List<String> openAccesses();

    // ---- What a driver is given -----------------------------------------------------------------

    /**
     * Registers, memory to share, interrupts.
     *
     * @return the device
     */
    public PlatformDevice platform() {
        return machine.bare().platform();
    }

    /**
     * The kernel's services.
     *
     * @return time, interrupt threads, work, the log
     */
    public Kernel kernel() {
        return machine.bare().kernel();
    }

    /**
     * Where a driver reports faults.
     *
     * @return a core that takes all reports; with {@link Iommu#semantics} a kernel's
     */
    public IommuCore core() {
        return machine.bare().core();
    }

    /**
     * The memory that the hardware, its driver and devices share; a gate makes it slow or fail.
     *
     * @return all of it
     */
    public PhysicalMemory memory() {
        return machine.bare().memory();
    }

    /**
     * Binds a driver; if it is {@code AutoCloseable} it is closed when the machine is.
     *
     * @param <D> the driver
     * @param factory such as its constructor
     * @return the driver
     * @throws IllegalStateException on the machine of a {@link GuestBench}, which has a driver
     */
    public <D> D bind(final DriverFactory<D> factory) {
        return machine.bare().bind(factory);
    }

    /**
     * Makes the core refuse reports.
     *
     * @param ret what {@code iommu_report_device_fault()} returns from now on: a negative errno, or
     *     0 again
     * @throws IllegalStateException if reports go to a kernel's core
     */
    public void answerReportsWith(final int ret) {
        machine.recorder().core().answer(ret);
    }

    // ---- What a driver did ----------------------------------------------------------------------

    /**
     * Stores to registers: {@link SmmuRegister} or {@link VtdRegister}.
     *
     * @return oldest first
     */
    public Recorded written() {
        return recorded(Topic.WRITE);
    }

    /**
     * Commands or descriptors that were submitted: {@link SmmuCommand} or {@link VtdDescriptor}.
     *
     * @return oldest first, each as it was when the doorbell rang
     */
    public Recorded commands() {
        return recorded(Topic.COMMAND);
    }

    /**
     * What the hardware wrote for software to read: {@link SmmuEvent} or {@link VtdRecord}.
     *
     * @return oldest first
     */
    public Recorded records() {
        return recorded(Topic.EVENT);
    }

    /**
     * Faults that were reported to the core: {@link FaultCall}.
     *
     * @return oldest first
     */
    public Recorded reported() {
        return recorded(Topic.REPORT);
    }

    /**
     * Accesses that ended: {@link AccessEnd}.
     *
     * @return oldest first
     */
    public Recorded ended() {
        return recorded(Topic.ACCESS);
    }

    private Recorded recorded(final Topic topic) {
        machine.look();
        return machine.recorder().journal().of(topic);
    }

    /** Forgets what is recorded, so that assertions are about what comes. */
    public void forgetSoFar() {
        machine.look();
        machine.recorder().journal().forget();
    }

    /**
     * Says that something goes wrong in this test: an error line of the kernel's log, a command in
     * error, a global error, an illegal table, a full queue, a use of what is not modelled. Without
     * this it fails the test; with this the test fails if it does not happen.
     *
     * @param part what the error's line contains, such as {@code CERROR_ILL}
     */
    public void expectError(final String part) {
        machine.recorder().errors().expect(part);
    }

    /**
     * Registers and queues, decoded.
     *
     * @return one line each, as the report of a failed test has them
     */
    public List<String> state() {
        return machine.recorder().watch().state();
    }

    /**
     * The seed of this machine.
     *
     * @return any number
     */
    public long seed() {
        return machine.seed();
    }

    @Override
    public String toString() {
        return String.join("\n", state());
    }
}
