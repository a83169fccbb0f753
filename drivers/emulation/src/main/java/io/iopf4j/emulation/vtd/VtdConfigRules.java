// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdRegisters;

/** Which capabilities can be together, and which the model has at all. */
final class VtdConfigRules {
    private static final int FIRST_FREE = 0xf0;
    private static final int IOTLB_BYTES = 16;
    private static final int MOST_DOMAIN_ID_BITS = 16;
    private static final int MOST_PASID_BITS = 20;
    private static final int WIDTHS =
            VtdCapabilities.SAGAW_39 | VtdCapabilities.SAGAW_48 | VtdCapabilities.SAGAW_57;
    private static final long NO_CAP =
            VtdCapabilities.AFL | VtdCapabilities.PI | 1L << 61; // Enhanced commands.
    private static final long NO_ECAP =
            VtdCapabilities.IR
                    | VtdCapabilities.EIM
                    | 1L << 25 // Memory types.
                    | VtdCapabilities.DIS
                    | VtdCapabilities.VCS
                    | 1L << 51; // Performance counters.

    private final VtdCapabilities capabilities;

    private VtdConfigRules(final VtdCapabilities capabilities) {
        this.capabilities = capabilities;
    }

    /** What is wrong with capabilities: one clause, or null if a unit can have them. */
    static String contradiction(final VtdCapabilities capabilities) {
        final VtdConfigRules rules = new VtdConfigRules(capabilities);
        final String[] found = {
            rules.notModelled(), rules.fields(), rules.places(), rules.revision(), rules.features()
        };
        for (final String line : found) {
            if (line != null) {
                return line;
            }
        }
        return null;
    }

    private String notModelled() {
        if ((capabilities.cap() & NO_CAP) != 0) {
            return "CAP has what is not modelled, bits "
                    + "0x%x".formatted(capabilities.cap() & NO_CAP);
        }
        if ((capabilities.ecap() & NO_ECAP) != 0) {
            return "ECAP has what is not modelled, bits "
                    + "0x%x".formatted(capabilities.ecap() & NO_ECAP);
        }
        return null;
    }

    private String fields() {
        if (capabilities.domainIdBits() > MOST_DOMAIN_ID_BITS) {
            return "CAP.ND must be at most 6";
        }
        if ((capabilities.sagaw() & WIDTHS) == 0 || (capabilities.sagaw() & ~WIDTHS) != 0) {
            return "CAP.SAGAW must have one or more of 39, 48 and 57 bits";
        }
        return capabilities.pasidBits() > MOST_PASID_BITS ? "ECAP.PSS must be at most 19" : null;
    }

    private String places() {
        final int records = capabilities.faultRecordsOffset();
        final int recordsEnd = records + VtdRegisters.FRCD_BYTES * capabilities.faultRecords();
        final int iotlb = capabilities.iotlbOffset();
        if (records < FIRST_FREE || iotlb < FIRST_FREE) {
            return "CAP.FRO and ECAP.IRO must lie beyond the other registers";
        }
        return iotlb < recordsEnd && records < iotlb + IOTLB_BYTES
                ? "CAP.FRO and ECAP.IRO overlap"
                : null;
    }

    private String revision() {
        return has(VtdCapabilities.ECS) && has(VtdCapabilities.SMTS)
                ? "ECAP has ECS of revision 2 and SMTS of revision 3"
                : null;
    }

    private String features() {
        final boolean hasTables = has(VtdCapabilities.SMTS) || has(VtdCapabilities.ECS);
        final String[] missing = {
            needs("DEVICE_TLB", VtdCapabilities.DT, "QI", has(VtdCapabilities.QI)),
            needs("SCALABLE", VtdCapabilities.SMTS, "QI", has(VtdCapabilities.QI)),
            needs(
                    "SCALABLE",
                    VtdCapabilities.SMTS,
                    "FIRST_STAGE or SECOND_STAGE",
                    has(VtdCapabilities.FLTS) || has(VtdCapabilities.SLTS)),
            needs("PASID", VtdCapabilities.PASID, "SCALABLE", hasTables),
            needs("PAGE_REQUESTS", VtdCapabilities.PRS, "DEVICE_TLB", has(VtdCapabilities.DT)),
            needs("PAGE_REQUESTS", VtdCapabilities.PRS, "PASID", has(VtdCapabilities.PASID)),
            needs(
                    "PAGE_REQUEST_DRAIN",
                    VtdCapabilities.PDS,
                    "PAGE_REQUESTS",
                    has(VtdCapabilities.PRS)),
            needs(
                    "NESTED",
                    VtdCapabilities.NEST,
                    "FIRST_STAGE and SECOND_STAGE",
                    has(VtdCapabilities.ECS)
                            || (has(VtdCapabilities.FLTS) && has(VtdCapabilities.SLTS)))
        };
        for (final String line : missing) {
            if (line != null) {
                return line;
            }
        }
        return null;
    }

    private boolean has(final long bits) {
        return capabilities.hasEcap(bits);
    }

    private String needs(
            final String name, final long bit, final String other, final boolean hasOther) {
        return has(bit) && !hasOther ? name + " needs " + other : null;
    }
}
