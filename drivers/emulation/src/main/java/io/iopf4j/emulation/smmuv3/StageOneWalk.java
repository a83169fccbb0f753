// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.PageDescriptor;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.PhysicalMemory;

/**
 * The stage 1 walk below TTB0: granules of 4, 16 and 64 KiB, tables, blocks and pages, access flag
 * and permissions. Arm ARM, D8.2; IHI 0070, 3.4 and 7.3. The upper half of the address space (TTB1)
 * is not modelled: an address there faults as if EPD1 were set.
 */
final class StageOneWalk {
    static final int OAS_BITS = 48;
    private static final int LAST_LEVEL = 3;
    private static final int[] GRANULE_SHIFT = {12, 16, 14};

    private final PhysicalMemory memory;
    private final Translation result;

    StageOneWalk(final PhysicalMemory memory, final Translation result) {
        this.memory = memory;
        this.result = result;
    }

    int outputBits(final long cd0) {
        return Math.min(OAS_BITS, SmmuRegisters.addressBits(ContextDescriptor.ips(cd0)));
    }

    void walk(final long cd0, final long cd1, final long iova, final long attributes) {
        final int inputBits = 64 - ContextDescriptor.t0sz(cd0);
        final long address =
                (cd0 & ContextDescriptor.TBI0) != 0 ? iova & 0x00ff_ffff_ffff_ffffL : iova;
        if ((cd0 & ContextDescriptor.EPD0) != 0 || address >>> inputBits != 0) {
            fault(Events.F_TRANSLATION, cd0, iova, attributes);
            return;
        }
        final int granule = GRANULE_SHIFT[ContextDescriptor.tg0(cd0)];
        final int stride = granule - 3;
        final int outputBits = outputBits(cd0);
        long table = cd1 & ContextDescriptor.TTB_MASK;
        long tableAttributes = 0;
        for (int level = 4 - (inputBits - 4) / stride; ; level++) {
            final int shift = granule + stride * (LAST_LEVEL - level);
            final int indexBits = Math.min(stride, inputBits - shift);
            final long index = address >>> shift & ((1L << indexBits) - 1);
            final long descriptorAddress = table + index * Long.BYTES;
            if (!memory.contains(descriptorAddress, Long.BYTES)) {
                externalAbort(descriptorAddress, iova, attributes);
                return;
            }
            final long descriptor = memory.readLong(descriptorAddress);
            final boolean isTableOrPage =
                    (descriptor & PageDescriptor.TABLE_OR_PAGE) == PageDescriptor.TABLE_OR_PAGE;
            final boolean isLeaf = level == LAST_LEVEL ? isTableOrPage : !isTableOrPage;
            if ((descriptor & PageDescriptor.VALID) == 0
                    || (level == LAST_LEVEL && !isTableOrPage)
                    || (level < LAST_LEVEL && !isTableOrPage && !mayBeBlock(level, granule))) {
                fault(Events.F_TRANSLATION, cd0, iova, attributes);
                return;
            }
            final long next = descriptor & PageDescriptor.ADDRESS_MASK & -(1L << granule);
            if (next >>> outputBits != 0) {
                fault(Events.F_ADDR_SIZE, cd0, iova, attributes);
                return;
            }
            if (isLeaf) {
                leaf(descriptor, tableAttributes, shift, address, cd0, iova, attributes);
                return;
            }
            tableAttributes |= descriptor;
            table = next;
        }
    }

    private static boolean mayBeBlock(final int level, final int granule) {
        return level == 2 || (level == 1 && granule == 12);
    }

    private void leaf(
            final long descriptor,
            final long tableAttributes,
            final int shift,
            final long address,
            final long cd0,
            final long iova,
            final long attributes) {
        if ((descriptor & PageDescriptor.AF) == 0 && (cd0 & ContextDescriptor.AFFD) == 0) {
            fault(Events.F_ACCESS, cd0, iova, attributes);
            return;
        }
        if (!isAllowed(descriptor, tableAttributes, attributes)) {
            fault(Events.F_PERMISSION, cd0, iova, attributes);
            return;
        }
        final long offsetMask = (1L << shift) - 1;
        result.translated(
                (descriptor & PageDescriptor.ADDRESS_MASK & ~offsetMask) | (address & offsetMask));
    }

    /** APTable, XNTable of the tables above only take away. Arm ARM, D8.4. */
    private static boolean isAllowed(final long leaf, final long tables, final long attributes) {
        final boolean isPrivileged = (attributes & Events.PNU) != 0;
        final boolean isFetch = (attributes & Events.IND) != 0;
        final boolean isWrite = (attributes & Events.RNW) == 0;
        if (!isPrivileged
                && ((leaf & PageDescriptor.AP_UNPRIVILEGED) == 0
                        || (tables & PageDescriptor.APTABLE_NO_UNPRIVILEGED) != 0)) {
            return false;
        }
        if (isWrite
                && ((leaf & PageDescriptor.AP_READ_ONLY) != 0
                        || (tables & PageDescriptor.APTABLE_READ_ONLY) != 0)) {
            return false;
        }
        final long never = isPrivileged ? PageDescriptor.PXN : PageDescriptor.UXN;
        final long neverBelow = isPrivileged ? PageDescriptor.PXN_TABLE : PageDescriptor.UXN_TABLE;
        return !isFetch || ((leaf & never) == 0 && (tables & neverBelow) == 0);
    }

    private void fault(final int number, final long cd0, final long iova, final long attributes) {
        result.translationFault(
                number,
                attributes,
                iova,
                (cd0 & ContextDescriptor.S) != 0,
                (cd0 & ContextDescriptor.R) != 0,
                (cd0 & ContextDescriptor.A) != 0);
    }

    private void externalAbort(final long fetch, final long iova, final long attributes) {
        result.outcome = Translation.Outcome.ABORT;
        result.event(
                Events.F_WALK_EABT,
                true,
                attributes | Events.classBits(Events.CLASS_TTD),
                iova,
                fetch);
    }
}
