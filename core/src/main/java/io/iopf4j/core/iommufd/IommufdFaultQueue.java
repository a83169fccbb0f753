// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.IopfHandler;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.api.uapi.HwptPageResponse;
import io.iopf4j.api.uapi.HwptPgfault;
import io.iopf4j.core.iopf.GroupResponder;
import io.iopf4j.core.iopf.PendingGroup;
import java.nio.ByteBuffer;
import java.util.Queue;

/**
 * The fault queue that a virtual machine monitor reads and writes: {@code struct iommufd_fault} and
 * its file, {@code drivers/iommu/iommufd/fault.c} of Linux 6.12. A group is on the deliver list
 * until it is read, then in the response table under its cookie until it is answered. There is no
 * limit and no timeout.
 *
 * <p>Thread-safe. One lock orders readers, writers and the automatic answers ({@code
 * fault->mutex}), another guards the deliver list ({@code fault->lock}) so that a report never
 * waits for a guest.
 */
public final class IommufdFaultQueue implements IopfHandler {
    private final GroupResponder responder;
    private final FaultObserver observer;
    private final Object mutex = new Object();
    private final UnreadGroups deliver = new UnreadGroups();
    private final CookieTable response = new CookieTable();
    private final boolean isUniprocessor;
    private volatile Runnable wakeup;
    private int users;
    private volatile boolean isOpen = true;
    private boolean isWithdrawnRested;

    IommufdFaultQueue(final GroupResponder responder, final FaultObserver observer) {
        this.responder = responder;
        this.observer = observer;
        isUniprocessor = responder.isUniprocessor();
    }

    /**
     * Says who waits in poll.
     *
     * @param wakeup run after a group was delivered, on the reporting thread; must not block
     */
    public void setWakeup(final Runnable wakeup) {
        this.wakeup = wakeup;
    }

    /** {@code iommufd_fault_iopf_handler()}: never refuses. */
    @Override
    public int handle(final IopfGroup group) {
        if (isUniprocessor) {
            deliver.addLast((PendingGroup) group);
        } else {
            synchronized (deliver) {
                deliver.addLast((PendingGroup) group);
            }
        }
        final Runnable poller = wakeup;
        if (poller != null) {
            poller.run();
        }
        return 0;
    }

    /**
     * Takes a group out again, read or not; its cookie is unknown then and not given out soon, so
     * that a late answer does not go to another fault. Not in Linux. Before the response table's
     * lock is held the group may be answered, freed and used anew: its generation tells.
     */
    @Override
    public boolean withdraw(final IopfGroup group, final int generation) {
        final PendingGroup pending = (PendingGroup) group;
        synchronized (mutex) {
            synchronized (deliver) {
                if (pending.generation() == generation && deliver.contains(pending)) {
                    deliver.remove(pending);
                    return true;
                }
            }
            if (pending.generation() == generation && response.get(pending.cookie()) == pending) {
                response.withdraw(pending.cookie());
                return true;
            }
            return false;
        }
    }

    /**
     * Lets the cookies of what a change of domain ends rest too. Not in Linux, where the next group
     * that is read gets such a cookie, and a late answer ends that one. Set before faults come.
     */
    public void restWithdrawnCookies() {
        isWithdrawnRested = true;
    }

    /**
     * Whether a read would give something ({@code EPOLLIN}); a write is always possible.
     *
     * @return a group waits to be read
     */
    public boolean isReadable() {
        synchronized (deliver) {
            return !deliver.isEmpty();
        }
    }

    /**
     * Groups that were read and not answered.
     *
     * @return a count
     */
    public int unanswered() {
        synchronized (mutex) {
            return response.size();
        }
    }

    /**
     * Groups that it holds, read or not.
     *
     * @return a count
     */
    public int kept() {
        final int read = unanswered();
        synchronized (deliver) {
            return read + deliver.size();
        }
    }

    /**
     * Reads whole groups in order of arrival: {@code iommufd_fault_fops_read()} at file position 0.
     *
     * @param buffer takes {@link HwptPgfault} records at its position, which moves on; what remains
     *     in it is the count
     * @return bytes read; 0 if nothing waits; {@code -EBADF} once closed; {@code -ESPIPE} if the
     *     count is no multiple of a record; {@code -EINVAL} if the next group does not fit; {@code
     *     -EFAULT} if the buffer cannot be written; {@code -ENOMEM} without a free cookie
     */
    public int read(final ByteBuffer buffer) {
        return read(buffer, 0);
    }

    /**
     * Reads at a file position.
     *
     * @param buffer as for {@link #read(ByteBuffer)}
     * @param position anything but 0 gives {@code -ESPIPE}
     * @return as {@link #read(ByteBuffer)}
     */
    public int read(final ByteBuffer buffer, final long position) {
        if (!isOpen) {
            return -Errno.EBADF;
        }
        final int count = buffer.remaining();
        if (position != 0 || count % HwptPgfault.BYTES != 0) {
            return -Errno.ESPIPE;
        }
        if (isUniprocessor) {
            return deliverTo(buffer, count);
        }
        synchronized (mutex) {
            return deliverTo(buffer, count);
        }
    }

    private int deliverTo(final ByteBuffer buffer, final int count) {
        int done = 0;
        for (PendingGroup group = fetch(); group != null; group = fetch()) {
            final long bytes = (long) group.faultCount() * HwptPgfault.BYTES;
            final int error = bytes > count - done ? -Errno.EINVAL : deliverTo(buffer, group);
            if (error != 0) {
                restore(group);
                return done == 0 ? error : done;
            }
            done += (int) bytes;
        }
        return done;
    }

    private int deliverTo(final ByteBuffer buffer, final PendingGroup group) {
        if (buffer.isReadOnly()) {
            return -Errno.EFAULT;
        }
        final int cookie = response.alloc(group);
        if (cookie == CookieTable.FULL) {
            return -Errno.ENOMEM;
        }
        group.setCookie(cookie);
        final int devId = ((IommufdAttachHandle) group.attachHandle()).deviceId();
        for (int i = 0; i < group.faultCount(); i++) {
            HwptPgfault.encode(buffer, buffer.position(), group.fault(i), devId, cookie);
            buffer.position(buffer.position() + HwptPgfault.BYTES);
        }
        observer.read(group, cookie);
        return 0;
    }

    /**
     * Answers groups: {@code iommufd_fault_fops_write()} at file position 0. Stops at the first
     * record that is refused; the code is looked at before the cookie, so that a wrong code costs
     * nothing.
     *
     * @param buffer gives {@link HwptPageResponse} records from its position, which moves past
     *     those that were taken
     * @return bytes taken; {@code -EBADF} once closed; {@code -ESPIPE} if the count is no multiple
     *     of a record; {@code -EINVAL} if the first record has another code than SUCCESS and
     *     INVALID or an unknown cookie
     */
    public int write(final ByteBuffer buffer) {
        return write(buffer, 0);
    }

    /**
     * Writes at a file position.
     *
     * @param buffer as for {@link #write(ByteBuffer)}
     * @param position anything but 0 gives {@code -ESPIPE}
     * @return as {@link #write(ByteBuffer)}
     */
    public int write(final ByteBuffer buffer, final long position) {
        if (!isOpen) {
            return -Errno.EBADF;
        }
        final int count = buffer.remaining();
        if (position != 0 || count % HwptPageResponse.BYTES != 0) {
            return -Errno.ESPIPE;
        }
        if (isUniprocessor) {
            return answerAll(buffer, count);
        }
        synchronized (mutex) {
            return answerAll(buffer, count);
        }
    }

    private int answerAll(final ByteBuffer buffer, final int count) {
        final int from = buffer.position();
        int done = 0;
        int error = 0;
        while (done < count && error == 0) {
            error = answer(buffer, from + done);
            if (error == 0) {
                done += HwptPageResponse.BYTES;
                buffer.position(from + done);
            }
        }
        return done == 0 ? error : done;
    }

    private int answer(final ByteBuffer buffer, final int at) {
        final int cookie = HwptPageResponse.cookie(buffer, at);
        final int code = HwptPageResponse.code(buffer, at);
        if (code != PageResponseCode.SUCCESS && code != PageResponseCode.INVALID) {
            observer.refused(cookie, code, -Errno.EINVAL);
            return -Errno.EINVAL;
        }
        final PendingGroup group = response.remove(cookie);
        if (group == null) {
            observer.refused(cookie, code, -Errno.EINVAL);
            return -Errno.EINVAL;
        }
        responder.end(group, code, ResponseOrigin.CONSUMER);
        return 0;
    }

    /**
     * Closes the file: {@code iommufd_fault_fops_release()}. Answers nothing; what is outstanding
     * waits for a change of domain or for the queue's end, and can no longer be read.
     */
    public void close() {
        isOpen = false;
    }

    // ---- For attachments and the context --------------------------------------------------------

    /**
     * {@code iommufd_auto_response_faults()}: INVALID to every group of an attachment that goes
     * away, unread ones first and newest first, then by cookie.
     */
    void autoResponse(final IommuAttachHandle handle) {
        synchronized (mutex) {
            for (final PendingGroup group : takeUnread(handle)) {
                responder.end(group, PageResponseCode.INVALID, ResponseOrigin.DOMAIN_CHANGED);
            }
            for (int cookie = response.next(0); cookie != 0; cookie = response.next(cookie)) {
                final PendingGroup group = response.get(cookie);
                if (group.attachHandle() == handle) {
                    if (isWithdrawnRested) {
                        response.withdraw(cookie);
                    } else {
                        response.remove(cookie);
                    }
                    responder.end(group, PageResponseCode.INVALID, ResponseOrigin.DOMAIN_CHANGED);
                }
            }
        }
    }

    void addUser() {
        users++;
    }

    void removeUser() {
        users--;
    }

    /**
     * {@code iommufd_fault_destroy()}: -EBUSY while the file is open or a page table refers to it.
     */
    int destroy() {
        if (isOpen || users > 0) {
            return -Errno.EBUSY;
        }
        synchronized (mutex) {
            for (PendingGroup group = fetch(); group != null; group = fetch()) {
                responder.end(group, PageResponseCode.INVALID, ResponseOrigin.QUEUE_DESTROYED);
            }
            for (int cookie = response.next(0); cookie != 0; cookie = response.next(cookie)) {
                responder.end(
                        response.remove(cookie),
                        PageResponseCode.INVALID,
                        ResponseOrigin.QUEUE_DESTROYED);
            }
        }
        return 0;
    }

    private PendingGroup fetch() {
        if (isUniprocessor) {
            return deliver.removeFirst();
        }
        synchronized (deliver) {
            return deliver.removeFirst();
        }
    }

    private void restore(final PendingGroup group) {
        synchronized (deliver) {
            deliver.addFirst(group);
        }
    }

    /** All unread groups of an attachment, newest first. */
    private Queue<PendingGroup> takeUnread(final IommuAttachHandle handle) {
        synchronized (deliver) {
            return deliver.removeAll(handle);
        }
    }
}
