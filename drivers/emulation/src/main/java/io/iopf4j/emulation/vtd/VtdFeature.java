// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.vtd.VtdCapabilities;

/**
 * What an integrator builds into a remapping unit or leaves out, each with the capability bits by
 * which software learns of it. Intel VT-d specification, 11.4.2 and 11.4.3.
 */
public enum VtdFeature {
    /** Queued invalidation; scalable mode needs it. */
    QI(0, VtdCapabilities.QI),
    /** Device TLBs: translation requests, translated requests and their invalidation. */
    DEVICE_TLB(0, VtdCapabilities.DT),
    /** Page requests; needs {@link #PASID} and {@link #DEVICE_TLB}. */
    PAGE_REQUESTS(0, VtdCapabilities.PRS),
    /** Wait descriptors that drain page requests; needs {@link #PAGE_REQUESTS}. */
    PAGE_REQUEST_DRAIN(0, VtdCapabilities.PDS),
    /** Requests with PASID. */
    PASID(0, VtdCapabilities.PASID),
    /** Scalable mode. */
    SCALABLE(0, VtdCapabilities.SMTS),
    /** First stage in scalable mode. */
    FIRST_STAGE(0, VtdCapabilities.FLTS),
    /** Second stage in scalable mode. */
    SECOND_STAGE(0, VtdCapabilities.SLTS),
    /** First stage on second stage; needs both. */
    NESTED(0, VtdCapabilities.NEST),
    /** Pass-through. */
    PASS_THROUGH(0, VtdCapabilities.PT),
    /** Requests that ask to execute. */
    EXECUTE_REQUESTS(0, VtdCapabilities.ERS),
    /** Privileged requests. */
    SUPERVISOR_REQUESTS(0, VtdCapabilities.SRS),
    /** The extended accessed flag. */
    EXTENDED_ACCESSED(0, VtdCapabilities.EAFS),
    /** Accessed and dirty flags in the second stage. */
    SECOND_STAGE_ACCESSED_DIRTY(0, VtdCapabilities.SLADS),
    /** The context entry's RID_PASID counts. */
    RID_PASID(0, VtdCapabilities.RPS),
    /** The context entry's RID_PRIV counts. */
    RID_PRIV(0, VtdCapabilities.RPRIVS),
    /** The root table mode in which every access is refused. */
    ABORT_DMA(0, VtdCapabilities.ADMS),
    /** Device TLB invalidations name a physical function. */
    PHYSICAL_FUNCTIONS(0, VtdCapabilities.DIT),
    /** Snoop control. */
    SNOOP_CONTROL(0, VtdCapabilities.SC),
    /** Root, context and PASID tables are read coherently. */
    COHERENT(0, VtdCapabilities.C),
    /** So are the translation tables of scalable mode. */
    COHERENT_WALKS(0, VtdCapabilities.SMPWCS),
    /** Page-selective IOTLB invalidation. */
    PAGE_SELECTIVE(VtdCapabilities.PSI, 0),
    /** A region below 4 GiB that devices do not reach. */
    PROTECTED_LOW_MEMORY(VtdCapabilities.PLMR, 0),
    /** Another one, anywhere. */
    PROTECTED_HIGH_MEMORY(VtdCapabilities.PHMR, 0),
    /** Entries that are not present may be cached. */
    CACHING_MODE(VtdCapabilities.CM, 0),
    /** Setting the root table pointer invalidates all. */
    SET_ROOT_INVALIDATES(VtdCapabilities.ESRTPS, 0),
    /** Second-stage tables of three levels, 39 bits. */
    THREE_LEVEL((long) VtdCapabilities.SAGAW_39 << 8, 0),
    /** Tables of five levels, 57 bits, in both stages. */
    FIVE_LEVEL((long) VtdCapabilities.SAGAW_57 << 8 | VtdCapabilities.FL5LP, 0),
    /** Second-stage pages of 2 MiB. */
    SECOND_STAGE_2M(1L << 34, 0),
    /** Second-stage pages of 1 GiB. */
    SECOND_STAGE_1G(1L << 35, 0),
    /** First-stage pages of 1 GiB. */
    FIRST_STAGE_1G(VtdCapabilities.FS1GP, 0);

    private final long cap;
    private final long ecap;

    VtdFeature(final long cap, final long ecap) {
        this.cap = cap;
        this.ecap = ecap;
    }

    /**
     * Builds it in.
     *
     * @param capabilities what there is
     * @return what there is with it
     */
    public VtdCapabilities with(final VtdCapabilities capabilities) {
        return new VtdCapabilities(capabilities.cap() | cap, capabilities.ecap() | ecap);
    }

    /**
     * Leaves it out.
     *
     * @param capabilities what there is
     * @return what there is without it
     */
    public VtdCapabilities without(final VtdCapabilities capabilities) {
        return new VtdCapabilities(capabilities.cap() & ~cap, capabilities.ecap() & ~ecap);
    }
}
