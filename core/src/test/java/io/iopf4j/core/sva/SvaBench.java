// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.sva;

import io.iopf4j.api.DevFeature;
import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.api.IommuOps;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.kernel.AddressSpace;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.testing.CoreBench;
import java.util.ArrayList;
import java.util.List;

/** Devices whose drivers know SVA, below the core of 6.12. */
final class SvaBench {
    static final int READ = IommuFault.PERM_READ;
    static final int WRITE = IommuFault.PERM_WRITE;
    static final long START = 0x10000;
    static final long END = 0x20000;

    final CoreBench core = new CoreBench();
    final List<String> steps = new ArrayList<>();
    final PageSupply supply = new PageSupply(64, steps);
    boolean isOutOfMemory;
    final IommuSva sva = new IommuSva(() -> isOutOfMemory);
    private int groups;

    /** An address space with one area that may be read and written. */
    MmStruct mm(final String name) {
        final MmStruct mm = new MmStruct(name, supply);
        mm.mmap(START, END, READ | WRITE);
        return mm;
    }

    /** A device on the fault queue, alone in its group and alone behind its driver. */
    IommuDevice device(final String name, final int pasidBits) {
        return device(name, pasidBits, new Driver(name + "-iommu"));
    }

    IommuDevice device(final String name, final int pasidBits, final Driver driver) {
        final IommuDevice dev =
                new IommuDevice(name, driver, new IommuFwspec(List.of(1), true, pasidBits));
        if (new IommuGroup(++groups).addDevice(dev) != 0 || core.queue.addDevice(dev) != 0) {
            throw new AssertionError("the bench refused a device: " + name);
        }
        return dev;
    }

    SvaBond bind(final IommuDevice dev, final MmStruct mm) {
        final SvaBond bond = sva.bindDevice(dev, mm);
        if (bond.error() != 0) {
            throw new AssertionError("errno " + bond.error());
        }
        return bond;
    }

    int report(final IommuDevice dev, final IommuFault fault) {
        return core.core.reportDeviceFault(dev, fault);
    }

    /** A request that is a whole group. */
    static IommuFault last(final int pasid, final int grpid, final int perm, final long addr) {
        return new IommuFault()
                .pageRequest(
                        IommuFault.FLAG_PASID_VALID | IommuFault.FLAG_LAST_PAGE,
                        pasid,
                        grpid,
                        perm,
                        addr);
    }

    /** A request that is not its group's last. */
    static IommuFault partial(final int pasid, final int grpid, final int perm, final long addr) {
        return new IommuFault().pageRequest(IommuFault.FLAG_PASID_VALID, pasid, grpid, perm, addr);
    }

    /** Runs the work of the fault queue. */
    void runWork() {
        core.kernel.workqueues.get(0).flush();
    }

    /** The codes that reached drivers. */
    List<Integer> codes() {
        return core.answers.stream().map(answer -> answer.code()).toList();
    }

    /** A driver with SVA domains; all else is the bench's. */
    final class Driver implements IommuOps {
        private final String name;
        private boolean knowsSva = true;
        private boolean isQuiet;
        private int attachErrno;
        private int domains;

        Driver(final String name) {
            this.name = name;
        }

        void forgetSva() {
            knowsSva = false;
        }

        /** Makes domains that do not follow their address space, and so allocate nothing. */
        void setQuiet() {
            isQuiet = true;
        }

        void refuseAttach(final int errno) {
            attachErrno = errno;
        }

        @Override
        public IommuDomain domainAllocSva(final IommuDevice dev, final AddressSpace mm) {
            return knowsSva ? new Domain(name + "." + domains++, this, mm) : null;
        }

        @Override
        public int probeDevice(final IommuDevice dev) {
            return core.driver.probeDevice(dev);
        }

        @Override
        public void releaseDevice(final IommuDevice dev) {
            core.driver.releaseDevice(dev);
        }

        @Override
        public IommuDomain blockedDomain() {
            return core.driver.blockedDomain();
        }

        @Override
        public int devEnableFeature(final IommuDevice dev, final DevFeature feature) {
            return core.driver.devEnableFeature(dev, feature);
        }

        @Override
        public int pageResponse(
                final IommuDevice dev, final IommuFault evt, final IommuPageResponse msg) {
            return core.driver.pageResponse(dev, evt, msg);
        }
    }

    /** An SVA domain that follows its address space into the bench's steps. */
    private final class Domain extends IommuDomain {
        private final String name;
        private final Driver driver;
        private final AddressSpace mm;
        private final Follower follower;

        Domain(final String name, final Driver driver, final AddressSpace mm) {
            super(DomainType.SVA);
            this.name = name;
            this.driver = driver;
            this.mm = mm;
            this.follower = new Follower(name, steps);
            if (!driver.isQuiet) {
                mm.register(follower);
            }
        }

        @Override
        public int attachDev(final IommuDevice dev) {
            throw new AssertionError("SVA at the RID");
        }

        @Override
        public int setDevPasid(final IommuDevice dev, final int pasid) {
            if (dev.ops() != driver) {
                return -Errno.EINVAL;
            }
            if (driver.attachErrno == 0) {
                steps.add("attach " + name + " " + dev + " pasid=" + pasid);
            }
            return driver.attachErrno;
        }

        @Override
        public void free() {
            mm.unregister(follower);
            steps.add("free " + name);
        }
    }
}
