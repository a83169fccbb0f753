// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.Errno;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.kernel.KernelLog;
import io.iopf4j.api.smmuv3.SmmuRegisters;

/**
 * What the identification registers say, as far as the driver heeds it: {@code
 * arm_smmu_device_hw_probe()} of Linux 6.12.
 *
 * @param flags the {@code ARM_SMMU_FEAT_} bits
 * @param sidBits StreamID bits, in [0, 32]
 * @param ssidBits SubstreamID bits that a table of contexts can serve, in [0, 20]
 * @param asidBits 8 or 16
 * @param vmidBits 8 or 16
 * @param commandQueueLog2 log2 of command queue entries
 * @param eventQueueLog2 log2 of event queue entries
 * @param priQueueLog2 log2 of PRI queue entries
 * @param ias bits of an intermediate address
 * @param oas bits of an output address
 * @param maxStalls IDR5.STALL_MAX: read and, as in Linux, enforced by nobody
 */
record ArmSmmuFeatures(
        int flags,
        int sidBits,
        int ssidBits,
        int asidBits,
        int vmidBits,
        int commandQueueLog2,
        int eventQueueLog2,
        int priQueueLog2,
        int ias,
        int oas,
        int maxStalls) {
    static final int STALLS = 1;
    static final int STALL_FORCE = 1 << 1;
    static final int HYP = 1 << 2;
    static final int E2H = 1 << 3;
    static final int TWO_LEVEL_STREAMS = 1 << 4;
    static final int TWO_LEVEL_CONTEXTS = 1 << 5;
    static final int ATS = 1 << 6;
    static final int PRI = 1 << 7;
    static final int MSI = 1 << 8;
    static final int SEV = 1 << 9;
    static final int COHERENT = 1 << 10;
    static final int STAGE_1 = 1 << 11;
    static final int STAGE_2 = 1 << 12;
    static final int RANGE_INVALIDATION = 1 << 13;
    static final int OVERRIDES_TYPES = 1 << 14;
    static final int GRANULE_4K = 1 << 15;
    static final int SVA = 1 << 16;

    /** The allocator's limit for a queue: 2^10 pages of 4 KiB. */
    private static final int CMDQ_MAX_LOG2 = 18;

    private static final int EVENTQ_MAX_LOG2 = 17;
    private static final int PRIQ_MAX_LOG2 = 18;

    /** A command queue must take a batch of 64 and its SYNC. */
    private static final int CMDQ_BATCH_LOG2 = 6;

    /** A linear table of context descriptors fills at most 64 KiB. */
    private static final int LINEAR_SSID_BITS = 10;

    private static final int TTF_AARCH64 = 2;
    private static final int TTF_BOTH = 3;
    private static final int TTENDIAN_MIXED = 0;
    private static final int TTENDIAN_LITTLE = 2;
    private static final int STALL_MODEL_FORCED = 2;
    private static final int AARCH32_IAS = 40;

    /** IDR5.OAS of 48 bits; more than that the tables of this driver do not lead to. */
    private static final int OAS_48 = 5;

    private static final int OAS_RESERVED = 7;

    /**
     * Reads the registers.
     *
     * @param error its element 0 becomes the negative errno of a refusal
     * @return the features, or null
     */
    static ArmSmmuFeatures read(
            final PlatformDevice platform,
            final KernelLog log,
            final ArmSmmuOptions options,
            final int[] error) {
        final Mmio mmio = platform.mmio();
        final int idr0 = mmio.readl(SmmuRegisters.IDR0);
        final int idr1 = mmio.readl(SmmuRegisters.IDR1);
        final int commandLog2 =
                Math.min(sizeField(idr1, SmmuRegisters.IDR1_CMDQS_SHIFT), CMDQ_MAX_LOG2);
        if (!canDrive(idr0, idr1) || commandLog2 <= CMDQ_BATCH_LOG2) {
            error[0] = -Errno.ENXIO;
            return null;
        }
        if (platform.isCoherent() != has(idr0, SmmuRegisters.IDR0_COHACC)) {
            log.warn(
                    platform.name(),
                    "firmware has the last word on coherence: " + platform.isCoherent());
        }
        final int idr3 = mmio.readl(SmmuRegisters.IDR3);
        final int idr5 = mmio.readl(SmmuRegisters.IDR5);
        final int sidBits = idr1 & SmmuRegisters.IDR1_SIDSIZE_MASK;
        final int ssidBits = sizeField(idr1, SmmuRegisters.IDR1_SSIDSIZE_SHIFT);
        int oasField = idr5 & SmmuRegisters.IDR5_OAS_MASK;
        if (oasField == OAS_RESERVED) {
            log.info(platform.name(), "unknown output address size, taken as 48 bits");
            oasField = OAS_48;
        }
        final int oas = SmmuRegisters.addressBits(oasField);
        final boolean isAlsoAarch32 = (idr0 >>> SmmuRegisters.IDR0_TTF_SHIFT & 3) == TTF_BOTH;
        return new ArmSmmuFeatures(
                flags(idr0, idr1, idr3, idr5, platform.isCoherent(), options),
                sidBits,
                has(idr0, SmmuRegisters.IDR0_CD2L)
                        ? ssidBits
                        : Math.min(ssidBits, LINEAR_SSID_BITS),
                has(idr0, SmmuRegisters.IDR0_ASID16) ? 16 : 8,
                has(idr0, SmmuRegisters.IDR0_VMID16) ? 16 : 8,
                commandLog2,
                Math.min(sizeField(idr1, SmmuRegisters.IDR1_EVENTQS_SHIFT), EVENTQ_MAX_LOG2),
                Math.min(sizeField(idr1, SmmuRegisters.IDR1_PRIQS_SHIFT), PRIQ_MAX_LOG2),
                Math.max(isAlsoAarch32 ? AARCH32_IAS : 0, oas),
                oas,
                idr5 >>> SmmuRegisters.IDR5_STALL_MAX_SHIFT);
    }

    private static boolean canDrive(final int idr0, final int idr1) {
        final int tableFormat = idr0 >>> SmmuRegisters.IDR0_TTF_SHIFT & 3;
        final int endian = idr0 >>> SmmuRegisters.IDR0_TTENDIAN_SHIFT & 3;
        final int preset =
                SmmuRegisters.IDR1_TABLES_PRESET
                        | SmmuRegisters.IDR1_QUEUES_PRESET
                        | SmmuRegisters.IDR1_REL;
        return (endian == TTENDIAN_MIXED || endian == TTENDIAN_LITTLE)
                && has(idr0, SmmuRegisters.IDR0_S1P | SmmuRegisters.IDR0_S2P)
                && tableFormat >= TTF_AARCH64
                && (idr1 & preset) == 0;
    }

    private static int flags(
            final int idr0,
            final int idr1,
            final int idr3,
            final int idr5,
            final boolean isCoherent,
            final ArmSmmuOptions options) {
        final int stallModel = idr0 >>> SmmuRegisters.IDR0_STALL_MODEL_SHIFT & 3;
        final boolean isHyp = has(idr0, SmmuRegisters.IDR0_HYP);
        final int sidBits = idr1 & SmmuRegisters.IDR1_SIDSIZE_MASK;
        final boolean hasGranule = has(idr5, SmmuRegisters.IDR5_GRAN4K);
        return bit(STALLS, stallModel == 0 || stallModel == STALL_MODEL_FORCED)
                | bit(STALL_FORCE, stallModel == STALL_MODEL_FORCED)
                | bit(HYP, isHyp)
                | bit(E2H, isHyp && options.isKernelInHypMode())
                | bit(
                        TWO_LEVEL_STREAMS,
                        (idr0 >>> SmmuRegisters.IDR0_ST_LEVEL_SHIFT & 3) != 0
                                && sidBits > ArmSmmuStreamTable.SPLIT)
                | bit(TWO_LEVEL_CONTEXTS, has(idr0, SmmuRegisters.IDR0_CD2L))
                | bit(ATS, has(idr0, SmmuRegisters.IDR0_ATS))
                | bit(PRI, has(idr0, SmmuRegisters.IDR0_PRI))
                | bit(MSI, has(idr0, SmmuRegisters.IDR0_MSI))
                | bit(SEV, has(idr0, SmmuRegisters.IDR0_SEV))
                | bit(COHERENT, isCoherent)
                | bit(STAGE_1, has(idr0, SmmuRegisters.IDR0_S1P))
                | bit(STAGE_2, has(idr0, SmmuRegisters.IDR0_S2P))
                | bit(RANGE_INVALIDATION, has(idr3, SmmuRegisters.IDR3_RIL))
                | bit(OVERRIDES_TYPES, has(idr1, SmmuRegisters.IDR1_ATTR_TYPES_OVR))
                | bit(GRANULE_4K, hasGranule)
                // Output size and ASID bits do not matter as they do in Linux: the tables and
                // ASIDs of a process are not the processor's here.
                | bit(SVA, isCoherent && hasGranule && has(idr0, SmmuRegisters.IDR0_S1P));
    }

    private static boolean has(final int register, final int bits) {
        return (register & bits) != 0;
    }

    private static int bit(final int flag, final boolean isSet) {
        return isSet ? flag : 0;
    }

    private static int sizeField(final int idr1, final int shift) {
        return idr1 >>> shift & SmmuRegisters.IDR1_QUEUE_SIZE_MASK;
    }

    /** Accesses can stall. */
    boolean stalls() {
        return has(flags, STALLS);
    }

    /** Every translation fault stalls. */
    boolean stallForced() {
        return has(flags, STALL_FORCE);
    }

    /** EL2 contexts exist. */
    boolean hyp() {
        return has(flags, HYP);
    }

    /** Contexts of the kernel are EL2's. */
    boolean e2h() {
        return has(flags, E2H);
    }

    /** The stream table has two levels. */
    boolean twoLevelStreams() {
        return has(flags, TWO_LEVEL_STREAMS);
    }

    /** A table of contexts may have two levels. */
    boolean twoLevelContexts() {
        return has(flags, TWO_LEVEL_CONTEXTS);
    }

    /** Devices may cache translations. */
    boolean ats() {
        return has(flags, ATS);
    }

    /** Devices may ask for pages. */
    boolean pri() {
        return has(flags, PRI);
    }

    /**
     * A SYNC is waited for by its message ({@code ARM_SMMU_OPT_MSIPOLL}): only where the message's
     * store is seen without maintenance of caches.
     */
    boolean pollsMessages() {
        return has(flags, MSI) && has(flags, COHERENT);
    }

    /** Stage 1 is there. */
    boolean stage1() {
        return has(flags, STAGE_1);
    }

    /** Stage 2 is there. */
    boolean stage2() {
        return has(flags, STAGE_2);
    }

    /** Guests' tables can stand on the host's ({@code ARM_SMMU_FEAT_NESTING} of 6.13). */
    boolean nesting() {
        return stage1() && stage2();
    }

    /** TLB invalidation by range. */
    boolean rangeInvalidation() {
        return has(flags, RANGE_INVALIDATION);
    }

    /** Memory types that come in can be overridden. */
    boolean overridesTypes() {
        return has(flags, OVERRIDES_TYPES);
    }

    /** Tables of 4 KiB pages are walked. */
    boolean granule4k() {
        return has(flags, GRANULE_4K);
    }

    /** Address spaces can be shared. */
    boolean sva() {
        return has(flags, SVA);
    }

    /** Output size of a context, encoded as IDR5.OAS, at most 48 bits. */
    int oasField() {
        int field = 0;
        while (field < OAS_48 && SmmuRegisters.addressBits(field) < oas) {
            field++;
        }
        return field;
    }
}
