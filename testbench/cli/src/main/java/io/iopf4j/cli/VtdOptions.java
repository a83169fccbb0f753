// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.emulation.vtd.VtdConfig;
import io.iopf4j.emulation.vtd.VtdFeature;
import picocli.CommandLine.Option;

/** What a remapping unit's integrator chooses, as options; what is left out has all there is. */
final class VtdOptions {
    private static final int MOST_RECORDS = 256;
    private static final int NFR_SHIFT = 40;
    private static final int MGAW_SHIFT = 16;
    private static final int MAMV_SHIFT = 48;
    private static final int PSS_SHIFT = 35;
    private static final long PSS_MASK = 0x1fL;

    @Option(
            names = "--revision",
            paramLabel = "N",
            description =
                    "3 (the default): scalable mode; 2: as of 2017, extended contexts, page"
                            + " requests of 128 bits, stream responses.")
    private String revision;

    @Option(
            names = "--cap",
            paramLabel = "0xN",
            description = "The whole of CAP; what the other options say comes on top.")
    private String cap;

    @Option(names = "--ecap", paramLabel = "0xN", description = "The whole of ECAP, likewise.")
    private String ecap;

    @Option(names = "--ver", paramLabel = "0xN", description = "VER, 0x10 by default.")
    private String ver;

    @Option(
            names = "--fault-records",
            paramLabel = "N",
            description = "Fault recording registers, CAP.NFR: 1 to 256 (default: 8).")
    private String faultRecords;

    @Option(
            names = "--address-bits",
            paramLabel = "N",
            description = "Bits of a device's addresses, CAP.MGAW: 39 to 57 (the default).")
    private String addressBits;

    @Option(
            names = "--pasid-bits",
            paramLabel = "N",
            description = "PASID bits, ECAP.PSS: 1 to 20 (the default).")
    private String pasidBits;

    @Option(
            names = "--max-address-mask",
            paramLabel = "N",
            description =
                    "log2 of the most pages that an invalidation names, CAP.MAMV: 0 to 63"
                            + " (default: 18).")
    private String maxAddressMask;

    VtdOptions() {}

    /**
     * The model that was asked for.
     *
     * @param chosen features by name
     * @return its configuration
     * @throws IllegalArgumentException with one line for whoever asked
     */
    VtdConfig config(final FeatureOptions chosen) {
        final boolean isOld = OptionNumber.in("--revision", revision, 2, 3, 3) == 2;
        final VtdConfig base = isOld ? VtdConfig.revision2() : VtdConfig.scalable();
        final long version = OptionNumber.hex("--ver", ver, base.version());
        if (version >>> 8 != 0) {
            throw new IllegalArgumentException("--ver must be in [0x0, 0xff], not " + ver);
        }
        VtdCapabilities capabilities = capabilities(base.capabilities());
        for (final VtdFeature feature : chosen.with(VtdFeature.class)) {
            capabilities = feature.with(capabilities);
        }
        for (final VtdFeature feature : chosen.without(VtdFeature.class)) {
            capabilities = feature.without(capabilities);
        }
        final VtdConfig config;
        try {
            // All at once: some features contradict each other on the way.
            config = new VtdConfig((int) version, capabilities);
        } catch (final IllegalArgumentException e) {
            throw new IllegalArgumentException("no such VT-d unit: " + e.getMessage(), e);
        }
        if (config.isRevision2() != isOld) {
            throw new IllegalArgumentException(
                    "--ecap is of the other revision: 2 has ECS, 3 has not");
        }
        return config;
    }

    private VtdCapabilities capabilities(final VtdCapabilities base) {
        final VtdCapabilities whole =
                new VtdCapabilities(
                        OptionNumber.hex("--cap", cap, base.cap()),
                        OptionNumber.hex("--ecap", ecap, base.ecap()));
        final int records =
                OptionNumber.in(
                        "--fault-records", faultRecords, 1, MOST_RECORDS, whole.faultRecords());
        final int bits =
                OptionNumber.in("--address-bits", addressBits, 39, 57, whole.addressBits());
        final int pasids = OptionNumber.in("--pasid-bits", pasidBits, 1, 20, whole.pasidBits());
        final int mask =
                OptionNumber.in(
                        "--max-address-mask", maxAddressMask, 0, 63, whole.maxAddressMask());
        long fields = field(whole.cap(), NFR_SHIFT, 0xff, records - 1);
        fields = field(fields, MGAW_SHIFT, 0x3f, bits - 1);
        fields = field(fields, MAMV_SHIFT, 0x3f, mask);
        return new VtdCapabilities(fields, field(whole.ecap(), PSS_SHIFT, PSS_MASK, pasids - 1));
    }

    private static long field(
            final long register, final int shift, final long mask, final long value) {
        return (register & ~(mask << shift)) | (value << shift);
    }
}
