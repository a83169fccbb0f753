// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What a fault core in C and Java both know, under numbers: devices and attachments; and what each
 * thread has C do at the moment. Any thread.
 */
final class CoreMirror {
    private final Map<IommuDevice, NativeDevice> devices = new HashMap<>();
    private final List<NativeDevice> devicesById = new CopyOnWriteArrayList<>();
    private final Map<IommuAttachHandle, NativeHandle> handles = new HashMap<>();
    private final List<IommuAttachHandle> handlesById = new CopyOnWriteArrayList<>();
    private final ThreadLocal<CoreSteps> steps = ThreadLocal.withInitial(CoreSteps::new);
    private long library;

    /** Says whose they are: once, before anything else. */
    void begin(final long itsLibrary) {
        library = itsLibrary;
    }

    /** The calling thread's. */
    CoreSteps steps() {
        return steps.get();
    }

    /** Makes C know a device that it does not know. */
    NativeDevice device(final IommuDevice dev) {
        synchronized (devices) {
            final NativeDevice known = devices.get(dev);
            return known == null ? add(dev) : known;
        }
    }

    private NativeDevice add(final IommuDevice dev) {
        final NativeDevice device =
                new NativeDevice(
                        dev,
                        Bridge.coreDevice(
                                library,
                                devicesById.size(),
                                dev.name(),
                                dev.ops().hasPageResponse(),
                                dev.ops().userPasidTable()));
        devicesById.add(device);
        devices.put(dev, device);
        return device;
    }

    NativeDevice device(final int id) {
        return devicesById.get(id);
    }

    /** Where C has a device's attachment, which it is made to know if it does not. */
    long addressOf(final NativeDevice device, final IommuAttachHandle handle) {
        final NativeHandle last = device.lastHandle;
        if (last != null && last.handle() == handle) {
            return last.address();
        }
        synchronized (handles) {
            NativeHandle known = handles.get(handle);
            if (known == null) {
                final int type = NativeHandle.number(handle.domain().type());
                known =
                        new NativeHandle(
                                handle, Bridge.coreHandle(library, handlesById.size(), type));
                handles.put(handle, known);
                handlesById.add(handle);
            }
            device.lastHandle = known;
            return known.address();
        }
    }

    IommuAttachHandle handle(final int id) {
        return handlesById.get(id);
    }
}
