// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.sva;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.kernel.AddressSpace;
import io.iopf4j.api.kernel.MmuNotifier;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * A process's address space: {@code struct mm_struct} of Linux 6.12, as much of it as devices see.
 * An area says what may be accessed; its pages of 4 KiB come into being by faults and stay until
 * their area, or the process, ends. A fault on a page that is there allocates nothing.
 *
 * <p>Thread-safe: one lock ({@code mm->mmap_lock}), which is held while followers are called.
 */
public final class MmStruct implements AddressSpace {
    /** Areas end here at the latest: 48 bits of address. */
    public static final long TASK_SIZE = 1L << 48;

    private static final int PAGE_BYTES = 4096;
    private static final long PAGE_MASK = PAGE_BYTES - 1;
    private static final int ACCESS =
            IommuFault.PERM_READ | IommuFault.PERM_WRITE | IommuFault.PERM_EXEC;

    private final String name;
    private final DmaAllocator memory;
    private final Areas areas = new Areas();
    private final PageMap pages = new PageMap();
    private final List<MmuNotifier> notifiers = new ArrayList<>();
    private final List<DmaMemory> doomed = new ArrayList<>();
    private final LongConsumer clear = this::clear;
    private boolean isReleased;

    /** {@code mm_count}: the process itself, and each SVA domain. */
    private int references = 1;

    /** {@code mm->iommu_mm}: set once, by {@link IommuSva} under its lock. */
    private volatile IommuMm iommuMm;

    /**
     * An empty address space.
     *
     * @param name for messages, such as a process's name
     * @param memory where pages come from
     */
    public MmStruct(final String name, final DmaAllocator memory) {
        this.name = name;
        this.memory = memory;
    }

    // ---- The process ----------------------------------------------------------------------------

    /**
     * Maps an area ({@code mmap} with {@code MAP_FIXED_NOREPLACE}); no page is there yet.
     *
     * @param start first address, a multiple of 4 KiB
     * @param end first address after it, a multiple of 4 KiB, at most {@link #TASK_SIZE}
     * @param perm {@code IommuFault.PERM_} bits READ, WRITE and EXEC; none at all is an area that
     *     nobody may access
     * @return 0; {@code -EINVAL} for a range or bits that are none, or once the process has ended;
     *     {@code -EEXIST} if another area is in the way
     */
    public synchronized int mmap(final long start, final long end, final int perm) {
        if (isReleased || !isRange(start, end) || (perm & ~ACCESS) != 0) {
            return -Errno.EINVAL;
        }
        return areas.add(new Areas.Area(start, end, perm)) ? 0 : -Errno.EEXIST;
    }

    /**
     * Unmaps whatever lies in a range ({@code munmap}). Devices have forgotten its pages before
     * they are given away.
     *
     * @param start first address, a multiple of 4 KiB
     * @param end first address after it, a multiple of 4 KiB, at most {@link #TASK_SIZE}
     * @return 0, or {@code -EINVAL} for a range that is none
     */
    public synchronized int munmap(final long start, final long end) {
        if (!isRange(start, end)) {
            return -Errno.EINVAL;
        }
        areas.remove(start, end);
        zap(start, end);
        return 0;
    }

    /**
     * Gives the pages of a range away and leaves its areas, so that the next access faults ({@code
     * madvise} with {@code MADV_DONTNEED}).
     *
     * @param start first address, a multiple of 4 KiB
     * @param end first address after it, a multiple of 4 KiB, at most {@link #TASK_SIZE}
     * @return 0, or {@code -EINVAL} for a range that is none
     */
    public synchronized int dontNeed(final long start, final long end) {
        if (!isRange(start, end)) {
            return -Errno.EINVAL;
        }
        zap(start, end);
        return 0;
    }

    /**
     * Ends the process ({@code mmput} of the last user, {@code exit_mmap}): followers let go first,
     * then areas and pages go. Faults that come later, or were waiting, find nothing. The PASID
     * stays taken while a domain refers to it.
     */
    public void release() {
        synchronized (this) {
            if (isReleased) {
                return;
            }
            isReleased = true;
            for (final MmuNotifier notifier : notifiers) {
                notifier.released();
            }
            notifiers.clear();
            areas.clear();
            pages.removeRange(0, TASK_SIZE, addr -> {}, doomed);
            freeDoomed();
        }
        drop();
    }

    /**
     * Pages that are there.
     *
     * @return a count
     */
    public synchronized int pageCount() {
        return pages.size();
    }

    /**
     * Where a page is ({@code follow_page}).
     *
     * @param addr any address in the page
     * @return its physical address, or -1 if it is not there
     */
    public synchronized long physicalAddress(final long addr) {
        final DmaMemory page = pages.get(addr & ~PAGE_MASK);
        return page == null ? -1 : page.dmaAddress();
    }

    // ---- Faults ---------------------------------------------------------------------------------

    /**
     * Handles one request of a page request group: {@code iommu_sva_handle_mm()}, {@code
     * drivers/iommu/iommu-sva.c} of Linux 6.12, and {@code iopf_handle_single()}, {@code
     * drivers/iommu/io-pgfault.c} of 6.1, behind their ways to find the address space.
     *
     * @param fault the request
     * @return {@link PageResponseCode#INVALID} without PASID, else as {@link #handleMmFault}
     */
    public int handlePage(final IommuFault fault) {
        return fault.hasPasid()
                ? handleMmFault(fault.addr(), fault.perm())
                : PageResponseCode.INVALID;
    }

    /**
     * Brings a page in ({@code handle_mm_fault}). Any thread, no lock of the core held. Privileged
     * accesses are treated as others.
     *
     * @param addr any address in the page
     * @param perm {@code IommuFault.PERM_} bits that are wanted; with none of READ, WRITE and EXEC
     *     any area will do
     * @return {@link PageResponseCode#SUCCESS} if the page is there now; {@link
     *     PageResponseCode#INVALID} if the process has ended, no area is at the address, the area
     *     does not allow the access, or there is no memory. Never FAILURE
     */
    public synchronized int handleMmFault(final long addr, final int perm) {
        final Areas.Area area = areas.find(addr);
        if (area == null || (perm & ACCESS & ~area.perm()) != 0) {
            return PageResponseCode.INVALID;
        }
        return area.perm() == 0 || populate(addr & ~PAGE_MASK, area.perm()) == 0
                ? PageResponseCode.SUCCESS
                : PageResponseCode.INVALID;
    }

    /** Followers are told of a page that is there as well: one may have missed it for memory. */
    private int populate(final long addr, final int perm) {
        DmaMemory page = pages.get(addr);
        if (page == null) {
            page = memory.allocCoherent(PAGE_BYTES);
            if (page == null) {
                return -Errno.ENOMEM;
            }
            pages.put(addr, page);
        }
        int ret = 0;
        for (int i = 0; i < notifiers.size(); i++) {
            final int one = notifiers.get(i).populated(addr, page.dmaAddress(), perm);
            ret = ret == 0 ? one : ret;
        }
        return ret;
    }

    private void zap(final long start, final long end) {
        pages.removeRange(start, end, clear, doomed);
        if (doomed.isEmpty()) {
            return;
        }
        for (int i = 0; i < notifiers.size(); i++) {
            notifiers.get(i).invalidateSecondaryTlbs(start, end);
        }
        freeDoomed();
    }

    private void clear(final long addr) {
        for (int i = 0; i < notifiers.size(); i++) {
            notifiers.get(i).cleared(addr);
        }
    }

    private void freeDoomed() {
        for (int i = 0; i < doomed.size(); i++) {
            memory.freeCoherent(doomed.get(i));
        }
        doomed.clear();
    }

    private static boolean isRange(final long start, final long end) {
        return ((start | end) & PAGE_MASK) == 0 && start >= 0 && start < end && end <= TASK_SIZE;
    }

    // ---- Followers ------------------------------------------------------------------------------

    @Override
    public synchronized int register(final MmuNotifier notifier) {
        if (isReleased) {
            return -Errno.EINVAL;
        }
        final int ret =
                pages.forEach(
                        (addr, page) ->
                                notifier.populated(
                                        addr, page.dmaAddress(), areas.find(addr).perm()));
        if (ret == 0) {
            notifiers.add(notifier);
        }
        return ret;
    }

    @Override
    public synchronized void unregister(final MmuNotifier notifier) {
        notifiers.remove(notifier);
    }

    // ---- References -----------------------------------------------------------------------------

    /** {@code mmgrab()}. */
    synchronized void grab() {
        references++;
    }

    /** {@code mmdrop()}, whose last one gives the PASID back ({@code mm_pasid_drop}). */
    void drop() {
        synchronized (this) {
            if (--references > 0) {
                return;
            }
        }
        final IommuMm ours = iommuMm;
        if (ours != null) {
            ours.freePasid();
        }
    }

    IommuMm iommuMm() {
        return iommuMm;
    }

    void setIommuMm(final IommuMm iommuMm) {
        this.iommuMm = iommuMm;
    }

    @Override
    public String toString() {
        return name;
    }
}
