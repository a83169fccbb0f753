// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.vtd.PasidEntry;
import io.iopf4j.api.vtd.RootEntry;
import io.iopf4j.api.vtd.ScalableContextEntry;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.emulation.MemoryAllocator;
import io.iopf4j.emulation.PhysicalMemory;

/**
 * What another part of a driver would have set up: tables in scalable mode, by which requesters may
 * ask for pages with PASIDs 0 to 63, and accesses pass through.
 */
final class RequesterTables {
    private static final int PAGE_BYTES = 4096;
    private static final int PASIDS = 64;
    private static final int BUS_SHIFT = 8;
    private static final int DEVFN_MASK = 0xff;
    private static final int HALF = 0x80;
    private static final int DID = 1;
    private static final long ALLOWED =
            ScalableContextEntry.DTE | ScalableContextEntry.PASIDE | ScalableContextEntry.PRE;
    private static final long PASS_THROUGH =
            PasidEntry.PRESENT
                    | (long) PasidEntry.PGTT_PASS_THROUGH << PasidEntry.PGTT_SHIFT
                    | PasidEntry.AW_48 << PasidEntry.AW_SHIFT;

    private final PhysicalMemory memory;
    private final MemoryAllocator allocator;
    private final long root;
    private final long directory;

    /** Makes empty tables and turns translation on, as a driver's probe does. */
    RequesterTables(
            final Mmio registers, final PhysicalMemory memory, final MemoryAllocator allocator) {
        this.memory = memory;
        this.allocator = allocator;
        root = allocate();
        directory = allocate();
        final long pasids = allocate();
        memory.writeLong(directory, pasids | PasidEntry.PRESENT);
        for (int pasid = 0; pasid < PASIDS; pasid++) {
            final long at = pasids + (long) PasidEntry.BYTES * pasid;
            memory.writeLong(at + Long.BYTES, DID);
            memory.writeLong(at, PASS_THROUGH);
        }
        final long mode = (long) VtdRegisters.TTM_SCALABLE << VtdRegisters.TTM_SHIFT;
        registers.writeq(root | mode, VtdRegisters.RTADDR);
        final int levels = registers.readl(VtdRegisters.GSTS) & VtdRegisters.QIE;
        registers.writel(levels | VtdRegisters.SRTP, VtdRegisters.GCMD);
        registers.writel(levels | VtdRegisters.TE, VtdRegisters.GCMD);
    }

    private long allocate() {
        return allocator.allocCoherent(PAGE_BYTES).dmaAddress();
    }

    /** Lets a requester translate and ask for pages. */
    void allow(final int rid) {
        final int devfn = rid & DEVFN_MASK;
        final long half = devfn < HALF ? 0 : Long.BYTES;
        final long slot = root + (long) (rid >>> BUS_SHIFT) * RootEntry.BYTES + half;
        if (memory.readLong(slot) == 0) {
            memory.writeLong(slot, allocate() | RootEntry.PRESENT);
        }
        final long contexts = memory.readLong(slot) & RootEntry.TABLE_MASK;
        memory.writeLong(
                contexts + (long) (devfn % HALF) * ScalableContextEntry.BYTES,
                directory | ALLOWED | ScalableContextEntry.PRESENT);
    }
}
