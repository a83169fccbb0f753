// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import java.util.ArrayList;
import java.util.List;

/**
 * What a device, a virtual machine or the host has outstanding. A group counts from its first
 * request, once admitted, until it is answered or dropped. Any thread may read; the numbers are
 * exact while a policy is asked.
 */
public final class Account {
    /** {@link #index()} of the host's account. */
    public static final int HOST = -1;

    private final SlotEnder ender;
    private final FaultBook book;
    private final String name;
    private final int index;
    private int outstandingGroups;
    private int outstandingRequests;
    private int highWater;
    private int quota;
    private boolean isDisabled;

    /** Where its groups are: for each device of a machine, or each machine of a device. */
    final List<Charge> charges = new ArrayList<>();

    /** Linked while its faults are to be ended because it was disabled. */
    Account nextDisabled;

    boolean isSettling;

    Account(final SlotEnder ender, final FaultBook book, final String name, final int index) {
        this.ender = ender;
        this.book = book;
        this.name = name;
        this.index = index;
    }

    /**
     * Whose it is.
     *
     * @return a device's or virtual machine's name, or {@code host}
     */
    public String name() {
        return name;
    }

    /**
     * Its number: devices and virtual machines are counted apart, from 0 on.
     *
     * @return the number, or {@link #HOST}
     */
    public int index() {
        return index;
    }

    /**
     * Whether it is the host's own: devices that belong to no virtual machine.
     *
     * @return {@link #index()} is {@link #HOST}
     */
    public boolean isHost() {
        return index == HOST;
    }

    /**
     * Groups that are outstanding.
     *
     * @return a count
     */
    public int outstandingGroups() {
        if (book.isUniprocessor()) {
            return outstandingGroups;
        }
        synchronized (book) {
            return outstandingGroups;
        }
    }

    /**
     * Requests of these groups.
     *
     * @return a count, at least that of the groups
     */
    public int outstandingRequests() {
        if (book.isUniprocessor()) {
            return outstandingRequests;
        }
        synchronized (book) {
            return outstandingRequests;
        }
    }

    /**
     * The most groups that were ever outstanding at a time.
     *
     * @return a count
     */
    public int highWater() {
        synchronized (book) {
            return highWater;
        }
    }

    /**
     * What a quota comes to for this account.
     *
     * @return groups; 0 if no policy has set one
     */
    public int quota() {
        if (book.isUniprocessor()) {
            return quota;
        }
        synchronized (book) {
            return quota;
        }
    }

    /**
     * Says what a quota comes to, for reports and for the policy itself.
     *
     * @param groups at least 1
     */
    public void setQuota(final int groups) {
        synchronized (book) {
            quota = groups;
        }
    }

    /**
     * Refuses every new fault from now on and ends at once what is outstanding, device by device
     * and the oldest first, with {@link io.iopf4j.api.ResponseOrigin#POLICY}. Called by a policy
     * while it is asked, it takes effect as soon as the gate holds no lock; by anybody else, with
     * no lock of the core held, before it returns.
     */
    public void disable() {
        ender.disable(this);
    }

    /** Lets faults in again. */
    public void enable() {
        synchronized (book) {
            isDisabled = false;
        }
    }

    /**
     * Whether its faults are refused.
     *
     * @return true between {@link #disable()} and {@link #enable()}
     */
    public boolean isDisabled() {
        synchronized (book) {
            return isDisabled;
        }
    }

    /** Whether it is disabled. The gate's lock is held. */
    boolean isOff() {
        return isDisabled;
    }

    /** Disables it; false if it is. The gate's lock is held. */
    boolean markDisabled() {
        final boolean changes = !isDisabled;
        isDisabled = true;
        return changes;
    }

    /** {@link #highWater}. The gate's lock is held. */
    int most() {
        return highWater;
    }

    void addGroup() {
        outstandingGroups++;
        highWater = Math.max(highWater, outstandingGroups);
    }

    void addRequest() {
        outstandingRequests++;
    }

    void remove(final int groups, final int requests) {
        outstandingGroups -= groups;
        outstandingRequests -= requests;
    }

    @Override
    public String toString() {
        return name;
    }
}
