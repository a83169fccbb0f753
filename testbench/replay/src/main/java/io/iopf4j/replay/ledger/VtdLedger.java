// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.ledger;

import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.pci.PciEndpoint;
import io.iopf4j.emulation.pci.PciEndpointListener;
import io.iopf4j.emulation.vtd.VtdObserver;
import java.util.function.IntFunction;

/**
 * Writes into a ledger what a remapping unit and the endpoints behind it do. A fault's record is
 * written once the last request of its group is queued; with a device that wants a response to each
 * request, and so has groups of one, once that is. A group that the unit itself answered, since
 * there was no room, is asked for again: that is the same access and the same row.
 */
public final class VtdLedger implements VtdObserver, PciEndpointListener {
    private final Ledger ledger;
    private final IntFunction<PciEndpoint> endpointOfRid;

    /**
     * A listener.
     *
     * @param ledger what it writes into
     * @param endpointOfRid the endpoint that has a requester id
     */
    public VtdLedger(final Ledger ledger, final IntFunction<PciEndpoint> endpointOfRid) {
        this.ledger = ledger;
        this.endpointOfRid = endpointOfRid;
    }

    @Override
    public void requesting(final PciEndpoint endpoint, final int id, final int group) {
        ledger.tagged(rowOf(endpoint, id), group);
    }

    @Override
    public void requestQueued(
            final int rid, final int pasid, final int group, final boolean isLast) {
        final PciEndpoint endpoint = endpointOfRid.apply(rid);
        final int row = ledger.rowOfNumber(endpoint.index(), group);
        if ((isLast || endpoint.function().config().isStreaming())
                && row != Ledger.NONE
                && !ledger.isOpen(row)) {
            ledger.recorded(row);
        }
    }

    @Override
    public void requestOverflowed(
            final int rid, final int pasid, final int group, final boolean isLast) {
        final int row = ledger.rowOfNumber(endpointOfRid.apply(rid).index(), group);
        if (row != Ledger.NONE) {
            ledger.held(row);
        }
    }

    @Override
    public void answered(
            final PciEndpoint endpoint, final int id, final int group, final int code) {
        final int row = rowOf(endpoint, id);
        if (!ledger.isOpen(row)) {
            ledger.untagged(row);
            return;
        }
        if (ledger.isLeftToDriver(row) || ledger.isDriversOwn(row)) {
            ledger.endByDriver(row, code);
        }
        ledger.invariants().responsesCarryTheGroupTheyAnswer().isTold(row, ledger.code(row), code);
        ledger.close(row);
    }

    @Override
    public void accessEnded(final PciEndpoint endpoint, final int id, final AccessResult result) {
        final int row = rowOf(endpoint, id);
        if (ledger.isOpen(row) && (endpoint.ignoresResponses() || endpoint.isUnplugged())) {
            ledger.abandoned(row);
        } else if (ledger.isOpen(row)) {
            ledger.terminated(row);
        }
        ledger.ended(row, result);
    }

    @Override
    public void fault(final int sid, final int reason, final boolean recorded) {
        ledger.faulted(reason, recorded);
    }

    private int rowOf(final PciEndpoint endpoint, final int id) {
        return ledger.rowOfAccess(endpoint.index(), id);
    }
}
