// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.testing;

import io.iopf4j.api.DeviceFaultHandler;
import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuCore;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.IopfQueue;
import java.util.ArrayList;
import java.util.List;

/**
 * A core of any generation without rules: it holds one handler, hands faults to it and writes down
 * what is asked of it. A test says what it returns.
 */
public final class RecordingCore implements IommuCore {
    /** What was asked, in order. */
    public final List<String> calls = new ArrayList<>();

    private final FaultGeneration generation;
    private DeviceFaultHandler handler;
    private Object data;
    private int registerErrno;
    private int unregisterErrno;
    private int responseErrno;
    private boolean isQuiet;
    private int quietResponses;

    public RecordingCore(final FaultGeneration generation) {
        this.generation = generation;
    }

    public void refuseRegistration(final int errno) {
        registerErrno = errno;
    }

    public void refuseUnregistration(final int errno) {
        unregisterErrno = errno;
    }

    public void refuseResponses(final int errno) {
        responseErrno = errno;
    }

    /** Only counts responses from now on, and so allocates nothing. */
    public void setQuiet() {
        isQuiet = true;
    }

    public int quietResponses() {
        return quietResponses;
    }

    public boolean hasHandler() {
        return handler != null;
    }

    @Override
    public FaultGeneration generation() {
        return generation;
    }

    @Override
    public int reportDeviceFault(final IommuDevice dev, final IommuFault fault) {
        return handler == null ? -Errno.EINVAL : handler.handle(fault, data);
    }

    @Override
    public int registerDeviceFaultHandler(
            final IommuDevice dev, final DeviceFaultHandler newHandler, final Object newData) {
        calls.add("register " + dev);
        if (registerErrno != 0 || handler != null) {
            return registerErrno != 0 ? registerErrno : -Errno.EBUSY;
        }
        handler = newHandler;
        data = newData;
        return 0;
    }

    @Override
    public int unregisterDeviceFaultHandler(final IommuDevice dev) {
        calls.add("unregister " + dev);
        if (unregisterErrno == 0) {
            handler = null;
        }
        return unregisterErrno;
    }

    @Override
    public int pageResponse(
            final IommuDomain domain, final IommuDevice dev, final IommuPageResponse msg) {
        if (isQuiet) {
            quietResponses++;
        } else {
            calls.add(
                    String.format(
                            "respond %s domain=%s flags=%d pasid=%x grpid=%d code=%d type=%d",
                            dev,
                            domain,
                            msg.flags(),
                            msg.pasid(),
                            msg.grpid(),
                            msg.code(),
                            msg.type()));
        }
        return responseErrno;
    }

    @Override
    public IopfQueue iopfQueueAlloc(final String name) {
        throw new UnsupportedOperationException("VFIO makes no fault queue");
    }
}
