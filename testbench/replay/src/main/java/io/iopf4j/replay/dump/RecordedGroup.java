// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.dump;

import java.util.Objects;

/** One page request group as the dump shows it, filled while the dump is read. */
public final class RecordedGroup {
    /** {@link #code()} of a group without an answer. */
    public static final int NO_CODE = -1;

    /** Bits that a PASID can have. */
    public static final int PASID_BITS = 20;

    /** Its neighbours among {@link UnansweredGroups}, which alone sets them. */
    RecordedGroup older;

    RecordedGroup newer;

    private final long number;
    private final String device;
    private final boolean hasPasid;
    private final int pasid;
    private final int grpid;
    private final int perm;
    private final long addr;
    private final long raisedNs;
    private final PartialRequests earlier;
    private int requests;
    private boolean isDelivered;
    private boolean isUncertain;
    private int code = NO_CODE;
    private AnsweredBy answeredBy = AnsweredBy.NOBODY;

    RecordedGroup(
            final long number,
            final String device,
            final boolean hasPasid,
            final int pasid,
            final int grpid,
            final int perm,
            final long addr,
            final long raisedNs,
            final PartialRequests earlier) {
        this.number = number;
        this.device = device;
        this.hasPasid = hasPasid;
        this.pasid = pasid;
        this.grpid = grpid;
        this.perm = perm;
        this.addr = addr;
        this.raisedNs = raisedNs;
        this.earlier = earlier;
        this.requests = earlier.count() + 1;
    }

    void delivered(final int count) {
        isDelivered = true;
        requests = count;
    }

    void answered(final int responseCode, final AnsweredBy by) {
        code = responseCode;
        answeredBy = by;
    }

    void makeUncertain() {
        isUncertain = true;
    }

    /** Gives a group of one request the fate that it had when it was put aside. */
    RecordedGroup become(
            final boolean wasDelivered,
            final boolean wasUncertain,
            final int responseCode,
            final AnsweredBy by) {
        isDelivered = wasDelivered;
        isUncertain = wasUncertain;
        answered(responseCode, by);
        return this;
    }

    boolean isWithoutEarlier() {
        return earlier.count() == 0;
    }

    boolean isSame(final String name, final int groupId, final int groupPasid) {
        return grpid == groupId && pasid == groupPasid && Objects.equals(device, name);
    }

    /**
     * Its place among the groups of the dump.
     *
     * @return from 0, in order of their last requests
     */
    public long number() {
        return number;
    }

    /**
     * Its device.
     *
     * @return the device's name
     */
    public String device() {
        return device;
    }

    /**
     * Whether it came with a PASID.
     *
     * @return the flag of its last request
     */
    public boolean hasPasid() {
        return hasPasid;
    }

    /**
     * Its PASID.
     *
     * @return {@link #PASID_BITS} bits, more if its event is damaged; meaningful with {@link
     *     #hasPasid()}
     */
    public int pasid() {
        return pasid;
    }

    /**
     * Its group index: in the dump its identity, with device and time.
     *
     * @return the index as recorded
     */
    public int grpid() {
        return grpid;
    }

    /**
     * What its last request asked for.
     *
     * @return {@code IommuFault.PERM_} bits
     */
    public int perm() {
        return perm;
    }

    /**
     * Address of its last request.
     *
     * @return bytes
     */
    public long addr() {
        return addr;
    }

    /**
     * When its last request was reported.
     *
     * @return the dump's time, nanoseconds unless its clock counts something else
     */
    public long raisedNs() {
        return raisedNs;
    }

    /**
     * Number of its requests.
     *
     * @return at least 1
     */
    public int requests() {
        return requests;
    }

    /**
     * Number of its requests that the dump shows: lost events hide some, and what the kernel threw
     * away of an earlier group of the same index is none of them.
     *
     * @return at least 1, at most {@link #requests()}
     */
    public int knownRequests() {
        return Math.min(requests, earlier.count() + 1);
    }

    /**
     * Address of one of its requests.
     *
     * @param request in [0, {@link #knownRequests()}), the last being the last one
     * @return bytes
     */
    public long addr(final int request) {
        final int at = fromEnd(request);
        return at == 0 ? addr : earlier.addr(at - 1);
    }

    /**
     * What one of its requests asked for.
     *
     * @param request in [0, {@link #knownRequests()}), the last being the last one
     * @return {@code IommuFault.PERM_} bits
     */
    public int perm(final int request) {
        final int at = fromEnd(request);
        return at == 0 ? perm : earlier.perm(at - 1);
    }

    private int fromEnd(final int request) {
        return knownRequests() - 1 - request;
    }

    /**
     * Whether it reached its consumer.
     *
     * @return a delivery was seen
     */
    public boolean isDelivered() {
        return isDelivered;
    }

    /**
     * Whether lost events may hide what became of it.
     *
     * @return its recorded fate cannot be relied on
     */
    public boolean isUncertain() {
        return isUncertain;
    }

    /**
     * What it was answered.
     *
     * @return a response code, or {@link #NO_CODE}
     */
    public int code() {
        return code;
    }

    /**
     * Who answered it.
     *
     * @return {@link AnsweredBy#NOBODY} without an answer
     */
    public AnsweredBy answeredBy() {
        return answeredBy;
    }
}
