// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.ledger;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.PageResponseType;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.replay.invariants.Invariants;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Every fault's whole life, in columns: one row for each access that a device was told to issue,
 * which is one group of requests. It only listens: to the core, and through {@link SmmuLedger} or
 * {@link VtdLedger} to the hardware model and its endpoints. Reports, comparisons and invariants
 * read it and nothing else. In steady state a step allocates nothing but, now and then, a longer
 * column. One thread.
 */
@SuppressWarnings("EnumOrdinal") // columns are bytes, and no row outlives the run
public final class Ledger implements FaultObserver {
    /** A time that has not come, a tag or code that was not given. */
    public static final int NONE = -1;

    /** Of a code that is no byte the bits are kept that a page group response has room for. */
    private static final int OTHER_CODE = 0x70;

    private static final int OTHER_CODE_MASK = 0xf;

    private static final int FIRST_ROWS = 64;

    private static final Outcome[] OUTCOMES = Outcome.values();
    private static final AccessResult[] RESULTS = AccessResult.values();
    private static final ResponseOrigin[] ORIGINS = ResponseOrigin.values();

    private final Scheduler scheduler;
    private final Invariants invariants;
    private final TagIndex tags;
    private final Holders holders = new Holders();
    private int rows;

    private LedgerBlock[] blocks = new LedgerBlock[1];
    private int room;
    private final List<Integer> abandonedInCore = new ArrayList<>();
    private int open;
    private int answeredOpen;
    private int ended;
    private long refused;
    private final long[] responses = new long[3];
    private int leaving = NONE;
    private int lastReason = NONE;
    private int meant = NONE;
    private int atDriver = NONE;
    private int letGo = NONE;
    private boolean isRefusedAnswerGivenBack;
    private IntConsumer deliveryListener = row -> {};
    private IntConsumer countListener = row -> {};
    private IntConsumer endListener = index -> {};

    /**
     * An empty ledger.
     *
     * @param scheduler gives the time
     * @param invariants what is checked at each step
     * @param tags whose numbers the hardware gives to faults: all devices' or each device's own
     */
    public Ledger(final Scheduler scheduler, final Invariants invariants, final TagIndex tags) {
        this.scheduler = scheduler;
        this.invariants = invariants;
        this.tags = tags;
    }

    /**
     * Says to whom an endpoint belongs from now on; faults that it raised before stay another's.
     *
     * @param index the endpoint's index
     * @param vm the virtual machine's index
     * @param name the device's name, as the core knows it
     */
    public void assign(final int index, final int vm, final String name) {
        holders.assign(index, vm, name);
    }

    /**
     * Says who hears that a fault was delivered.
     *
     * @param listener gets the row; must not call back into what delivers
     */
    public void setDeliveryListener(final IntConsumer listener) {
        deliveryListener = listener;
    }

    /**
     * Says who hears that a fault counts as its machine's from now on until it ends.
     *
     * @param listener gets the row; must not call back into what delivers
     */
    public void setCountListener(final IntConsumer listener) {
        countListener = listener;
    }

    /**
     * A device's domain has changed: what it raises from now on is the next one's.
     *
     * @param index the endpoint's index
     */
    public void domainChanged(final int index) {
        leaving = NONE;
        holders.domainChanged(index);
    }

    /**
     * A device's domain is about to go: whatever nobody handles from now on has lost it.
     *
     * @param index the endpoint's index, until {@link #domainChanged}
     */
    public void domainChanges(final int index) {
        leaving = index;
    }

    /**
     * A device is released or drained, or that is over: meanwhile its driver may end by itself what
     * the device waits for.
     *
     * @param index the endpoint's index, or {@link #NONE} when it is over
     */
    public void lettingGo(final int index) {
        letGo = index;
    }

    /**
     * Says that an answer which the driver refuses leaves its fault as it was: so in November 2017,
     * which tracks nothing, and behind policies, which answer it themselves. Else the record is
     * used up.
     */
    public void giveRefusedAnswersBack() {
        isRefusedAnswerGivenBack = true;
    }

    /**
     * A guest is about to answer, or has done so.
     *
     * @param row the fault whose record it read, or {@link #NONE} when it has answered or if what
     *     it says is not what it means
     */
    public void guestMeans(final int row) {
        meant = row;
    }

    /**
     * Says who hears that an access has ended.
     *
     * @param listener gets the endpoint's index; must not call back into what ends it
     */
    public void setEndListener(final IntConsumer listener) {
        endListener = listener;
    }

    /**
     * A device is about to issue an access.
     *
     * @param index the endpoint's index
     * @param id the endpoint's number for it
     * @param ssid PASID, or negative for none
     * @param address I/O virtual address of its last request, in bytes
     * @return the fault's row
     */
    public int raise(final int index, final int id, final int ssid, final long address) {
        return raise(index, id, ssid, address, 1);
    }

    /**
     * A device is about to issue an access to several pages.
     *
     * @param index the endpoint's index
     * @param id the endpoint's number for it
     * @param ssid PASID, or negative for none
     * @param address I/O virtual address of its last request, in bytes
     * @param count how many requests it has at most, at least 1
     * @return the fault's row
     */
    public int raise(
            final int index, final int id, final int ssid, final long address, final int count) {
        if (rows == room) {
            grow();
        }
        final int row = rows++;
        final LedgerBlock block = block(row);
        final int at = at(row);
        block.endpoint[at] = index;
        block.vmOfRow[at] = holders.vmOf(index);
        block.substream[at] = ssid;
        block.iova[at] = address;
        block.access[at] = id;
        block.requests[at] = count;
        block.tag[at] = NONE;
        block.code[at] = NONE;
        block.result[at] = NONE;
        block.origin[at] = NONE;
        block.outcome[at] = (byte) Outcome.UNREPORTED.ordinal();
        block.raisedNs[at] = now();
        block.domainOfRaise[at] = holders.domain(index);
        block.queuedNs[at] = NONE;
        block.reportedNs[at] = NONE;
        block.deliveredNs[at] = NONE;
        block.answeredNs[at] = NONE;
        block.completedNs[at] = NONE;
        holders.remember(index, id, row);
        return row;
    }

    // ---- Hardware -------------------------------------------------------------------------------

    /** What the clock shows, which is checked. */
    private long now() {
        final long nowNs = scheduler.nowNs();
        invariants.virtualTimeNeverRunsBack().reads(nowNs);
        return nowNs;
    }

    /** The row of an endpoint's access. */
    int rowOfAccess(final int index, final int id) {
        return holders.rowOfAccess(index, id);
    }

    /** The hardware, or the device, has given a fault a number. */
    void tagged(final int row, final int itsTag) {
        final LedgerBlock block = block(row);
        final int at = at(row);
        tags.put(block.endpoint[at], itsTag, row);
        block.tag[at] = itsTag;
    }

    /** The number is free again. */
    void untagged(final int row) {
        final LedgerBlock block = block(row);
        final int at = at(row);
        tags.remove(block.endpoint[at], block.tag[at]);
    }

    /** The row that has a number now, whether its record was written or not. */
    int rowOfNumber(final int index, final int itsTag) {
        return tags.get(index, itsTag);
    }

    /** Its record was written: somebody owes it an answer. */
    void recorded(final int row) {
        final LedgerBlock block = block(row);
        final int at = at(row);
        block.isOpen[at] = true;
        block.queuedNs[at] = now();
        block.outcome[at] = (byte) Outcome.OUTSTANDING.ordinal();
        // A retry that faults again is a new fault of the same access: its answer is still to come.
        block.code[at] = NONE;
        block.origin[at] = NONE;
        block.cookie[at] = 0;
        block.answeredNs[at] = NONE;
        block.records[at] = (byte) Math.min(block.records[at] + 1, Byte.MAX_VALUE);
        open++;
        block.domainOfRow[at] = holders.opened(block.endpoint[at]);
    }

    /** There was no room for its record. */
    void held(final int row) {
        block(row).held[at(row)] = true;
    }

    /** Whether its record was written and nobody has answered it. */
    boolean isOpen(final int row) {
        return block(row).isOpen[at(row)];
    }

    /** Whether the driver must have answered it: its report failed, and the core gave no answer. */
    boolean isLeftToDriver(final int row) {
        final LedgerBlock block = block(row);
        final int at = at(row);
        return block.driverAnswers[at] && block.code[at] == NONE;
    }

    /** Whether the driver may answer it by itself: the core does not know it, or it is let go. */
    boolean isDriversOwn(final int row) {
        final LedgerBlock block = block(row);
        final int at = at(row);
        return block.code[at] == NONE && (!block.isInCore[at] || block.endpoint[at] == letGo);
    }

    /** The core saw no answer: the driver gave it, as until 6.8 it must when a report fails. */
    void endByDriver(final int row, final int itsCode) {
        final LedgerBlock block = block(row);
        final int at = at(row);
        block.driverAnswers[at] = false;
        block.origin[at] = (byte) ResponseOrigin.DRIVER.ordinal();
        block.code[at] = (byte) itsCode;
        if (itsCode < responses.length) {
            responses[itsCode]++;
        }
        block.answeredNs[at] = now();
        answeredOpen++;
        block.outcome[at] =
                (byte)
                        (block.endpoint[at] == letGo ? Outcome.DRAINED : Outcome.TERMINATED)
                                .ordinal();
    }

    /** Its answer has reached the hardware. */
    void close(final int row) {
        final LedgerBlock block = block(row);
        final int at = at(row);
        block.isOpen[at] = false;
        untagged(row);
        open--;
        holders.closed(block.endpoint[at], block.domainOfRow[at]);
        leaveCore(row);
        if (block.isWithVm[at]) {
            block.isWithVm[at] = false;
            holders.returned(block.vmOfRow[at], block.endpoint[at]);
        }
        if (block.code[at] != NONE) {
            answeredOpen--;
        }
    }

    /** It was ended without an answer: its stream, or the hardware, goes away. */
    void terminated(final int row) {
        final LedgerBlock block = block(row);
        final int at = at(row);
        final boolean wasOpen = block.isOpen[at];
        if (wasOpen) {
            close(row);
        }
        if (wasOpen
                || block.outcome[at] == Outcome.OUTSTANDING.ordinal()
                || block.outcome[at] == Outcome.UNREPORTED.ordinal()) {
            block.outcome[at] = (byte) Outcome.DRAINED.ordinal();
        }
    }

    /**
     * Its device gave up on it: after a response failure it forgets all that it has asked for. The
     * driver and the core do not know that; their answer will go to nobody.
     */
    void abandoned(final int row) {
        final LedgerBlock block = block(row);
        final int at = at(row);
        final boolean wasInCore = block.isInCore[at];
        terminated(row);
        block.isAbandoned[at] = true;
        if (wasInCore) {
            enterCoreAbandoned(row);
        }
    }

    /**
     * The core has let go of a device, whatever it waited for: no answer to it will be seen.
     *
     * @param index the endpoint's index
     */
    public void leftByCore(final int index) {
        for (int i = abandonedInCore.size() - 1; i >= 0; i--) {
            final int row = abandonedInCore.get(i);
            if (block(row).endpoint[at(row)] == index) {
                leaveCore(row);
                abandonedInCore.remove(i);
            }
        }
    }

    private int abandonedRow(final IommuDevice dev, final IommuFault lastFault) {
        final int last = tags.last(tags.endpointOf(dev), lastFault.grpid());
        return last != NONE && block(last).isAbandoned[at(last)] ? last : NONE;
    }

    private void enterCoreAbandoned(final int row) {
        if (!block(row).isInCore[at(row)]) {
            enterCore(row);
            abandonedInCore.add(row);
        }
    }

    /** What its device gave up on is over for the core as well: answered, or never taken. */
    private void abandonedLeavesCore(final int row) {
        if (row != NONE) {
            block(row).isAbandoned[at(row)] = false;
            leaveCore(row);
        }
    }

    private void enterCore(final int row) {
        final LedgerBlock block = block(row);
        final int at = at(row);
        if (!block.isInCore[at]) {
            block.isInCore[at] = true;
            holders.enteredCore(block.endpoint[at]);
        }
    }

    private void leaveCore(final int row) {
        final LedgerBlock block = block(row);
        final int at = at(row);
        if (block.isInCore[at]) {
            block.isInCore[at] = false;
            holders.leftCore(block.endpoint[at]);
        }
    }

    /** Its access has ended, one way or the other. */
    void ended(final int row, final AccessResult how) {
        final LedgerBlock block = block(row);
        final int at = at(row);
        invariants.everyTransactionEndsOnce().ends(row, block.result[at] == NONE);
        final boolean isItsOwn = block.vmOfRow[at] == holders.vmOf(block.endpoint[at]);
        invariants
                .nothingCrossesFromOneVmToAnother()
                .ends(row, how != AccessResult.DONE || isItsOwn);
        if (block.result[at] == NONE) {
            ended++;
        }
        block.result[at] = (byte) how.ordinal();
        block.completedNs[at] = now();
        if (block.queuedNs[at] == NONE && block.outcome[at] == Outcome.UNREPORTED.ordinal()) {
            endUnreported(row, how);
        }
        endListener.accept(block.endpoint[at]);
    }

    /** No record of it was ever written. */
    private void endUnreported(final int row, final AccessResult how) {
        final LedgerBlock block = block(row);
        final int at = at(row);
        if (how == AccessResult.DONE) {
            // It waited for room, and another's answer brought its page.
            block.outcome[at] = (byte) Outcome.ANSWERED.ordinal();
            block.code[at] = PageResponseCode.SUCCESS;
            block.answeredNs[at] = now();
        } else {
            // It waited until its stream no longer stalls, or its stream refuses it outright.
            final boolean waited = block.held[at] || hasLostItsDomain(row);
            block.outcome[at] = (byte) (waited ? Outcome.DRAINED : Outcome.TERMINATED).ordinal();
        }
    }

    /** The device wanted it of a domain that is gone, or goes. */
    private boolean hasLostItsDomain(final int row) {
        final LedgerBlock block = block(row);
        final int at = at(row);
        return block.endpoint[at] == leaving
                || block.domainOfRaise[at] != holders.domain(block.endpoint[at]);
    }

    /** What the invariants are told by whoever listens to the hardware. */
    Invariants invariants() {
        return invariants;
    }

    /** The hardware has ended an access by itself. */
    void faulted(final int reason, final boolean recorded) {
        lastReason = recorded ? reason : NONE;
    }

    /**
     * Why the hardware ended an access by itself, the last time that it did.
     *
     * @return its own number; {@link #NONE} if it had no room to say so, or never did
     */
    public int lastReason() {
        return lastReason;
    }

    /** Forgets {@link #lastReason()}. */
    public void forgetReason() {
        lastReason = NONE;
    }

    // ---- Core -----------------------------------------------------------------------------------

    @Override
    public void reported(final IommuDevice dev, final IommuFault fault) {
        final int row = rowOf(dev, fault);
        // Without a row no stall has this tag: the record is of one that ended before it was taken.
        if (row != NONE && isOwedAnswer(fault)) {
            block(row).reportedNs[at(row)] = now();
            enterCore(row);
        }
        if (row == NONE && isOwedAnswer(fault) && abandonedRow(dev, fault) != NONE) {
            enterCoreAbandoned(abandonedRow(dev, fault));
        }
    }

    @Override
    public void reportFailed(final IommuDevice dev, final IommuFault fault, final int errno) {
        final int row = rowOf(dev, fault);
        if (row != NONE) {
            block(row).driverAnswers[at(row)] = true;
        } else if (isOwedAnswer(fault)) {
            abandonedLeavesCore(abandonedRow(dev, fault));
        }
    }

    @Override
    public void delivered(final IommuDevice dev, final IommuFault fault) {
        if (isOwedAnswer(fault)) {
            deliver(dev, fault);
        }
    }

    @Override
    public void delivered(final IopfGroup group) {
        final int row = rowOf(group.device(), group.lastFault());
        if (row != NONE) {
            invariants
                    .responsesCarryTheGroupTheyAnswer()
                    .isDelivered(row, group.faultCount(), block(row).requests[at(row)]);
        }
        deliver(group.device(), group.lastFault());
    }

    private static boolean isOwedAnswer(final IommuFault fault) {
        return fault.isLast() || fault.responseType() == PageResponseType.STREAM;
    }

    private void deliver(final IommuDevice dev, final IommuFault fault) {
        final int row = rowOf(dev, fault);
        if (row == NONE) {
            deliverLate(dev, fault.grpid());
        } else {
            final LedgerBlock block = block(row);
            final int at = at(row);
            invariants
                    .nothingCrossesFromOneVmToAnother()
                    .isSeen(holders.isCalled(block.endpoint[at], dev.name()), block.tag[at]);
            block.deliveredNs[at] = now();
            countWithVm(row);
            deliveryListener.accept(row);
        }
    }

    /** A record whose fault has ended came through after all: maybe to the device's next owner. */
    private void deliverLate(final IommuDevice dev, final int group) {
        final int row = tags.last(tags.endpointOf(dev), group);
        if (row != NONE && holders.isCalled(endpoint(row), dev.name())) {
            invariants
                    .nothingCrossesFromOneVmToAnother()
                    .isSeen(vm(row) == holders.vmOf(endpoint(row)), group);
        }
    }

    /** From here on until it ends it is the machine's; what a policy refuses never is. */
    private void countWithVm(final int row) {
        final LedgerBlock block = block(row);
        final int at = at(row);
        if (!block.isWithVm[at]) {
            block.isWithVm[at] = true;
            holders.delivered(block.vmOfRow[at], block.endpoint[at]);
            countListener.accept(row);
        }
    }

    @Override
    public void read(final IopfGroup group, final int itsCookie) {
        final int row = rowOf(group.device(), group.lastFault());
        if (row != NONE) {
            block(row).cookie[at(row)] = itsCookie;
        }
    }

    @Override
    public void responding(
            final IommuDevice dev,
            final IommuFault lastFault,
            final int itsCode,
            final ResponseOrigin whose) {
        final int row = rowOf(dev, lastFault);
        final int abandoned = row == NONE ? abandonedRow(dev, lastFault) : NONE;
        if (abandoned != NONE) {
            abandonedLeavesCore(abandoned);
            return;
        }
        if (row == NONE && whose == ResponseOrigin.NO_HANDLER) {
            // A record that outlived its stall: the answer matches nothing and does nothing.
            return;
        }
        final boolean isItsOwn =
                row != NONE && code(row) == NONE && holders.isCalled(endpoint(row), dev.name());
        invariants
                .responsesCarryTheGroupTheyAnswer()
                .isSent(dev.name(), lastFault.grpid(), isItsOwn);
        if (row != NONE && whose == ResponseOrigin.CONSUMER) {
            consumerAnswers(row);
        }
        if (!isItsOwn) {
            // Answered before, ended before, or another device's: none of its columns are touched.
            return;
        }
        final LedgerBlock block = block(row);
        final int at = at(row);
        atDriver = whose == ResponseOrigin.CONSUMER ? row : NONE;
        block.origin[at] = (byte) whose.ordinal();
        block.vmHadOutstanding[at] = holders.outstanding(block.vmOfRow[at]);
        block.deviceHadOutstanding[at] = holders.outstandingOfEndpoint(block.endpoint[at]);
        block.code[at] =
                (byte)
                        (itsCode >= 0 && itsCode <= Byte.MAX_VALUE
                                ? itsCode
                                : OTHER_CODE | (itsCode & OTHER_CODE_MASK));
        answeredOpen++;
        block.answeredNs[at] = now();
        if (itsCode >= 0 && itsCode < responses.length) {
            responses[itsCode]++;
        }
        block.outcome[at] =
                (byte)
                        switch (whose) {
                            case CONSUMER -> Outcome.ANSWERED.ordinal();
                            case NO_HANDLER ->
                                    hasLostItsDomain(row)
                                            ? Outcome.DRAINED.ordinal()
                                            : Outcome.TERMINATED.ordinal();
                            case HANDLER_FAILED, NO_MEMORY, DRIVER, POLICY ->
                                    Outcome.TERMINATED.ordinal();
                            case TIMED_OUT -> Outcome.TIMED_OUT.ordinal();
                            case DOMAIN_CHANGED, DEVICE_REMOVED, QUEUE_DESTROYED ->
                                    Outcome.DRAINED.ordinal();
                        };
    }

    private void consumerAnswers(final int row) {
        final LedgerBlock block = block(row);
        final int at = at(row);
        invariants
                .nothingCrossesFromOneVmToAnother()
                .isAnswered(row, block.vmOfRow[at] == holders.vmOf(block.endpoint[at]));
        if (meant != NONE) {
            invariants.responsesCarryTheGroupTheyAnswer().isOfItsFault(meant, row);
        }
    }

    @Override
    public void refused(final int itsCookie, final int itsCode, final int errno) {
        refused++;
        if (isRefusedAnswerGivenBack && atDriver != NONE && block(atDriver).isOpen[at(atDriver)]) {
            giveBack(atDriver, itsCode);
        }
        atDriver = NONE;
    }

    /** The driver sent nothing: the fault waits for its answer as before. */
    private void giveBack(final int row, final int itsCode) {
        final LedgerBlock block = block(row);
        final int at = at(row);
        if (block.code[at] == NONE) {
            return;
        }
        block.code[at] = NONE;
        block.origin[at] = NONE;
        answeredOpen--;
        block.answeredNs[at] = NONE;
        if (itsCode >= 0 && itsCode < responses.length) {
            responses[itsCode]--;
        }
        block.outcome[at] = (byte) Outcome.OUTSTANDING.ordinal();
    }

    // ---- Reading --------------------------------------------------------------------------------

    /**
     * Number of faults.
     *
     * @return rows are numbered from 0
     */
    public int size() {
        return rows;
    }

    /**
     * The fault that has a number now and waits for its answer.
     *
     * @param index the endpoint that the number is of, or negative if it is not known
     * @param group the number, as the group id that the core and the guest see
     * @return its row, or {@link #NONE}
     */
    public int rowOfGroup(final int index, final int group) {
        final int row = tags.get(index, group);
        return row != NONE && block(row).isOpen[at(row)] ? row : NONE;
    }

    /**
     * The fault that a guest's record is of.
     *
     * @param index the endpoint that raised it
     * @param group the number that the record names
     * @return the row that waits for an answer, or that the core thinks to; or {@link #NONE}
     */
    public int rowOfRecord(final int index, final int group) {
        final int last = tags.last(index, group);
        return isOutstanding(last) ? last : NONE;
    }

    /**
     * Whether a fault's record was written and its answer has not reached the hardware; or the core
     * waits for one that its device no longer wants.
     *
     * @param row the fault, or {@link #NONE}
     * @return it waits for its answer
     */
    public boolean isOutstanding(final int row) {
        if (row == NONE) {
            return false;
        }
        final LedgerBlock block = block(row);
        final int at = at(row);
        return block.isOpen[at] || (block.isAbandoned[at] && block.isInCore[at]);
    }

    /**
     * A number that differs if any fault had another life.
     *
     * @param before what it goes on from, such as that of an earlier run
     * @return the digest
     */
    public long digest(final long before) {
        long digest = mix(before, rows);
        for (int row = 0; row < rows; row++) {
            final LedgerBlock block = block(row);
            final int at = at(row);
            digest = mix(digest, block.endpoint[at] | (long) block.vmOfRow[at] << 32);
            digest = mix(digest, block.tag[at] | (long) block.cookie[at] << 32);
            digest = mix(digest, block.code[at] | block.outcome[at] << 8 | block.result[at] << 16);
            digest = mix(digest, block.queuedNs[at]);
            digest = mix(digest, block.deliveredNs[at]);
            digest = mix(digest, block.answeredNs[at]);
            digest = mix(digest, block.completedNs[at]);
        }
        return digest;
    }

    /** One step of a hash that leaves no bit alone (the finalizer of splitmix64). */
    private static long mix(final long digest, final long value) {
        long mixed = (digest ^ value) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
    }

    /**
     * Which endpoint raised it.
     *
     * @param row the fault
     * @return the endpoint's index
     */
    public int endpoint(final int row) {
        return block(row).endpoint[at(row)];
    }

    /**
     * Whose it was when it was raised.
     *
     * @param row the fault
     * @return the virtual machine's index
     */
    public int vm(final int row) {
        return block(row).vmOfRow[at(row)];
    }

    /**
     * Its PASID.
     *
     * @param row the fault
     * @return the PASID, negative without one
     */
    public int substream(final int row) {
        return block(row).substream[at(row)];
    }

    /**
     * Where it wanted to go.
     *
     * @param row the fault
     * @return I/O virtual address in bytes
     */
    public long iova(final int row) {
        return block(row).iova[at(row)];
    }

    /**
     * The endpoint's number for it.
     *
     * @param row the fault
     * @return from 1
     */
    public int access(final int row) {
        return block(row).access[at(row)];
    }

    /**
     * The stall's tag or the group's index, the last one if it faulted again.
     *
     * @param row the fault
     * @return 16 bits, or {@link #NONE}
     */
    public int tag(final int row) {
        return block(row).tag[at(row)];
    }

    /**
     * What its guest answers it by.
     *
     * @param row the fault
     * @return the cookie, or 0 if it was not read
     */
    public int cookie(final int row) {
        return block(row).cookie[at(row)];
    }

    /**
     * How many page requests it consists of: each is a record in VT-d's queue.
     *
     * @param row the fault
     * @return at least 1; with SMMUv3 always 1
     */
    public int requests(final int row) {
        return block(row).requests[at(row)];
    }

    /**
     * What it was answered.
     *
     * @param row the fault
     * @return the response code, or {@link #NONE}
     */
    public int code(final int row) {
        return block(row).code[at(row)];
    }

    /**
     * Why it was answered.
     *
     * @param row the fault
     * @return who gave its {@link #code}; null if nobody did
     */
    public ResponseOrigin origin(final int row) {
        final int origin = block(row).origin[at(row)];
        return origin == NONE ? null : ORIGINS[origin];
    }

    /**
     * What its machine had when it was answered.
     *
     * @param row the fault, of which {@link #origin} is known
     * @return faults delivered to the machine and not ended, itself among them if it was delivered
     */
    public int vmHadOutstanding(final int row) {
        return block(row).vmHadOutstanding[at(row)];
    }

    /**
     * What its device had when it was answered.
     *
     * @param row the fault, of which {@link #origin} is known
     * @return as {@link #vmHadOutstanding}, of the device alone
     */
    public int deviceHadOutstanding(final int row) {
        return block(row).deviceHadOutstanding[at(row)];
    }

    /**
     * Whether the hardware ever had no room for it: its stall, or its record, had to wait.
     *
     * @param row the fault
     * @return also true if there was room later
     */
    public boolean foundNoRoom(final int row) {
        return block(row).held[at(row)];
    }

    /**
     * How often its record was written.
     *
     * @param row the fault
     * @return more than 1 if a retry faulted again
     */
    public int records(final int row) {
        return block(row).records[at(row)];
    }

    /**
     * What has become of it. A fault that the hardware still stalls is outstanding, whoever thinks
     * to have answered it.
     *
     * @param row the fault
     * @return its outcome now
     */
    public Outcome outcome(final int row) {
        final LedgerBlock block = block(row);
        final int at = at(row);
        return block.isOpen[at] ? Outcome.OUTSTANDING : OUTCOMES[block.outcome[at]];
    }

    /**
     * How its access ended.
     *
     * @param row the fault
     * @return the result, or null if it has not ended
     */
    public AccessResult result(final int row) {
        final int result = block(row).result[at(row)];
        return result == NONE ? null : RESULTS[result];
    }

    /**
     * When the device issued it.
     *
     * @param row the fault
     * @return virtual nanoseconds
     */
    public long raisedNs(final int row) {
        return block(row).raisedNs[at(row)];
    }

    /**
     * When its record was written.
     *
     * @param row the fault
     * @return virtual nanoseconds, or {@link #NONE}
     */
    public long queuedNs(final int row) {
        return block(row).queuedNs[at(row)];
    }

    /**
     * When the driver reported it.
     *
     * @param row the fault
     * @return virtual nanoseconds, or {@link #NONE}
     */
    public long reportedNs(final int row) {
        return block(row).reportedNs[at(row)];
    }

    /**
     * When it was delivered to its consumer.
     *
     * @param row the fault
     * @return virtual nanoseconds, or {@link #NONE}
     */
    public long deliveredNs(final int row) {
        return block(row).deliveredNs[at(row)];
    }

    /**
     * When it was answered.
     *
     * @param row the fault
     * @return virtual nanoseconds, or {@link #NONE}
     */
    public long answeredNs(final int row) {
        return block(row).answeredNs[at(row)];
    }

    /**
     * When its access ended.
     *
     * @param row the fault
     * @return virtual nanoseconds, or {@link #NONE}
     */
    public long completedNs(final int row) {
        return block(row).completedNs[at(row)];
    }

    /**
     * Faults whose access has ended.
     *
     * @return a count
     */
    public int ended() {
        return ended;
    }

    /**
     * Faults whose record was written and that are not answered.
     *
     * @return a count, which the hardware's own must equal
     */
    public int openFaults() {
        return open;
    }

    /**
     * Those of one endpoint.
     *
     * @param index the endpoint's index
     * @return a count
     */
    public int openFaults(final int index) {
        return holders.open(index);
    }

    /**
     * Those of one endpoint that the driver has reported.
     *
     * @param index the endpoint's index
     * @return a count, which the core's own must equal
     */
    public int inCore(final int index) {
        return holders.inCore(index);
    }

    /**
     * Faults that the core has answered while the hardware still stalls them: once nothing is left
     * to run, answers that never reached the device.
     *
     * @return a count
     */
    public int answeredInVain() {
        return answeredOpen;
    }

    /**
     * Open faults of one endpoint from before its domain changed.
     *
     * @param index the endpoint's index
     * @return a count
     */
    public int staleFaults(final int index) {
        return holders.stale(index);
    }

    /**
     * Faults that were delivered to a virtual machine and have not ended.
     *
     * @param vm its index
     * @return a count
     */
    public int outstanding(final int vm) {
        return holders.outstanding(vm);
    }

    /**
     * Faults of an endpoint that were delivered to whose it was and have not ended.
     *
     * @param index the endpoint's index
     * @return a count
     */
    public int outstandingOfEndpoint(final int index) {
        return holders.outstandingOfEndpoint(index);
    }

    /**
     * Most faults of one virtual machine that were delivered to it and not ended at once.
     *
     * @param vm its index
     * @return a count
     */
    public int outstandingHighWater(final int vm) {
        return holders.highWater(vm);
    }

    /**
     * Answers of consumers that were refused.
     *
     * @return a count
     */
    public long refused() {
        return refused;
    }

    /**
     * Answers that went to the hardware, whoever gave them.
     *
     * @param responseCode SUCCESS, INVALID or FAILURE
     * @return a count
     */
    public long responses(final int responseCode) {
        return responses[responseCode];
    }

    private int rowOf(final IommuDevice dev, final IommuFault fault) {
        return rowOfGroup(tags.endpointOf(dev), fault.grpid());
    }

    private LedgerBlock block(final int row) {
        return blocks[row >>> LedgerBlock.ROWS_BITS];
    }

    private static int at(final int row) {
        return row & LedgerBlock.ROWS_MAX - 1;
    }

    private void grow() {
        final int number = rows >>> LedgerBlock.ROWS_BITS;
        if (number == blocks.length) {
            blocks = Arrays.copyOf(blocks, number * 2);
        }
        if (number == 0 && rows > 0) {
            blocks[0].extend(rows * 2);
            room = rows * 2;
        } else {
            blocks[number] = new LedgerBlock(number == 0 ? FIRST_ROWS : LedgerBlock.ROWS_MAX);
            room = rows + (number == 0 ? FIRST_ROWS : LedgerBlock.ROWS_MAX);
        }
    }
}
