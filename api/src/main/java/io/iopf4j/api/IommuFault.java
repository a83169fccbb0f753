// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/**
 * One device fault in any of the kernel's generations: {@code struct iommu_fault} with its two
 * kinds of {@code include/uapi/linux/iommu.h}, Linux 5.3 to 6.1; {@code struct iommu_fault_event}
 * of the 2017 and 2018 series; {@code struct iommu_fault} of {@code include/linux/iommu.h}, Linux
 * 6.12, which knows page requests alone. Types and flags are numbered as in 5.x; what crosses a
 * boundary is renumbered there. A field that a generation lacks is 0 in it.
 *
 * <p>Mutable, so that a driver's event thread fills one instance over and over and a warm fault
 * cycle allocates nothing; whoever keeps a fault copies it. Not thread-safe: it belongs to whoever
 * fills it until the call that it is handed to returns.
 */
public class IommuFault {
    /** An unrecoverable fault ({@code IOMMU_FAULT_DMA_UNRECOV}); not reported in 6.12. */
    public static final int TYPE_DMA_UNRECOV = 1;

    /** A page request ({@code IOMMU_FAULT_PAGE_REQ}): 2 until 6.1, 1 and the only type in 6.12. */
    public static final int TYPE_PAGE_REQ = 2;

    /** {@link #pasid()} is meaningful ({@code IOMMU_FAULT_PAGE_REQUEST_PASID_VALID}). */
    public static final int FLAG_PASID_VALID = 1;

    /** Last request of its group ({@code IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE}). */
    public static final int FLAG_LAST_PAGE = 1 << 1;

    /** {@link #privateData0()} is meaningful ({@code IOMMU_FAULT_PAGE_REQUEST_PRIV_DATA}), 5.x. */
    public static final int FLAG_PRIV_DATA = 1 << 2;

    /**
     * The response must carry the PASID ({@code IOMMU_FAULT_PAGE_RESPONSE_NEEDS_PASID}): bit 3 in
     * 5.9 to 6.1, bit 2 in 6.12, absent before.
     */
    public static final int FLAG_NEEDS_PASID = 1 << 3;

    /** Of an unrecoverable fault: {@link #pasid()} is meaningful. */
    public static final int UNRECOV_PASID_VALID = 1;

    /** Of an unrecoverable fault: {@link #addr()} is meaningful. */
    public static final int UNRECOV_ADDR_VALID = 1 << 1;

    /** Of an unrecoverable fault: {@link #fetchAddr()} is meaningful. */
    public static final int UNRECOV_FETCH_ADDR_VALID = 1 << 2;

    /** Read access ({@code IOMMU_FAULT_PERM_READ}). */
    public static final int PERM_READ = 1;

    /** Write access ({@code IOMMU_FAULT_PERM_WRITE}). */
    public static final int PERM_WRITE = 1 << 1;

    /** Instruction fetch ({@code IOMMU_FAULT_PERM_EXEC}). */
    public static final int PERM_EXEC = 1 << 2;

    /** Privileged access ({@code IOMMU_FAULT_PERM_PRIV}). */
    public static final int PERM_PRIV = 1 << 3;

    private int type;
    private int flags;
    private int pasid;
    private int grpid;
    private int perm;
    private long addr;
    private int responseType;

    /**
     * What few faults have; null until this instance has been one of them, and kept from then on. A
     * fault that waits for its answer is 24 bytes smaller for it, and copied sooner.
     */
    private Rarities rarities;

    /** Of unrecoverable faults, and of those that bring private data. */
    private static final class Rarities {
        private static final Rarities NONE = new Rarities();

        private int reason;
        private long fetchAddr;
        private long privateData0;
        private long privateData1;

        boolean isEmpty() {
            return (reason | fetchAddr | privateData0 | privateData1) == 0;
        }

        void copyFrom(final Rarities other) {
            reason = other.reason;
            fetchAddr = other.fetchAddr;
            privateData0 = other.privateData0;
            privateData1 = other.privateData1;
        }
    }

    /** An empty fault, to be filled by {@link #pageRequest}. */
    public IommuFault() {}

    /**
     * Makes this a page request.
     *
     * @param flags {@code FLAG_} bits
     * @param pasid process address space id, 20 bits; 0 without {@link #FLAG_PASID_VALID}
     * @param grpid page request group index, or a stall's tag
     * @param perm {@code PERM_} bits that the device asked for
     * @param addr the faulting I/O virtual address in bytes
     * @return this
     */
    public final IommuFault pageRequest(
            final int flags, final int pasid, final int grpid, final int perm, final long addr) {
        this.type = TYPE_PAGE_REQ;
        this.flags = flags;
        this.pasid = pasid;
        this.grpid = grpid;
        this.perm = perm;
        this.addr = addr;
        this.responseType = PageResponseType.GROUP;
        if (rarities != null) {
            rarities.copyFrom(Rarities.NONE);
        }
        return this;
    }

    /**
     * Makes this an unrecoverable fault: {@code struct iommu_fault_unrecoverable}, 5.x.
     *
     * @param reason a number of the generation: {@link FaultReason} or {@link FaultReason2017}
     * @param flags {@code UNRECOV_} bits
     * @param pasid process address space id, 20 bits
     * @param perm {@code PERM_} bits
     * @param addr the faulting I/O virtual address in bytes
     * @param fetchAddr the address whose fetch aborted, in bytes
     * @return this
     */
    public final IommuFault unrecoverable(
            final int reason,
            final int flags,
            final int pasid,
            final int perm,
            final long addr,
            final long fetchAddr) {
        pageRequest(flags, pasid, 0, perm, addr);
        this.type = TYPE_DMA_UNRECOV;
        this.responseType = 0;
        final Rarities its = makeRarities();
        its.reason = reason;
        its.fetchAddr = fetchAddr;
        return this;
    }

    private Rarities makeRarities() {
        if (rarities == null) {
            rarities = new Rarities();
        }
        return rarities;
    }

    private Rarities rarities() {
        return rarities == null ? Rarities.NONE : rarities;
    }

    /**
     * Adds the request's private data: {@code private_data[2]} of 5.x; {@code device_private} and
     * {@code iommu_private} of the 2017 and 2018 series.
     *
     * @param first first word
     * @param second second word
     * @return this
     */
    public final IommuFault privateData(final long first, final long second) {
        if (rarities != null || first != 0 || second != 0) {
            final Rarities its = makeRarities();
            its.privateData0 = first;
            its.privateData1 = second;
        }
        return this;
    }

    /**
     * Says how a page request wants to be answered. No posting carried this in the event, so that a
     * guest could not know it; VT-d's 128-bit descriptor has it.
     *
     * @param type a {@link PageResponseType}
     * @return this
     */
    public final IommuFault responseType(final int type) {
        responseType = type;
        return this;
    }

    /**
     * Sets the type alone: for tests of what a core does with a type that it does not know.
     *
     * @param type a fault type number
     * @return this
     */
    public final IommuFault type(final int type) {
        this.type = type;
        return this;
    }

    /**
     * Takes all values of another fault.
     *
     * @param other where from
     */
    public final void copyFrom(final IommuFault other) {
        type = other.type;
        flags = other.flags;
        pasid = other.pasid;
        grpid = other.grpid;
        perm = other.perm;
        addr = other.addr;
        responseType = other.responseType;
        // An instance that is filled over and over, as a driver's, keeps them when they are empty.
        if (rarities != null || !other.rarities().isEmpty()) {
            makeRarities().copyFrom(other.rarities());
        }
    }

    /**
     * Fault type.
     *
     * @return {@link #TYPE_PAGE_REQ} or {@link #TYPE_DMA_UNRECOV}, or 0 when never filled
     */
    public final int type() {
        return type;
    }

    /**
     * Flags.
     *
     * @return {@code FLAG_} bits
     */
    public final int flags() {
        return flags;
    }

    /**
     * Process address space id.
     *
     * @return 20 bits; meaningful with {@link #hasPasid()}
     */
    public final int pasid() {
        return pasid;
    }

    /**
     * Page request group index, or a stall's tag.
     *
     * @return the index as the hardware gave it
     */
    public final int grpid() {
        return grpid;
    }

    /**
     * Requested permissions.
     *
     * @return {@code PERM_} bits
     */
    public final int perm() {
        return perm;
    }

    /**
     * Faulting address.
     *
     * @return an I/O virtual address in bytes, not page-aligned when the hardware did not align it
     */
    public final long addr() {
        return addr;
    }

    /**
     * Why an unrecoverable fault happened.
     *
     * @return the generation's number, 0 for a page request
     */
    public final int reason() {
        return rarities().reason;
    }

    /**
     * The address whose fetch aborted.
     *
     * @return bytes, meaningful with {@link #UNRECOV_FETCH_ADDR_VALID}
     */
    public final long fetchAddr() {
        return rarities().fetchAddr;
    }

    /**
     * First word of private data.
     *
     * @return {@code private_data[0]}, or {@code device_private} in 2017 and 2018
     */
    public final long privateData0() {
        return rarities().privateData0;
    }

    /**
     * Second word of private data.
     *
     * @return {@code private_data[1]}, or {@code iommu_private} in 2017 and 2018
     */
    public final long privateData1() {
        return rarities().privateData1;
    }

    /**
     * How a page request wants to be answered.
     *
     * @return a {@link PageResponseType}, 0 for an unrecoverable fault
     */
    public final int responseType() {
        return responseType;
    }

    /**
     * Whether this is a page request that completes its group: what is owed one answer.
     *
     * @return a page request with {@link #FLAG_LAST_PAGE}
     */
    public final boolean isLastPageRequest() {
        return type == TYPE_PAGE_REQ && isLast();
    }

    /**
     * Whether the request carries a PASID.
     *
     * @return {@link #FLAG_PASID_VALID} is set
     */
    public final boolean hasPasid() {
        return (flags & FLAG_PASID_VALID) != 0;
    }

    /**
     * Whether this request completes its group.
     *
     * @return {@link #FLAG_LAST_PAGE} is set
     */
    public final boolean isLast() {
        return (flags & FLAG_LAST_PAGE) != 0;
    }

    /**
     * Whether the response must carry the PASID.
     *
     * @return {@link #FLAG_NEEDS_PASID} is set
     */
    public final boolean needsPasid() {
        return (flags & FLAG_NEEDS_PASID) != 0;
    }

    @Override
    public String toString() {
        return String.format(
                "IommuFault[type=%d flags=0x%x pasid=%d grpid=%d perm=0x%x addr=0x%x]",
                type, flags, pasid, grpid, perm, addr);
    }
}
