// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.IommuFwspec;
import io.iopf4j.emulation.smmuv3.SmmuFeature;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Which SMMU and which devices an episode of a random run has: small queues and few stalls, so that
 * all of them overflow.
 *
 * @param config the SMMU
 * @param isKernelInHypMode the driver's kernel is at EL2
 * @param devices at most one stream each if they may stall, since only those can be answered
 */
record RandomSetup(SmmuV3Config config, boolean isKernelInHypMode, List<IommuFwspec> devices) {
    private static final int DEVICES = 6;
    private static final int[] SSID_BITS = {0, 4, 10, 12};
    private static final int[] PASID_BITS = {0, 3, 5, 12};

    static RandomSetup draw(final SplittableRandom random) {
        final SmmuV3Config config = config(random);
        return new RandomSetup(
                config,
                config.has(SmmuFeature.HYP) && random.nextBoolean(),
                devices(random, config));
    }

    private static SmmuV3Config config(final SplittableRandom random) {
        SmmuV3Config config =
                SmmuV3Config.roomy()
                        .withSidBits(6 + random.nextInt(7))
                        .withSsidBits(SSID_BITS[random.nextInt(SSID_BITS.length)])
                        .withCommandQueueLog2Max(7 + random.nextInt(2))
                        .withEventQueueLog2Max(2 + random.nextInt(3))
                        .withPriQueueLog2Max(1 + random.nextInt(3))
                        .withStallMax(4 + random.nextInt(13))
                        .withStallModel(stallModel(random))
                        .withOas(2 + random.nextInt(4));
        final SmmuFeature[] maybe = {
            SmmuFeature.TWO_LEVEL_CD_TABLE,
            SmmuFeature.RANGE_INVALIDATION,
            SmmuFeature.MSI,
            SmmuFeature.SEV,
            SmmuFeature.HYP,
            SmmuFeature.PRI,
            SmmuFeature.PRI_OVERFLOW_PASID,
            SmmuFeature.ASID16,
            SmmuFeature.ATTRIBUTE_TYPES_OVERRIDE
        };
        for (final SmmuFeature feature : maybe) {
            config = random.nextInt(3) == 0 ? config.without(feature) : config;
        }
        if (!config.has(SmmuFeature.PRI) && random.nextBoolean()) {
            config = config.without(SmmuFeature.ATS);
        }
        if (random.nextBoolean()) {
            config = config.with(SmmuFeature.TERMINATE_ABORTS);
        }
        return switch (random.nextInt(10)) {
            case 0 -> config.without(SmmuFeature.STAGE_1);
            case 1, 2, 3 -> config.without(SmmuFeature.STAGE_2);
            default -> config;
        };
    }

    private static int stallModel(final SplittableRandom random) {
        return switch (random.nextInt(8)) {
            case 0 -> SmmuV3Config.TERMINATE_ONLY;
            case 1, 2 -> SmmuV3Config.STALL_FORCED;
            default -> SmmuV3Config.STALL_AND_TERMINATE;
        };
    }

    private static List<IommuFwspec> devices(
            final SplittableRandom random, final SmmuV3Config config) {
        final List<IommuFwspec> devices = new ArrayList<>();
        final Set<Integer> taken = new HashSet<>();
        for (int i = 0; i < DEVICES; i++) {
            final boolean hasTwoStreams =
                    i == 0 && config.stallModel() != SmmuV3Config.STALL_FORCED;
            final List<Integer> ids = new ArrayList<>();
            while (ids.size() < (hasTwoStreams ? 2 : 1)) {
                final int sid = random.nextInt(1 << config.sidBits());
                if (taken.add(sid)) {
                    ids.add(sid);
                }
            }
            devices.add(
                    new IommuFwspec(
                            ids,
                            !hasTwoStreams && random.nextInt(5) != 0,
                            PASID_BITS[random.nextInt(PASID_BITS.length)],
                            random.nextInt(3) == 0));
        }
        return devices;
    }
}
