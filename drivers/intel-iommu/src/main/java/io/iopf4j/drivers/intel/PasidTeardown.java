// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

/**
 * What becomes of a PASID entry when its process ends while devices may be at work: {@code
 * intel_pasid_tear_down_entry()} with {@code fault_ignore}.
 */
public enum PasidTeardown {
    /**
     * As it is meant to be: the entry says that faults are not to be recorded until the PASID is
     * unbound; that clears it, and drains page requests.
     */
    INTENDED,

    /**
     * As in late releases of 6.12, seen in 6.12.107: present is cleared before the code asks for
     * it, so that the entry becomes all zero. Faults are recorded, and the unbinding that follows
     * finds nothing to do and does not drain.
     */
    LINUX_6_12_107
}
