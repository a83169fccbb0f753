// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.smmuv3;

/**
 * Builds and reads commands of 16 bytes: two little-endian doublewords, word 0 and word 1. IHI
 * 0070, chapter 4; {@code arm_smmu_cmdq_build_cmd()} of Linux 6.12.
 *
 * <pre>
 *  63                              32 31            12 11 10  9   7        0
 * +----------------------------------+----------------+--+--+----+----------+
 * |             StreamID             |  SubstreamID   |SV|SS|    |  opcode  |  word 0
 * +----------------------------------+----------------+--+--+----+----------+
 * |              by command: address, leaf, STAG, MSI address              |  word 1
 * +-------------------------------------------------------------------------+
 * </pre>
 */
public final class Commands {
    /** Bytes of a command. */
    public static final int BYTES = 16;

    /** Word 0 bit 10: secure; illegal on a Non-secure queue. */
    public static final long SSEC = 1L << 10;

    /** Word 0 bit 11: the SubstreamID is valid. */
    public static final long SSV = 1L << 11;

    /** RESUME: retry the transaction (Ac). */
    public static final int RESUME_RETRY = 1;

    /** RESUME: terminate the transaction with abort (Ab). */
    public static final int RESUME_ABORT = 2;

    /** RESUME: terminate the transaction, reads as zero and writes ignored. */
    public static final int RESUME_TERM = 0;

    /** SYNC: no completion signal. */
    public static final int SYNC_CS_NONE = 0;

    /** SYNC: interrupt, as MSI or wire. */
    public static final int SYNC_CS_IRQ = 1;

    /** SYNC: send an event to a WFE. */
    public static final int SYNC_CS_SEV = 2;

    /** CFGI_STE_RANGE over every stream. */
    public static final int RANGE_ALL = 31;

    /** ATC_INV: everything. */
    public static final int ATC_SIZE_ALL = 52;

    /** PRI_RESP: the interface is out of order (PCIe code 15). */
    public static final int PRI_RESP_FAILURE = 0;

    /** PRI_RESP: a page cannot be had (PCIe code 1). */
    public static final int PRI_RESP_INVALID = 1;

    /** PRI_RESP: the pages are there (PCIe code 0). */
    public static final int PRI_RESP_SUCCESS = 2;

    private static final long ATC_GLOBAL = 1L << 9;
    private static final int RANGE_NUM_SHIFT = 12;
    private static final int RANGE_SCALE_SHIFT = 20;
    private static final int TTL_SHIFT = 8;
    private static final int TG_SHIFT = 10;
    private static final int PRI_RESP_SHIFT = 12;
    private static final int SSID_SHIFT = 12;
    private static final int SID_SHIFT = 32;
    private static final int VMID_SHIFT = 32;
    private static final int ASID_SHIFT = 48;
    private static final int RESUME_ACTION_SHIFT = 12;
    private static final int SYNC_CS_SHIFT = 12;
    private static final long SYNC_MSH_ISH = 3L << 22;
    private static final long SYNC_MSIATTR_OIWB = 0xfL << 24;
    private static final long ADDRESS_MASK = ~0xfffL;

    private Commands() {}

    /**
     * Opcode of a command.
     *
     * @param word0 first doubleword
     * @return a {@link CmdqOp}, or a number that is none
     */
    public static int opcode(final long word0) {
        return (int) word0 & 0xff;
    }

    /**
     * StreamID of a command.
     *
     * @param word0 first doubleword
     * @return 32 bits, unsigned
     */
    public static int streamId(final long word0) {
        return (int) (word0 >>> SID_SHIFT);
    }

    /**
     * SubstreamID of a command.
     *
     * @param word0 first doubleword
     * @return 20 bits
     */
    public static int substreamId(final long word0) {
        return (int) (word0 >>> SSID_SHIFT) & 0xfffff;
    }

    /**
     * Action of a RESUME.
     *
     * @param word0 first doubleword
     * @return {@link #RESUME_TERM}, or bits {@link #RESUME_RETRY} (which wins) and {@link
     *     #RESUME_ABORT}
     */
    public static int resumeAction(final long word0) {
        return (int) (word0 >>> RESUME_ACTION_SHIFT) & 3;
    }

    /**
     * Stall tag of a RESUME.
     *
     * @param word1 second doubleword
     * @return 16 bits
     */
    public static int stag(final long word1) {
        return (int) word1 & 0xffff;
    }

    /**
     * Completion signal of a SYNC.
     *
     * @param word0 first doubleword
     * @return a {@code SYNC_CS_} value, or the reserved 3
     */
    public static int syncSignal(final long word0) {
        return (int) (word0 >>> SYNC_CS_SHIFT) & 3;
    }

    /**
     * MSI data of a SYNC.
     *
     * @param word0 first doubleword
     * @return 32 bits
     */
    public static int syncMsiData(final long word0) {
        return (int) (word0 >>> SID_SHIFT);
    }

    /**
     * MSI address of a SYNC.
     *
     * @param word1 second doubleword
     * @return a physical address, 0 for none
     */
    public static long syncMsiAddress(final long word1) {
        return word1 & 0x000f_ffff_ffff_fffcL;
    }

    /**
     * RESUME, word 0. Word 1 is the stall tag.
     *
     * @param sid StreamID
     * @param action {@link #RESUME_RETRY}, {@link #RESUME_ABORT} or {@link #RESUME_TERM}
     * @return first doubleword
     */
    public static long resume(final int sid, final int action) {
        return CmdqOp.RESUME | (long) (action & 3) << RESUME_ACTION_SHIFT | sid(sid);
    }

    /**
     * STALL_TERM, word 0. Word 1 is 0.
     *
     * @param sid StreamID
     * @return first doubleword
     */
    public static long stallTerm(final int sid) {
        return CmdqOp.STALL_TERM | sid(sid);
    }

    /**
     * CFGI_STE, word 0. Word 1 is 1 for the leaf alone.
     *
     * @param sid StreamID
     * @return first doubleword
     */
    public static long cfgiSte(final int sid) {
        return CmdqOp.CFGI_STE | sid(sid);
    }

    /**
     * CFGI_CD, word 0. Word 1 is 1 for the leaf alone.
     *
     * @param sid StreamID
     * @param ssid SubstreamID
     * @return first doubleword
     */
    public static long cfgiCd(final int sid, final int ssid) {
        return CmdqOp.CFGI_CD | (long) (ssid & 0xfffff) << SSID_SHIFT | sid(sid);
    }

    /**
     * CFGI_CD_ALL, word 0. Word 1 is 0.
     *
     * @param sid StreamID
     * @return first doubleword
     */
    public static long cfgiCdAll(final int sid) {
        return CmdqOp.CFGI_CD_ALL | sid(sid);
    }

    /**
     * TLBI_NH_ASID, word 0. Word 1 is 0.
     *
     * @param vmid VMID
     * @param asid ASID
     * @return first doubleword
     */
    public static long tlbiNhAsid(final int vmid, final int asid) {
        return CmdqOp.TLBI_NH_ASID | vmidAsid(vmid, asid);
    }

    /**
     * TLBI_NH_VA of one page, word 0.
     *
     * @param vmid VMID
     * @param asid ASID
     * @return first doubleword
     */
    public static long tlbiNhVa(final int vmid, final int asid) {
        return CmdqOp.TLBI_NH_VA | vmidAsid(vmid, asid);
    }

    /**
     * An address TLBI of one page, word 1.
     *
     * @param address any address in the page
     * @param leaf whether only the last level needs to go
     * @return second doubleword
     */
    public static long tlbiAddress(final long address, final boolean leaf) {
        return (address & ADDRESS_MASK) | (leaf ? 1 : 0);
    }

    /**
     * SYNC, word 0, with the attributes that Linux gives its MSI write. Word 1 is the MSI address.
     *
     * @param signal a {@code SYNC_CS_} value
     * @param msiData what the MSI writes
     * @return first doubleword
     */
    public static long sync(final int signal, final int msiData) {
        return CmdqOp.SYNC
                | (long) (signal & 3) << SYNC_CS_SHIFT
                | SYNC_MSH_ISH
                | SYNC_MSIATTR_OIWB
                | (long) msiData << SID_SHIFT;
    }

    /**
     * Replaces the VMID that a guest wrote into a TLBI.
     *
     * @param word0 first doubleword
     * @param vmid the VMID that the host gave the guest
     * @return first doubleword
     */
    public static long withVmid(final long word0, final int vmid) {
        return (word0 & ~(0xffffL << VMID_SHIFT)) | (long) (vmid & 0xffff) << VMID_SHIFT;
    }

    /**
     * Replaces the StreamID that a guest wrote.
     *
     * @param word0 first doubleword
     * @param sid the StreamID of the host
     * @return first doubleword
     */
    public static long withStreamId(final long word0, final int sid) {
        return (word0 & 0xffff_ffffL) | sid(sid);
    }

    /**
     * VMID of a TLB invalidation.
     *
     * @param word0 first doubleword
     * @return 16 bits
     */
    public static int vmid(final long word0) {
        return (int) (word0 >>> VMID_SHIFT) & 0xffff;
    }

    /**
     * ASID of a TLB invalidation.
     *
     * @param word0 first doubleword
     * @return 16 bits
     */
    public static int asid(final long word0) {
        return (int) (word0 >>> ASID_SHIFT) & 0xffff;
    }

    /**
     * NUM of a range invalidation.
     *
     * @param word0 first doubleword
     * @return 5 bits
     */
    public static int rangeNum(final long word0) {
        return (int) (word0 >>> RANGE_NUM_SHIFT) & 0x1f;
    }

    /**
     * SCALE of a range invalidation.
     *
     * @param word0 first doubleword
     * @return 5 bits
     */
    public static int rangeScale(final long word0) {
        return (int) (word0 >>> RANGE_SCALE_SHIFT) & 0x1f;
    }

    /**
     * Leaf of an invalidation: the last level alone.
     *
     * @param word1 second doubleword
     * @return bit 0
     */
    public static boolean isLeaf(final long word1) {
        return (word1 & 1) != 0;
    }

    /**
     * TTL of a TLB invalidation.
     *
     * @param word1 second doubleword
     * @return 0 any level, 1 to 3 leaves of that level
     */
    public static int ttl(final long word1) {
        return (int) (word1 >>> TTL_SHIFT) & 3;
    }

    /**
     * TG of a TLB invalidation.
     *
     * @param word1 second doubleword
     * @return 0 no range, 1 4 KiB, 2 16 KiB, 3 64 KiB
     */
    public static int granule(final long word1) {
        return (int) (word1 >>> TG_SHIFT) & 3;
    }

    /**
     * Address of an invalidation.
     *
     * @param word1 second doubleword
     * @return bits 63:12 in place
     */
    public static long address(final long word1) {
        return word1 & ADDRESS_MASK;
    }

    /**
     * Range of CFGI_STE_RANGE.
     *
     * @param word1 second doubleword
     * @return the aligned 2^(range+1) StreamIDs; 31 is all
     */
    public static int steRange(final long word1) {
        return (int) word1 & 0x1f;
    }

    /**
     * G of ATC_INV.
     *
     * @param word0 first doubleword
     * @return meaningful with {@link #SSV}
     */
    public static boolean isAtcGlobal(final long word0) {
        return (word0 & ATC_GLOBAL) != 0;
    }

    /**
     * Size of ATC_INV.
     *
     * @param word1 second doubleword
     * @return log2 of pages of 4 KiB; {@link #ATC_SIZE_ALL} is everything
     */
    public static int atcSize(final long word1) {
        return (int) word1 & 0x3f;
    }

    /**
     * PRGIndex of PRI_RESP.
     *
     * @param word1 second doubleword
     * @return 9 bits
     */
    public static int priGroup(final long word1) {
        return (int) word1 & 0x1ff;
    }

    /**
     * Resp of PRI_RESP.
     *
     * @param word1 second doubleword
     * @return a {@code PRI_RESP_} value, or 3, which is ILLEGAL
     */
    public static int priResponse(final long word1) {
        return (int) (word1 >>> PRI_RESP_SHIFT) & 3;
    }

    /**
     * Builds word 0 of ATC_INV; its word 1 is an address and a size.
     *
     * @param sid StreamID
     * @param ssid SubstreamID, or negative for none
     * @return first doubleword
     */
    public static long atcInv(final int sid, final int ssid) {
        return CmdqOp.ATC_INV | substream(ssid) | sid(sid);
    }

    /**
     * Builds word 1 of ATC_INV.
     *
     * @param address first address, aligned to the span
     * @param size log2 of pages of 4 KiB, or {@link #ATC_SIZE_ALL}
     * @return second doubleword
     */
    public static long atcInvSpan(final long address, final int size) {
        return (address & ADDRESS_MASK) | (size & 0x3f);
    }

    /**
     * Builds word 0 of PRI_RESP.
     *
     * @param sid StreamID
     * @param ssid SubstreamID, or negative for none
     * @return first doubleword
     */
    public static long priResp(final int sid, final int ssid) {
        return CmdqOp.PRI_RESP | substream(ssid) | sid(sid);
    }

    /**
     * Builds word 1 of PRI_RESP.
     *
     * @param group group index, 9 bits
     * @param response a {@code PRI_RESP_} value
     * @return second doubleword
     */
    public static long priRespCode(final int group, final int response) {
        return (group & 0x1ff) | (long) (response & 3) << PRI_RESP_SHIFT;
    }

    /**
     * Builds word 0 of TLBI_S12_VMALL; its word 1 is 0.
     *
     * @param vmid 16 bits
     * @return first doubleword
     */
    public static long tlbiS12Vmall(final int vmid) {
        return CmdqOp.TLBI_S12_VMALL | vmidAsid(vmid, 0);
    }

    /**
     * Builds word 0 of TLBI_S2_IPA; its word 1 is an address.
     *
     * @param vmid 16 bits
     * @return first doubleword
     */
    public static long tlbiS2Ipa(final int vmid) {
        return CmdqOp.TLBI_S2_IPA | vmidAsid(vmid, 0);
    }

    /**
     * Builds word 0 of TLBI_NH_ALL; its word 1 is 0.
     *
     * @param vmid 16 bits
     * @return first doubleword
     */
    public static long tlbiNhAll(final int vmid) {
        return CmdqOp.TLBI_NH_ALL | vmidAsid(vmid, 0);
    }

    /**
     * Makes word 0 of a TLB invalidation cover (num + 1) * 2^scale granules.
     *
     * @param word0 first doubleword
     * @param num in [0, 31]
     * @param scale in [0, 31]
     * @return first doubleword
     */
    public static long withRange(final long word0, final int num, final int scale) {
        return word0
                | (long) (num & 0x1f) << RANGE_NUM_SHIFT
                | (long) (scale & 0x1f) << RANGE_SCALE_SHIFT;
    }

    /**
     * Builds word 1 of a TLB invalidation of a range.
     *
     * @param address first address
     * @param leaf whether entries of the last level suffice
     * @param granule 1 4 KiB, 2 16 KiB, 3 64 KiB
     * @param ttl 0 any level, 1 to 3 leaves of that level
     * @return second doubleword
     */
    public static long tlbiRange(
            final long address, final boolean leaf, final int granule, final int ttl) {
        return tlbiAddress(address, leaf)
                | (long) (granule & 3) << TG_SHIFT
                | (long) (ttl & 3) << TTL_SHIFT;
    }

    private static long substream(final int ssid) {
        return ssid < 0 ? 0 : SSV | (long) (ssid & 0xfffff) << SSID_SHIFT;
    }

    private static long sid(final int sid) {
        return (long) sid << SID_SHIFT;
    }

    private static long vmidAsid(final int vmid, final int asid) {
        return (long) (vmid & 0xffff) << VMID_SHIFT | (long) (asid & 0xffff) << ASID_SHIFT;
    }
}
