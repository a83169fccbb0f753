// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/**
 * One device fault: {@code struct iommu_fault} with its {@code iommu_fault_page_request}, {@code
 * include/linux/iommu.h} of Linux 6.12. Mutable, so that a driver's event thread fills one instance
 * over and over and a warm fault cycle allocates nothing; whoever keeps a fault copies it. Not
 * thread-safe: it belongs to whoever fills it until the call that it is handed to returns.
 */
public final class IommuFault {
    /** A page request ({@code IOMMU_FAULT_PAGE_REQ}), the only type of 6.12. */
    public static final int TYPE_PAGE_REQ = 1;

    /** {@link #pasid()} is meaningful ({@code IOMMU_FAULT_PAGE_REQUEST_PASID_VALID}). */
    public static final int FLAG_PASID_VALID = 1;

    /** Last request of its group ({@code IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE}). */
    public static final int FLAG_LAST_PAGE = 1 << 1;

    /** The response must carry the PASID ({@code IOMMU_FAULT_PAGE_RESPONSE_NEEDS_PASID}). */
    public static final int FLAG_NEEDS_PASID = 1 << 2;

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
    public IommuFault pageRequest(
            final int flags, final int pasid, final int grpid, final int perm, final long addr) {
        this.type = TYPE_PAGE_REQ;
        this.flags = flags;
        this.pasid = pasid;
        this.grpid = grpid;
        this.perm = perm;
        this.addr = addr;
        return this;
    }

    /**
     * Sets the type alone: for tests of what a core does with a type that it does not know.
     *
     * @param type a fault type number
     * @return this
     */
    public IommuFault type(final int type) {
        this.type = type;
        return this;
    }

    /**
     * Takes all values of another fault.
     *
     * @param other where from
     */
    public void copyFrom(final IommuFault other) {
        type = other.type;
        flags = other.flags;
        pasid = other.pasid;
        grpid = other.grpid;
        perm = other.perm;
        addr = other.addr;
    }

    /**
     * Fault type.
     *
     * @return {@link #TYPE_PAGE_REQ}, or 0 when never filled
     */
    public int type() {
        return type;
    }

    /**
     * Flags.
     *
     * @return {@code FLAG_} bits
     */
    public int flags() {
        return flags;
    }

    /**
     * Process address space id.
     *
     * @return 20 bits; meaningful with {@link #hasPasid()}
     */
    public int pasid() {
        return pasid;
    }

    /**
     * Page request group index, or a stall's tag.
     *
     * @return the index as the hardware gave it
     */
    public int grpid() {
        return grpid;
    }

    /**
     * Requested permissions.
     *
     * @return {@code PERM_} bits
     */
    public int perm() {
        return perm;
    }

    /**
     * Faulting address.
     *
     * @return an I/O virtual address in bytes, not page-aligned when the hardware did not align it
     */
    public long addr() {
        return addr;
    }

    /**
     * Whether the request carries a PASID.
     *
     * @return {@link #FLAG_PASID_VALID} is set
     */
    public boolean hasPasid() {
        return (flags & FLAG_PASID_VALID) != 0;
    }

    /**
     * Whether this request completes its group.
     *
     * @return {@link #FLAG_LAST_PAGE} is set
     */
    public boolean isLast() {
        return (flags & FLAG_LAST_PAGE) != 0;
    }

    @Override
    public String toString() {
        return String.format(
                "IommuFault[type=%d flags=0x%x pasid=%d grpid=%d perm=0x%x addr=0x%x]",
                type, flags, pasid, grpid, perm, addr);
    }
}
