// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.emulation.IommuModel;
import java.util.HashSet;
import java.util.Set;

/**
 * A device that a driver of the host has, behind a domain in which nothing is mapped: whatever it
 * accesses faults, as when a driver unmaps too early or a device runs wild.
 */
public final class HostDevice {
    private final HostEndpoint endpoint;
    private final IommuGroup group;
    private final IommuDomain domain;
    private final Set<Integer> pasids = new HashSet<>();

    HostDevice(final HostEndpoint endpoint, final int groupId) {
        this.endpoint = endpoint;
        group = new IommuGroup(groupId);
        require(group.addDevice(endpoint.device()), "probe");
        domain = endpoint.device().ops().domainAllocPaging(endpoint.device());
        VmMemory.require(domain != null, "make a domain", -Errno.ENOMEM);
        require(group.attach(domain, new IommuAttachHandle()), "attach");
    }

    private void require(final int ret, final String what) {
        VmMemory.require(ret == 0, what + " " + endpoint.device().name(), ret);
    }

    /**
     * Issues an access, which faults.
     *
     * @param pasid PASID, or 0 for none
     * @param address I/O virtual address in bytes
     * @param perm {@code IommuFault.PERM_} bits; none is a read
     */
    public void access(final int pasid, final long address, final int perm) {
        if (pasid != 0 && pasids.add(pasid)) {
            // A driver that cannot attach it there leaves the PASID without tables: another fault.
            group.attachPasid(domain, pasid, new IommuAttachHandle());
        }
        endpoint.issuer()
                .access(
                        pasid == 0 ? IommuModel.NO_SUBSTREAM : pasid,
                        address,
                        (perm & IommuFault.PERM_WRITE) != 0
                                ? IommuFault.PERM_WRITE
                                : IommuFault.PERM_READ);
    }
}
