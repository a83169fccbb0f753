// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.Errno;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.smmuv3.SmmuRegisters;

/**
 * What the identification registers say, as far as the driver heeds it: {@code
 * arm_smmu_device_hw_probe()} of Linux 6.12.
 *
 * @param sidBits StreamID bits
 * @param ssidBits SubstreamID bits
 * @param commandQueueLog2 log2 of command queue entries
 * @param eventQueueLog2 log2 of event queue entries
 * @param stalls accesses can stall
 * @param stallForced every translation fault stalls
 * @param hyp EL2 contexts exist
 * @param oasField output address size, as IDR5.OAS encodes it
 * @param maxStalls IDR5.STALL_MAX: read and, as in Linux, enforced by nobody
 */
record ArmSmmuFeatures(
        int sidBits,
        int ssidBits,
        int commandQueueLog2,
        int eventQueueLog2,
        boolean stalls,
        boolean stallForced,
        boolean hyp,
        int oasField,
        int maxStalls) {
    /** The allocator's limit for a queue: 2^10 pages of 4 KiB. */
    private static final int CMDQ_MAX_LOG2 = 18;

    private static final int EVENTQ_MAX_LOG2 = 17;

    /** A command queue must take a batch of 64 and its SYNC. */
    private static final int CMDQ_BATCH_LOG2 = 6;

    /** A linear table of context descriptors fills at most 64 KiB. */
    private static final int LINEAR_SSID_BITS = 10;

    /** A linear stream table fills at most 4 MiB. */
    private static final int LINEAR_SID_BITS = 16;

    /** The features, or null with the errno of the refusal in {@code error[0]}. */
    static ArmSmmuFeatures read(final Mmio mmio, final int[] error) {
        final int idr0 = mmio.readl(SmmuRegisters.IDR0);
        final int idr1 = mmio.readl(SmmuRegisters.IDR1);
        final int idr5 = mmio.readl(SmmuRegisters.IDR5);
        final int tableFormat = idr0 >>> SmmuRegisters.IDR0_TTF_SHIFT & 3;
        final int endian = idr0 >>> SmmuRegisters.IDR0_TTENDIAN_SHIFT & 3;
        final int preset =
                SmmuRegisters.IDR1_TABLES_PRESET
                        | SmmuRegisters.IDR1_QUEUES_PRESET
                        | SmmuRegisters.IDR1_REL;
        final int commandLog2 =
                Math.min(sizeField(idr1, SmmuRegisters.IDR1_CMDQS_SHIFT), CMDQ_MAX_LOG2);
        final int sidBits = idr1 & SmmuRegisters.IDR1_SIDSIZE_MASK;
        if ((endian != 0 && endian != 2)
                || (idr0 & (SmmuRegisters.IDR0_S1P | SmmuRegisters.IDR0_S2P)) == 0
                || tableFormat < 2
                || (idr1 & preset) != 0
                || commandLog2 <= CMDQ_BATCH_LOG2
                || sidBits > LINEAR_SID_BITS) {
            error[0] = -Errno.ENXIO;
            return null;
        }
        final int stallModel = idr0 >>> SmmuRegisters.IDR0_STALL_MODEL_SHIFT & 3;
        final int ssidBits = sizeField(idr1, SmmuRegisters.IDR1_SSIDSIZE_SHIFT);
        return new ArmSmmuFeatures(
                sidBits,
                (idr0 & SmmuRegisters.IDR0_CD2L) != 0
                        ? ssidBits
                        : Math.min(ssidBits, LINEAR_SSID_BITS),
                commandLog2,
                Math.min(sizeField(idr1, SmmuRegisters.IDR1_EVENTQS_SHIFT), EVENTQ_MAX_LOG2),
                stallModel == 0 || stallModel == 2,
                stallModel == 2,
                (idr0 & SmmuRegisters.IDR0_HYP) != 0,
                idr5 & SmmuRegisters.IDR5_OAS_MASK,
                idr5 >>> SmmuRegisters.IDR5_STALL_MAX_SHIFT);
    }

    private static int sizeField(final int idr1, final int shift) {
        return idr1 >>> shift & SmmuRegisters.IDR1_QUEUE_SIZE_MASK;
    }
}
