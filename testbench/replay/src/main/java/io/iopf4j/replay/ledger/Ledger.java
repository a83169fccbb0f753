// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.ledger;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.Endpoint;
import io.iopf4j.emulation.EndpointListener;
import io.iopf4j.emulation.Requester;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.smmuv3.SmmuObserver;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Every fault's whole life, in columns: one row for each access that a device was told to issue. It
 * only listens: to the endpoints, the hardware model and the core. Reports, comparisons and
 * invariants read it and nothing else. In steady state a step allocates nothing but, now and then,
 * a longer column. One thread.
 */
@SuppressWarnings("EnumOrdinal") // columns are bytes, and no row outlives the run
public final class Ledger implements SmmuObserver, FaultObserver, EndpointListener {
    /** A time that has not come, a tag or code that was not given. */
    public static final int NONE = -1;

    private static final int TAGS = 1 << 16;

    /** Any code that is no byte. */
    private static final int OTHER_CODE = Byte.MAX_VALUE;

    private static final Outcome[] OUTCOMES = Outcome.values();

    private final Scheduler scheduler;
    private final Invariants invariants;
    private final int[] rowOfTag = new int[TAGS];
    private int[][] rowsOfEndpoint = new int[0][];
    private int rows;

    private int[] endpoint = new int[0];
    private int[] access = new int[0];
    private int[] vmOfRow = new int[0];
    private int[] substream = new int[0];
    private long[] iova = new long[0];
    private int[] tag = new int[0];
    private int[] cookie = new int[0];
    private byte[] code = new byte[0];
    private byte[] outcome = new byte[0];
    private byte[] result = new byte[0];
    private byte[] stalls = new byte[0];
    private boolean[] held = new boolean[0];
    private boolean[] isWithVm = new boolean[0];
    private boolean[] driverAnswers = new boolean[0];
    private long[] raisedNs = new long[0];
    private long[] queuedNs = new long[0];
    private long[] reportedNs = new long[0];
    private long[] deliveredNs = new long[0];
    private long[] answeredNs = new long[0];
    private long[] completedNs = new long[0];
    private int openStalls;
    private int answeredOpen;
    private int ended;
    private long refused;
    private final long[] responses = new long[3];
    private int[] outstanding = new int[0];
    private int[] stale = new int[0];
    private int[] domain = new int[0];
    private int[] domainOfRow = new int[0];
    private int[] vmOfEndpoint = new int[0];
    private String[] nameOfEndpoint = new String[0];
    private int[] vmOutstanding = new int[0];
    private int[] vmHighWater = new int[0];
    private int meant = NONE;
    private int atDriver = NONE;
    private boolean isRefusedAnswerGivenBack;
    private IntConsumer deliveryListener = row -> {};
    private IntConsumer endListener = index -> {};

    /**
     * An empty ledger.
     *
     * @param scheduler gives the time
     * @param invariants what is checked at each step
     */
    public Ledger(final Scheduler scheduler, final Invariants invariants) {
        this.scheduler = scheduler;
        this.invariants = invariants;
        Arrays.fill(rowOfTag, NONE);
    }

    /**
     * Says to whom an endpoint belongs from now on; faults that it raised before stay another's.
     *
     * @param index the endpoint's index
     * @param vm the virtual machine's index
     * @param name the device's name, as the core knows it
     */
    public void assign(final int index, final int vm, final String name) {
        if (index >= vmOfEndpoint.length) {
            final int from = vmOfEndpoint.length;
            vmOfEndpoint = Arrays.copyOf(vmOfEndpoint, index + 1);
            nameOfEndpoint = Arrays.copyOf(nameOfEndpoint, index + 1);
            outstanding = Arrays.copyOf(outstanding, index + 1);
            stale = Arrays.copyOf(stale, index + 1);
            domain = Arrays.copyOf(domain, index + 1);
            rowsOfEndpoint = Arrays.copyOf(rowsOfEndpoint, index + 1);
            for (int i = from; i <= index; i++) {
                rowsOfEndpoint[i] = new int[64];
            }
        }
        if (vm >= vmOutstanding.length) {
            vmOutstanding = Arrays.copyOf(vmOutstanding, vm + 1);
            vmHighWater = Arrays.copyOf(vmHighWater, vm + 1);
        }
        vmOfEndpoint[index] = vm;
        nameOfEndpoint[index] = name;
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
     * A device's domain has changed: what it raises from now on is the next one's.
     *
     * @param index the endpoint's index
     */
    public void domainChanged(final int index) {
        domain[index]++;
        stale[index] = outstanding[index];
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
     * @param issuer the device
     * @param ssid PASID, or negative for none
     * @param address I/O virtual address in bytes
     * @return the fault's row
     */
    public int raise(final Endpoint issuer, final int ssid, final long address) {
        if (rows == endpoint.length) {
            grow();
        }
        final int row = rows++;
        endpoint[row] = issuer.index();
        vmOfRow[row] = vmOfEndpoint[issuer.index()];
        substream[row] = ssid;
        iova[row] = address;
        access[row] = issuer.nextId();
        tag[row] = NONE;
        code[row] = NONE;
        result[row] = NONE;
        outcome[row] = (byte) Outcome.UNREPORTED.ordinal();
        raisedNs[row] = scheduler.nowNs();
        queuedNs[row] = NONE;
        reportedNs[row] = NONE;
        deliveredNs[row] = NONE;
        answeredNs[row] = NONE;
        completedNs[row] = NONE;
        remember(issuer.index(), access[row], row);
        return row;
    }

    // ---- Hardware -------------------------------------------------------------------------------

    @Override
    public void stallRecorded(
            final Requester requester, final int id, final int streamId, final int stag) {
        final int row = rowOf(requester, id);
        rowOfTag[stag] = row;
        tag[row] = stag;
        queuedNs[row] = scheduler.nowNs();
        outcome[row] = (byte) Outcome.OUTSTANDING.ordinal();
        // A retry that faults again is a new fault of the same access: its answer is still to come.
        code[row] = NONE;
        cookie[row] = 0;
        answeredNs[row] = NONE;
        stalls[row] = (byte) Math.min(stalls[row] + 1, Byte.MAX_VALUE);
        openStalls++;
        outstanding[endpoint[row]]++;
        domainOfRow[row] = domain[endpoint[row]];
    }

    @Override
    public void stallHeld(final Requester requester, final int id) {
        held[rowOf(requester, id)] = true;
    }

    @Override
    public void resumed(final Requester requester, final int id, final int action) {
        final int row = rowOf(requester, id);
        if (driverAnswers[row] && code[row] == NONE) {
            endByDriver(row, action);
        }
        invariants.resumeMatchesAnswer(row, code[row], action);
        closeStall(row);
    }

    @Override
    public void stallTerminated(final Requester requester, final int id) {
        final int row = rowOf(requester, id);
        final boolean wasOpen = isOpen(row);
        if (wasOpen) {
            closeStall(row);
        }
        if (wasOpen
                || outcome[row] == Outcome.OUTSTANDING.ordinal()
                || outcome[row] == Outcome.UNREPORTED.ordinal()) {
            outcome[row] = (byte) Outcome.DRAINED.ordinal();
        }
    }

    /** The core saw no answer: the driver gave it, as until 6.8 it must when a report fails. */
    private void endByDriver(final int row, final int action) {
        driverAnswers[row] = false;
        code[row] =
                (byte)
                        (action == Commands.RESUME_ABORT
                                ? PageResponseCode.FAILURE
                                : PageResponseCode.INVALID);
        responses[code[row]]++;
        answeredNs[row] = scheduler.nowNs();
        answeredOpen++;
        outcome[row] = (byte) Outcome.TERMINATED.ordinal();
    }

    private void closeStall(final int row) {
        rowOfTag[tag[row]] = NONE;
        openStalls--;
        outstanding[endpoint[row]]--;
        if (domainOfRow[row] != domain[endpoint[row]]) {
            stale[endpoint[row]]--;
        }
        if (isWithVm[row]) {
            isWithVm[row] = false;
            vmOutstanding[vmOfRow[row]]--;
        }
        if (code[row] != NONE) {
            answeredOpen--;
        }
    }

    private boolean isOpen(final int row) {
        return tag[row] != NONE && rowOfTag[tag[row]] == row;
    }

    @Override
    public void accessEnded(final Endpoint issuer, final int id, final AccessResult how) {
        final int row = rowOf(issuer, id);
        invariants.transactionEnds(row, result[row] == NONE);
        invariants.endsWithItsOwner(
                row, how != AccessResult.DONE || vmOfRow[row] == vmOfEndpoint[endpoint[row]]);
        if (result[row] == NONE) {
            ended++;
        }
        result[row] = (byte) how.ordinal();
        completedNs[row] = scheduler.nowNs();
        if (queuedNs[row] == NONE && outcome[row] == Outcome.UNREPORTED.ordinal()) {
            endUnreported(row, how);
        }
        endListener.accept(issuer.index());
    }

    /** No record of it was ever written. */
    private void endUnreported(final int row, final AccessResult how) {
        if (how == AccessResult.DONE) {
            // It waited for room, and another's answer brought its page.
            outcome[row] = (byte) Outcome.ANSWERED.ordinal();
            code[row] = PageResponseCode.SUCCESS;
            answeredNs[row] = scheduler.nowNs();
        } else {
            // It waited until its stream no longer stalls, or its stream refuses it outright.
            final Outcome unseen = held[row] ? Outcome.DRAINED : Outcome.TERMINATED;
            outcome[row] = (byte) unseen.ordinal();
        }
    }

    // ---- Core -----------------------------------------------------------------------------------

    @Override
    public void reported(final IommuDevice dev, final IommuFault fault) {
        final int row = rowOf(fault);
        // Without a row no stall has this tag: the record is of one that ended before it was taken.
        if (row != NONE) {
            reportedNs[row] = scheduler.nowNs();
        }
    }

    @Override
    public void reportFailed(final IommuDevice dev, final IommuFault fault, final int errno) {
        final int row = rowOf(fault);
        if (row != NONE) {
            driverAnswers[row] = true;
        }
    }

    @Override
    public void delivered(final IommuDevice dev, final IommuFault fault) {
        deliver(dev, rowOf(fault));
    }

    @Override
    public void delivered(final IopfGroup group) {
        deliver(group.device(), rowOf(group.lastFault()));
    }

    private void deliver(final IommuDevice dev, final int row) {
        if (row != NONE) {
            invariants.guestSees(nameOfEndpoint[endpoint[row]].equals(dev.name()), tag[row]);
            deliveredNs[row] = scheduler.nowNs();
            countWithVm(row);
            deliveryListener.accept(row);
        }
    }

    /** From here on until it ends it is the machine's; what a policy refuses never is. */
    private void countWithVm(final int row) {
        if (!isWithVm[row]) {
            isWithVm[row] = true;
            final int vm = vmOfRow[row];
            vmHighWater[vm] = Math.max(vmHighWater[vm], ++vmOutstanding[vm]);
        }
    }

    @Override
    public void read(final IopfGroup group, final int itsCookie) {
        final int row = rowOf(group.lastFault());
        if (row != NONE) {
            cookie[row] = itsCookie;
        }
    }

    @Override
    public void responding(
            final IommuDevice dev,
            final IommuFault lastFault,
            final int itsCode,
            final ResponseOrigin origin) {
        final int row = rowOf(lastFault);
        if (row == NONE && origin == ResponseOrigin.NO_HANDLER) {
            // A record that outlived its stall: the answer matches nothing and does nothing.
            return;
        }
        final boolean isItsOwn =
                row != NONE
                        && code[row] == NONE
                        && nameOfEndpoint[endpoint[row]].equals(dev.name());
        invariants.responseCarriesItsGroup(dev.name(), lastFault.grpid(), isItsOwn);
        if (row != NONE && origin == ResponseOrigin.CONSUMER) {
            invariants.guestAnswers(row, vmOfRow[row] == vmOfEndpoint[endpoint[row]]);
            if (meant != NONE) {
                invariants.answerIsOfItsFault(meant, row);
            }
        }
        if (!isItsOwn) {
            // Answered before, ended before, or another device's: none of its columns are touched.
            return;
        }
        atDriver = origin == ResponseOrigin.CONSUMER ? row : NONE;
        code[row] = (byte) (itsCode >= 0 && itsCode < OTHER_CODE ? itsCode : OTHER_CODE);
        answeredOpen++;
        answeredNs[row] = scheduler.nowNs();
        if (itsCode >= 0 && itsCode < responses.length) {
            responses[itsCode]++;
        }
        outcome[row] =
                (byte)
                        switch (origin) {
                            case CONSUMER -> Outcome.ANSWERED.ordinal();
                            case NO_HANDLER, HANDLER_FAILED, NO_MEMORY, DRIVER, POLICY ->
                                    Outcome.TERMINATED.ordinal();
                            case TIMED_OUT -> Outcome.TIMED_OUT.ordinal();
                            case DOMAIN_CHANGED, DEVICE_REMOVED, QUEUE_DESTROYED ->
                                    Outcome.DRAINED.ordinal();
                        };
    }

    @Override
    public void refused(final int itsCookie, final int itsCode, final int errno) {
        refused++;
        if (isRefusedAnswerGivenBack && atDriver != NONE && isOpen(atDriver)) {
            giveBack(atDriver, itsCode);
        }
        atDriver = NONE;
    }

    /** The driver sent nothing: the fault waits for its answer as before. */
    private void giveBack(final int row, final int itsCode) {
        if (code[row] == NONE) {
            return;
        }
        code[row] = NONE;
        answeredOpen--;
        answeredNs[row] = NONE;
        if (itsCode >= 0 && itsCode < responses.length) {
            responses[itsCode]--;
        }
        outcome[row] = (byte) Outcome.OUTSTANDING.ordinal();
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
     * The fault whose stall has a tag now.
     *
     * @param stag the tag, as the group id that the core and the guest see
     * @return its row, or {@link #NONE}
     */
    public int rowOfTag(final int stag) {
        return rowOfTag[stag & (TAGS - 1)];
    }

    /**
     * Which endpoint raised it.
     *
     * @param row the fault
     * @return the endpoint's index
     */
    public int endpoint(final int row) {
        return endpoint[row];
    }

    /**
     * Whose it was when it was raised.
     *
     * @param row the fault
     * @return the virtual machine's index
     */
    public int vm(final int row) {
        return vmOfRow[row];
    }

    /**
     * Its PASID.
     *
     * @param row the fault
     * @return the PASID, negative without one
     */
    public int substream(final int row) {
        return substream[row];
    }

    /**
     * Where it wanted to go.
     *
     * @param row the fault
     * @return I/O virtual address in bytes
     */
    public long iova(final int row) {
        return iova[row];
    }

    /**
     * The endpoint's number for it.
     *
     * @param row the fault
     * @return from 1
     */
    public int access(final int row) {
        return access[row];
    }

    /**
     * The stall's tag, the last one if it stalled again.
     *
     * @param row the fault
     * @return 16 bits, or {@link #NONE}
     */
    public int tag(final int row) {
        return tag[row];
    }

    /**
     * What its guest answers it by.
     *
     * @param row the fault
     * @return the cookie, or 0 if it was not read
     */
    public int cookie(final int row) {
        return cookie[row];
    }

    /**
     * What it was answered.
     *
     * @param row the fault
     * @return the response code, or {@link #NONE}
     */
    public int code(final int row) {
        return code[row];
    }

    /**
     * How often it stalled.
     *
     * @param row the fault
     * @return more than 1 if a retry faulted again
     */
    public int stalls(final int row) {
        return stalls[row];
    }

    /**
     * What has become of it. A fault that the hardware still stalls is outstanding, whoever thinks
     * to have answered it.
     *
     * @param row the fault
     * @return its outcome now
     */
    public Outcome outcome(final int row) {
        return isOpen(row) ? Outcome.OUTSTANDING : OUTCOMES[outcome[row]];
    }

    /**
     * How its access ended.
     *
     * @param row the fault
     * @return the result, or null if it has not ended
     */
    public AccessResult result(final int row) {
        return result[row] == NONE ? null : AccessResult.values()[result[row]];
    }

    /**
     * When the device issued it.
     *
     * @param row the fault
     * @return virtual nanoseconds
     */
    public long raisedNs(final int row) {
        return raisedNs[row];
    }

    /**
     * When its record was written.
     *
     * @param row the fault
     * @return virtual nanoseconds, or {@link #NONE}
     */
    public long queuedNs(final int row) {
        return queuedNs[row];
    }

    /**
     * When the driver reported it.
     *
     * @param row the fault
     * @return virtual nanoseconds, or {@link #NONE}
     */
    public long reportedNs(final int row) {
        return reportedNs[row];
    }

    /**
     * When it was delivered to its consumer.
     *
     * @param row the fault
     * @return virtual nanoseconds, or {@link #NONE}
     */
    public long deliveredNs(final int row) {
        return deliveredNs[row];
    }

    /**
     * When it was answered.
     *
     * @param row the fault
     * @return virtual nanoseconds, or {@link #NONE}
     */
    public long answeredNs(final int row) {
        return answeredNs[row];
    }

    /**
     * When its access ended.
     *
     * @param row the fault
     * @return virtual nanoseconds, or {@link #NONE}
     */
    public long completedNs(final int row) {
        return completedNs[row];
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
     * Stalls that are recorded and not ended.
     *
     * @return a count, which the hardware's own must equal
     */
    public int openStalls() {
        return openStalls;
    }

    /**
     * Stalls of one endpoint that are recorded and not ended.
     *
     * @param index the endpoint's index
     * @return a count
     */
    public int openStalls(final int index) {
        return index < outstanding.length ? outstanding[index] : 0;
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
     * Stalls of one endpoint that are recorded and not ended, from before its domain changed.
     *
     * @param index the endpoint's index
     * @return a count
     */
    public int staleStalls(final int index) {
        return stale[index];
    }

    /**
     * Most faults of one virtual machine that were delivered to it and not ended at once.
     *
     * @param vm its index
     * @return a count
     */
    public int outstandingHighWater(final int vm) {
        return vm < vmHighWater.length ? vmHighWater[vm] : 0;
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

    private int rowOf(final Requester requester, final int id) {
        return rowsOfEndpoint[((Endpoint) requester).index()][id];
    }

    private int rowOf(final IommuFault fault) {
        return rowOfTag(fault.grpid());
    }

    private void remember(final int index, final int id, final int row) {
        if (id >= rowsOfEndpoint[index].length) {
            rowsOfEndpoint[index] = Arrays.copyOf(rowsOfEndpoint[index], id * 2);
        }
        rowsOfEndpoint[index][id] = row;
    }

    private void grow() {
        final int to = Math.max(1024, rows * 2);
        endpoint = Arrays.copyOf(endpoint, to);
        access = Arrays.copyOf(access, to);
        vmOfRow = Arrays.copyOf(vmOfRow, to);
        domainOfRow = Arrays.copyOf(domainOfRow, to);
        substream = Arrays.copyOf(substream, to);
        iova = Arrays.copyOf(iova, to);
        tag = Arrays.copyOf(tag, to);
        cookie = Arrays.copyOf(cookie, to);
        code = Arrays.copyOf(code, to);
        outcome = Arrays.copyOf(outcome, to);
        result = Arrays.copyOf(result, to);
        stalls = Arrays.copyOf(stalls, to);
        held = Arrays.copyOf(held, to);
        isWithVm = Arrays.copyOf(isWithVm, to);
        driverAnswers = Arrays.copyOf(driverAnswers, to);
        raisedNs = Arrays.copyOf(raisedNs, to);
        queuedNs = Arrays.copyOf(queuedNs, to);
        reportedNs = Arrays.copyOf(reportedNs, to);
        deliveredNs = Arrays.copyOf(deliveredNs, to);
        answeredNs = Arrays.copyOf(answeredNs, to);
        completedNs = Arrays.copyOf(completedNs, to);
    }
}
