// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.PageResponseType;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;

/** Faults that somebody must answer: groups, or, before 6.12, what handlers are given. */
final class RandomFaults {
    private static final long PAGE_MASK = -0x1000L;

    /** What a handler was given. */
    private record Request(IommuDevice device, int type, int pasid, int group, long address) {
        /** What names an answer. */
        Key key() {
            final boolean isOfGroup = type == PageResponseType.GROUP;
            return new Key(device, type, pasid, group, isOfGroup ? 0 : address & PAGE_MASK);
        }
    }

    private record Key(IommuDevice device, int type, int pasid, int group, long address) {}

    private final RandomUnit unit;
    private final IntelBench bench;
    private final IommuDomain anyDomain;
    private final ArrayDeque<Request> requests = new ArrayDeque<>();
    private final Set<Key> outstanding = new HashSet<>();
    private final IommuPageResponse message = new IommuPageResponse();
    private long answered;
    private long repeated;

    /**
     * None so far.
     *
     * @param anyDomain what an answer by names goes by
     */
    RandomFaults(final RandomUnit unit, final IntelBench bench, final IommuDomain anyDomain) {
        this.unit = unit;
        this.bench = bench;
        this.anyDomain = anyDomain;
    }

    /** From now on a device's faults come here, if it has handlers. */
    void register(final IommuDevice device) {
        assertEquals(
                0,
                bench.core.registerDeviceFaultHandler(
                        device, (fault, data) -> keep(device, fault), null));
    }

    /** Nobody hears of a device's faults any more. */
    void unregister(final IommuDevice device) {
        assertEquals(0, bench.core.unregisterDeviceFaultHandler(device));
    }

    private int keep(final IommuDevice device, final IommuFault fault) {
        final boolean isOwed =
                fault.isLastPageRequest() || fault.responseType() == PageResponseType.STREAM;
        if (isOwed) {
            final Request request =
                    new Request(
                            device,
                            fault.responseType(),
                            fault.pasid(),
                            fault.grpid(),
                            fault.addr());
            requests.addLast(request);
            outstanding.add(request.key());
        }
        return 0;
    }

    boolean isEmpty() {
        return bench.faults.isEmpty() && requests.isEmpty();
    }

    /** Answers the oldest; with another code, a second time. */
    void answer(final int code, final boolean isRepeated) {
        answered++;
        repeated += isRepeated ? 1 : 0;
        if (!bench.faults.isEmpty()) {
            final IopfGroup group = bench.faults.removeFirst();
            group.respond(code);
            if (isRepeated) {
                group.respond(code ^ 1);
            }
            group.free();
            return;
        }
        final Request request = requests.removeFirst();
        respond(request, code);
        if (isRepeated) {
            respond(request, code ^ 1);
        }
    }

    /** Whoever names nothing that is outstanding is told so. */
    private void respond(final Request request, final int code) {
        final boolean isOutstanding = outstanding.remove(request.key());
        message.set(request.pasid(), request.group(), code)
                .flags(IommuPageResponse.FLAG_PASID_VALID);
        if (unit.isRevision2()) {
            message.stream(request.type(), request.address());
        }
        assertEquals(
                isOutstanding ? 0 : -Errno.EINVAL,
                bench.core.pageResponse(anyDomain, request.device(), message),
                request::toString);
    }

    /**
     * Whoever has a device's faults answers them before it goes; in 2017 nobody does, and answers
     * come too late.
     */
    void letGo(final IommuDevice device, final int code) {
        for (int left = bench.faults.size(); left > 0; left--) {
            final IopfGroup group = bench.faults.removeFirst();
            if (group.device() == device) {
                group.respond(code);
                group.free();
            } else {
                bench.faults.addLast(group);
            }
        }
        for (int left = unit.isRevision2() ? 0 : requests.size(); left > 0; left--) {
            final Request request = requests.removeFirst();
            if (request.device() == device) {
                respond(request, code);
            } else {
                requests.addLast(request);
            }
        }
    }

    /** A device has gone: the driver has answered all of its faults, and answers are late. */
    void gone(final IommuDevice device) {
        outstanding.removeIf(key -> key.device() == device);
        assertTrue(
                bench.faults.stream().noneMatch(group -> group.device() == device),
                "a group of a device that is gone");
    }

    long answered() {
        return answered;
    }

    long repeated() {
        return repeated;
    }
}
