// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.SmmuRegisters;

/**
 * What the integrator of an SMMUv3 chooses, and the identification registers that follow from it.
 * IHI 0070, 6.3.1 to 6.3.6.
 *
 * @param sidBits StreamID bits, in [1, 16]
 * @param ssidBits SubstreamID bits, in [0, 20]
 * @param commandQueueLog2Max log2 of the most command queue entries, in [0, 19]
 * @param eventQueueLog2Max log2 of the most event queue entries, in [0, 19]
 * @param stallMax most recorded stalls, in [1, 65535]
 * @param stallModel {@link #STALL_AND_TERMINATE}, {@link #TERMINATE_ONLY} or {@link #STALL_FORCED}
 */
public record SmmuV3Config(
        int sidBits,
        int ssidBits,
        int commandQueueLog2Max,
        int eventQueueLog2Max,
        int stallMax,
        int stallModel) {
    /** STALL_MODEL 0: a context chooses. */
    public static final int STALL_AND_TERMINATE = 0;

    /** STALL_MODEL 1: nothing stalls. */
    public static final int TERMINATE_ONLY = 1;

    /** STALL_MODEL 2: every translation fault stalls. */
    public static final int STALL_FORCED = 2;

    /** Most recorded stalls that IDR5.STALL_MAX can express. */
    public static final int STALL_MAX_LIMIT = 0xffff;

    private static final int OAS_48 = 5;
    private static final int TTF_AARCH64 = 2;
    private static final int TTENDIAN_LITTLE = 2;

    /**
     * Checks.
     *
     * @throws IllegalArgumentException if a value is out of its range
     */
    public SmmuV3Config {
        check("sidBits", sidBits, 1, 16);
        check("ssidBits", ssidBits, 0, 20);
        check("commandQueueLog2Max", commandQueueLog2Max, 0, 19);
        check("eventQueueLog2Max", eventQueueLog2Max, 0, 19);
        check("stallMax", stallMax, 1, STALL_MAX_LIMIT);
        check("stallModel", stallModel, STALL_AND_TERMINATE, STALL_FORCED);
    }

    /**
     * A roomy SMMU: 12 StreamID and 20 SubstreamID bits, the queues that Linux asks for at most, as
     * many stalls as can be told apart.
     *
     * @return the configuration
     */
    public static SmmuV3Config roomy() {
        return new SmmuV3Config(12, 20, 18, 17, STALL_MAX_LIMIT, STALL_AND_TERMINATE);
    }

    /**
     * The same with another event queue.
     *
     * @param log2Max log2 of the most entries
     * @return a new configuration
     */
    public SmmuV3Config withEventQueueLog2Max(final int log2Max) {
        return new SmmuV3Config(
                sidBits, ssidBits, commandQueueLog2Max, log2Max, stallMax, stallModel);
    }

    /**
     * The same with another stall capacity.
     *
     * @param stalls most recorded stalls
     * @return a new configuration
     */
    public SmmuV3Config withStallMax(final int stalls) {
        return new SmmuV3Config(
                sidBits, ssidBits, commandQueueLog2Max, eventQueueLog2Max, stalls, stallModel);
    }

    /**
     * The same with another stall model.
     *
     * @param model IDR0.STALL_MODEL
     * @return a new configuration
     */
    public SmmuV3Config withStallModel(final int model) {
        return new SmmuV3Config(
                sidBits, ssidBits, commandQueueLog2Max, eventQueueLog2Max, stallMax, model);
    }

    /**
     * The same with other StreamID bits.
     *
     * @param bits StreamID bits
     * @return a new configuration
     */
    public SmmuV3Config withSidBits(final int bits) {
        return new SmmuV3Config(
                bits, ssidBits, commandQueueLog2Max, eventQueueLog2Max, stallMax, stallModel);
    }

    int idr0() {
        return stallModel << SmmuRegisters.IDR0_STALL_MODEL_SHIFT
                | TTENDIAN_LITTLE << SmmuRegisters.IDR0_TTENDIAN_SHIFT
                | 1 << SmmuRegisters.IDR0_ST_LEVEL_SHIFT
                | SmmuRegisters.IDR0_VMID16
                | SmmuRegisters.IDR0_SEV
                | SmmuRegisters.IDR0_ASID16
                | SmmuRegisters.IDR0_COHACC
                | TTF_AARCH64 << SmmuRegisters.IDR0_TTF_SHIFT
                | SmmuRegisters.IDR0_S1P;
    }

    int idr1() {
        return commandQueueLog2Max << SmmuRegisters.IDR1_CMDQS_SHIFT
                | eventQueueLog2Max << SmmuRegisters.IDR1_EVENTQS_SHIFT
                | ssidBits << SmmuRegisters.IDR1_SSIDSIZE_SHIFT
                | sidBits;
    }

    int idr5() {
        final int stalls = stallModel == TERMINATE_ONLY ? 0 : stallMax;
        return stalls << SmmuRegisters.IDR5_STALL_MAX_SHIFT
                | SmmuRegisters.IDR5_GRAN64K
                | SmmuRegisters.IDR5_GRAN16K
                | SmmuRegisters.IDR5_GRAN4K
                | OAS_48;
    }

    private static void check(final String name, final int value, final int least, final int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + " must be in [" + least + ", " + most + "]: " + name + "=" + value);
        }
    }
}
