// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuCore;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.kernel.KernelLog;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.QueueIndex;
import io.iopf4j.api.smmuv3.SmmuRegisters;

/**
 * The threaded half of the event interrupt: takes records off the event queue and reports stalled
 * ones as faults. Follows {@code arm_smmu_evtq_thread()} and {@code arm_smmu_handle_evt()} of Linux
 * 6.12. Runs on one thread at a time.
 */
final class ArmSmmuEventThread {
    private static final int LOG_LIMIT = 10;

    private final Mmio mmio;
    private final KernelLog log;
    private final String name;
    private final DmaMemory memory;
    private final int log2Size;
    private final ArmSmmuStreams streams;
    private final IommuCore core;
    private final IommuFault fault = new IommuFault();
    private final IommuPageResponse failureResponse = new IommuPageResponse();
    private int prod;
    private int cons;
    private int dumped;
    private long lostNotices;

    ArmSmmuEventThread(
            final Mmio mmio,
            final KernelLog log,
            final String name,
            final DmaMemory memory,
            final int log2Size,
            final ArmSmmuStreams streams,
            final IommuCore core) {
        this.mmio = mmio;
        this.log = log;
        this.name = name;
        this.memory = memory;
        this.log2Size = log2Size;
        this.streams = streams;
        this.core = core;
    }

    /** Programs base and pointers; the queue must be disabled. */
    void programRegisters() {
        prod = 0;
        cons = 0;
        mmio.writeq(
                SmmuRegisters.BASE_ALLOCATE | memory.dmaAddress() | log2Size,
                SmmuRegisters.EVENTQ_BASE);
        mmio.writel(prod, SmmuRegisters.EVENTQ_PROD);
        mmio.writel(cons, SmmuRegisters.EVENTQ_CONS);
    }

    /** How often the hardware said that it had dropped records. */
    long lostNotices() {
        return lostNotices;
    }

    /** Drains the queue, looks once more, and only then acknowledges an overflow. */
    void run() {
        do {
            while (!QueueIndex.isEmpty(prod, cons, log2Size)) {
                handleNext();
            }
            if (readProd() == -Errno.EOVERFLOW) {
                lostNotices++;
                log.err(name, "EVTQ overflow detected -- events lost");
            }
        } while (!QueueIndex.isEmpty(prod, cons, log2Size));
        acknowledgeOverflow();
    }

    private void handleNext() {
        final long offset = (long) QueueIndex.index(cons, log2Size) * Events.BYTES;
        final long word0 = memory.getLong(offset);
        final long word1 = memory.getLong(offset + 8);
        final long word2 = memory.getLong(offset + 16);
        final long word3 = memory.getLong(offset + 24);
        // The slot goes back before the fault is reported: reporting may take long, and until then
        // the hardware can use the room.
        cons = QueueIndex.advance(cons, 1, log2Size);
        mmio.writel(cons, SmmuRegisters.EVENTQ_CONS);
        if (handle(word0, word1, word2) != 0 && dumped < LOG_LIMIT) {
            dumped++;
            log.info(
                    name,
                    String.format(
                            "event 0x%02x received: 0x%016x 0x%016x 0x%016x 0x%016x",
                            Events.number(word0), word0, word1, word2, word3));
        }
    }

    private int handle(final long word0, final long word1, final long word2) {
        final int number = Events.number(word0);
        if (number < Events.F_TRANSLATION || number > Events.F_PERMISSION) {
            return -Errno.EOPNOTSUPP;
        }
        if ((word1 & Events.STALL) == 0) {
            return -Errno.EOPNOTSUPP;
        }
        int perm = (word1 & Events.RNW) != 0 ? IommuFault.PERM_READ : IommuFault.PERM_WRITE;
        if ((word1 & Events.IND) != 0) {
            perm |= IommuFault.PERM_EXEC;
        }
        if ((word1 & Events.PNU) != 0) {
            perm |= IommuFault.PERM_PRIV;
        }
        int flags = IommuFault.FLAG_LAST_PAGE;
        int pasid = 0;
        if ((word0 & Events.SSV) != 0) {
            flags |= IommuFault.FLAG_PASID_VALID;
            pasid = Events.substreamId(word0);
        }
        final ArmSmmuMaster master = streams.find(Events.streamId(word0));
        if (master == null) {
            // No RESUME is sent here, in Linux either: the transaction stays stalled.
            return -Errno.EINVAL;
        }
        if (master.isDraining()) {
            return 0;
        }
        fault.pageRequest(flags, pasid, Events.stag(word1), perm, word2);
        final int ret = core.reportDeviceFault(master.device(), fault);
        if (ret != 0 && core.generation() != FaultGeneration.LINUX_6_12) {
            answerFailedReport(master);
        }
        return ret;
    }

    /** Until 6.8 whoever reports a fault in vain owes its answer ({@code arm_smmu_handle_evt}). */
    private void answerFailedReport(final ArmSmmuMaster master) {
        final int failure =
                core.generation() == FaultGeneration.SERIES_2017
                        ? PageResponseCode.FAILURE_2017
                        : PageResponseCode.FAILURE;
        master.device()
                .ops()
                .pageResponse(
                        master.device(),
                        fault,
                        failureResponse.set(fault.pasid(), fault.grpid(), failure));
    }

    /** {@code queue_sync_prod_in()}: a changed overflow flag means that records were lost. */
    private int readProd() {
        final int now = mmio.readl(SmmuRegisters.EVENTQ_PROD);
        final boolean lost = ((now ^ prod) & QueueIndex.OVERFLOW) != 0;
        prod = now;
        return lost ? -Errno.EOVERFLOW : 0;
    }

    /** {@code queue_sync_cons_ovf()}. */
    private void acknowledgeOverflow() {
        if (((prod ^ cons) & QueueIndex.OVERFLOW) != 0) {
            cons = (cons & ~QueueIndex.OVERFLOW) | (prod & QueueIndex.OVERFLOW);
            mmio.writel(cons, SmmuRegisters.EVENTQ_CONS);
        }
    }
}
