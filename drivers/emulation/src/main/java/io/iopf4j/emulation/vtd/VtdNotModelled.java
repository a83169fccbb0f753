// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

/**
 * What of VT-d this model does not do, in one place, with what happens when software uses it. A use
 * is counted and reported: it is neither the guest's mistake, which the model answers as the
 * specification says, nor a fault of the model, which is an assertion.
 */
public enum VtdNotModelled {
    /** Interrupt remapping and posted interrupts (ECAP.IR and CAP.PI are 0). */
    INTERRUPT_REMAPPING("GSTS.IRES stays 0, interrupt entry cache invalidations do nothing"),
    /** Advanced fault logging (CAP.AFL is 0). */
    ADVANCED_FAULT_LOG("GSTS.AFLS stays 0");

    private final String effect;

    VtdNotModelled(final String effect) {
        this.effect = effect;
    }

    /**
     * What happens when software uses it.
     *
     * @return a clause
     */
    public String effect() {
        return effect;
    }
}
