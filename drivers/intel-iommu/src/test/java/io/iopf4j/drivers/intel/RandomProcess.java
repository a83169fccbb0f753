// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.core.sva.MmStruct;

/** A process's address space: one area, whose pages come and go. */
final class RandomProcess extends RandomDomain {
    private static final int AREA = IommuFault.PERM_READ | IommuFault.PERM_WRITE;

    private final MmStruct mm;

    private RandomProcess(final IntelBench bench, final MmStruct mm) {
        super(bench.iommu.ops().domainAllocSva(null, mm));
        this.mm = mm;
        domain.setIopfHandler(bench::keepFaults);
    }

    /** With pages at addresses from there on. */
    static RandomProcess of(final IntelBench bench, final long start, final long pages) {
        final MmStruct mm = new MmStruct("mm", bench.allocator);
        assertEquals(0, mm.mmap(start, start + pages * PAGE_BYTES, AREA));
        return new RandomProcess(bench, mm);
    }

    /** Where they lead, memory says; what one may do, the area. */
    @Override
    void map(final long iova, final long target, final long pages, final int perm) {
        for (long i = 0; i < pages; i++) {
            assertEquals(
                    PageResponseCode.SUCCESS,
                    mm.handleMmFault(iova + i * PAGE_BYTES, IommuFault.PERM_WRITE));
        }
    }

    @Override
    void unmap(final long iova, final long pages) {
        assertEquals(0, mm.dontNeed(iova, iova + pages * PAGE_BYTES));
    }

    @Override
    boolean allows(final long iova, final int perm) {
        return (perm & ~AREA) == 0 && mm.physicalAddress(iova) >= 0;
    }

    @Override
    long physical(final long iova) {
        final long page = mm.physicalAddress(iova);
        return page < 0 ? NOWHERE : page + (iova & (PAGE_BYTES - 1));
    }

    /** The process ends while devices are at work still: nothing is there any more. */
    void end() {
        mm.release();
    }

    @Override
    void free() {
        mm.release();
        domain.free();
    }

    @Override
    boolean isForRequesters() {
        return false;
    }
}
