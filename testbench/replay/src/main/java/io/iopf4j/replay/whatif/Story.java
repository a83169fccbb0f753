// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.whatif;

import java.util.List;
import java.util.Locale;

/**
 * A fault's life in one run, as the run's ledger tells it: what happened at which layer, in the
 * order of time.
 *
 * @param steps from raised to ended, or to what it still waits for when the run ends
 */
public record Story(List<Step> steps) {
    /** Copies the list. */
    public Story {
        steps = List.copyOf(steps);
    }

    /**
     * One thing that happened to it.
     *
     * @param ns when, virtual nanoseconds since the first event
     * @param layer where
     * @param text what, in a few words without a full stop
     */
    public record Step(long ns, Layer layer, String text) {}

    /** A layer that a fault passes, on its way down and up. */
    public enum Layer {
        /** The device that wants memory. */
        DEVICE,
        /** The IOMMU. */
        HARDWARE,
        /** Its driver. */
        DRIVER,
        /** The fault core. */
        CORE,
        /** The limits on faults. */
        POLICY,
        /** The virtual machine's fault queue, and its guest. */
        GUEST,
        /** Nobody does anything any more. */
        END;

        /**
         * What reports call it.
         *
         * @return its name in small letters
         */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
