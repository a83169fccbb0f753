// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.emulation.AccessResult;
import java.util.HashMap;
import java.util.Map;

/** A device of a random run: what is attached to it, and what its accesses must come to. */
final class RandomDevice {
    static final int PASIDS = 4;

    /** An access under way: each of its pages has the same offset in the page. */
    private record Access(int pasid, long iova, int pages, int perm) {}

    final IntelBench.Client client;

    /** By PASID; 0 is the requester's own. */
    final RandomDomain[] domains = new RandomDomain[PASIDS];

    private final Map<Integer, Access> open = new HashMap<>();
    private final long[] iovas = new long[8];
    private final int[] perms = new int[8];
    private long done;
    private long hash;

    RandomDevice(final IntelBench.Client client) {
        this.client = client;
        client.ended = this::ended;
    }

    void access(final int pasid, final long iova, final int pages, final int perm) {
        for (int i = 0; i < pages; i++) {
            iovas[i] = iova + i * RandomDomain.PAGE_BYTES;
            perms[i] = perm;
        }
        final int id = client.endpoint.nextId();
        open.put(id, new Access(pasid, iova, pages, perm));
        assertEquals(
                id,
                client.endpoint.access(
                        pasid == 0 ? IntelBench.NO_PASID : pasid, iovas, perms, pages));
    }

    /** Whether the shadow lets an access through as things are. */
    boolean isAllowed(final int pasid, final long iova, final int pages, final int perm) {
        for (int i = 0; i < pages; i++) {
            if (domains[pasid] == null
                    || !domains[pasid].allows(iova + i * RandomDomain.PAGE_BYTES, perm)) {
                return false;
            }
        }
        return true;
    }

    private void ended(final int id, final AccessResult result) {
        final Access access = open.remove(id);
        assertTrue(access != null, "access " + id + " ends twice");
        hash = hash * 31 + id * 4L + result.name().length();
        final var reached = client.takeReached();
        if (result == AccessResult.DONE) {
            done++;
            assertEquals(access.pages(), reached.size(), "pages reached");
            for (int i = 0; i < access.pages(); i++) {
                final long iova = access.iova() + i * RandomDomain.PAGE_BYTES;
                final RandomDomain domain = domains[access.pasid()];
                assertTrue(
                        domain != null && domain.allows(iova, access.perm()),
                        () -> "went through what is not mapped: " + access);
                assertEquals(domain.physical(iova), reached.get(i), access::toString);
            }
        }
    }

    int open() {
        return open.size();
    }

    long done() {
        return done;
    }

    long hash() {
        return hash;
    }
}
