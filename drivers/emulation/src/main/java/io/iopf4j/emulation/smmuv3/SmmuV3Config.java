// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.SmmuRegisters;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What the integrator of an SMMUv3 chooses, and the identification registers that follow from it.
 * IHI 0070, 6.3.1 to 6.3.6.
 *
 * @param sidBits StreamID bits, in [0, 32]; above 6 only with {@link
 *     SmmuFeature#TWO_LEVEL_STREAM_TABLE}
 * @param ssidBits SubstreamID bits, in [0, 20]; 0 means no substreams
 * @param commandQueueLog2Max log2 of the most command queue entries, in [0, 19]
 * @param eventQueueLog2Max log2 of the most event queue entries, in [0, 19]
 * @param priQueueLog2Max log2 of the most PRI queue entries, in [0, 19]
 * @param stallMax most recorded stalls, in [1, 65535]
 * @param stallModel {@link #STALL_AND_TERMINATE}, {@link #TERMINATE_ONLY} or {@link #STALL_FORCED}
 * @param oas output address size as IDR5.OAS encodes it, in [0, 5]: 32, 36, 40, 42, 44, 48 bits
 * @param features what is built in
 */
public record SmmuV3Config(
        int sidBits,
        int ssidBits,
        int commandQueueLog2Max,
        int eventQueueLog2Max,
        int priQueueLog2Max,
        int stallMax,
        int stallModel,
        int oas,
        Set<SmmuFeature> features) {
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
    private static final int LINEAR_ONLY_SID_BITS = 6;

    /**
     * Checks.
     *
     * @throws IllegalArgumentException if a value is out of its range, or features contradict each
     *     other: PRI without ATS, no stage at all, no granule
     */
    public SmmuV3Config {
        check("sidBits", sidBits, 0, 32);
        check("ssidBits", ssidBits, 0, 20);
        check("commandQueueLog2Max", commandQueueLog2Max, 0, 19);
        check("eventQueueLog2Max", eventQueueLog2Max, 0, 19);
        check("priQueueLog2Max", priQueueLog2Max, 0, 19);
        check("stallMax", stallMax, 1, STALL_MAX_LIMIT);
        check("stallModel", stallModel, STALL_AND_TERMINATE, STALL_FORCED);
        check("oas", oas, 0, OAS_48);
        final EnumSet<SmmuFeature> built = copyOf(features);
        if (!built.contains(SmmuFeature.STAGE_1)) {
            built.remove(SmmuFeature.HYP);
        }
        features = Collections.unmodifiableSet(built);
        require(
                features.contains(SmmuFeature.STAGE_1) || features.contains(SmmuFeature.STAGE_2),
                "an SMMU needs STAGE_1 or STAGE_2");
        require(
                features.contains(SmmuFeature.ATS) || !features.contains(SmmuFeature.PRI),
                "PRI needs ATS");
        require(
                features.contains(SmmuFeature.GRANULE_4K)
                        || features.contains(SmmuFeature.GRANULE_16K)
                        || features.contains(SmmuFeature.GRANULE_64K),
                "an SMMU needs a granule");
        require(
                sidBits <= LINEAR_ONLY_SID_BITS
                        || features.contains(SmmuFeature.TWO_LEVEL_STREAM_TABLE),
                "more than 6 StreamID bits need TWO_LEVEL_STREAM_TABLE");
    }

    /**
     * A roomy SMMU with everything that is modelled: 12 StreamID and 20 SubstreamID bits, the
     * queues that Linux asks for at most, as many stalls as can be told apart, 48-bit addresses,
     * and all features but {@link SmmuFeature#TERMINATE_ABORTS}.
     *
     * @return the configuration
     */
    public static SmmuV3Config roomy() {
        return new SmmuV3Config(
                12,
                20,
                18,
                17,
                18,
                STALL_MAX_LIMIT,
                STALL_AND_TERMINATE,
                OAS_48,
                EnumSet.complementOf(EnumSet.of(SmmuFeature.TERMINATE_ABORTS)));
    }

    /**
     * The same with other StreamID bits.
     *
     * @param bits StreamID bits
     * @return a new configuration
     */
    public SmmuV3Config withSidBits(final int bits) {
        return changed(choice -> choice.sidBits = bits);
    }

    /**
     * The same with other SubstreamID bits.
     *
     * @param bits SubstreamID bits
     * @return a new configuration
     */
    public SmmuV3Config withSsidBits(final int bits) {
        return changed(choice -> choice.ssidBits = bits);
    }

    /**
     * The same with another command queue.
     *
     * @param log2Max log2 of the most entries
     * @return a new configuration
     */
    public SmmuV3Config withCommandQueueLog2Max(final int log2Max) {
        return changed(choice -> choice.commandQueueLog2Max = log2Max);
    }

    /**
     * The same with another event queue.
     *
     * @param log2Max log2 of the most entries
     * @return a new configuration
     */
    public SmmuV3Config withEventQueueLog2Max(final int log2Max) {
        return changed(choice -> choice.eventQueueLog2Max = log2Max);
    }

    /**
     * The same with another PRI queue.
     *
     * @param log2Max log2 of the most entries
     * @return a new configuration
     */
    public SmmuV3Config withPriQueueLog2Max(final int log2Max) {
        return changed(choice -> choice.priQueueLog2Max = log2Max);
    }

    /**
     * The same with another stall capacity.
     *
     * @param stalls most recorded stalls
     * @return a new configuration
     */
    public SmmuV3Config withStallMax(final int stalls) {
        return changed(choice -> choice.stallMax = stalls);
    }

    /**
     * The same with another stall model.
     *
     * @param model IDR0.STALL_MODEL
     * @return a new configuration
     */
    public SmmuV3Config withStallModel(final int model) {
        return changed(choice -> choice.stallModel = model);
    }

    /**
     * The same with another output address size.
     *
     * @param field IDR5.OAS
     * @return a new configuration
     */
    public SmmuV3Config withOas(final int field) {
        return changed(choice -> choice.oas = field);
    }

    /**
     * The same with a feature built in.
     *
     * @param feature which
     * @return a new configuration
     */
    public SmmuV3Config with(final SmmuFeature feature) {
        return changed(choice -> choice.features.add(feature));
    }

    /**
     * The same with a feature left out.
     *
     * @param feature which
     * @return a new configuration
     */
    public SmmuV3Config without(final SmmuFeature feature) {
        return changed(choice -> choice.features.remove(feature));
    }

    private SmmuV3Config changed(final Consumer<Choice> change) {
        final Choice choice = new Choice(this);
        change.accept(choice);
        return choice.config();
    }

    /**
     * Whether a feature is built in.
     *
     * @param feature which
     * @return true if so
     */
    public boolean has(final SmmuFeature feature) {
        return features.contains(feature);
    }

    /** Bits of an output address. */
    int outputBits() {
        return SmmuRegisters.addressBits(oas);
    }

    int idr0() {
        return features(SmmuRegisters.IDR0)
                | stallModel << SmmuRegisters.IDR0_STALL_MODEL_SHIFT
                | TTENDIAN_LITTLE << SmmuRegisters.IDR0_TTENDIAN_SHIFT
                | (has(SmmuFeature.ATS) ? SmmuRegisters.IDR0_NS1ATS : 0)
                | TTF_AARCH64 << SmmuRegisters.IDR0_TTF_SHIFT;
    }

    int idr1() {
        return features(SmmuRegisters.IDR1)
                | commandQueueLog2Max << SmmuRegisters.IDR1_CMDQS_SHIFT
                | eventQueueLog2Max << SmmuRegisters.IDR1_EVENTQS_SHIFT
                | (has(SmmuFeature.PRI) ? priQueueLog2Max << SmmuRegisters.IDR1_PRIQS_SHIFT : 0)
                | ssidBits << SmmuRegisters.IDR1_SSIDSIZE_SHIFT
                | sidBits;
    }

    int idr3() {
        return features(SmmuRegisters.IDR3);
    }

    int idr5() {
        final int stalls = stallModel == TERMINATE_ONLY ? 0 : stallMax;
        return features(SmmuRegisters.IDR5) | stalls << SmmuRegisters.IDR5_STALL_MAX_SHIFT | oas;
    }

    private int features(final int register) {
        int bits = 0;
        for (final SmmuFeature feature : features) {
            bits |= feature.bitIn(register);
        }
        return bits;
    }

    private static EnumSet<SmmuFeature> copyOf(final Set<SmmuFeature> features) {
        final EnumSet<SmmuFeature> copy = EnumSet.noneOf(SmmuFeature.class);
        copy.addAll(features);
        return copy;
    }

    private static void require(final boolean isMet, final String message) {
        if (!isMet) {
            throw new IllegalArgumentException(message);
        }
    }

    private static void check(final String name, final int value, final int least, final int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + " must be in [" + least + ", " + most + "]: " + name + "=" + value);
        }
    }

    /** A configuration in the making. */
    private static final class Choice {
        private final EnumSet<SmmuFeature> features;
        private int sidBits;
        private int ssidBits;
        private int commandQueueLog2Max;
        private int eventQueueLog2Max;
        private int priQueueLog2Max;
        private int stallMax;
        private int stallModel;
        private int oas;

        Choice(final SmmuV3Config from) {
            features = copyOf(from.features);
            sidBits = from.sidBits;
            ssidBits = from.ssidBits;
            commandQueueLog2Max = from.commandQueueLog2Max;
            eventQueueLog2Max = from.eventQueueLog2Max;
            priQueueLog2Max = from.priQueueLog2Max;
            stallMax = from.stallMax;
            stallModel = from.stallModel;
            oas = from.oas;
        }

        SmmuV3Config config() {
            return new SmmuV3Config(
                    sidBits,
                    ssidBits,
                    commandQueueLog2Max,
                    eventQueueLog2Max,
                    priQueueLog2Max,
                    stallMax,
                    stallModel,
                    oas,
                    features);
        }
    }
}
