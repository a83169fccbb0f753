// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.Errno;
import io.iopf4j.api.hw.InterruptLine;
import io.iopf4j.api.hw.MessageInterrupt;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.vtd.VtdRegisters;

/**
 * An interrupt that the unit sends as a message, with the four registers that say where it goes:
 * {@code dmar_msi_write()}, {@code dmar_msi_mask()} and {@code dmar_msi_unmask()} of Linux 6.12.
 */
final class IntelInterrupt {
    private final Mmio mmio;
    private final Kernel kernel;
    private final int control;
    private InterruptLine line;

    /** One whose event control register is at that offset. */
    IntelInterrupt(final Mmio mmio, final Kernel kernel, final int control) {
        this.mmio = mmio;
        this.kernel = kernel;
        this.control = control;
    }

    /**
     * Claims it, then says where its message goes and lets it come.
     *
     * @param platform who has the line
     * @param name of the line
     * @param thread the threaded half
     * @return 0; {@code -EINVAL} if the unit has no such interrupt; {@code -EBUSY}
     */
    int request(final PlatformDevice platform, final String name, final Runnable thread) {
        final InterruptLine found = platform.interrupt(name);
        if (!(found instanceof MessageInterrupt message)) {
            return -Errno.EINVAL;
        }
        final int ret = kernel.requestThreadedIrq(found, null, thread);
        if (ret != 0) {
            return ret;
        }
        line = found;
        mmio.writel(message.messageData(), control + VtdRegisters.EVENT_DATA);
        mmio.writel((int) message.messageAddress(), control + VtdRegisters.EVENT_ADDRESS);
        mmio.writel(
                (int) (message.messageAddress() >>> Integer.SIZE),
                control + VtdRegisters.EVENT_UPPER_ADDRESS);
        setMask(0);
        return 0;
    }

    /** Waits until what it has set off is done. */
    void synchronize() {
        if (line != null) {
            kernel.synchronizeIrq(line);
        }
    }

    /** Masks it and gives it up; does nothing if it was not claimed. */
    void free() {
        if (line != null) {
            setMask(VtdRegisters.EVENT_IM);
            kernel.freeIrq(line);
            line = null;
        }
    }

    /** The load makes sure that the store has arrived. */
    private void setMask(final int value) {
        mmio.writel(value, control);
        mmio.readl(control);
    }
}
