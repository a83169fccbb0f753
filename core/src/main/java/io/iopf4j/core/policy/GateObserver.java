// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.ResponseOrigin;

/** Tells the gate of each step in the profile, and then the next observer. */
final class GateObserver implements FaultObserver {
    private final FaultBook book;
    private final FaultObserver next;

    GateObserver(final FaultBook book, final FaultObserver next) {
        this.book = book;
        this.next = next;
    }

    @Override
    public void reported(final IommuDevice dev, final IommuFault fault) {
        next.reported(dev, fault);
    }

    @Override
    public void reportFailed(final IommuDevice dev, final IommuFault fault, final int errno) {
        next.reportFailed(dev, fault, errno);
    }

    @Override
    public void delivered(final IommuDevice dev, final IommuFault fault) {
        next.delivered(dev, fault);
    }

    @Override
    public void delivered(final IopfGroup group) {
        if (book.isUniprocessor()) {
            book.delivered(group);
        } else {
            synchronized (book) {
                book.delivered(group);
            }
        }
        next.delivered(group);
    }

    @Override
    public void read(final IopfGroup group, final int cookie) {
        next.read(group, cookie);
    }

    @Override
    public void responding(
            final IommuDevice dev,
            final IommuFault lastFault,
            final int code,
            final ResponseOrigin origin) {
        if (lastFault.type() == IommuFault.TYPE_PAGE_REQ) {
            if (book.isUniprocessor()) {
                book.responding(dev, lastFault, origin);
            } else {
                synchronized (book) {
                    book.responding(dev, lastFault, origin);
                }
            }
        }
        next.responding(dev, lastFault, code, origin);
    }

    @Override
    public void responding(final IopfGroup group, final int code, final ResponseOrigin origin) {
        if (book.isUniprocessor()) {
            book.responding(group, origin);
        } else {
            synchronized (book) {
                book.responding(group, origin);
            }
        }
        next.responding(group, code, origin);
    }

    @Override
    public void refused(final int cookie, final int code, final int errno) {
        next.refused(cookie, code, errno);
    }

    @Override
    public void partialDropped(final IommuDevice dev, final IommuFault fault) {
        synchronized (book) {
            book.partialDropped(dev, fault);
        }
        next.partialDropped(dev, fault);
    }
}
