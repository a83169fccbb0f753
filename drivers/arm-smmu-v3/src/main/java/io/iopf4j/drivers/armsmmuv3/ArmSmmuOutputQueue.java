// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.Errno;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.smmuv3.QueueIndex;
import io.iopf4j.api.smmuv3.SmmuRegisters;

/**
 * A queue that the hardware fills, and the threaded half of its interrupt: what {@code
 * arm_smmu_evtq_thread()} and {@code arm_smmu_priq_thread()} of Linux 6.12 do alike. Runs on one
 * thread at a time.
 */
abstract class ArmSmmuOutputQueue {
    private final Mmio mmio;
    private final Kernel kernel;
    private final String name;
    private final DmaMemory memory;
    private final int log2Size;
    private final int baseRegister;
    private final int prodRegister;
    private final int consRegister;
    private final long[] entry;
    private int prod;
    private int cons;
    private long lostNotices;

    /** A queue over memory, with the offsets of its registers and the bytes of an entry. */
    ArmSmmuOutputQueue(
            final Mmio mmio,
            final Kernel kernel,
            final String name,
            final DmaMemory memory,
            final int log2Size,
            final int baseRegister,
            final int prodRegister,
            final int consRegister,
            final int entryBytes) {
        this.mmio = mmio;
        this.kernel = kernel;
        this.name = name;
        this.memory = memory;
        this.log2Size = log2Size;
        this.baseRegister = baseRegister;
        this.prodRegister = prodRegister;
        this.consRegister = consRegister;
        this.entry = new long[entryBytes / Long.BYTES];
    }

    /**
     * Handles one entry, whose slot is the hardware's again.
     *
     * @param words the doublewords; valid during the call
     */
    abstract void handle(long[] words);

    /** What to say when the hardware has dropped entries. */
    abstract String overflowMessage();

    final Kernel kernel() {
        return kernel;
    }

    final String name() {
        return name;
    }

    /** Programs base and pointers; the queue must be disabled. */
    final void programRegisters() {
        prod = 0;
        cons = 0;
        mmio.writeq(SmmuRegisters.BASE_ALLOCATE | memory.dmaAddress() | log2Size, baseRegister);
        mmio.writel(prod, prodRegister);
        mmio.writel(cons, consRegister);
    }

    /** How often the hardware said that it had dropped entries. */
    final long lostNotices() {
        return lostNotices;
    }

    /** Drains the queue, looks once more, and only then acknowledges an overflow. */
    final void run() {
        do {
            while (!QueueIndex.isEmpty(prod, cons, log2Size)) {
                takeNext();
            }
            if (readProd() == -Errno.EOVERFLOW) {
                lostNotices++;
                kernel.log().err(name, overflowMessage());
            }
        } while (!QueueIndex.isEmpty(prod, cons, log2Size));
        acknowledgeOverflow();
    }

    private void takeNext() {
        final long offset = (long) QueueIndex.index(cons, log2Size) * entry.length * Long.BYTES;
        memory.getLongs(offset, entry);
        // The slot goes back before the entry is handled: that may take long, and until then the
        // hardware can use the room.
        cons = QueueIndex.advance(cons, 1, log2Size);
        mmio.writel(cons, consRegister);
        handle(entry);
    }

    /** {@code queue_sync_prod_in()}: a changed overflow flag means that entries were lost. */
    private int readProd() {
        final int now = mmio.readl(prodRegister);
        final boolean lost = ((now ^ prod) & QueueIndex.OVERFLOW) != 0;
        prod = now;
        return lost ? -Errno.EOVERFLOW : 0;
    }

    /** {@code queue_sync_cons_ovf()}. */
    private void acknowledgeOverflow() {
        if (((prod ^ cons) & QueueIndex.OVERFLOW) != 0) {
            cons = (cons & ~QueueIndex.OVERFLOW) | (prod & QueueIndex.OVERFLOW);
            mmio.writel(cons, consRegister);
        }
    }
}
