// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.smmuv3.Commands;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a domain is attached: {@code smmu_domain->devices} of Linux 6.12, for the invalidation of
 * what devices cache themselves. Thread-safe; takes the command queue's lock.
 */
final class ArmSmmuAttachments {
    /** No SubstreamID: an attachment at the RID. */
    static final int RID = -1;

    private static final int PAGE_SHIFT = 12;

    /** A master and the SubstreamID, or {@link #RID}. */
    record Attachment(ArmSmmuMaster master, int ssid) {}

    private final List<Attachment> attachments = new ArrayList<>();
    private final ArmSmmuCommandBatch batch;

    ArmSmmuAttachments(final ArmSmmuCommandQueue queue) {
        this.batch = new ArmSmmuCommandBatch(queue);
    }

    /**
     * Enters an attachment, once. As in {@code arm_smmu_attach_prepare()} that comes before
     * anything leads to the domain: another thread may unmap as soon as a device can have cached
     * what is mapped.
     *
     * @return whether it was not there before
     */
    synchronized boolean add(final ArmSmmuMaster master, final int ssid) {
        final Attachment attachment = new Attachment(master, ssid);
        return !attachments.contains(attachment) && attachments.add(attachment);
    }

    synchronized void remove(final ArmSmmuMaster master, final int ssid) {
        attachments.remove(new Attachment(master, ssid));
    }

    synchronized List<Attachment> all() {
        return List.copyOf(attachments);
    }

    /**
     * Makes the devices forget a range ({@code arm_smmu_atc_inv_domain}). The TLB must have
     * forgotten before, or a device could fetch the old translation again.
     *
     * @param size bytes, or 0 for all addresses
     * @return 0 or {@code -ETIMEDOUT}
     */
    synchronized int invalidateAtc(final long iova, final long size) {
        boolean isAny = false;
        for (int i = 0; i < attachments.size(); i++) {
            final Attachment attachment = attachments.get(i);
            if (attachment.master().isAtsEnabled()) {
                isAny = true;
                addAtcInv(batch, attachment.master(), attachment.ssid(), iova, size);
            }
        }
        return isAny ? batch.submit() : 0;
    }

    /** Adds the commands for all streams of a master ({@code arm_smmu_atc_inv_master}). */
    static void addAtcInv(
            final ArmSmmuCommandBatch batch,
            final ArmSmmuMaster master,
            final int ssid,
            final long iova,
            final long size) {
        final long span = span(iova, size);
        for (int i = 0; i < master.streamCount(); i++) {
            batch.add(Commands.atcInv(master.streamId(i), ssid), span);
        }
    }

    /**
     * Word 1 of ATC_INV ({@code arm_smmu_atc_inv_to_cmd}): the smallest aligned power of two of
     * pages around a range.
     */
    static long span(final long iova, final long size) {
        if (size == 0) {
            return Commands.atcInvSpan(0, Commands.ATC_SIZE_ALL);
        }
        final long first = iova >>> PAGE_SHIFT;
        final long last = (iova + size - 1) >>> PAGE_SHIFT;
        final int log2 = Long.SIZE - Long.numberOfLeadingZeros(first ^ last);
        return Commands.atcInvSpan(first >>> log2 << log2 << PAGE_SHIFT, log2);
    }
}
