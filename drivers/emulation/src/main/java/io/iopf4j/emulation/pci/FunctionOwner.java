// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

/** The device behind a function's registers: hears what software does to it. */
interface FunctionOwner {
    /** Nobody. */
    FunctionOwner NONE =
            new FunctionOwner() {
                @Override
                public void translationDisabled() {}

                @Override
                public void requestsDisabled() {}

                @Override
                public void requestsReset() {}

                @Override
                public void allocationChanged() {}
            };

    /** ATS is off: nothing cached may be used any more. */
    void translationDisabled();

    /** PRI is off: nothing more may be asked for. What is outstanding may still be answered. */
    void requestsDisabled();

    /** What was outstanding is forgotten. PRI is off. */
    void requestsReset();

    /** Another number of page requests may be outstanding. */
    void allocationChanged();
}
