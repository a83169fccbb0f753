// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import java.util.OptionalInt;

/**
 * The hardware that all machines of a scenario share.
 *
 * @param iommu which model
 * @param stallEntries size of the stall buffer, in [1, 65535]; empty for the driver's choice, and
 *     with VT-d, which has none
 * @param queueEntries size of the event or page request queue, a power of two in [1, 131072]; empty
 *     for the driver's choice
 */
public record Hardware(Iommu iommu, OptionalInt stallEntries, OptionalInt queueEntries) {
    /** SMMUv3 with the driver's sizes. */
    static final Hardware DEFAULT =
            new Hardware(Iommu.AUTO, OptionalInt.empty(), OptionalInt.empty());

    /** A model of an IOMMU. */
    public enum Iommu {
        /** Arm SMMUv3: each stalled access is a group of one. */
        SMMUV3("smmuv3"),
        /** Intel VT-d: page request groups. */
        VTD("vtd"),
        /** SMMUv3, unless somebody says otherwise. */
        AUTO("auto");

        private final String text;

        Iommu(final String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
