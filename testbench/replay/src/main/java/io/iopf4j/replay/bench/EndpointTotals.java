// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.pci.PciEndpoint;
import io.iopf4j.emulation.pci.PciEndpointListener;
import java.util.ArrayList;
import java.util.List;

/**
 * What all endpoints have open, by their own count. To ask thousands of them after each step would
 * take its time, so only those are asked that something has happened to.
 */
final class EndpointTotals implements PciEndpointListener {
    private final PciEndpointListener next;
    private final List<Counted> endpoints = new ArrayList<>();
    private final ArrayList<Counted> changed = new ArrayList<>();
    private int groups;
    private int accesses;

    EndpointTotals(final PciEndpointListener next) {
        this.next = next;
    }

    /** Takes the next endpoint in, in the order of their indexes. */
    void add(final PciEndpoint endpoint) {
        endpoints.add(new Counted(endpoint));
    }

    /** Something has happened to an endpoint. */
    void touch(final int index) {
        final Counted counted = endpoints.get(index);
        if (!counted.isChanged) {
            counted.isChanged = true;
            changed.add(counted);
        }
    }

    /** Groups that wait for their answer. */
    int groups() {
        count();
        return groups;
    }

    /** Accesses that have not ended. */
    int accesses() {
        count();
        return accesses;
    }

    private void count() {
        for (final Counted counted : changed) {
            groups -= counted.groups;
            accesses -= counted.accesses;
            counted.groups = counted.endpoint.outstandingGroups();
            counted.accesses = counted.endpoint.inFlight() + counted.endpoint.forgotten();
            groups += counted.groups;
            accesses += counted.accesses;
            counted.isChanged = false;
        }
        changed.clear();
    }

    @Override
    public void requesting(final PciEndpoint endpoint, final int id, final int group) {
        touch(endpoint.index());
        next.requesting(endpoint, id, group);
    }

    @Override
    public void answered(
            final PciEndpoint endpoint, final int id, final int group, final int code) {
        touch(endpoint.index());
        next.answered(endpoint, id, group, code);
    }

    @Override
    public void accessEnded(final PciEndpoint endpoint, final int id, final AccessResult result) {
        touch(endpoint.index());
        next.accessEnded(endpoint, id, result);
    }

    /** An endpoint with what it had when it was asked last. */
    private static final class Counted {
        private final PciEndpoint endpoint;
        private int groups;
        private int accesses;
        private boolean isChanged;

        Counted(final PciEndpoint endpoint) {
            this.endpoint = endpoint;
        }
    }
}
