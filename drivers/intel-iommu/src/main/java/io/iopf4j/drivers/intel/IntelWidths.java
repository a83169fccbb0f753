// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.vtd.PasidEntry;
import io.iopf4j.api.vtd.VtdCapabilities;

/** How wide tables are: {@code __iommu_calculate_sagaw()} of Linux 6.12. Stateless. */
final class IntelWidths {
    private static final int BITS_OF_NO_LEVELS = 30;
    private static final int STRIDE = 9;

    private IntelWidths() {}

    /**
     * {@code iommu->agaw}: the widest that every stage of the unit can have.
     *
     * @return a {@code AW_} of {@link PasidEntry}, 0 if there is none
     */
    static int aw(final VtdCapabilities capabilities, final boolean isScalable) {
        final int second = capabilities.sagaw();
        int both = second;
        if (isScalable && capabilities.hasEcap(VtdCapabilities.FLTS)) {
            final int first =
                    VtdCapabilities.SAGAW_48
                            | (capabilities.hasCap(VtdCapabilities.FL5LP)
                                    ? VtdCapabilities.SAGAW_57
                                    : 0);
            both = capabilities.hasEcap(VtdCapabilities.SLTS) ? first & second : first;
        }
        for (int aw = PasidEntry.AW_57; aw > 0; aw--) {
            if ((both & 1 << aw) != 0) {
                return aw;
            }
        }
        return 0;
    }

    /** Bits of an address of that width. */
    static int bits(final int aw) {
        return BITS_OF_NO_LEVELS + STRIDE * aw;
    }
}
