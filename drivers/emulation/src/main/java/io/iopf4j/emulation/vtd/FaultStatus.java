// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.vtd.VtdRegisters;

/**
 * FSTS: what has gone wrong, and the fault event that tells of the first of it. VT-d specification,
 * 7.3 and 11.4.7.1.
 */
final class FaultStatus {
    private static final int STICKY =
            VtdRegisters.FSTS_PFO
                    | VtdRegisters.FSTS_IQE
                    | VtdRegisters.FSTS_ICE
                    | VtdRegisters.FSTS_ITE
                    | VtdRegisters.FSTS_PRO;

    private final EventInterrupt event;
    private int bits;
    private int firstRecord;

    FaultStatus(final EventInterrupt event) {
        this.event = event;
    }

    int value() {
        return bits | firstRecord << VtdRegisters.FSTS_FRI_SHIFT;
    }

    boolean isAnySet(final int some) {
        return (bits & some) != 0;
    }

    /** Sets a bit; the event is raised only by the first one. */
    void set(final int bit) {
        final boolean isFirst = bits == 0;
        bits |= bit;
        if (isFirst) {
            event.raise();
        }
    }

    /** There is a record again. */
    void setFirstRecord(final int index) {
        firstRecord = index;
        set(VtdRegisters.FSTS_PPF);
    }

    /** There is no record any more. */
    void clearRecords() {
        firstRecord = 0;
        clear(VtdRegisters.FSTS_PPF);
    }

    /** What software stores: ones clear what is sticky. */
    void write(final int value) {
        clear(value & STICKY);
    }

    private void clear(final int some) {
        bits &= ~some;
        if (bits == 0) {
            event.served();
        }
    }
}
