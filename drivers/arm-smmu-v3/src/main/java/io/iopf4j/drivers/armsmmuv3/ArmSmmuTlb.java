// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;

/**
 * TLB invalidation of a domain: {@code arm_smmu_tlb_inv_range_domain()} and what it calls, Linux
 * 6.12. Returns when the hardware has forgotten. Thread-safe; takes the command queue's lock and
 * allocates nothing.
 */
final class ArmSmmuTlb {
    /** log2 of the pages of this driver's tables. */
    static final int PAGE_SHIFT = 12;

    private static final int RANGE_NUM_MAX = 31;
    private static final int RANGE_SCALE_MAX = 31;
    private static final long OPCODE_MASK = 0xff;
    private static final long VMID_MASK = 0xffffL << 32;

    private final ArmSmmuFeatures features;
    private final ArmSmmuCommandQueue queue;
    private final ArmSmmuCommandBatch batch;

    ArmSmmuTlb(final ArmSmmuFeatures features, final ArmSmmuCommandQueue queue) {
        this.features = features;
        this.queue = queue;
        this.batch = new ArmSmmuCommandBatch(queue);
    }

    /** Forgets all of an ASID ({@code arm_smmu_tlb_inv_asid}). */
    int invalidateAsid(final int asid) {
        return queue.issueWithSync(ofWorld(Commands.tlbiNhAsid(0, asid), CmdqOp.TLBI_EL2_ASID), 0);
    }

    /** Forgets a range of an ASID ({@code arm_smmu_tlb_inv_range_asid}). */
    int invalidateAsidRange(
            final int asid,
            final long iova,
            final long size,
            final int granuleLog2,
            final boolean leaf) {
        return invalidateRange(
                ofWorld(Commands.tlbiNhVa(0, asid), CmdqOp.TLBI_EL2_VA),
                iova,
                size,
                granuleLog2,
                leaf);
    }

    private long ofWorld(final long word0, final int el2) {
        return features.e2h() ? (word0 & ~OPCODE_MASK & ~VMID_MASK) | el2 : word0;
    }

    /**
     * Forgets a range ({@code __arm_smmu_tlb_inv_range}).
     *
     * @param word0 of a command by address, without a range
     * @param iova first address, aligned to the granule
     * @param size bytes, a multiple of 4 KiB; 0 for none
     * @param granuleLog2 log2 of the pages or blocks that were mapped there
     * @param leaf whether entries of the last level suffice: no table has gone
     * @return 0 or {@code -ETIMEDOUT}
     */
    synchronized int invalidateRange(
            final long word0,
            final long iova,
            final long size,
            final int granuleLog2,
            final boolean leaf) {
        if (size == 0) {
            return 0;
        }
        if (features.rangeInvalidation()) {
            addRanges(word0, iova, size, granuleLog2, leaf);
        } else {
            for (long done = 0; done < size; done += 1L << granuleLog2) {
                batch.add(word0, Commands.tlbiAddress(iova + done, leaf));
            }
        }
        return batch.submit();
    }

    /** Small pieces first: scale grows, and each command takes five bits of the count. */
    private void addRanges(
            final long word0,
            final long iova,
            final long size,
            final int granuleLog2,
            final boolean leaf) {
        long pages = size >>> PAGE_SHIFT;
        int ttl = 0;
        if (leaf) {
            ttl = 4 - (granuleLog2 - 3) / (PAGE_SHIFT - 3);
        } else if ((pages & RANGE_NUM_MAX) == 1) {
            // A single page at any level is how the architecture spells a reserved command.
            pages++;
        }
        final int granule = (PAGE_SHIFT - 10) / 2;
        long at = iova;
        while (pages > 0) {
            final int scale = Math.min(Long.numberOfTrailingZeros(pages), RANGE_SCALE_MAX);
            final long left = pages >>> scale;
            // Of the largest scale there may be more than one command takes.
            final int num =
                    scale < RANGE_SCALE_MAX
                            ? (int) left & RANGE_NUM_MAX
                            : (int) Math.min(left, RANGE_NUM_MAX);
            batch.add(
                    Commands.withRange(word0, num - 1, scale),
                    Commands.tlbiRange(at, leaf, granule, ttl));
            at += (long) num << (scale + PAGE_SHIFT);
            pages -= (long) num << scale;
        }
    }
}
