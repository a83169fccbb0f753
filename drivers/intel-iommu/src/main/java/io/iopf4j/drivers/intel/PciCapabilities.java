// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.hw.PciCapability;
import io.iopf4j.api.hw.PciConfig;

/** Finds extended capabilities: {@code pci_find_ext_capability()}. Stateless; any thread. */
final class PciCapabilities {
    private static final int CONFIG_BYTES = 4096;

    /** A list that is longer than this goes round. */
    private static final int MOST = (CONFIG_BYTES - PciCapability.FIRST) / 8;

    private static final int NEXT_MASK = 0xffc;

    private PciCapabilities() {}

    /**
     * Finds a capability.
     *
     * @param config of a function, or null if it is no PCI function
     * @param id which
     * @return offset of its header, or 0 if there is none
     */
    static int find(final PciConfig config, final int id) {
        int at = config == null ? 0 : PciCapability.FIRST;
        for (int left = MOST; left > 0 && at >= PciCapability.FIRST; left--) {
            final int header = config.readl(at);
            if (header == 0 || header == -1) {
                return 0;
            }
            if ((header & PciCapability.ID_MASK) == id) {
                return at;
            }
            at = header >>> PciCapability.NEXT_SHIFT & NEXT_MASK;
        }
        return 0;
    }
}
