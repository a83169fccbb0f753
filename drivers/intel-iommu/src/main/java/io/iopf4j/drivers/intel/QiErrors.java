// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.Errno;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.vtd.VtdRegisters;

/**
 * What a submitter does about errors of the invalidation queue while it waits: {@code
 * qi_check_fault()} and {@code qi_dump_fault()} of Linux 6.12. Called with the queue's lock held.
 */
final class QiErrors {
    private static final int ERRORS =
            VtdRegisters.FSTS_IQE | VtdRegisters.FSTS_ITE | VtdRegisters.FSTS_ICE;
    private static final int SID_MASK = 0xffff;

    private final Mmio mmio;
    private final Kernel kernel;
    private final String name;
    private final DmaMemory descriptors;
    private final QiStatus status;
    private final int shift;
    private final Qi.Presence presence;

    /** Linux dumps at each look, which floods the log while an error is left to its owner. */
    private final IntelRateLimit dumps;

    QiErrors(
            final Mmio mmio,
            final Kernel kernel,
            final String name,
            final DmaMemory descriptors,
            final QiStatus status,
            final int shift,
            final Qi.Presence presence) {
        this.mmio = mmio;
        this.kernel = kernel;
        this.name = name;
        this.descriptors = descriptors;
        this.status = status;
        this.shift = shift;
        this.presence = presence;
        this.dumps = new IntelRateLimit(kernel);
    }

    /**
     * Looks once, and acknowledges what concerns this submission or everybody.
     *
     * @param index slot of its first descriptor
     * @param wait slot of its wait descriptor
     * @return 0 to wait on; {@code -EINVAL} if the hardware refused the first descriptor; {@code
     *     -EAGAIN} ({@link Qi#AGAIN}) if the wait was aborted; {@code -ETIMEDOUT} if it is no use
     *     to try again
     */
    int check(final int index, final int wait) {
        final int fsts = mmio.readl(VtdRegisters.FSTS);
        if ((fsts & ERRORS) == 0) {
            return 0;
        }
        dump(fsts);
        if ((fsts & VtdRegisters.FSTS_IQE) != 0
                && mmio.readl(VtdRegisters.IQH) >>> shift == index) {
            skip(index, wait);
            return -Errno.EINVAL;
        }
        if ((fsts & VtdRegisters.FSTS_ITE) != 0) {
            final int ret = abort(wait);
            if (ret != 0) {
                return ret;
            }
        }
        if ((fsts & VtdRegisters.FSTS_ICE) != 0) {
            mmio.writel(VtdRegisters.FSTS_ICE, VtdRegisters.FSTS);
            kernel.log().info(name, "Invalidation Completion Error (ICE) cleared");
        }
        return 0;
    }

    /** The hardware stands at the bad descriptor, and goes on with what is there instead. */
    private void skip(final int bad, final int wait) {
        final long from = (long) wait << shift;
        final long to = (long) bad << shift;
        for (int i = 0; i < 1 << shift; i += Long.BYTES) {
            descriptors.putLong(to + i, descriptors.getLong(from + i));
        }
        mmio.writel(VtdRegisters.FSTS_IQE, VtdRegisters.FSTS);
        kernel.log().info(name, "Invalidation Queue Error (IQE) cleared");
    }

    /**
     * The hardware has dropped every wait that it had fetched. Slot by slot, as stable kernels do
     * since March 2026: before, every other slot was looked at, and a wait behind an even number of
     * descriptors was missed.
     */
    private int abort(final int wait) {
        final int tail = slotBefore(VtdRegisters.IQT);
        final long record = mmio.readq(VtdRegisters.IQERCD);
        int slot = slotBefore(VtdRegisters.IQH);
        mmio.writel(VtdRegisters.FSTS_ITE, VtdRegisters.FSTS);
        kernel.log().info(name, "Invalidation Time-out Error (ITE) cleared");
        do {
            if (status.get(slot) == QiStatus.IN_USE) {
                status.set(slot, QiStatus.ABORT);
            }
            slot = (slot + Qi.LENGTH - 1) % Qi.LENGTH;
        } while (slot != tail);
        final int sid = (int) (record >>> VtdRegisters.IQERCD_ITESID_SHIFT) & SID_MASK;
        if (sid != 0 && !presence.isPresent(sid)) {
            return -Errno.ETIMEDOUT;
        }
        return status.get(wait) == QiStatus.ABORT ? -Qi.AGAIN : 0;
    }

    private int slotBefore(final int register) {
        return ((mmio.readl(register) >>> shift) + Qi.LENGTH - 1) % Qi.LENGTH;
    }

    private void dump(final int fsts) {
        if (!dumps.allows()) {
            return;
        }
        final long record = mmio.readq(VtdRegisters.IQERCD);
        final int head = mmio.readl(VtdRegisters.IQH) >>> shift;
        if ((fsts & VtdRegisters.FSTS_IQE) != 0) {
            kernel.log()
                    .err(
                            name,
                            "VT-d detected Invalidation Queue Error: reason "
                                    + (record & VtdRegisters.IQERCD_IQEI_MASK));
        }
        if ((fsts & VtdRegisters.FSTS_ITE) != 0) {
            error("Invalidation Time-out Error: SID", record >>> VtdRegisters.IQERCD_ITESID_SHIFT);
        }
        if ((fsts & VtdRegisters.FSTS_ICE) != 0) {
            error(
                    "Invalidation Completion Error: SID",
                    record >>> VtdRegisters.IQERCD_ICESID_SHIFT);
        }
        descriptor("QI HEAD", head % Qi.LENGTH);
        descriptor("QI PRIOR", (head + Qi.LENGTH - 1) % Qi.LENGTH);
    }

    private void error(final String what, final long sid) {
        kernel.log()
                .err(name, String.format("VT-d detected %s 0x%04x", what, (int) sid & SID_MASK));
    }

    private void descriptor(final String which, final int slot) {
        final long offset = (long) slot << shift;
        kernel.log()
                .err(
                        name,
                        String.format(
                                "%s: qw0 = 0x%x, qw1 = 0x%x",
                                which,
                                descriptors.getLong(offset),
                                descriptors.getLong(offset + Long.BYTES)));
    }
}
