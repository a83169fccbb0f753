// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.PageResponse;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.emulation.IommuModel;
import io.iopf4j.emulation.PcieBus;
import io.iopf4j.emulation.parts.NotModelledUses;

/**
 * What the descriptors of the invalidation queue do, all but waits.
 *
 * <p>A page group response goes to the device whether or not LPIG is set in it: nothing is kept of
 * the requests of a group that a response could be compared with, and QEMU's model (10.2, {@code
 * vtd_process_page_group_response_desc()}) does not look at LPIG either. A device that is not
 * waiting for it takes it for an unexpected one.
 */
final class DescriptorWork {
    private static final int ALL_BITS = 64;
    private static final int REV2_CODE = 0xf;

    private final VtdCapabilities capabilities;
    private final boolean isRevision2;
    private final DescriptorRules rules;
    private final Translator translator;
    private final VtdObserver observer;
    private final NotModelledUses<VtdNotModelled> notModelled;
    private PcieBus bus = PcieBus.EMPTY;

    DescriptorWork(
            final VtdConfig config,
            final DescriptorRules rules,
            final Translator translator,
            final VtdObserver observer,
            final NotModelledUses<VtdNotModelled> notModelled) {
        capabilities = config.capabilities();
        isRevision2 = config.isRevision2();
        this.rules = rules;
        this.translator = translator;
        this.observer = observer;
        this.notModelled = notModelled;
    }

    void connect(final PcieBus devices) {
        bus = devices;
    }

    /** Does what a sound descriptor says; false if a device did not answer in time. */
    boolean execute(final long qw0, final long qw1) {
        switch (rules.type(qw0)) {
            case Invalidation.CONTEXT_CACHE ->
                    translator.invalidateContexts(
                            DescriptorRules.granularity(qw0),
                            did(qw0),
                            sid(qw0),
                            (int) (qw0 >>> 48) & 3);
            case Invalidation.IOTLB -> invalidateIotlb(qw0, qw1);
            case Invalidation.PASID_IOTLB -> invalidatePasidIotlb(qw0, qw1);
            case Invalidation.PASID_CACHE ->
                    translator.invalidatePasids(
                            DescriptorRules.granularity(qw0), did(qw0), pasid(qw0));
            case Invalidation.DEVICE_TLB -> {
                return invalidateDevice(
                        sid(qw0),
                        IommuModel.NO_SUBSTREAM,
                        false,
                        qw1,
                        Invalidation.DEVICE_TLB_SIZE);
            }
            case Invalidation.PASID_DEVICE_TLB -> {
                return invalidateDevice(
                        did(qw0),
                        pasid(qw0),
                        (qw1 & Invalidation.PASID_DEVICE_TLB_GLOBAL) != 0,
                        qw1,
                        Invalidation.PASID_DEVICE_TLB_SIZE);
            }
            case Invalidation.PAGE_GROUP_RESPONSE -> answerGroup(qw0, qw1);
            case Invalidation.PAGE_STREAM_RESPONSE -> answerOne(qw0, qw1);
            default -> notModelled.report(VtdNotModelled.INTERRUPT_REMAPPING);
        }
        return true;
    }

    /** Whose time-out it was. */
    int deviceOf(final long qw0) {
        return rules.type(qw0) == Invalidation.DEVICE_TLB ? sid(qw0) : did(qw0);
    }

    /** Bits 31:16: a domain id, or the source id of a PASID device TLB invalidation. */
    private static int did(final long qw0) {
        return (int) (qw0 >>> 16) & 0xffff;
    }

    private static int sid(final long qw0) {
        return (int) (qw0 >>> 32) & 0xffff;
    }

    private static int pasid(final long qw0) {
        return (int) (qw0 >>> 32) & 0xf_ffff;
    }

    private static boolean leavesOnly(final long qw1) {
        return (qw1 & Invalidation.IH) != 0;
    }

    private void invalidateIotlb(final long qw0, final long qw1) {
        final int asked = DescriptorRules.granularity(qw0);
        final boolean isTooFine =
                asked == Invalidation.IOTLB_PAGES && !capabilities.hasCap(VtdCapabilities.PSI);
        translator.invalidateIotlb(
                isTooFine ? Invalidation.IOTLB_DOMAIN : asked,
                did(qw0),
                qw1 & -0x1000L,
                DescriptorRules.mask(qw1),
                leavesOnly(qw1));
    }

    /** Revision 2 has two more granularities, both for all PASIDs of a domain. */
    private void invalidatePasidIotlb(final long qw0, final long qw1) {
        final int granularity = DescriptorRules.granularity(qw0);
        if (granularity < Invalidation.PASID_IOTLB_ALL) {
            translator.invalidateIotlb(Invalidation.IOTLB_DOMAIN, did(qw0), 0, 0, false);
        } else {
            translator.invalidatePasidIotlb(
                    granularity,
                    did(qw0),
                    pasid(qw0),
                    qw1 & -0x1000L,
                    DescriptorRules.mask(qw1),
                    leavesOnly(qw1));
        }
    }

    private boolean invalidateDevice(
            final int rid,
            final int pasid,
            final boolean isGlobal,
            final long qw1,
            final long sizeBit) {
        final int log2 = Invalidation.rangeLog2(qw1, sizeBit);
        final long start = log2 == ALL_BITS ? 0 : qw1 & (-1L << log2);
        return bus.invalidateTranslations(rid, pasid, isGlobal, start, log2);
    }

    private void answerGroup(final long qw0, final long qw1) {
        final int rid = PageResponse.rid(qw0);
        final int pasid = PageResponse.pasid(qw0);
        final int code = isRevision2 ? (int) qw1 & REV2_CODE : PageResponse.code(qw0);
        final int group = isRevision2 ? PageResponse.rev2Group(qw1) : PageResponse.group(qw1);
        observer.responseSent(rid, pasid, group, code);
        bus.pageRequestResponse(rid, pasid, code, group);
    }

    private void answerOne(final long qw0, final long qw1) {
        final int rid = PageResponse.streamRid(qw0, qw1);
        final int pasid = PageResponse.streamPasid(qw0);
        final int code = (int) qw1 & REV2_CODE;
        final int group = PageResponse.rev2Group(qw0);
        observer.responseSent(rid, pasid, group, code);
        bus.pageStreamResponse(rid, pasid, code, group, qw1 & -0x1000L);
    }
}
