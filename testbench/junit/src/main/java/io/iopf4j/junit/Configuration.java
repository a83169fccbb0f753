// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.core.policy.Policies;
import io.iopf4j.core.semantics.Profile;
import io.iopf4j.core.semantics.Profiles;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultPath;
import io.iopf4j.emulation.smmuv3.SmmuFeature;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import io.iopf4j.replay.bench.HardwareSettings;
import io.iopf4j.replay.bench.Seams;
import io.iopf4j.replay.bench.SmmuSettings;
import io.iopf4j.replay.bench.VtdSettings;
import java.lang.reflect.Constructor;
import java.util.List;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

/**
 * What an annotation says, checked.
 *
 * @param iommu what it says
 * @param where which one it is, for messages
 * @param model SMMUV3 or VTD
 * @param seed the seed of all chance
 */
record Configuration(Iommu iommu, String where, Iommu.Model model, long seed) {
    private static final int BARE_SID_BITS = 8;
    private static final int LOG2_MOST = 19;
    private static final int VTD_QUEUE_DEFAULT = 0;

    boolean isVtd() {
        return model == Iommu.Model.VTD;
    }

    /** The rules that are asked for; those of 6.12 if none are. */
    Profile semantics() {
        if (iommu.semantics().isEmpty()) {
            return Semantics.MAINLINE_6_12;
        }
        try {
            return Profiles.of(iommu.semantics());
        } catch (final IllegalArgumentException e) {
            throw refusal(e.getMessage(), e);
        }
    }

    boolean hasSemantics() {
        return !iommu.semantics().isEmpty();
    }

    List<FaultPolicy> policies() {
        if (iommu.policy().isEmpty()) {
            return List.of();
        }
        try {
            return Policies.parse(iommu.policy());
        } catch (final IllegalArgumentException e) {
            throw refusal(e.getMessage(), e);
        }
    }

    long latencyNs() {
        return Math.max(0, iommu.interruptLatencyNs());
    }

    /** The integrator's choice of an SMMUv3. */
    SmmuV3Config smmu(final boolean isBare) {
        SmmuV3Config config = SmmuV3Config.roomy();
        try {
            if (isBare) {
                config = config.withSidBits(BARE_SID_BITS);
            }
            if (iommu.stallEntries() != 0) {
                config = config.withStallMax(iommu.stallEntries());
            }
            if (iommu.queueEntries() != 0) {
                config = config.withEventQueueLog2Max(log2(iommu.queueEntries()));
            }
            for (final SmmuFeature feature : iommu.without()) {
                config = config.without(feature);
            }
        } catch (final IllegalArgumentException e) {
            throw refusal(e.getMessage(), e);
        }
        return config;
    }

    private int log2(final int entries) {
        if (Integer.bitCount(entries) != 1 || entries < 0 || entries > 1 << LOG2_MOST) {
            throw refusal("queueEntries must be a power of two up to 524288: " + entries, null);
        }
        return Integer.numberOfTrailingZeros(entries);
    }

    /** What a bench is built with. */
    HardwareSettings bench() {
        if (!isVtd()) {
            return new SmmuSettings(smmu(false), latencyNs(), ArmSmmuFaultPath.inJava());
        }
        refuseSmmuWords();
        VtdSettings settings = VtdSettings.of(semantics());
        if (iommu.queueEntries() != VTD_QUEUE_DEFAULT) {
            if (!settings.canHaveQueueOf(iommu.queueEntries())) {
                throw refusal(
                        "queueEntries of VT-d must be a power of two in "
                                + settings.queueRange()
                                + ": "
                                + iommu.queueEntries(),
                        null);
            }
            settings = settings.withQueueEntries(iommu.queueEntries());
        }
        return iommu.interruptLatencyNs() < 0
                ? settings
                : settings.withInterruptLatencyNs(iommu.interruptLatencyNs());
    }

    void refuseSmmuWords() {
        if (iommu.stallEntries() != 0 || iommu.without().length != 0) {
            throw refusal("stallEntries and without are of SMMUv3; VT-d stalls nothing", null);
        }
    }

    /**
     * Makes what stands between the parts.
     *
     * @param type its class
     */
    Seams seams(final Class<?> type) {
        try {
            for (final Constructor<?> constructor : type.getDeclaredConstructors()) {
                constructor.setAccessible(true);
                final Class<?>[] parameters = constructor.getParameterTypes();
                if (parameters.length == 0) {
                    return (Seams) constructor.newInstance();
                }
                if (parameters.length == 1 && parameters[0] == long.class) {
                    return (Seams) constructor.newInstance(seed);
                }
            }
        } catch (final ReflectiveOperationException e) {
            throw refusal("seams: " + type.getName() + " cannot be made: " + e, e);
        }
        throw refusal(
                "seams: " + type.getName() + " has no constructor () and none of (long seed)",
                null);
    }

    ExtensionConfigurationException refusal(final String why, final Exception cause) {
        return new ExtensionConfigurationException("@Iommu of " + where + ": " + why, cause);
    }
}
