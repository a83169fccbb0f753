// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.ledger;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.Endpoint;
import io.iopf4j.emulation.EndpointListener;
import io.iopf4j.emulation.Requester;
import io.iopf4j.emulation.smmuv3.SmmuObserver;

/** Writes into a ledger what an SMMUv3 and the endpoints behind it do. */
public final class SmmuLedger implements SmmuObserver, EndpointListener {
    private final Ledger ledger;

    /**
     * A listener.
     *
     * @param ledger what it writes into
     */
    public SmmuLedger(final Ledger ledger) {
        this.ledger = ledger;
    }

    @Override
    public void stallRecorded(
            final Requester requester, final int id, final int streamId, final int stag) {
        final int row = rowOf(requester, id);
        ledger.tagged(row, stag);
        ledger.recorded(row);
    }

    @Override
    public void stallHeld(final Requester requester, final int id) {
        ledger.held(rowOf(requester, id));
    }

    @Override
    public void resumed(final Requester requester, final int id, final int action) {
        final int row = rowOf(requester, id);
        if (ledger.isLeftToDriver(row)) {
            ledger.endByDriver(
                    row,
                    action == Commands.RESUME_ABORT
                            ? PageResponseCode.FAILURE
                            : PageResponseCode.INVALID);
        }
        ledger.invariants()
                .responsesCarryTheGroupTheyAnswer()
                .isResumed(row, ledger.code(row), action);
        ledger.close(row);
    }

    @Override
    public void stallTerminated(final Requester requester, final int id) {
        ledger.terminated(rowOf(requester, id));
    }

    @Override
    public void accessEnded(final Endpoint issuer, final int id, final AccessResult how) {
        ledger.ended(rowOf(issuer, id), how);
    }

    @Override
    public void terminateEvent(final int number, final boolean recorded) {
        ledger.faulted(number, recorded);
    }

    private int rowOf(final Requester requester, final int id) {
        return ledger.rowOfAccess(((Endpoint) requester).index(), id);
    }
}
