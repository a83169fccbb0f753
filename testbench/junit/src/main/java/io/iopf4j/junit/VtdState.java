// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.vtd.FaultRecord;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdFaultReason;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.emulation.vtd.Vtd;
import java.util.ArrayList;
import java.util.List;

/** A remapping unit's registers and queues in lines for people. */
final class VtdState {
    private static final int SHOWN = 8;

    private final Vtd model;
    private final Mmio mmio;
    private final SharedMemory memory;
    private final List<VtdQueue> queues;

    VtdState(final Vtd model, final SharedMemory memory, final List<VtdQueue> queues) {
        this.model = model;
        this.mmio = model.registers();
        this.memory = memory;
        this.queues = queues;
    }

    /**
     * A fault recording register that is in use.
     *
     * @param index which of them
     * @param record decoded
     */
    record Fault(int index, Entry record) {}

    List<Fault> faults() {
        final VtdCapabilities capabilities = model.config().capabilities();
        final List<Fault> faults = new ArrayList<>();
        for (int i = 0; i < capabilities.faultRecords(); i++) {
            final long at = capabilities.faultRecordsOffset() + (long) i * VtdRegisters.FRCD_BYTES;
            final long qw1 = mmio.readq(at + Long.BYTES);
            if ((qw1 & FaultRecord.F) != 0) {
                faults.add(new Fault(i, VtdRecord.fault(0, mmio.readq(at), qw1)));
            }
        }
        return faults;
    }

    List<String> lines() {
        final List<String> lines = new ArrayList<>();
        lines.add("GSTS " + globalStatus(mmio.readl(VtdRegisters.GSTS)));
        lines.add("FSTS " + faultStatus(mmio.readl(VtdRegisters.FSTS)));
        lines.add("PRS " + Bits.named(mmio.readl(VtdRegisters.PRS), "PPR", "PRO"));
        lines.add("RTADDR 0x" + Long.toHexString(mmio.readq(VtdRegisters.RTADDR)));
        queues.forEach(queue -> describe(queue, lines));
        for (final Fault fault : faults()) {
            lines.add("FRCD[" + fault.index() + "] " + fault.record());
        }
        return lines;
    }

    private void describe(final VtdQueue queue, final List<String> lines) {
        if (queue.base(mmio) == 0) {
            lines.add(queue.name() + "A 0: not set up");
            return;
        }
        final int bytes = queue.entryBytes(mmio);
        lines.add(
                queue.name()
                        + "H index "
                        + queue.head(mmio) / bytes
                        + ", "
                        + queue.name()
                        + "T index "
                        + queue.tail(mmio) / bytes
                        + ", "
                        + queue.name()
                        + "A 0x"
                        + Long.toHexString(queue.base(mmio)));
        final List<Entry> entries =
                queue.entries(mmio, memory, queue.head(mmio), queue.tail(mmio), 0);
        for (final Entry entry : entries.subList(0, Math.min(SHOWN, entries.size()))) {
            lines.add("  " + entry);
        }
        if (entries.size() > SHOWN) {
            lines.add("  ... " + (entries.size() - SHOWN) + " more");
        }
    }

    private static String globalStatus(final int gsts) {
        return Bits.named(
                gsts >>> 23, "CFIS", "IRTPS", "IRES", "QIES", "WBFS", "AFLS", "FLS", "RTPS", "TES");
    }

    static String faultStatus(final int fsts) {
        return Bits.named(fsts, "PFO", "PPF", "AFO", "APF", "IQE", "ICE", "ITE", "PRO");
    }

    /** Whether a fault says that software made tables wrong; else a page or a right is missing. */
    static boolean isOfTables(final int reason) {
        return switch (reason) {
            case VtdFaultReason.WRITE,
                    VtdFaultReason.READ,
                    VtdFaultReason.ADDRESS_BEYOND,
                    VtdFaultReason.FS_NOT_PRESENT,
                    VtdFaultReason.SS_NOT_PRESENT,
                    VtdFaultReason.NO_READ,
                    VtdFaultReason.NO_WRITE,
                    VtdFaultReason.USER,
                    VtdFaultReason.EXECUTE,
                    VtdFaultReason.NOT_CANONICAL,
                    VtdFaultReason.ABORT_DMA,
                    VtdFaultReason.INTERRUPT_RANGE,
                    VtdFaultReason.SM_INTERRUPT_RANGE ->
                    false;
            default -> true;
        };
    }
}
