// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.testing;

import static io.iopf4j.api.IommuFault.FLAG_LAST_PAGE;
import static io.iopf4j.api.IommuFault.FLAG_PASID_VALID;
import static io.iopf4j.api.IommuFault.PERM_READ;

import io.iopf4j.api.DevFeature;
import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.api.IommuOps;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.IommuUserData;
import io.iopf4j.api.IommufdViommu;
import io.iopf4j.api.IopfQueue;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.uapi.HwptAlloc;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.iopf.DeviceFaultParam;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.core.iopf.GroupResponder;
import io.iopf4j.core.iopf.IommuFaultParam;
import io.iopf4j.core.policy.FaultGate;
import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.core.semantics.FaultCore;
import io.iopf4j.core.semantics.Profile;
import io.iopf4j.core.semantics.Semantics;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;

/**
 * The core under test between a driver that writes down what it is asked for and a kernel of one
 * thread. {@link #answers} may be filled by several threads.
 */
public final class CoreBench {
    /** What reached the driver's {@code page_response}, in order. */
    public final List<Answer> answers = Collections.synchronizedList(new ArrayList<>());

    /** Everything that reached the driver, answers too, in order. */
    public final List<String> steps = Collections.synchronizedList(new ArrayList<>());

    /** The domains that were made, in order. */
    public final List<TestDomain> domains = new ArrayList<>();

    public final TestKernel kernel;

    /**
     * What the driver reports to: in front of the core, without policies unless a test has some.
     */
    public final FaultGate gate;

    public final FaultCore core;
    public final IopfQueue queue;
    public final Driver driver = new Driver();

    private boolean isOutOfMemory;
    private int failIn;

    public CoreBench() {
        this(FaultObserver.NONE);
    }

    public CoreBench(final FaultObserver observer) {
        this(Semantics.MAINLINE_6_12, observer, List.of());
    }

    public CoreBench(final FaultObserver observer, final List<FaultPolicy> policies) {
        this(Semantics.MAINLINE_6_12, observer, policies);
    }

    public CoreBench(final Profile semantics, final FaultObserver observer) {
        this(semantics, observer, List.of());
    }

    public CoreBench(
            final Profile semantics,
            final FaultObserver observer,
            final List<FaultPolicy> policies) {
        this(semantics::create, observer, policies);
    }

    /** Over another core: with its kernel, its observer, and what makes its allocations fail. */
    public CoreBench(
            final Maker maker, final FaultObserver observer, final List<FaultPolicy> policies) {
        this(maker, observer, policies, new TestKernel());
    }

    /** On another kernel. */
    public CoreBench(
            final Maker maker,
            final FaultObserver observer,
            final List<FaultPolicy> policies,
            final TestKernel kernel) {
        this.kernel = kernel;
        gate = new FaultGate(kernel, observer, policies);
        core = maker.create(kernel, gate.observer(), this::fails);
        gate.guard(core);
        queue = gate.iopfQueueAlloc("test");
    }

    /** Makes the core under test. */
    @FunctionalInterface
    public interface Maker {
        FaultCore create(Kernel kernel, FaultObserver observer, FailSlab failSlab);
    }

    /** From now on every allocation of the core fails, or succeeds again. */
    public void setOutOfMemory(final boolean outOfMemory) {
        isOutOfMemory = outOfMemory;
    }

    /** Makes one allocation fail: the next one is 1. */
    public void failAllocation(final int nth) {
        failIn = nth;
    }

    private boolean fails() {
        return isOutOfMemory || (failIn > 0 && --failIn == 0);
    }

    /** The core as iommufd needs it, 6.12 alone. */
    public GroupResponder responder() {
        return (GroupResponder) core;
    }

    void step(final String step) {
        steps.add(step);
    }

    /** A device in a group of its own, on no fault queue. */
    public IommuDevice device(final String name) {
        return device(name, new IommuGroup(1));
    }

    /** A device in a group, on no fault queue. */
    public IommuDevice device(final String name, final IommuGroup group) {
        final IommuDevice dev =
                new IommuDevice(name, driver, new IommuFwspec(List.of(1), true, 20));
        if (group.addDevice(dev) != 0) {
            throw new AssertionError("the group refused a device: " + name);
        }
        return dev;
    }

    /** A device in a group of its own, on the fault queue. */
    public IommuDevice faultingDevice(final String name) {
        final IommuDevice dev = device(name);
        if (queue.addDevice(dev) != 0) {
            throw new AssertionError("the queue refused a device: " + name);
        }
        return dev;
    }

    public TestDomain domain(final String name, final DomainType type) {
        final TestDomain domain = new TestDomain(name, type, this);
        domains.add(domain);
        return domain;
    }

    /** What the core still owes a device: groups in 6.12, requests before, nothing in 2017. */
    public static int pending(final IommuDevice dev) {
        final Object param = dev.faultParam();
        if (param instanceof IommuFaultParam groups) {
            synchronized (groups) {
                return groups.pendingCount();
            }
        }
        if (param instanceof DeviceFaultParam requests) {
            synchronized (requests) {
                return requests.records().size();
            }
        }
        return 0;
    }

    /** A request without PASID that completes its group. */
    public static IommuFault last(final int grpid) {
        return request(FLAG_LAST_PAGE, 0, grpid);
    }

    /** A request without PASID that does not complete its group. */
    public static IommuFault partial(final int grpid) {
        return request(0, 0, grpid);
    }

    /** A request with PASID that completes its group. */
    public static IommuFault lastOfPasid(final int pasid, final int grpid) {
        return request(FLAG_LAST_PAGE | FLAG_PASID_VALID, pasid, grpid);
    }

    /** A request with PASID that does not complete its group. */
    public static IommuFault partialOfPasid(final int pasid, final int grpid) {
        return request(FLAG_PASID_VALID, pasid, grpid);
    }

    /** A request that is as another one and stays so. */
    public static IommuFault copyOf(final IommuFault fault) {
        final IommuFault copy = new IommuFault();
        copy.copyFrom(fault);
        return copy;
    }

    /** A request for another address: to tell the members of one group apart. */
    public static IommuFault at(final IommuFault fault, final long addr) {
        return fault.pageRequest(fault.flags(), fault.pasid(), fault.grpid(), fault.perm(), addr);
    }

    private static IommuFault request(final int flags, final int pasid, final int grpid) {
        return new IommuFault().pageRequest(flags, pasid, grpid, PERM_READ, 0x1000L * grpid);
    }

    /** An IOMMU driver that accepts everything unless a test says otherwise. */
    public final class Driver implements IommuOps {
        private final TestDomain blocked = domain("blocked", DomainType.BLOCKED);
        private boolean coversUserPasids;
        private boolean canAnswer = true;
        private boolean isQuiet;
        private int iopfErrno;
        private int probeErrno;
        private int quietAnswers;
        private int capacity;
        private long timeoutNs = 10_000_000_000L;
        private int terminationCode = PageResponseCode.INVALID;
        private int drainErrno = -Errno.EOPNOTSUPP;

        /** What the hardware holds; 0 unless a test says so, as of a driver that does not know. */
        public void setSharedFaultCapacity(final int faults) {
            capacity = faults;
        }

        public void setFaultTimeoutNs(final long ns) {
            timeoutNs = ns;
        }

        public void setTerminationCode(final int code) {
            terminationCode = code;
        }

        /** From now on the hardware can be drained. */
        public void setCanDrain() {
            drainErrno = 0;
        }

        private Predicate<IommuPageResponse> refusal = msg -> false;
        private Runnable whileAnswering = () -> {};
        private Runnable whileDraining = () -> {};

        /** The request that came with the last answer, null in 2017. */
        public IommuFault lastEvt;

        /** What the last answer said beside {@link Answer}. */
        public int lastType;

        public long lastPrivateData;

        public int lastFlags;

        public void setUserPasidTable(final boolean covers) {
            coversUserPasids = covers;
        }

        public void setHasPageResponse(final boolean canAnswer) {
            this.canAnswer = canAnswer;
        }

        /** Sends no answer that is so, and says {@code -EINVAL}. */
        public void refuseAnswers(final Predicate<IommuPageResponse> refusal) {
            this.refusal = refusal;
        }

        /** Runs something in the middle of each answer, as another thread may. */
        public void whileAnswering(final Runnable action) {
            whileAnswering = action;
        }

        /** Runs while the device is drained, as what came too late does. */
        public void whileDraining(final Runnable action) {
            whileDraining = action;
        }

        public void refuseIopf(final int errno) {
            iopfErrno = errno;
        }

        public void refuseProbe(final int errno) {
            probeErrno = errno;
        }

        /** Only counts answers from now on, and so allocates nothing. */
        public void setQuiet() {
            isQuiet = true;
        }

        public int quietAnswers() {
            return quietAnswers;
        }

        @Override
        public int probeDevice(final IommuDevice dev) {
            step("probe " + dev.name());
            return probeErrno;
        }

        @Override
        public void releaseDevice(final IommuDevice dev) {
            step("release " + dev.name());
        }

        @Override
        public IommuDomain blockedDomain() {
            return blocked;
        }

        @Override
        public IommuDomain domainAllocPagingFlags(final IommuDevice dev, final int flags) {
            return flags <= HwptAlloc.FLAG_NEST_PARENT ? domain("parent", DomainType.PAGING) : null;
        }

        /** Takes tables whose first word is not 0. */
        @Override
        public IommuDomain domainAllocNested(
                final IommuDevice dev, final IommuDomain parent, final IommuUserData data) {
            return data.word0() == 0 ? null : domain("nested", DomainType.NESTED);
        }

        @Override
        public IommufdViommu viommuAlloc(
                final IommuDevice dev, final IommuDomain parent, final int type) {
            return type == IommuUserData.VIOMMU_ARM_SMMUV3
                    ? new TestViommu(parent, CoreBench.this)
                    : null;
        }

        /** The blocked domain again, to say what it does. */
        public TestDomain blocked() {
            return blocked;
        }

        @Override
        public int devEnableFeature(final IommuDevice dev, final DevFeature feature) {
            step("enable " + feature + " " + dev.name());
            return iopfErrno != 0 ? iopfErrno : queue.addDevice(dev);
        }

        @Override
        public int devDisableFeature(final IommuDevice dev, final DevFeature feature) {
            step("disable " + feature + " " + dev.name());
            return queue.removeDevice(dev);
        }

        @Override
        public boolean hasPageResponse() {
            return canAnswer;
        }

        @Override
        public int pageResponse(
                final IommuDevice dev, final IommuFault evt, final IommuPageResponse msg) {
            if (isQuiet) {
                quietAnswers++;
                return 0;
            }
            lastEvt = evt == null ? null : copyOf(evt);
            lastType = msg.type();
            lastPrivateData = msg.privateData();
            lastFlags = msg.flags();
            whileAnswering.run();
            if (refusal.test(msg)) {
                return -Errno.EINVAL;
            }
            answers.add(new Answer(dev.name(), msg.pasid(), msg.grpid(), msg.code()));
            step("answer " + dev.name() + " grpid=" + msg.grpid() + " code=" + msg.code());
            return 0;
        }

        @Override
        public int drainFaults(final IommuDevice dev) {
            step("drain " + dev.name());
            whileDraining.run();
            return drainErrno;
        }

        @Override
        public int sharedFaultCapacity(final IommuDevice dev) {
            return capacity;
        }

        @Override
        public long faultTimeoutNs(final IommuDevice dev) {
            return timeoutNs;
        }

        @Override
        public int terminationCode(final IommuDevice dev) {
            return terminationCode;
        }

        @Override
        public boolean userPasidTable() {
            return coversUserPasids;
        }
    }
}
