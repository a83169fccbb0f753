// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IopfQueue;

/**
 * A profile's fault queue, heard for what is lost with an overflow or a device: the last requests
 * of groups that are not complete, refused ones and such of profiles that keep none of them.
 */
final class GateQueue implements IopfQueue {
    private final IopfQueue queue;
    private final FaultBook book;

    GateQueue(final IopfQueue queue, final FaultBook book) {
        this.queue = queue;
        this.book = book;
    }

    @Override
    public int addDevice(final IommuDevice dev) {
        return queue.addDevice(dev);
    }

    @Override
    public int removeDevice(final IommuDevice dev) {
        final int ret = queue.removeDevice(dev);
        synchronized (book) {
            book.endIncomplete(dev);
        }
        return ret;
    }

    @Override
    public int flushDev(final IommuDevice dev) {
        return queue.flushDev(dev);
    }

    @Override
    public int discardPartial() {
        final int ret = queue.discardPartial();
        synchronized (book) {
            book.endIncomplete(null);
        }
        return ret;
    }

    @Override
    public void free() {
        queue.free();
        synchronized (book) {
            book.endIncomplete(null);
        }
    }
}
