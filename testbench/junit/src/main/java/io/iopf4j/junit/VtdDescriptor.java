// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.PageResponse;
import java.util.HashMap;
import java.util.Map;

/**
 * Descriptors of VT-d's invalidation queue, by the short names of the specification, 6.5.2 and
 * 7.5.1, with their fields.
 */
public enum VtdDescriptor implements Expected {
    /** Invalidate context entries. */
    CC_INV(Invalidation.CONTEXT_CACHE),
    /** Invalidate translations. */
    IOTLB_INV(Invalidation.IOTLB),
    /** Invalidate a device's translations. */
    DEV_TLB_INV(Invalidation.DEVICE_TLB),
    /** Invalidate interrupt entries. */
    IEC_INV(Invalidation.INTERRUPT_ENTRY_CACHE),
    /** Wait for all older descriptors. */
    INV_WAIT(Invalidation.WAIT),
    /** Invalidate translations of a PASID. */
    P_IOTLB_INV(Invalidation.PASID_IOTLB),
    /** Invalidate PASID entries. */
    PC_INV(Invalidation.PASID_CACHE),
    /** Invalidate a device's translations of a PASID. */
    P_DEV_TLB_INV(Invalidation.PASID_DEVICE_TLB),
    /** Answer a page request group. */
    PAGE_GRP_RESP(Invalidation.PAGE_GROUP_RESPONSE),
    /** Answer a page request of a stream. */
    PAGE_STRM_RESP(Invalidation.PAGE_STREAM_RESPONSE);

    private static final Map<Integer, VtdDescriptor> BY_TYPE = new HashMap<>();
    private static final int DID_SHIFT = 16;
    private static final int PASID_SHIFT = 32;
    private static final int SID_SHIFT = 32;
    private static final int PASID_SID_SHIFT = 16;
    private static final int STATUS_SHIFT = 32;
    private static final int PASID_MASK = 0xf_ffff;
    private static final int DID_MASK = 0xffff;
    private static final long PAGE_MASK = ~0xfffL;
    private static final int REV2_CODE_MASK = 0xf;

    static {
        for (final VtdDescriptor descriptor : values()) {
            BY_TYPE.put(descriptor.type, descriptor);
        }
    }

    private final int type;

    VtdDescriptor(final int type) {
        this.type = type;
    }

    @Override
    public String entryName() {
        return name();
    }

    /** Decodes a descriptor; one that there is not shows its words. */
    static Entry decode(final long timeNs, final long[] words, final boolean isRevision2) {
        final VtdDescriptor descriptor = BY_TYPE.get(Invalidation.type(words[0]));
        if (descriptor == null) {
            return new Entry(timeNs, "type 0x" + Integer.toHexString(Invalidation.type(words[0])))
                    .with("qw0", words[0])
                    .with("qw1", words[1]);
        }
        final Entry entry = new Entry(timeNs, descriptor.name());
        final long granularity = words[0] >>> Invalidation.GRANULARITY_SHIFT & 3;
        final long did = words[0] >>> DID_SHIFT & DID_MASK;
        final long pasid = words[0] >>> PASID_SHIFT & PASID_MASK;
        return switch (descriptor) {
            case CC_INV ->
                    entry.with("G", granularity)
                            .with("DID", did)
                            .with("SID", words[0] >>> SID_SHIFT & DID_MASK);
            case IOTLB_INV ->
                    entry.with("G", granularity)
                            .with("DID", did)
                            .with("Addr", words[1] & PAGE_MASK);
            case P_IOTLB_INV ->
                    entry.with("G", granularity)
                            .with("DID", did)
                            .with("PASID", pasid)
                            .with("Addr", words[1] & PAGE_MASK);
            case PC_INV -> entry.with("G", granularity).with("DID", did).with("PASID", pasid);
            case DEV_TLB_INV ->
                    entry.with("SID", words[0] >>> SID_SHIFT & DID_MASK)
                            .with("Addr", words[1] & PAGE_MASK);
            case P_DEV_TLB_INV ->
                    entry.with("SID", words[0] >>> PASID_SID_SHIFT & DID_MASK)
                            .with("PASID", pasid)
                            .with("Addr", words[1] & PAGE_MASK);
            case INV_WAIT ->
                    entry.with("IF", bit(words[0], Invalidation.WAIT_IF))
                            .with("SW", bit(words[0], Invalidation.WAIT_SW))
                            .with("FN", bit(words[0], Invalidation.WAIT_FN))
                            .with("StatusData", words[0] >>> STATUS_SHIFT)
                            .with("StatusAddr", words[1]);
            case PAGE_GRP_RESP -> group(entry, words, isRevision2);
            case PAGE_STRM_RESP ->
                    entry.with("RID", PageResponse.streamRid(words[0], words[1]))
                            .with("PASID", PageResponse.streamPasid(words[0]))
                            .with("RespCode", words[1] & REV2_CODE_MASK);
            case IEC_INV -> entry;
        };
    }

    private static Entry group(final Entry entry, final long[] words, final boolean isRevision2) {
        entry.with("RID", PageResponse.rid(words[0]))
                .withIf((words[0] & PageResponse.PP) != 0, "PASID", PageResponse.pasid(words[0]));
        return isRevision2
                ? entry.with("PRGIndex", PageResponse.rev2Group(words[1]))
                        .with("RespCode", words[1] & REV2_CODE_MASK)
                : entry.with("PRGIndex", PageResponse.group(words[1]))
                        .with("RespCode", PageResponse.code(words[0]));
    }

    private static long bit(final long word, final long which) {
        return (word & which) != 0 ? 1 : 0;
    }
}
