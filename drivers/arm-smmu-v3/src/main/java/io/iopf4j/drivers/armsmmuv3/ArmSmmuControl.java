// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.Errno;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.smmuv3.SmmuRegisters;

/**
 * The control registers and their handshake: {@code arm_smmu_write_reg_sync()} and {@code
 * arm_smmu_update_gbpa()} of Linux 6.12.
 */
final class ArmSmmuControl {
    private static final long ACK_TIMEOUT_US = 1_000_000;

    private final Mmio mmio;
    private final Kernel kernel;
    private final String name;
    private int enables;

    ArmSmmuControl(final Mmio mmio, final Kernel kernel, final String name) {
        this.mmio = mmio;
        this.kernel = kernel;
        this.name = name;
    }

    /** Whether the SMMU translates, for whoever had it before. */
    boolean isTranslating() {
        return (mmio.readl(SmmuRegisters.CR0) & SmmuRegisters.CR0_SMMUEN) != 0;
    }

    /** Switches everything off; 0, or -ETIMEDOUT. */
    int disable() {
        final int ret = writeAcknowledged(0, SmmuRegisters.CR0, SmmuRegisters.CR0ACK);
        if (ret == 0) {
            enables = 0;
        }
        return ret;
    }

    /** Switches more on; 0, or -ETIMEDOUT. */
    int enable(final int bits) {
        enables |= bits;
        return writeAcknowledged(enables, SmmuRegisters.CR0, SmmuRegisters.CR0ACK);
    }

    /** Whether something may have been switched on since {@link #disable} was obeyed. */
    boolean isAnythingEnabled() {
        return enables != 0;
    }

    /** Switches these interrupts on and all others off; 0, or -ETIMEDOUT. */
    int enableIrqs(final int bits) {
        return writeAcknowledged(bits, SmmuRegisters.IRQ_CTRL, SmmuRegisters.IRQ_CTRLACK);
    }

    /** The update has taken effect once ACK shows it. */
    private int writeAcknowledged(final int value, final int register, final int ack) {
        mmio.writel(value, register);
        for (long waitedUs = 0; waitedUs <= ACK_TIMEOUT_US; waitedUs++) {
            if (mmio.readl(ack) == value) {
                return 0;
            }
            kernel.udelay(1);
        }
        return -Errno.ETIMEDOUT;
    }

    /** Makes accesses abort while nothing is translated. */
    void abortWhenDisabled() {
        // A store while Update reads 1 would be ignored.
        if (isGbpaUpdated()) {
            mmio.writel(
                    mmio.readl(SmmuRegisters.GBPA)
                            | SmmuRegisters.GBPA_ABORT
                            | SmmuRegisters.GBPA_UPDATE,
                    SmmuRegisters.GBPA);
            if (isGbpaUpdated()) {
                return;
            }
        }
        kernel.log().err(name, "GBPA not responding to update");
    }

    private boolean isGbpaUpdated() {
        for (long waitedUs = 0; waitedUs <= ACK_TIMEOUT_US; waitedUs++) {
            if ((mmio.readl(SmmuRegisters.GBPA) & SmmuRegisters.GBPA_UPDATE) == 0) {
                return true;
            }
            kernel.udelay(1);
        }
        return false;
    }
}
