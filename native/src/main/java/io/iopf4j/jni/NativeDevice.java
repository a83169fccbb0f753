// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.core.iopf.FaultParamGroup;
import io.iopf4j.core.iopf.IommuFaultParam;

/**
 * A device that a fault core in C knows, with Java's picture of what the core keeps of it:
 * consumers hold Java's groups, and what C drops without a word is found there. The picture is
 * filled by what C says, and decides nothing.
 */
final class NativeDevice {
    final IommuDevice dev;

    /** Where C has it. */
    final long address;

    /** Of a request that never became a group. */
    final IommuFault single = new IommuFault();

    final IommuPageResponse response = new IommuPageResponse();

    /** The attachment that was looked up last: mostly the next one too. */
    volatile NativeHandle lastHandle;

    private volatile IommuFaultParam picture;

    NativeDevice(final IommuDevice dev, final long address) {
        this.dev = dev;
        this.address = address;
    }

    /** Null while the device is on no queue. Its monitor guards it, and is the innermost lock. */
    IommuFaultParam picture() {
        return picture;
    }

    void setPicture(final IommuFaultParam itsPicture) {
        picture = itsPicture;
        dev.setFaultParam(itsPicture);
    }

    /** The pending group that C has at an address, or null. */
    FaultParamGroup pendingAt(final long groupAddress) {
        final IommuFaultParam its = picture;
        if (its == null) {
            return null;
        }
        synchronized (its) {
            return its.pendingAt(groupAddress);
        }
    }

    /** Tells of all requests that C drops, or is about to. */
    void dropPartials(final FaultObserver observer) {
        final IommuFaultParam its = picture;
        if (its != null) {
            synchronized (its) {
                for (IommuFault lost = its.dropOnePartial();
                        lost != null;
                        lost = its.dropOnePartial()) {
                    observer.partialDropped(dev, lost);
                }
            }
        }
    }

    /** Tells of those of a group; whether there are any. */
    boolean dropPartialsOf(final int grpid, final FaultObserver observer) {
        final IommuFaultParam its = picture;
        boolean isAny = false;
        if (its != null) {
            synchronized (its) {
                for (IommuFault lost = its.dropOnePartialOf(grpid);
                        lost != null;
                        lost = its.dropOnePartialOf(grpid)) {
                    observer.partialDropped(dev, lost);
                    isAny = true;
                }
            }
        }
        return isAny;
    }

    /** Whether a group's use lasts: its device has not left, and nobody has freed it. */
    static boolean isInUse(final FaultParamGroup group, final int generation) {
        synchronized (group.param()) {
            return group.isInUse(generation);
        }
    }
}
