// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdRegisters;

/**
 * CCMD, IVA and the IOTLB register: invalidation without a queue, done when the store to the upper
 * half returns. While the queue is enabled, and in scalable mode, it is not for use: the command
 * bit stays set. VT-d specification, 6.5.1, 11.4.6.
 */
final class RegisterInvalidation {
    private static final long CONTEXT_BITS = 0xe000_0003_ffff_ffffL;
    private static final long IOTLB_BITS = 0xb003_ffff_0000_0000L;
    private static final int GRANULARITY = 3;
    private static final int PAGE_SHIFT = 12;
    private static final int MASK_BITS = 0x3f;

    private final VtdCapabilities capabilities;
    private final Translator translator;
    private final InvalidationQueue queue;
    private long context;
    private long iotlb;
    private long address;

    RegisterInvalidation(
            final VtdConfig config, final Translator translator, final InvalidationQueue queue) {
        this.capabilities = config.capabilities();
        this.translator = translator;
        this.queue = queue;
    }

    long context() {
        return context;
    }

    long iotlb() {
        return iotlb;
    }

    /** IVA, which reads as zero. */
    void setAddress(final long value, final long written) {
        address = (address & ~written) | (value & written);
    }

    private boolean isUsable() {
        return !queue.isEnabled() && translator.mode() != VtdRegisters.TTM_SCALABLE;
    }

    /**
     * CCMD.
     *
     * @param written the bits that the store covers
     */
    void setContext(final long value, final long written) {
        final long mask = written & CONTEXT_BITS;
        context = (context & ~mask) | (value & mask);
        if ((mask & context) >= 0 || !isUsable()) {
            return;
        }
        final int asked = (int) (context >>> VtdRegisters.CCMD_CIRG_SHIFT) & GRANULARITY;
        if (asked != 0) {
            translator.invalidateContexts(
                    asked,
                    (int) context & 0xffff,
                    (int) (context >>> VtdRegisters.CCMD_SID_SHIFT) & 0xffff,
                    (int) (context >>> VtdRegisters.CCMD_FM_SHIFT) & 3);
        }
        context &= CONTEXT_BITS & ~VtdRegisters.CCMD_ICC;
        context |= (long) asked << VtdRegisters.CCMD_CAIG_SHIFT;
    }

    /**
     * The IOTLB register.
     *
     * @param written the bits that the store covers
     */
    void setIotlb(final long value, final long written) {
        final long mask = written & IOTLB_BITS;
        iotlb = (iotlb & ~mask) | (value & mask);
        if ((mask & iotlb) >= 0 || !isUsable()) {
            return;
        }
        final int done = invalidateIotlb();
        iotlb &= IOTLB_BITS & ~VtdRegisters.IOTLB_IVT;
        iotlb |= (long) done << VtdRegisters.IOTLB_IAIG_SHIFT;
    }

    /** What was done, 0 for nothing. */
    private int invalidateIotlb() {
        int granularity = (int) (iotlb >>> VtdRegisters.IOTLB_IIRG_SHIFT) & GRANULARITY;
        final int mask = (int) address & MASK_BITS;
        if (granularity == Invalidation.IOTLB_PAGES && !capabilities.hasCap(VtdCapabilities.PSI)) {
            granularity = Invalidation.IOTLB_DOMAIN;
        }
        if (granularity == 0
                || (granularity == Invalidation.IOTLB_PAGES
                        && mask > capabilities.maxAddressMask())) {
            return 0;
        }
        translator.invalidateIotlb(
                granularity,
                (int) (iotlb >>> VtdRegisters.IOTLB_DID_SHIFT) & 0xffff,
                address >>> PAGE_SHIFT << PAGE_SHIFT,
                mask,
                (address & Invalidation.IH) != 0);
        return granularity;
    }
}
