// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.kernel;

/**
 * A process's address space as an IOMMU driver meets it: {@code struct mm_struct} with {@code
 * mmu_notifier_register()}, {@code include/linux/mmu_notifier.h} of Linux 6.12. The kernel hands
 * the processor's own tables to the device. Here no processor walks any, so that a driver keeps
 * tables of its own and follows the address space by a {@link MmuNotifier}. Thread-safe.
 */
public interface AddressSpace {
    /**
     * Adds a follower. It is told of every page that is there already, then of every change.
     *
     * @param notifier who follows; called with the address space's lock held
     * @return 0; {@code -EINVAL} if the address space is gone; {@code -ENOMEM} if the follower has
     *     no memory for what is there: then it is not added
     */
    int register(MmuNotifier notifier);

    /**
     * Takes a follower away; it is not called any more once this returns. Nothing happens if it was
     * not added.
     *
     * @param notifier who followed
     */
    void unregister(MmuNotifier notifier);
}
