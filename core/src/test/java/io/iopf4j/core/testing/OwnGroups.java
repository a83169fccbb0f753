// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.testing;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.IopfQueue;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.kernel.Workqueue;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.iopf.AbsentIopfQueue;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.core.iopf.GroupResponder;
import io.iopf4j.core.iopf.PendingGroup;
import io.iopf4j.core.semantics.FaultCore;
import io.iopf4j.core.semantics.Profile;
import io.iopf4j.core.semantics.ProfileLoader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The least core of 6.12's generation with groups of its own making, as code from outside may be:
 * {@code own:NAME}, but no {@code broken} one. All requests belong to the next group that is
 * complete. It knows no PASID. One thread.
 */
public final class OwnGroups implements FaultCore, GroupResponder {
    /** Loads the profile. */
    public static final class Loader implements ProfileLoader {
        @Override
        public String scheme() {
            return "own";
        }

        @Override
        public Profile load(final String rest) {
            if ("broken".equals(rest)) {
                throw new IllegalArgumentException("own:broken: cannot be loaded");
            }
            return new Its("own:" + rest);
        }
    }

    /** The profile. */
    private record Its(String profileName) implements Profile {
        @Override
        public String description() {
            return "groups of its own";
        }

        @Override
        public FaultCore create(
                final Kernel kernel, final FaultObserver observer, final FailSlab failSlab) {
            return new OwnGroups(profileName, kernel, observer);
        }
    }

    private final String name;
    private final FaultObserver observer;
    private final Workqueue workqueue;
    private final List<IommuFault> earlier = new ArrayList<>();
    private final Deque<Group> free = new ArrayDeque<>();

    /** Groups that were made, whether in use or not. */
    public int made;

    private OwnGroups(final String name, final Kernel kernel, final FaultObserver observer) {
        this.name = name;
        this.observer = observer;
        workqueue = kernel.allocWorkqueue("own");
    }

    /** A group. */
    private static final class Group extends PendingGroup {
        private final List<IommuFault> faults = new ArrayList<>();
        private IommuDevice dev;
        private IommuAttachHandle handle;
        private boolean isPending;
        private boolean isInUse;

        Group(final OwnGroups core) {
            super(core, core.workqueue);
        }

        void fill(final IommuDevice its, final IommuAttachHandle by, final List<IommuFault> all) {
            beginUse();
            dev = its;
            handle = by;
            faults.clear();
            faults.addAll(all);
            isPending = true;
            isInUse = true;
        }

        @Override
        protected boolean lasts(final int itsGeneration) {
            return isInUse && generation() == itsGeneration;
        }

        @Override
        public IommuDevice device() {
            return dev;
        }

        @Override
        public IommuFault lastFault() {
            return faults.get(faults.size() - 1);
        }

        @Override
        public int faultCount() {
            return faults.size();
        }

        @Override
        public IommuFault fault(final int index) {
            return faults.get(index);
        }

        @Override
        public IommuAttachHandle attachHandle() {
            return handle;
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public FaultGeneration generation() {
        return FaultGeneration.LINUX_6_12;
    }

    @Override
    public int reportDeviceFault(final IommuDevice dev, final IommuFault fault) {
        observer.reported(dev, fault);
        earlier.add(CoreBench.copyOf(fault));
        if (!fault.isLast()) {
            return 0;
        }
        final IommuAttachHandle handle = IommuGroup.of(dev).attachHandle(IommuGroup.NO_PASID);
        if (handle == null) {
            return -Errno.EINVAL;
        }
        Group group = free.poll();
        if (group == null) {
            group = new Group(this);
            made++;
        }
        group.fill(dev, handle, earlier);
        earlier.clear();
        observer.delivered(group);
        return handle.domain().iopfHandler().handle(group);
    }

    @Override
    public void groupResponse(
            final PendingGroup group, final int code, final ResponseOrigin origin) {
        final Group its = (Group) group;
        if (its.isPending) {
            its.isPending = false;
            observer.responding(its, code, origin);
            respond(its.dev, its.lastFault(), code);
        }
    }

    private static void respond(final IommuDevice dev, final IommuFault last, final int code) {
        dev.ops()
                .pageResponse(
                        dev, last, new IommuPageResponse().set(last.pasid(), last.grpid(), code));
    }

    @Override
    public void freeGroup(final PendingGroup group) {
        final Group its = (Group) group;
        its.isInUse = false;
        free.push(its);
    }

    @Override
    public void refuse(
            final IommuDevice dev,
            final IommuFault last,
            final int code,
            final ResponseOrigin origin) {
        earlier.clear();
        observer.responding(dev, last, code, origin);
        respond(dev, last, code);
    }

    @Override
    public boolean end(
            final IommuDevice dev,
            final IommuFault last,
            final IopfGroup group,
            final int generation,
            final int code,
            final ResponseOrigin origin) {
        if (!group.attachHandle().domain().iopfHandler().withdraw(group, generation)) {
            return false;
        }
        groupResponse((Group) group, code, origin);
        freeGroup((Group) group);
        return true;
    }

    @Override
    public int pending(final IommuDevice dev) {
        return KEEPS_NONE;
    }

    @Override
    public void dropPartials(final IommuDevice dev) {
        earlier.clear();
    }

    @Override
    public void forget(final IommuDevice dev) {
        earlier.clear();
    }

    @Override
    public IopfQueue iopfQueueAlloc(final String queueName) {
        return AbsentIopfQueue.INSTANCE;
    }
}
