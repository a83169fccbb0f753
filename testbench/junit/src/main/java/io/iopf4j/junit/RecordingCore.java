// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.DeviceFaultHandler;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuCore;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.IopfQueue;

/** Writes down what a driver reports, and hands it on if there is a core behind it. */
final class RecordingCore implements IommuCore {
    private final IommuCore given;
    private final Journal journal;
    private int answer;

    /**
     * A recorder.
     *
     * @param given the core, or null: then every report is taken, and nobody answers
     * @param journal where reports are written
     */
    RecordingCore(final IommuCore given, final Journal journal) {
        this.given = given;
        this.journal = journal;
    }

    /** Answers reports with this from now on; without a core behind alone. */
    void answer(final int ret) {
        if (given != null) {
            throw new IllegalStateException(
                    "reports go to a kernel's core here, which answers itself");
        }
        answer = ret;
    }

    @Override
    public int reportDeviceFault(final IommuDevice dev, final IommuFault fault) {
        final IommuFault reported = new IommuFault();
        reported.copyFrom(fault);
        final int ret = given == null ? answer : given.reportDeviceFault(dev, fault);
        journal.add(Topic.REPORT, FaultCall.decode(journal.nowNs(), dev, reported, ret));
        return ret;
    }

    @Override
    public IopfQueue iopfQueueAlloc(final String name) {
        return given == null ? new NoIopfQueue() : given.iopfQueueAlloc(name);
    }

    @Override
    public FaultGeneration generation() {
        return given == null ? FaultGeneration.LINUX_6_12 : given.generation();
    }

    @Override
    public int registerDeviceFaultHandler(
            final IommuDevice dev, final DeviceFaultHandler handler, final Object data) {
        return given == null ? 0 : given.registerDeviceFaultHandler(dev, handler, data);
    }

    @Override
    public int unregisterDeviceFaultHandler(final IommuDevice dev) {
        return given == null ? 0 : given.unregisterDeviceFaultHandler(dev);
    }

    @Override
    public int pageResponse(
            final IommuDomain domain, final IommuDevice dev, final IommuPageResponse msg) {
        return given == null
                ? IommuCore.super.pageResponse(domain, dev, msg)
                : given.pageResponse(domain, dev, msg);
    }

    /** Takes every device and keeps nothing. */
    private static final class NoIopfQueue implements IopfQueue {
        @Override
        public int addDevice(final IommuDevice dev) {
            return 0;
        }

        @Override
        public int removeDevice(final IommuDevice dev) {
            return 0;
        }

        @Override
        public int flushDev(final IommuDevice dev) {
            return 0;
        }

        @Override
        public int discardPartial() {
            return 0;
        }

        @Override
        public void free() {}
    }
}
