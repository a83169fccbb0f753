// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/**
 * An answer on its way to the hardware, in any of the kernel's generations: {@code struct
 * iommu_page_response}, {@code include/linux/iommu.h} of Linux 6.12 and {@code
 * include/uapi/linux/iommu.h} of 5.3 to 6.1; {@code struct page_response_msg} of the 2017 and 2018
 * series. A field that a generation lacks is not looked at in it. Mutable and reused; a driver
 * reads it during the call and keeps nothing of it.
 */
public final class IommuPageResponse {
    /** The only version that 5.x takes ({@code IOMMU_PAGE_RESP_VERSION_1}). */
    public static final int VERSION = 1;

    /** {@link #pasid()} is meaningful ({@code IOMMU_PAGE_RESP_PASID_VALID}). */
    public static final int FLAG_PASID_VALID = 1;

    private int pasid;
    private int grpid;
    private int code;
    private int version = VERSION;
    private int flags;
    private int type = PageResponseType.GROUP;
    private long addr;
    private long privateData;

    /** An empty answer, to be filled by {@link #set}. */
    public IommuPageResponse() {}

    /**
     * Fills the answer: a group response of {@link #VERSION} without flags.
     *
     * @param pasid the group's PASID, 20 bits
     * @param grpid the group's index
     * @param code a {@link PageResponseCode}, or whatever number somebody sent
     * @return this
     */
    public IommuPageResponse set(final int pasid, final int grpid, final int code) {
        this.pasid = pasid;
        this.grpid = grpid;
        this.code = code;
        this.version = VERSION;
        this.flags = 0;
        this.type = PageResponseType.GROUP;
        this.addr = 0;
        this.privateData = 0;
        return this;
    }

    /**
     * Sets the flags of 5.x, or whether the PASID is present in 2017 and 2018.
     *
     * @param flags {@link #FLAG_PASID_VALID}, or whatever bits somebody sent
     * @return this
     */
    public IommuPageResponse flags(final int flags) {
        this.flags = flags;
        return this;
    }

    /**
     * Sets the version of 5.x.
     *
     * @param version {@link #VERSION}, or whatever number somebody sent
     * @return this
     */
    public IommuPageResponse version(final int version) {
        this.version = version;
        return this;
    }

    /**
     * Sets what November 2017 alone has: the type, and the address that a stream response names.
     *
     * @param type a {@link PageResponseType}, or whatever number somebody sent
     * @param addr the serviced page's address in bytes
     * @return this
     */
    public IommuPageResponse stream(final int type, final long addr) {
        this.type = type;
        this.addr = addr;
        return this;
    }

    /**
     * Sets the private data that a response of 2017 and 2018 brings back.
     *
     * @param privateData 32 bits in November 2017, 64 from 2018 on
     * @return this
     */
    public IommuPageResponse privateData(final long privateData) {
        this.privateData = privateData;
        return this;
    }

    /**
     * Clears the PASID, as 5.9 does in the caller's message when the request needs none.
     *
     * @return this
     */
    public IommuPageResponse withoutPasid() {
        pasid = 0;
        flags &= ~FLAG_PASID_VALID;
        return this;
    }

    /**
     * Process address space id.
     *
     * @return the PASID of the group that is answered
     */
    public int pasid() {
        return pasid;
    }

    /**
     * Group index.
     *
     * @return the index of the group that is answered
     */
    public int grpid() {
        return grpid;
    }

    /**
     * Response code.
     *
     * @return a {@link PageResponseCode}, or whatever number somebody sent
     */
    public int code() {
        return code;
    }

    /**
     * Version of 5.x.
     *
     * @return {@link #VERSION}, or whatever number somebody sent
     */
    public int version() {
        return version;
    }

    /**
     * Flags.
     *
     * @return {@link #FLAG_PASID_VALID}, or whatever bits somebody sent
     */
    public int flags() {
        return flags;
    }

    /**
     * Whether it says that its PASID is meaningful.
     *
     * @return {@link #FLAG_PASID_VALID} is set
     */
    public boolean hasPasid() {
        return (flags & FLAG_PASID_VALID) != 0;
    }

    /**
     * Type of response, November 2017.
     *
     * @return a {@link PageResponseType}, or whatever number somebody sent
     */
    public int type() {
        return type;
    }

    /**
     * Address of the serviced page, 2017 and 2018.
     *
     * @return bytes
     */
    public long addr() {
        return addr;
    }

    /**
     * Private data, 2017 and 2018.
     *
     * @return 32 bits in November 2017, 64 from 2018 on
     */
    public long privateData() {
        return privateData;
    }
}
