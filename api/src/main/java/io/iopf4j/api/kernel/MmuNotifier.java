// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.kernel;

/**
 * Who follows an address space: {@code struct mmu_notifier_ops}, {@code
 * include/linux/mmu_notifier.h} of Linux 6.12, and the two changes of page tables that the kernel
 * need not tell anybody, because the device walks the very same tables. Called with the address
 * space's lock held, one call at a time; must not call back into it.
 */
public interface MmuNotifier {
    /**
     * A page is there: the device's next walk must find it. Also called for a page that is known.
     *
     * @param addr virtual address of the page, a multiple of 4 KiB
     * @param paddr its physical address
     * @param perm {@code IommuFault.PERM_} bits that are allowed
     * @return 0, or {@code -ENOMEM} without memory for a table
     */
    int populated(long addr, long paddr, int perm);

    /**
     * A page goes: no walk finds it from now on. What is cached of it, {@link
     * #invalidateSecondaryTlbs} ends.
     *
     * @param addr virtual address of the page, a multiple of 4 KiB; it may be unknown
     */
    void cleared(long addr);

    /**
     * Makes the device forget translations ({@code arch_invalidate_secondary_tlbs}). The pages are
     * given to others as soon as this returns.
     *
     * @param start first address, a multiple of 4 KiB
     * @param end first address after the range, a multiple of 4 KiB
     */
    void invalidateSecondaryTlbs(long start, long end);

    /**
     * The process has ended ({@code release}): the device must reach nothing of it once this
     * returns, and there are no further calls.
     */
    void released();
}
