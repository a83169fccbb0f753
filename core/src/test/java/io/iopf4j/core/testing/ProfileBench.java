// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.testing;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.semantics.Semantics;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * A device with one consumer in any profile, driven by the same calls: a registered handler until
 * 5.x, a domain's handler in 6.12, where an answer goes to the oldest group of its group id.
 */
public final class ProfileBench {
    public final Semantics semantics;
    public final CoreBench bench;
    public final IommuDevice dev;
    public final TestDomain domain;

    /** What the handler was called with: the request, or in 6.12 the group's last one. */
    public final List<IommuFault> calls = new ArrayList<>();

    /** Groups of 6.12, by their oldest first; an answered one is gone. */
    public final List<IopfGroup> groups = new ArrayList<>();

    private IntSupplier handler = () -> 0;

    /** A bench whose device has its consumer. */
    public static ProfileBench withConsumer(final Semantics semantics) {
        return withConsumer(semantics, FaultObserver.NONE);
    }

    /** A bench whose device has its consumer. */
    public static ProfileBench withConsumer(
            final Semantics semantics, final FaultObserver observer) {
        final ProfileBench made = new ProfileBench(semantics, observer);
        if (made.connect() != 0) {
            throw new AssertionError("no consumer");
        }
        return made;
    }

    /** A bench whose device is on its fault queue and has no consumer. */
    public ProfileBench(final Semantics semantics) {
        this(semantics, FaultObserver.NONE);
    }

    /** A bench whose device is on its fault queue and has no consumer. */
    public ProfileBench(final Semantics semantics, final FaultObserver observer) {
        this.semantics = semantics;
        bench = new CoreBench(semantics, observer);
        dev = bench.faultingDevice("dev");
        domain = bench.domain("domain", DomainType.PAGING);
        domain.setIopfHandler(this::takeGroup);
    }

    /** What one profile of the four is expected to do. */
    public <T> T pick(final T in2017, final T in2018, final T in5x, final T in612) {
        return switch (semantics) {
            case V3_2017 -> in2017;
            case V5_2018 -> in2018;
            case MAINLINE_5_X -> in5x;
            case MAINLINE_6_12 -> in612;
        };
    }

    public boolean is612() {
        return semantics == Semantics.MAINLINE_6_12;
    }

    /** Makes this bench the receiver of the device's faults. */
    public int connect() {
        return is612()
                ? IommuGroup.of(dev).attach(domain, new IommuAttachHandle())
                : bench.core.registerDeviceFaultHandler(dev, this::takeFault, "cookie");
    }

    /** Takes the receiver away, and in 6.12 the device off its queue. */
    public int leave() {
        return is612()
                ? bench.queue.removeDevice(dev)
                : bench.core.unregisterDeviceFaultHandler(dev);
    }

    /** What the handler does and returns from now on. */
    public void handleBy(final IntSupplier handler) {
        this.handler = handler;
    }

    private int takeFault(final IommuFault fault, final Object cookie) {
        if (!"cookie".equals(cookie)) {
            throw new AssertionError("not what was registered: " + cookie);
        }
        calls.add(fault == null ? null : CoreBench.copyOf(fault));
        return handler.getAsInt();
    }

    private int takeGroup(final IopfGroup group) {
        calls.add(CoreBench.copyOf(group.lastFault()));
        final int ret = handler.getAsInt();
        if (ret == 0) {
            groups.add(group);
        }
        return ret;
    }

    public int report(final IommuFault fault) {
        return bench.core.reportDeviceFault(dev, fault);
    }

    /** Answers; in 6.12 only the message's group id and code can be said. */
    public int respond(final IommuPageResponse msg) {
        if (!is612()) {
            return bench.core.pageResponse(domain, dev, msg);
        }
        for (final IopfGroup group : groups) {
            if (group.lastFault().grpid() == msg.grpid()) {
                group.respond(msg.code());
                return 0;
            }
        }
        throw new AssertionError("no group " + msg.grpid());
    }

    /** Answers a request without PASID. */
    public int respond(final int grpid, final int code) {
        return respond(new IommuPageResponse().set(0, grpid, code));
    }

    public List<Answer> answers() {
        return bench.answers;
    }

    public int pending() {
        return CoreBench.pending(dev);
    }
}
