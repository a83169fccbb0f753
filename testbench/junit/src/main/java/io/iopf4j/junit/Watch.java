// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import java.util.List;

/** Looks on between a model and its driver. It reads the model's registers and stores to none. */
interface Watch {
    /** The driver is about to store to a register. */
    void storing(long offset, int bytes, long value);

    /** Something may have happened: records what is new, and what went wrong. */
    void look();

    /** The model's registers and queues, decoded, one line each. */
    List<String> state();

    /** Faults that the hardware waits with, recorded or not; negative if it keeps no such count. */
    int openFaults();
}
