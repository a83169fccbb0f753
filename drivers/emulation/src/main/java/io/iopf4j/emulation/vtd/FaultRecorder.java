// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.vtd.FaultRecord;
import io.iopf4j.api.vtd.VtdRegisters;

/**
 * The fault recording registers. Each fault takes the next one; one that finds it taken is lost,
 * and so is every other until software has cleared PFO. Faults of one requester are not merged.
 * VT-d specification, 7.2.1.
 */
final class FaultRecorder {
    private final FaultStatus status;
    private final VtdObserver observer;
    private final long[] low;
    private final long[] high;
    private int next;
    private int recorded;

    FaultRecorder(final int registers, final FaultStatus status, final VtdObserver observer) {
        this.status = status;
        this.observer = observer;
        low = new long[registers];
        high = new long[registers];
    }

    /**
     * Records a fault. Suppressed ones must not come here.
     *
     * @param sid source id, 16 bits
     * @param pasid PASID, 20 bits, or negative for none
     * @param address faulting address
     * @param reason a {@code VtdFaultReason}
     * @param type a {@code FaultRecord.TYPE_}
     * @param addressType a {@code FaultRecord.AT_}
     * @param flags {@code FaultRecord.PRIV} and {@code FaultRecord.EXE}
     */
    void record(
            final int sid,
            final int pasid,
            final long address,
            final int reason,
            final long type,
            final int addressType,
            final long flags) {
        if (status.isAnySet(VtdRegisters.FSTS_PFO)) {
            observer.fault(sid, reason, false);
            return;
        }
        final int at = next;
        if ((high[at] & FaultRecord.F) != 0) {
            status.set(VtdRegisters.FSTS_PFO);
            observer.fault(sid, reason, false);
            return;
        }
        low[at] = FaultRecord.qw0(address);
        high[at] = FaultRecord.qw1(sid, pasid, reason, type, addressType, flags) | FaultRecord.F;
        next = (at + 1) % high.length;
        recorded++;
        if (!status.isAnySet(VtdRegisters.FSTS_PPF)) {
            status.setFirstRecord(at);
        }
        observer.fault(sid, reason, true);
    }

    /**
     * Records an access that faulted.
     *
     * @param sid source id, 16 bits
     * @param pasid PASID, 20 bits, or negative for none: then neither EXEC nor PRIV count
     * @param address faulting address
     * @param perm {@code IommuFault.PERM_} bits of the request
     * @param addressType a {@code FaultRecord.AT_}
     * @param reason a {@code VtdFaultReason}
     */
    void recordAccess(
            final int sid,
            final int pasid,
            final long address,
            final int perm,
            final int addressType,
            final int reason) {
        final boolean isWrite = (perm & IommuFault.PERM_WRITE) != 0;
        record(
                sid,
                pasid,
                address,
                reason,
                isWrite ? FaultRecord.TYPE_WRITE : FaultRecord.TYPE_READ,
                addressType,
                flags(pasid, perm));
    }

    /** The flags of a request's {@code IommuFault.PERM_} bits. */
    static long flags(final int pasid, final int perm) {
        return pasid < 0
                ? 0
                : ((perm & IommuFault.PERM_PRIV) != 0 ? FaultRecord.PRIV : 0)
                        | ((perm & IommuFault.PERM_EXEC) != 0 ? FaultRecord.EXE : 0);
    }

    /** Translation is turned off: the next fault takes the first register. */
    void restart() {
        next = 0;
    }

    /** A doubleword of a register, 0 or 1. */
    long read(final int index, final int word) {
        return word == 0 ? low[index] : high[index];
    }

    /** Software has stored doubleword 1: a one clears F, the rest is read only. */
    void write(final int index, final long value) {
        if ((value & high[index] & FaultRecord.F) == 0) {
            return;
        }
        high[index] &= ~FaultRecord.F;
        recorded--;
        if (recorded == 0) {
            status.clearRecords();
        }
    }
}
