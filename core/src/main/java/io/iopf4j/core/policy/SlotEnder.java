// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.kernel.Workqueue;
import io.iopf4j.core.iopf.PendingGroup;
import io.iopf4j.core.semantics.FaultCore;

/**
 * Ends faults by the host's own decision: those whose time has come, those of an account that was
 * disabled, those of a device whose domain changed. Its methods run with no lock held and take the
 * gate's for each slot anew: while one slot is ended through the profile, others come and go.
 */
final class SlotEnder {
    private final Kernel kernel;
    private final FaultBook book;
    private final Workqueue workqueue;
    private FaultCore core;

    /** Accounts that were disabled and whose faults are to be ended, linked. */
    private volatile Account disabled;

    /** The work queue is for what policies decide; null without policies. */
    SlotEnder(final Kernel kernel, final FaultBook book, final Workqueue workqueue) {
        this.kernel = kernel;
        this.book = book;
        this.workqueue = workqueue;
    }

    void guard(final FaultCore guarded) {
        core = guarded;
    }

    /** The thread that held a slot during a report or an answer is done with it. */
    void letGo(final FaultSlot slot) {
        if (release(slot)) {
            end(slot);
        }
        settle();
    }

    private boolean release(final FaultSlot slot) {
        if (book.isUniprocessor()) {
            return book.release(slot);
        }
        synchronized (book) {
            return book.release(slot);
        }
    }

    /** Ends a slot that the caller holds, and lets it go. */
    private void end(final FaultSlot slot) {
        final IommuDevice dev = slot.charge.device.dev;
        if (dev.iommuGroup() == null) {
            // Its driver has released it, and nobody can answer for it any more.
            synchronized (book) {
                book.releaseGone(slot);
            }
            return;
        }
        final PendingGroup group = slot.group;
        if (group != null || core.generation() != FaultGeneration.LINUX_6_12) {
            core.end(
                    dev,
                    slot,
                    group,
                    slot.generation,
                    dev.ops().terminationCode(dev),
                    slot.endOrigin());
        }
        synchronized (book) {
            book.releaseEnded(slot);
        }
    }

    // ---- Timeouts -------------------------------------------------------------------------------

    /** A queue's timer has expired. */
    void expire(final TimeoutFifo timeout) {
        for (FaultSlot slot = nextExpired(timeout); slot != null; slot = nextExpired(timeout)) {
            end(slot);
            settle();
        }
    }

    private FaultSlot nextExpired(final TimeoutFifo timeout) {
        final long nowNs = kernel.nowNs();
        synchronized (book) {
            FaultSlot slot = null;
            ChargedFault fault = timeout.takeExpired(nowNs);
            while (fault != null && slot == null) {
                slot = book.wantEnd(fault, ResponseOrigin.TIMED_OUT);
                fault = slot == null ? timeout.takeExpired(nowNs) : null;
            }
            return slot;
        }
    }

    // ---- Disabled accounts ----------------------------------------------------------------------

    /**
     * Disables an account. A policy does so under the gate's lock and maybe the profile's: then its
     * faults are ended as soon as some thread of the gate is outside, or by deferred work.
     */
    void disable(final Account account) {
        final boolean isDeciding = book.isHeld();
        synchronized (book) {
            if (!account.markDisabled()) {
                return;
            }
            if (!account.isSettling) {
                account.isSettling = true;
                account.nextDisabled = disabled;
                disabled = account;
            }
        }
        if (isDeciding) {
            workqueue.queueWork(this::settle);
        } else {
            settle();
        }
    }

    /** Ends what accounts that were disabled have outstanding. */
    void settle() {
        while (disabled != null) {
            final Account account;
            synchronized (book) {
                account = disabled;
                if (account == null) {
                    return;
                }
                disabled = account.nextDisabled;
                account.nextDisabled = null;
                account.isSettling = false;
            }
            endAll(account);
        }
    }

    private void endAll(final Account account) {
        boolean isLookingAgain = true;
        while (isLookingAgain) {
            isLookingAgain = endSeen(account);
        }
    }

    /**
     * Ends what an account has outstanding now.
     *
     * @return true if one was gone when its turn came: it may have been delivered meanwhile, and is
     *     another account than the one that was seen
     */
    private boolean endSeen(final Account account) {
        final ChargedFaults charged = charged(account);
        boolean isOneGone = false;
        for (int i = 0; i < charged.size(); i++) {
            final FaultSlot slot;
            synchronized (book) {
                if (!account.isOff()) {
                    return false;
                }
                final ChargedFault fault = charged.get(i);
                isOneGone |= fault == null;
                slot = fault == null ? null : book.wantEnd(fault, ResponseOrigin.POLICY);
            }
            if (slot != null) {
                end(slot);
            }
        }
        return isOneGone;
    }

    private ChargedFaults charged(final Account account) {
        synchronized (book) {
            return new ChargedFaults(account);
        }
    }

    // ---- Domain changes -------------------------------------------------------------------------

    void drain(final IommuDevice dev) {
        synchronized (book) {
            book.refuseAnswers(dev);
        }
        final boolean isDrained = dev.ops().drainFaults(dev) == 0;
        if (isDrained) {
            core.forget(dev);
            synchronized (book) {
                book.endAll(dev);
            }
        } else {
            answerAll(dev);
            core.dropPartials(dev);
            synchronized (book) {
                book.endIncomplete(dev);
            }
        }
        settle();
    }

    private void answerAll(final IommuDevice dev) {
        final DeviceRecord device;
        synchronized (book) {
            device = book.device(dev);
        }
        if (device == null) {
            return;
        }
        final ChargedFaults charged = charged(device.account);
        for (int i = 0; i < charged.size(); i++) {
            final FaultSlot slot;
            synchronized (book) {
                final ChargedFault fault = charged.get(i);
                if (fault != null && !fault.hasEndOrigin()) {
                    // Reported after its device's answers were refused, and as late as they.
                    fault.setEndOrigin(ResponseOrigin.DOMAIN_CHANGED);
                }
                slot = fault == null ? null : book.holdToEnd(fault);
            }
            if (slot != null) {
                end(slot);
            }
        }
    }
}
