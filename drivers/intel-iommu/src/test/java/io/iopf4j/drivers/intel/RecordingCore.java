// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuCore;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IopfQueue;
import java.util.ArrayList;
import java.util.List;

/** A core of some generation that keeps what it is told. */
final class RecordingCore implements IommuCore, IopfQueue {
    private final FaultGeneration generation;

    /** Faults that were reported, copies. */
    final List<IommuFault> reported = new ArrayList<>();

    /** What the fault queue was asked, in order. */
    final List<String> queue = new ArrayList<>();

    /** What reports return. */
    int result;

    /** What {@link #addDevice} returns. */
    int addResult;

    /** What else a report does. */
    Runnable duringReport = () -> {};

    RecordingCore(final FaultGeneration generation) {
        this.generation = generation;
    }

    @Override
    public int reportDeviceFault(final IommuDevice dev, final IommuFault fault) {
        final IommuFault copy = new IommuFault();
        copy.copyFrom(fault);
        reported.add(copy);
        duringReport.run();
        return result;
    }

    @Override
    public IopfQueue iopfQueueAlloc(final String name) {
        queue.add("alloc " + name);
        return this;
    }

    @Override
    public FaultGeneration generation() {
        return generation;
    }

    @Override
    public int addDevice(final IommuDevice dev) {
        queue.add("add");
        return addResult;
    }

    @Override
    public int removeDevice(final IommuDevice dev) {
        queue.add("remove");
        return 0;
    }

    @Override
    public int flushDev(final IommuDevice dev) {
        queue.add("flush");
        return 0;
    }

    @Override
    public int discardPartial() {
        queue.add("discard");
        return 0;
    }

    @Override
    public void free() {
        queue.add("free");
    }
}
