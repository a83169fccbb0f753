// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.emulation.vtd.VtdConfig;
import io.iopf4j.emulation.vtd.VtdFeature;

/** A unit of a random run and how it is driven; its queues are small, so that they overflow. */
@SuppressWarnings("ImmutableEnumChecker") // a configuration and options never change
enum RandomUnit {
    /** As Linux 6.12 has it today. */
    MAINLINE(Semantics.MAINLINE_6_12, VtdConfig.scalable(), new IntelOptions(true, 0, 512)),

    /** Before 6.12. */
    OLD(Semantics.MAINLINE_5_X, VtdConfig.scalable(), new IntelOptions(true, 0, 512)),

    /** Devices that may ask for little at once. */
    FEW_REQUESTS(Semantics.MAINLINE_6_12, VtdConfig.scalable(), new IntelOptions(true, 1, 64)),

    /** Legacy tables: no PASIDs, no page requests. */
    LEGACY(Semantics.MAINLINE_6_12, VtdConfig.scalable(), new IntelOptions(false, 0, 512)),

    /** Second stages at PASIDs too, and a unit that may remember what is absent. */
    SECOND_STAGE(
            Semantics.MAINLINE_6_12,
            VtdConfig.scalable()
                    .without(VtdFeature.NESTED)
                    .without(VtdFeature.FIRST_STAGE)
                    .with(VtdFeature.CACHING_MODE),
            new IntelOptions(true, 0, 512)),

    /** The extended tables of revision 2, as the series of 2017 drives them. */
    REVISION_2(
            Semantics.V3_2017,
            VtdConfig.revision2().withPasidBits(8),
            new IntelOptions(true, 2, 512));

    private final Semantics semantics;
    private final VtdConfig config;
    private final IntelOptions options;

    RandomUnit(final Semantics semantics, final VtdConfig config, final IntelOptions options) {
        this.semantics = semantics;
        this.config = config;
        this.options = options;
    }

    IntelBench bench() {
        return new IntelBench(semantics, config, options);
    }

    boolean isRevision2() {
        return this == REVISION_2;
    }

    /** Whether each fault goes to a handler of its device, which answers by its names. */
    boolean hasHandlers() {
        return this == OLD || this == REVISION_2;
    }

    /** Whether there are PASIDs, and devices ask for pages. */
    boolean hasPasids() {
        return this != LEGACY;
    }

    boolean hasFirstStage() {
        return this != LEGACY && this != SECOND_STAGE;
    }

    /** Whether a device must be told to handle faults: otherwise it does so from the start. */
    boolean enablesFaults() {
        return hasPasids() && this != REVISION_2;
    }
}
