// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IopfQueue;

/**
 * A profile's fault queue, heard for what is lost with an overflow or a device: the profile drops
 * its partial groups, and the gate those that it swallows.
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
    public void removeDevice(final IommuDevice dev) {
        queue.removeDevice(dev);
        synchronized (book) {
            book.forgetSwallowed(dev);
        }
    }

    @Override
    public int flushDev(final IommuDevice dev) {
        return queue.flushDev(dev);
    }

    @Override
    public int discardPartial() {
        final int ret = queue.discardPartial();
        synchronized (book) {
            book.forgetSwallowed(null);
        }
        return ret;
    }

    @Override
    public void free() {
        queue.free();
        synchronized (book) {
            book.forgetSwallowed(null);
        }
    }
}
