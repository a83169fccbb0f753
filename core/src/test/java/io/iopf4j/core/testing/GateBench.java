// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.testing;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.uapi.HwptPgfault;
import io.iopf4j.core.iommufd.IommufdContext;
import io.iopf4j.core.iommufd.IommufdDevice;
import io.iopf4j.core.iommufd.IommufdFaultQueue;
import io.iopf4j.core.iommufd.IommufdHwpt;
import io.iopf4j.core.policy.Account;
import io.iopf4j.core.policy.FaultGate;
import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.core.policy.Policies;
import io.iopf4j.core.semantics.Profile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A gate in front of a real profile, and a guest behind it that takes each complete group in the
 * manner of its generation: by an iommufd fault queue and cookies in 6.12, by a registered handler
 * and group ids before. One thread.
 */
public final class GateBench {
    private static final int READ_RECORDS = 4_096;

    public final Notebook notebook;
    public final CoreBench core;
    public final FaultGate gate;
    private final boolean isIommufd;
    private final IommufdContext context;

    /** Where the guest reads and writes in 6.12; null before. */
    public final IommufdFaultQueue queue;

    private final IommufdHwpt hwpt;
    private final IommuDomain domain;
    private final Map<IommuDevice, IommufdDevice> bound = new HashMap<>();
    private final Map<Integer, IommuDevice> byId = new HashMap<>();
    private final ByteBuffer records = ByteBuffer.allocate(READ_RECORDS * HwptPgfault.BYTES);
    private final List<Seen> seen = new ArrayList<>();
    private Runnable whileHandling = () -> {};
    private int handlerErrno;

    /** The last request of a group, as the guest saw it; a cookie only in 6.12. */
    public record Seen(IommuDevice dev, int flags, int pasid, int grpid, int cookie) {}

    public GateBench(final Profile semantics, final String policies) {
        this(semantics, Policies.parse(policies));
    }

    public GateBench(final Profile semantics, final List<FaultPolicy> policies) {
        this(semantics, policies, new Notebook());
    }

    public GateBench(
            final Profile semantics, final List<FaultPolicy> policies, final Notebook notebook) {
        this(semantics, policies, notebook, new TestKernel());
    }

    public GateBench(
            final Profile semantics,
            final List<FaultPolicy> policies,
            final Notebook notebook,
            final TestKernel kernel) {
        this.notebook = notebook;
        core = new CoreBench(semantics::create, notebook, policies, kernel);
        gate = core.gate;
        isIommufd = semantics.generation() == FaultGeneration.LINUX_6_12;
        domain = core.domain("nested", DomainType.NESTED);
        core.driver.setUserPasidTable(true);
        if (isIommufd) {
            context = new IommufdContext(core.responder(), gate.observer());
            final int queueId = context.faultQueueAlloc(0);
            queue = context.faultQueue(queueId);
            hwpt = context.hwptAlloc(domain, queueId);
        } else {
            context = null;
            queue = null;
            hwpt = null;
        }
    }

    /** A device of nobody whose faults come to the guest. */
    public IommuDevice device(final String name) {
        final IommuDevice dev = core.device(name);
        if (isIommufd) {
            final IommufdDevice idev = context.bind(dev);
            bound.put(dev, idev);
            byId.put(idev.id(), dev);
        }
        attach(dev);
        return dev;
    }

    /** A device of a virtual machine. */
    public IommuDevice device(final String name, final Account vm) {
        final IommuDevice dev = device(name);
        gate.assign(dev, vm);
        return dev;
    }

    public void attach(final IommuDevice dev) {
        final int ret =
                isIommufd
                        ? bound.get(dev).attach(hwpt)
                        : gate.registerDeviceFaultHandler(dev, this::handle, dev);
        if (ret != 0) {
            throw new AssertionError(dev.name() + " cannot have faults: " + ret);
        }
    }

    /** From now on nobody takes the device's faults. */
    public void detach(final IommuDevice dev) {
        if (isIommufd) {
            bound.get(dev).detach();
        } else {
            gate.unregisterDeviceFaultHandler(dev);
        }
    }

    /** From now on a handler of before 6.12 refuses; an iommufd queue never does. */
    public void refuseWith(final int errno) {
        handlerErrno = errno;
    }

    /** Runs something in the middle of each delivery to a handler of before 6.12. */
    public void whileHandling(final Runnable action) {
        whileHandling = action;
    }

    private int handle(final IommuFault fault, final Object data) {
        whileHandling.run();
        if (handlerErrno == 0 && fault.isLast()) {
            seen.add(new Seen((IommuDevice) data, fault.flags(), fault.pasid(), fault.grpid(), 0));
        }
        return handlerErrno;
    }

    /** Reports as a driver does, which answers a report that fails before 6.12. */
    public int report(final IommuDevice dev, final IommuFault fault) {
        final int ret = gate.reportDeviceFault(dev, fault);
        if (ret != 0
                && gate.generation() != FaultGeneration.LINUX_6_12
                && fault.isLastPageRequest()) {
            final IommuPageResponse failure = new IommuPageResponse();
            dev.ops().pageResponse(dev, fault, failure.set(fault.pasid(), fault.grpid(), 2));
        }
        return ret;
    }

    /** Reports groups of one request, with group ids from one on. */
    public void reportGroups(final IommuDevice dev, final int firstGrpid, final int count) {
        for (int i = 0; i < count; i++) {
            report(dev, CoreBench.last(firstGrpid + i));
        }
    }

    /** Whatever the guest has seen so far, answered or not, in order. */
    public List<Seen> seen() {
        if (isIommufd) {
            int bytes;
            do {
                bytes = queue.read(records.clear());
                for (int at = 0; at < bytes; at += HwptPgfault.BYTES) {
                    take(at);
                }
            } while (bytes > 0);
        }
        return seen;
    }

    private void take(final int at) {
        if ((HwptPgfault.flags(records, at) & IommuFault.FLAG_LAST_PAGE) != 0) {
            seen.add(
                    new Seen(
                            byId.get(HwptPgfault.devId(records, at)),
                            HwptPgfault.flags(records, at),
                            HwptPgfault.pasid(records, at),
                            HwptPgfault.grpid(records, at),
                            HwptPgfault.cookie(records, at)));
        }
    }

    /** Group ids that the guest has seen, in order. */
    public List<Integer> seenGrpids() {
        return seen().stream().map(Seen::grpid).toList();
    }

    /** Answers; 0 or a negative errno. */
    public int answer(final Seen group, final int code) {
        if (isIommufd) {
            final int ret = queue.write(IommufdBench.answers(group.cookie(), code));
            return Math.min(ret, 0);
        }
        final int pasidFlag =
                (group.flags() & IommuFault.FLAG_PASID_VALID) != 0
                        ? IommuPageResponse.FLAG_PASID_VALID
                        : 0;
        return gate.pageResponse(
                domain,
                group.dev(),
                new IommuPageResponse().set(group.pasid(), group.grpid(), code).flags(pasidFlag));
    }

    /** Group ids that the driver was told to answer, in order. */
    public List<Integer> answeredGrpids() {
        return core.answers.stream().map(Answer::grpid).toList();
    }
}
