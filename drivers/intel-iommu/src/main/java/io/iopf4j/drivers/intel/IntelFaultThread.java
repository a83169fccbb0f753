// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.vtd.FaultRecord;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdRegisters;

/**
 * Takes fault records from the unit and logs them: {@code dmar_fault()} of Linux 6.12. Nothing is
 * reported to the core, in any kernel that was released: these faults cannot be answered. Status
 * bits without a record are left to who submits invalidations.
 */
final class IntelFaultThread {
    private static final String REQUESTER = "Request device [%02x:%02x.%d]";
    private static final String WHY = "[fault reason 0x%02x] %s";
    private static final String WHO = "DMAR";

    private static final int DOUBLEWORD_1 = 8;
    private static final int UPPER_HALF = 12;
    private static final int F_OF_UPPER_HALF = (int) (FaultRecord.F >>> Integer.SIZE);
    private static final int INDEX_SHIFT = 48;

    private final Mmio mmio;
    private final Kernel kernel;
    private final int records;
    private final int firstRecord;

    /** Linux has one for all units. */
    private final IntelRateLimit limit;

    IntelFaultThread(
            final Mmio mmio,
            final Kernel kernel,
            final VtdCapabilities capabilities,
            final IntelRateLimit limit) {
        this.mmio = mmio;
        this.kernel = kernel;
        this.records = capabilities.faultRecords();
        this.firstRecord = capabilities.faultRecordsOffset();
        this.limit = limit;
    }

    /** The interrupt's threaded half. */
    synchronized void run() {
        final int fsts = mmio.readl(VtdRegisters.FSTS);
        if (fsts != 0 && limit.allows()) {
            kernel.log().err(WHO, "DRHD: handling fault status reg " + Integer.toHexString(fsts));
        }
        if ((fsts & VtdRegisters.FSTS_PPF) == 0) {
            return;
        }
        int index = (fsts >>> VtdRegisters.FSTS_FRI_SHIFT & 0xff) % records;
        while (take(firstRecord + index * VtdRegisters.FRCD_BYTES)) {
            index = (index + 1) % records;
        }
        mmio.writel(
                VtdRegisters.FSTS_PFO | VtdRegisters.FSTS_PPF | VtdRegisters.FSTS_PRO,
                VtdRegisters.FSTS);
    }

    /** The record goes back before it is logged, whether or not it is; false if there is none. */
    private boolean take(final int record) {
        final int upper = mmio.readl(record + UPPER_HALF);
        if ((upper & F_OF_UPPER_HALF) == 0) {
            return false;
        }
        final boolean isLogged = limit.allows();
        long qw1 = 0;
        long address = 0;
        if (isLogged) {
            qw1 =
                    (long) upper << Integer.SIZE
                            | Integer.toUnsignedLong(mmio.readl(record + DOUBLEWORD_1));
            address = FaultRecord.qw0(mmio.readq(record));
        }
        mmio.writel(F_OF_UPPER_HALF, record + UPPER_HALF);
        if (isLogged) {
            log(qw1, address);
        }
        return true;
    }

    private void log(final long qw1, final long address) {
        final int reason = FaultRecord.reason(qw1);
        final int sid = FaultRecord.sid(qw1);
        if (FaultReasonText.isInterrupt(reason)) {
            kernel.log()
                    .err(
                            WHO,
                            "[INTR-REMAP] " + REQUESTER + " fault index 0x%x " + WHY,
                            sid >>> 8,
                            sid >>> 3 & 0x1f,
                            sid & 7,
                            address >>> INDEX_SHIFT,
                            reason,
                            FaultReasonText.of(reason));
            return;
        }
        // T2 is not looked at: page requests are said to be writes.
        final boolean isRead = (qw1 & FaultRecord.T1) != 0;
        final int pasid = FaultRecord.pasid(qw1);
        kernel.log()
                .err(
                        WHO,
                        (isRead ? "[DMA Read " : "[DMA Write ")
                                + (pasid < 0 ? "NO_PASID] " : "PASID 0x%7$x] ")
                                + REQUESTER
                                + " fault addr 0x%x "
                                + WHY,
                        sid >>> 8,
                        sid >>> 3 & 0x1f,
                        sid & 7,
                        address,
                        reason,
                        FaultReasonText.of(reason),
                        pasid);
    }
}
