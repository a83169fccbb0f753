// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.vtd.VtdCapabilities;

/**
 * What the integrator of a remapping unit chooses.
 *
 * @param version the VER register, 8 bits: 7:4 major, 3:0 minor; below 4.0 responses may carry
 *     private data
 * @param capabilities the CAP and ECAP registers
 */
public record VtdConfig(int version, VtdCapabilities capabilities) {
    private static final int VERSION_1_0 = 0x10;
    private static final int VERSION_BITS = 0xff;
    private static final int MOST_PASID_BITS = 20;
    private static final int MOST_RECORDS = 256;
    private static final int NFR_SHIFT = 40;
    private static final int MAMV_SHIFT = 48;
    private static final int MGAW_SHIFT = 16;
    private static final int PSS_SHIFT = 35;

    /**
     * Checks.
     *
     * @throws IllegalArgumentException with one line, if the version has more than 8 bits or {@link
     *     VtdConfigRules} finds something wrong with the capabilities
     */
    public VtdConfig {
        check("version", version, 0, VERSION_BITS);
        final String contradiction = VtdConfigRules.contradiction(capabilities);
        require(contradiction == null, contradiction);
    }

    private static void require(final boolean isMet, final String message) {
        if (!isMet) {
            throw new IllegalArgumentException(message);
        }
    }

    private static void check(final String name, final int value, final int least, final int most) {
        require(
                value >= least && value <= most,
                name + " must be in [" + least + ", " + most + "]: " + value);
    }

    /**
     * A roomy unit in scalable mode, with everything that the model does.
     *
     * @return the default
     */
    public static VtdConfig scalable() {
        return new VtdConfig(
                VERSION_1_0, new VtdCapabilities(0x11d2_078c_2238_0c06L, 0x0001_cd9c_e400_0fc7L));
    }

    /**
     * A unit of revision 2 as of 2017: extended contexts and page requests of 128 bits.
     *
     * @return the former form
     */
    public static VtdConfig revision2() {
        final long ecap =
                VtdCapabilities.C
                        | VtdCapabilities.QI
                        | VtdCapabilities.DT
                        | VtdCapabilities.PT
                        | VtdCapabilities.SC
                        | 0xfL << 8
                        | VtdCapabilities.ECS
                        | VtdCapabilities.NEST
                        | VtdCapabilities.PRS
                        | VtdCapabilities.ERS
                        | VtdCapabilities.SRS
                        | 19L << PSS_SHIFT
                        | VtdCapabilities.PASID;
        return new VtdConfig(VERSION_1_0, new VtdCapabilities(0x11d2_078c_2238_0c06L, ecap));
    }

    /**
     * The same of another version.
     *
     * @param value the VER register
     * @return a new configuration
     */
    public VtdConfig withVersion(final int value) {
        return new VtdConfig(value, capabilities);
    }

    /**
     * The same with other fault recording registers.
     *
     * @param count how many, in [1, 256]
     * @return a new configuration
     */
    public VtdConfig withFaultRecords(final int count) {
        check("fault recording registers", count, 1, MOST_RECORDS);
        return withCapField(NFR_SHIFT, 0xff, count - 1);
    }

    /**
     * The same with another width of addresses.
     *
     * @param bits of the widest address that devices may use, in [1, 64]
     * @return a new configuration
     */
    public VtdConfig withAddressBits(final int bits) {
        check("address bits", bits, 1, Long.SIZE);
        return withCapField(MGAW_SHIFT, 0x3f, bits - 1);
    }

    /**
     * The same with another limit to page-selective invalidation.
     *
     * @param log2Pages log2 of the most pages that one names, in [0, 63]
     * @return a new configuration
     */
    public VtdConfig withMaxAddressMask(final int log2Pages) {
        check("log2 of pages (CAP.MAMV)", log2Pages, 0, 63);
        return withCapField(MAMV_SHIFT, 0x3f, log2Pages);
    }

    /**
     * The same with another width of PASIDs.
     *
     * @param bits in [1, 20]
     * @return a new configuration
     */
    public VtdConfig withPasidBits(final int bits) {
        check("PASID bits (ECAP.PSS)", bits, 1, MOST_PASID_BITS);
        final long others = capabilities.ecap() & ~(0x1fL << PSS_SHIFT);
        return new VtdConfig(
                version,
                new VtdCapabilities(capabilities.cap(), others | (bits - 1L) << PSS_SHIFT));
    }

    /**
     * The same with a feature built in.
     *
     * @param feature which
     * @return a new configuration
     */
    public VtdConfig with(final VtdFeature feature) {
        return new VtdConfig(version, feature.with(capabilities));
    }

    /**
     * The same with a feature left out.
     *
     * @param feature which
     * @return a new configuration
     */
    public VtdConfig without(final VtdFeature feature) {
        return new VtdConfig(version, feature.without(capabilities));
    }

    private VtdConfig withCapField(final int shift, final long mask, final long value) {
        final long others = capabilities.cap() & ~(mask << shift);
        return new VtdConfig(
                version, new VtdCapabilities(others | value << shift, capabilities.ecap()));
    }

    /**
     * Whether requests, responses and contexts have the form of revision 2.
     *
     * @return ECAP.ECS without ECAP.SMTS
     */
    public boolean isRevision2() {
        return capabilities.hasEcap(VtdCapabilities.ECS)
                && !capabilities.hasEcap(VtdCapabilities.SMTS);
    }
}
