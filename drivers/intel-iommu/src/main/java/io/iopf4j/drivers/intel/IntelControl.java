// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.Errno;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.vtd.VtdRegisters;

/**
 * The global command register and its handshake: {@code IOMMU_WAIT_OP} of Linux 6.12 and its users.
 * Where Linux panics after ten seconds, whoever asks learns of it here. Used on the thread of probe
 * and remove, but for {@link #isTranslating}.
 */
final class IntelControl {
    private static final long TIMEOUT_US = 10_000_000;
    private static final long POLL_US = 10;

    private static final int LEVELS = VtdRegisters.TE | VtdRegisters.QIE | VtdRegisters.IRE;
    private static final int PMEN_EPM = 1 << 31;
    private static final int PMEN_PRS = 1;

    private final Mmio mmio;
    private final Kernel kernel;
    private final String name;
    private volatile int gcmd;

    IntelControl(final Mmio mmio, final Kernel kernel, final String name) {
        this.mmio = mmio;
        this.kernel = kernel;
        this.name = name;
    }

    /** Takes over what a former owner has switched on. */
    void mirror() {
        gcmd = mmio.readl(VtdRegisters.GSTS) & LEVELS;
    }

    /** Whether a level bit was asked for. */
    boolean isOn(final int bit) {
        return (gcmd & bit) != 0;
    }

    /** Whether requests are translated, as far as this driver has asked for it. */
    boolean isTranslating() {
        return isOn(VtdRegisters.TE);
    }

    /** Switches a level bit on; 0, or {@code -ETIMEDOUT}. */
    int enable(final int bit) {
        gcmd |= bit;
        return command(gcmd, bit, bit);
    }

    /** Switches a level bit off; 0, or {@code -ETIMEDOUT} and it counts as on still. */
    int disable(final int bit) {
        final int without = gcmd & ~bit;
        final int ret = command(without, bit, 0);
        if (ret == 0) {
            gcmd = without;
        }
        return ret;
    }

    /** Sets the root table pointer; 0, or {@code -ETIMEDOUT}. */
    int setRootTable(final long rtaddr) {
        mmio.writeq(rtaddr, VtdRegisters.RTADDR);
        return command(gcmd | VtdRegisters.SRTP, VtdRegisters.SRTP, VtdRegisters.SRTP);
    }

    /** {@code iommu_flush_write_buffer()}; 0, or {@code -ETIMEDOUT}. */
    int flushWriteBuffer() {
        return command(gcmd | VtdRegisters.WBF, VtdRegisters.WBF, 0);
    }

    /** {@code iommu_disable_protect_mem_regions()}; 0, or {@code -ETIMEDOUT}. */
    int disableProtectedMemory() {
        final int pmen = mmio.readl(VtdRegisters.PMEN);
        mmio.writel(pmen & ~PMEN_EPM, VtdRegisters.PMEN);
        return await(VtdRegisters.PMEN, PMEN_PRS, 0);
    }

    private int command(final int value, final int mask, final int wanted) {
        mmio.writel(value, VtdRegisters.GCMD);
        return await(VtdRegisters.GSTS, mask, wanted);
    }

    private int await(final int register, final int mask, final int wanted) {
        for (long waitedUs = 0; waitedUs <= TIMEOUT_US; waitedUs += POLL_US) {
            if ((mmio.readl(register) & mask) == wanted) {
                return 0;
            }
            kernel.udelay(POLL_US);
        }
        kernel.log()
                .err(
                        name,
                        String.format(
                                "DMAR hardware is malfunctioning: register 0x%02x, bits 0x%08x",
                                register, mask));
        return -Errno.ETIMEDOUT;
    }
}
