// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.SmmuRegisters;

/**
 * GERROR and GERRORN: an error is active while its bits differ, the device toggles one, software
 * the other. IHI 0070, 6.3.19 and 7.5.
 */
final class GlobalErrors {
    private static final int IMPLEMENTED =
            SmmuRegisters.GERROR_CMDQ_ERR
                    | SmmuRegisters.GERROR_EVENTQ_ABT_ERR
                    | SmmuRegisters.GERROR_PRIQ_ABT_ERR
                    | SmmuRegisters.GERROR_MSI_CMDQ_ABT_ERR
                    | SmmuRegisters.GERROR_MSI_EVENTQ_ABT_ERR
                    | SmmuRegisters.GERROR_MSI_PRIQ_ABT_ERR
                    | SmmuRegisters.GERROR_MSI_GERROR_ABT_ERR
                    | SmmuRegisters.GERROR_SFM_ERR;

    private int gerror;
    private int gerrorn;

    boolean isActive(final int bit) {
        return ((gerror ^ gerrorn) & bit) != 0;
    }

    /**
     * Returns false if the error is active already: then nothing is logged and none interrupted.
     */
    boolean raise(final int bit) {
        if (isActive(bit)) {
            return false;
        }
        gerror ^= bit;
        return true;
    }

    int gerror() {
        return gerror;
    }

    int gerrorn() {
        return gerrorn;
    }

    /** What software stores decides alone: it can make an error active that never happened. */
    void acknowledge(final int value) {
        gerrorn = value & IMPLEMENTED;
    }
}
