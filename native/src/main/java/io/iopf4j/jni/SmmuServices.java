// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.api.IommuCore;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultServices;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a fault path in C calls beyond the kernel: the driver's devices, its command queue, and the
 * core. Any thread looks devices up; one at a time reports.
 */
final class SmmuServices extends KernelServices {
    private final ArmSmmuFaultServices driver;
    private final IommuCore core;
    private final IommuFault fault = new IommuFault();
    private final Map<IommuDevice, Client> clients = new HashMap<>();
    private final List<Client> clientsById = new ArrayList<>();
    private long library;
    private long smmu;

    /** Of whom something is being reported, or null. */
    private ArmSmmuFaultServices.Master reporting;

    SmmuServices(final ArmSmmuFaultServices driver) {
        super(FailSlab.NEVER);
        this.driver = driver;
        this.core = driver.core();
    }

    void serve(final long itsLibrary, final long itsSmmu) {
        library = itsLibrary;
        smmu = itsSmmu;
    }

    // ---- Devices --------------------------------------------------------------------------------

    /** A device that C knows. */
    static final class Client {
        private final IommuDevice dev;
        private final long address;
        private ArmSmmuFaultServices.Master master;
        private long masterAddress;

        private Client(final IommuDevice dev, final long address) {
            this.dev = dev;
            this.address = address;
        }

        /** Where C has it. */
        long address() {
            return address;
        }
    }

    synchronized Client client(final IommuDevice dev) {
        final Client known = clients.get(dev);
        if (known != null) {
            return known;
        }
        final Client client =
                new Client(dev, Bridge.smmuClient(library, clientsById.size(), dev.name()));
        clientsById.add(client);
        clients.put(dev, client);
        return client;
    }

    /** Where C has what the driver knows of a device; 0 if that is not probed, or released. */
    long masterOf(final IommuDevice dev) {
        return address(driver.masters().of(dev));
    }

    /** A device that is probed again is another master. */
    private synchronized long address(final ArmSmmuFaultServices.Master master) {
        if (master == null) {
            return 0;
        }
        final Client client = client(master.device());
        if (client.master != master) {
            client.master = master;
            client.masterAddress =
                    Bridge.smmuMaster(
                            library,
                            smmu,
                            client.address,
                            master.isStallEnabled(),
                            master.faultStreamId());
        }
        return client.masterAddress;
    }

    @Override
    long findMaster(final int sid) {
        return address(driver.masters().find(sid));
    }

    // ---- Commands and faults --------------------------------------------------------------------

    @Override
    int issueCommand(final long word0, final long word1) {
        return driver.commands().issue(word0, word1);
    }

    /**
     * Reports a fault. The report counts as one until the next begins or the event thread is done:
     * before 6.12 C owes an answer to one that failed, which must come before the stall is ended.
     */
    @Override
    int reportFault(
            final int device,
            final int flags,
            final int pasid,
            final int grpid,
            final int perm,
            final long addr) {
        endReport();
        final IommuDevice dev = device(device);
        final ArmSmmuFaultServices.Master master = driver.masters().of(dev);
        if (master != null) {
            if (!master.beginReport()) {
                return 0;
            }
            reporting = master;
        }
        NativeFlags.fill(fault, flags, pasid, grpid, perm, addr);
        return core.reportDeviceFault(dev, fault);
    }

    private synchronized IommuDevice device(final int id) {
        return clientsById.get(id).dev;
    }

    /** Whatever is being reported has been. */
    void endReport() {
        if (reporting != null) {
            final ArmSmmuFaultServices.Master master = reporting;
            reporting = null;
            master.endReport();
        }
    }
}
