// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.hw;

/**
 * The extended capabilities of a PCI function that page requests need. Offsets are from the
 * capability's header. PCI Express Base Specification, 7.8.8, 10.5.1 and 10.5.2.
 */
public final class PciCapability {
    /** Offset in configuration space of the first extended capability's header. */
    public static final int FIRST = 0x100;

    /** Header bits 15:0: the capability's id. */
    public static final int ID_MASK = 0xffff;

    /** Header bits 31:20: offset of the next header, 0 at the end. */
    public static final int NEXT_SHIFT = 20;

    /** Address translation services. */
    public static final int ATS = 0x0f;

    /** Page request interface. */
    public static final int PRI = 0x13;

    /** Process address space id. */
    public static final int PASID = 0x1b;

    /** ATS capability, 16 bits. */
    public static final int ATS_CAP = 4;

    /** ATS capability bits 4:0: invalidate queue depth, 0 is 32. */
    public static final int ATS_CAP_QUEUE_DEPTH_MASK = 0x1f;

    /** ATS capability bit 5: requests are page-aligned. */
    public static final int ATS_CAP_PAGE_ALIGNED = 1 << 5;

    /** ATS capability bit 6: global invalidations. */
    public static final int ATS_CAP_GLOBAL_INVALIDATE = 1 << 6;

    /** ATS control, 16 bits. */
    public static final int ATS_CTRL = 6;

    /** ATS control bit 15: enable. */
    public static final int ATS_CTRL_ENABLE = 1 << 15;

    /** ATS control bits 4:0: the smallest translation unit is 2^(STU + 12). */
    public static final int ATS_CTRL_STU_MASK = 0x1f;

    /** PRI control, 16 bits. */
    public static final int PRI_CTRL = 4;

    /** PRI control bit 0: enable. */
    public static final int PRI_CTRL_ENABLE = 1;

    /** PRI control bit 1: reset; reads as zero. */
    public static final int PRI_CTRL_RESET = 1 << 1;

    /** PRI status, 16 bits. */
    public static final int PRI_STATUS = 6;

    /** PRI status bit 0, written 1 to clear: a response failure came. */
    public static final int PRI_STATUS_RF = 1;

    /** PRI status bit 1, written 1 to clear: a response to a group that nobody asked for came. */
    public static final int PRI_STATUS_UPRGI = 1 << 1;

    /** PRI status bit 8, read only: stopped. */
    public static final int PRI_STATUS_STOPPED = 1 << 8;

    /** PRI status bit 15, read only: responses must have the PASID. */
    public static final int PRI_STATUS_PASID_REQUIRED = 1 << 15;

    /** Outstanding page request capacity, 32 bits, read only. */
    public static final int PRI_CAPACITY = 8;

    /** Outstanding page request allocation, 32 bits. */
    public static final int PRI_ALLOCATION = 12;

    /** PASID capability, 16 bits. */
    public static final int PASID_CAP = 4;

    /** PASID capability and control bit 1: execute. */
    public static final int PASID_EXEC = 1 << 1;

    /** PASID capability and control bit 2: privileged. */
    public static final int PASID_PRIV = 1 << 2;

    /** PASID capability bits 12:8: bits of a PASID. */
    public static final int PASID_CAP_WIDTH_SHIFT = 8;

    /** PASID control, 16 bits. */
    public static final int PASID_CTRL = 6;

    /** PASID control bit 0: enable. */
    public static final int PASID_CTRL_ENABLE = 1;

    private PciCapability() {}
}
