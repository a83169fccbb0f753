// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

/** How a monitor of a virtual machine with one device reads faults and answers them. */
interface CoreGuest {
    /** Reads all that waits; tells the cycle of each. */
    void read(Cycle cycle, int device);

    /** Answers one. */
    void answer(OutstandingFaults faults, int at, int code);
}
