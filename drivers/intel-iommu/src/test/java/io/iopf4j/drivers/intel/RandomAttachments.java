// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.core.IommuGroup;
import java.util.List;

/** What is attached where in a random run, and what must become of it when something is. */
final class RandomAttachments {
    private final RandomUnit unit;
    private final IntelBench bench;
    private final List<RandomDevice> devices;

    RandomAttachments(
            final RandomUnit unit, final IntelBench bench, final List<RandomDevice> devices) {
        this.unit = unit;
        this.bench = bench;
        this.devices = devices;
    }

    /**
     * Whether somebody may ask for it: processes have PASIDs, each its own on all devices, since
     * the unit knows all of them by one domain id. In revision 2 the driver itself refuses.
     */
    boolean isPossible(final int pasid, final RandomDomain domain) {
        return pasid == 0
                ? domain.isForRequesters()
                : unit.isRevision2() || !isTaken(pasid, domain);
    }

    /**
     * Attaches a domain where there is none.
     *
     * @param isScarce while the driver gets no memory
     */
    void attach(
            final RandomDevice device,
            final int pasid,
            final RandomDomain domain,
            final boolean isScarce) {
        final int expected = expected(device, pasid, domain);
        final IommuGroup group = device.client.group;
        final IommuAttachHandle handle = new IommuAttachHandle();
        bench.isScarce = isScarce;
        device.domains[pasid] = domain;
        final int ret =
                pasid == 0
                        ? group.attach(domain.domain, handle)
                        : group.attachPasid(domain.domain, pasid, handle);
        bench.isScarce = false;
        if (ret != 0) {
            device.domains[pasid] = null;
        }
        if (ret == -Errno.ENOMEM) {
            assertTrue(isScarce, "no memory");
        } else {
            assertEquals(expected, ret, "attach");
        }
    }

    /** Whether something is there that another may take the place of, with nothing in between. */
    boolean canReplace(final RandomDevice device, final int pasid) {
        return !unit.isRevision2() && device.domains[pasid] != null;
    }

    /** Attaches a domain in the place of another. */
    void replace(final RandomDevice device, final int pasid, final RandomDomain domain) {
        final IommuGroup group = device.client.group;
        final IommuAttachHandle handle = new IommuAttachHandle();
        // What the former domain let through may end while the next one takes its place.
        device.domains[pasid] = null;
        final int ret =
                pasid == 0
                        ? group.replace(domain.domain, handle)
                        : group.replacePasid(domain.domain, pasid, handle);
        device.domains[pasid] = domain;
        assertEquals(0, ret, "replace");
    }

    /** In revision 2 PASIDs stand on what is at the requester, and processes share one table. */
    private int expected(final RandomDevice device, final int pasid, final RandomDomain domain) {
        if (!unit.isRevision2() || pasid == 0) {
            return 0;
        }
        if (domain instanceof RandomPaging
                || device.domains[0] == null
                || (domain.parent() != null && domain.parent() != device.domains[0])) {
            return -Errno.EINVAL;
        }
        return isOfOtherKind(device, domain) || isTaken(pasid, domain) ? -Errno.EBUSY : 0;
    }

    private static boolean isOfOtherKind(final RandomDevice device, final RandomDomain domain) {
        for (int i = 1; i < RandomDevice.PASIDS; i++) {
            final RandomDomain there = device.domains[i];
            if (there != null && (there.parent() == null) != (domain.parent() == null)) {
                return true;
            }
        }
        return false;
    }

    private boolean isTaken(final int pasid, final RandomDomain domain) {
        return domain instanceof RandomProcess
                && devices.stream()
                        .map(other -> other.domains[pasid])
                        .anyMatch(there -> there instanceof RandomProcess && there != domain);
    }

    /**
     * Whether a device may ask for a page. In revision 2 no answer to one request of a stream goes
     * without PASID, and each device that has one process reaches all: none may use a PASID that it
     * was not given, or any more.
     */
    boolean mayAsk(final RandomDevice device, final int pasid) {
        if (!unit.isRevision2()) {
            return true;
        }
        return pasid == 0
                ? !device.client.endpoint.function().config().isStreaming()
                : device.domains[pasid] != null;
    }

    /** Detaches what is there; in revision 2 PASIDs go first, and the device stops using them. */
    void detach(final RandomDevice device, final int pasid) {
        if (device.domains[pasid] == null) {
            return;
        }
        if (pasid == 0) {
            for (int i = 1; unit.isRevision2() && i < RandomDevice.PASIDS; i++) {
                detach(device, i);
            }
            device.domains[0] = null;
            device.client.group.detach();
        } else {
            if (unit.isRevision2()) {
                device.client.endpoint.stopUsing(pasid);
            }
            device.domains[pasid] = null;
            device.client.group.detachPasid(pasid);
        }
    }
}
