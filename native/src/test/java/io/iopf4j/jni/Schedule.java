// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.IopfHandler;
import io.iopf4j.api.IopfQueue;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.TestDomain;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A random life of a fault core, the same for the same seed: reports of every kind, answers late,
 * wrong and twice, handlers that refuse, domains and devices that come and go, allocations that
 * fail. Writes down all that the core says, asks and returns.
 */
final class Schedule implements FaultObserver, IopfHandler {
    private static final int DEVICES = 3;
    private static final int PASIDS = 3;
    private static final int GROUPS = 4;
    private static final int STEPS = 60;

    private final StringBuilder journal = new StringBuilder();
    private final SplittableRandom random;
    private final CoreBench bench;
    private final IopfQueue otherQueue;
    private final List<IommuDevice> devices = new ArrayList<>();
    private final List<TestDomain> domains = new ArrayList<>();
    private final List<Held> held = new ArrayList<>();
    private int refusal;
    private int addresses;

    /** A group that its consumer has. */
    private static final class Held {
        final IopfGroup group;
        final int generation;
        boolean isAnswered;

        Held(final IopfGroup group) {
            this.group = group;
            generation = group.generation();
        }
    }

    private Schedule(final CoreBench.Maker maker, final long seed) {
        random = new SplittableRandom(seed);
        bench = new CoreBench(maker, this, List.of());
        otherQueue = bench.gate.iopfQueueAlloc("other");
        bench.driver.setUserPasidTable(random.nextBoolean());
        final DomainType[] types = {DomainType.PAGING, DomainType.NESTED, DomainType.SVA};
        for (final DomainType type : types) {
            final TestDomain domain = bench.domain(type.toString(), type);
            domain.setIopfHandler(this);
            domains.add(domain);
        }
        for (int i = 0; i < DEVICES; i++) {
            devices.add(bench.device("dev" + i, new IommuGroup(i)));
        }
    }

    /** What comes of a seed. */
    static String run(final CoreBench.Maker maker, final long seed) {
        final Schedule schedule = new Schedule(maker, seed);
        schedule.run();
        return schedule.journal.toString();
    }

    private void run() {
        for (int i = 0; i < DEVICES; i++) {
            toggleAttachment(devices.get(i));
            toggleQueue(devices.get(i));
        }
        for (int i = 0; i < STEPS; i++) {
            step();
        }
        devices.forEach(this::leaveQueue);
        otherQueue.free();
        bench.queue.free();
        bench.kernel.complaints.forEach(this::note);
        bench.steps.forEach(this::note);
    }

    private void step() {
        final IommuDevice dev = devices.get(random.nextInt(DEVICES));
        switch (random.nextInt(24)) {
            case 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 -> report(dev);
            case 10, 11, 12, 13, 14 -> answer();
            case 15 -> refusal = random.nextBoolean() ? -Errno.ENOSPC : 0;
            case 16 -> toggleAttachment(dev);
            case 17 -> toggleQueue(dev);
            case 18 -> bench.failAllocation(random.nextInt(1, 4));
            case 19 -> note("discard " + bench.queue.discardPartial());
            case 20 -> note("flush " + bench.queue.flushDev(dev));
            case 21 -> end();
            case 22 -> {
                final IommuFault fault = fault();
                note("refuse");
                bench.core.refuse(dev, fault, 1, ResponseOrigin.POLICY);
            }
            default -> oneOfTheRest(dev);
        }
        note("pending " + bench.core.pending(dev));
    }

    private void oneOfTheRest(final IommuDevice dev) {
        switch (random.nextInt(4)) {
            case 0 -> bench.core.dropPartials(dev);
            case 1 -> bench.core.forget(dev);
            case 2 -> mistakeTheQueue(dev);
            default -> {
                final TestDomain domain = domains.get(random.nextInt(domains.size()));
                domain.setIopfHandler(domain.iopfHandler() == null ? this : null);
            }
        }
    }

    // ---- Faults and answers ---------------------------------------------------------------------

    private IommuFault fault() {
        int flags = 0;
        if (random.nextInt(3) != 0) {
            flags |= IommuFault.FLAG_LAST_PAGE;
        }
        if (random.nextBoolean()) {
            flags |= IommuFault.FLAG_PASID_VALID;
        }
        if (random.nextInt(8) == 0) {
            flags |= IommuFault.FLAG_NEEDS_PASID;
        }
        addresses += 0x1000;
        final IommuFault fault =
                new IommuFault()
                        .pageRequest(
                                flags,
                                random.nextInt(PASIDS),
                                random.nextInt(GROUPS),
                                random.nextInt(16),
                                addresses);
        return random.nextInt(40) == 0 ? fault.type(IommuFault.TYPE_DMA_UNRECOV) : fault;
    }

    private void report(final IommuDevice dev) {
        note("report " + bench.core.reportDeviceFault(dev, fault()));
    }

    /** Answers a group, or answers it again, or frees it. */
    private void answer() {
        if (held.isEmpty()) {
            return;
        }
        final int which = random.nextInt(held.size());
        final Held its = held.get(which);
        if (!its.isAnswered || random.nextInt(3) == 0) {
            its.isAnswered = true;
            its.group.respond(random.nextInt(4));
            note("answered");
        }
        if (random.nextBoolean()) {
            held.remove(which);
            its.group.free();
            note("freed");
        }
    }

    private void end() {
        if (held.isEmpty()) {
            return;
        }
        final Held its = held.get(random.nextInt(held.size()));
        final IommuFault last = CoreBench.copyOf(its.group.lastFault());
        note(
                "end "
                        + bench.core.end(
                                its.group.device(),
                                last,
                                its.group,
                                its.generation,
                                random.nextInt(3),
                                ResponseOrigin.TIMED_OUT));
    }

    // ---- Domains and queues ---------------------------------------------------------------------

    private void toggleAttachment(final IommuDevice dev) {
        final IommuGroup group = IommuGroup.of(dev);
        final int pasid = random.nextInt(PASIDS);
        final TestDomain domain = domains.get(random.nextInt(domains.size()));
        final int ret;
        if (pasid == IommuGroup.NO_PASID) {
            ret =
                    group.attachHandle(pasid) == null
                            ? group.attach(domain, new IommuAttachHandle())
                            : detach(group);
        } else {
            ret =
                    group.attachHandle(pasid) == null
                            ? group.attachPasid(domain, pasid, new IommuAttachHandle())
                            : detach(group, pasid);
        }
        note("attachment " + pasid + " " + ret);
    }

    private static int detach(final IommuGroup group) {
        group.detach();
        return 0;
    }

    private static int detach(final IommuGroup group, final int pasid) {
        group.detachPasid(pasid);
        return 0;
    }

    private void toggleQueue(final IommuDevice dev) {
        final boolean isOnQueue = dev.faultParam() != null;
        final boolean isMistake = random.nextInt(5) == 0;
        if (isOnQueue == isMistake) {
            note("add " + bench.queue.addDevice(dev));
        } else {
            leaveQueue(dev);
        }
    }

    /** A device that is on no queue is on none afterwards, one that is on a queue stays there. */
    private void mistakeTheQueue(final IommuDevice dev) {
        note("add to another " + (dev.faultParam() == null ? "" : otherQueue.addDevice(dev)));
        note("remove from another " + otherQueue.removeDevice(dev));
    }

    /** Whoever holds groups of a device lets go of them before it leaves its queue. */
    private void leaveQueue(final IommuDevice dev) {
        for (final Held its : List.copyOf(held)) {
            if (its.group.device() == dev) {
                held.remove(its);
                if (its.isAnswered) {
                    its.group.free();
                }
            }
        }
        note("remove " + bench.queue.removeDevice(dev));
    }

    // ---- What the core says ---------------------------------------------------------------------

    @Override
    public int handle(final IopfGroup group) {
        note("handle " + refusal);
        if (refusal == 0) {
            held.add(new Held(group));
        }
        return refusal;
    }

    @Override
    public boolean withdraw(final IopfGroup group, final int generation) {
        return held.removeIf(its -> its.group == group && its.generation == generation);
    }

    @Override
    public void reported(final IommuDevice dev, final IommuFault fault) {
        note("reported " + dev + " " + fault);
    }

    @Override
    public void delivered(final IopfGroup group) {
        note("delivered " + group.device() + " type " + group.attachHandle().domain().type());
        for (int i = 0; i < group.faultCount(); i++) {
            note("  " + group.fault(i));
        }
    }

    @Override
    public void responding(
            final IommuDevice dev,
            final IommuFault lastFault,
            final int code,
            final ResponseOrigin origin) {
        note("responding " + dev + " " + lastFault + " " + code + " " + origin);
    }

    @Override
    public void partialDropped(final IommuDevice dev, final IommuFault fault) {
        note("dropped " + dev + " " + fault);
    }

    private void note(final String line) {
        journal.append(line).append('\n');
    }
}
