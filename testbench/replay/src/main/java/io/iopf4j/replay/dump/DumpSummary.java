// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.dump;

import io.iopf4j.api.PageResponseCode;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Counts what a dump holds: the {@code dump} part of a report. Its memory is bounded by devices.
 */
public final class DumpSummary implements DumpListener {
    private final long[] responses = new long[3];
    private final Map<String, long[]> requestsByDevice = new HashMap<>();
    private final TreeMap<String, Long> faultsByDevice = new TreeMap<>();
    private final LongMap<Set<String>> devicesByFile = new LongMap<>();
    private long pageRequests;
    private long lastRequests;
    private long groups;
    private long unrecoverable;
    private long outstanding;
    private long outstandingHighWater;
    private long unseen;
    private long unanswered;
    private long incomplete;
    private long firstNs;
    private long lastNs;
    private boolean hasTime;
    private boolean isOfVtd;

    /** Nothing counted yet. */
    public DumpSummary() {}

    /**
     * An event of whatever kind.
     *
     * @param timeNs its time
     */
    public void event(final long timeNs) {
        firstNs = hasTime ? Math.min(firstNs, timeNs) : timeNs;
        lastNs = hasTime ? Math.max(lastNs, timeNs) : timeNs;
        hasTime = true;
    }

    /** An event of the intel-iommu driver was seen. */
    public void vtdEvent() {
        isOfVtd = true;
    }

    /**
     * Whether the recorded machine has VT-d.
     *
     * @return an event of the intel-iommu driver was seen; without one it does not show
     */
    public boolean isOfVtd() {
        return isOfVtd;
    }

    /**
     * A dump is over.
     *
     * @param outstandingAtEnd its groups without an answer
     * @param incompleteAtEnd its requests whose group was never completed
     */
    public void finish(final long outstandingAtEnd, final long incompleteAtEnd) {
        unanswered += outstandingAtEnd;
        incomplete += incompleteAtEnd;
    }

    @Override
    public void pageRequest(final String device, final boolean isLast) {
        pageRequests++;
        if (isLast) {
            lastRequests++;
        }
        final long[] requests = requestsByDevice.get(device);
        if (requests == null) {
            requestsByDevice.put(device, new long[] {1});
        } else {
            requests[0]++;
        }
    }

    @Override
    public void unrecoverableFault(final RecordedFault fault) {
        unrecoverable++;
        faultsByDevice.merge(fault.device(), 1L, Long::sum);
    }

    @Override
    public void delivered(final RecordedGroup group) {
        groups++;
        outstanding++;
        outstandingHighWater = Math.max(outstandingHighWater, outstanding);
    }

    @Override
    public void answered(final long timeNs, final RecordedGroup group) {
        count(group.code());
        if (group.isDelivered()) {
            outstanding--;
        }
    }

    @Override
    public void answerLost(final RecordedGroup group) {
        outstanding--;
    }

    @Override
    public void answeredUnseen(final int code) {
        unseen++;
        count(code);
    }

    @Override
    public void read(final long timeNs, final long file, final int records) {
        devicesOf(file);
    }

    @Override
    public void queueServes(final long file, final String device) {
        devicesOf(file).add(device);
    }

    private Set<String> devicesOf(final long file) {
        Set<String> devices = devicesByFile.get(file);
        if (devices == null) {
            devices = new HashSet<>();
            devicesByFile.put(file, devices);
        }
        return devices;
    }

    private void count(final int code) {
        if (code >= 0 && code < responses.length) {
            responses[code]++;
        }
    }

    /**
     * Requests of all groups.
     *
     * @return a count
     */
    public long pageRequests() {
        return pageRequests;
    }

    /**
     * Requests that complete a group.
     *
     * @return a count
     */
    public long lastRequests() {
        return lastRequests;
    }

    /**
     * Groups that became complete and were delivered.
     *
     * @return a count
     */
    public long groups() {
        return groups;
    }

    /**
     * Faults that are no page requests.
     *
     * @return a count
     */
    public long unrecoverable() {
        return unrecoverable;
    }

    /**
     * Faults that are no page requests, by device.
     *
     * @return counts, not to be changed
     */
    public SortedMap<String, Long> faultsByDevice() {
        return Collections.unmodifiableSortedMap(faultsByDevice);
    }

    /**
     * Devices with faults of any kind.
     *
     * @return a count
     */
    public int devices() {
        final TreeSet<String> all = new TreeSet<>(requestsByDevice.keySet());
        all.addAll(faultsByDevice.keySet());
        return all.size();
    }

    /**
     * Groups answered SUCCESS.
     *
     * @return a count
     */
    public long success() {
        return responses[PageResponseCode.SUCCESS];
    }

    /**
     * Groups answered INVALID.
     *
     * @return a count
     */
    public long invalid() {
        return responses[PageResponseCode.INVALID];
    }

    /**
     * Groups answered FAILURE.
     *
     * @return a count
     */
    public long failure() {
        return responses[PageResponseCode.FAILURE];
    }

    /**
     * Groups without an answer at the end.
     *
     * @return a count
     */
    public long unanswered() {
        return unanswered;
    }

    /**
     * Requests whose group was never completed: nobody owes them an answer.
     *
     * @return a count
     */
    public long incompleteRequests() {
        return incomplete;
    }

    /**
     * Most groups outstanding at once.
     *
     * @return a count
     */
    public long outstandingHighWater() {
        return outstandingHighWater;
    }

    /**
     * Answers to groups whose delivery is missing from the dump.
     *
     * @return a count
     */
    public long answeredUnseen() {
        return unseen;
    }

    /**
     * Requests by device.
     *
     * @return devices that asked, by name
     */
    public SortedMap<String, Long> requestsByDevice() {
        final SortedMap<String, Long> counts = new TreeMap<>();
        requestsByDevice.forEach((device, requests) -> counts.put(device, requests[0]));
        return counts;
    }

    /**
     * Devices that a guest answered for, by fault queue; none for a queue that was only read.
     *
     * @return the fault queue's file, as the kernel's pointer, to device names
     */
    public SortedMap<Long, SortedSet<String>> devicesByFile() {
        final SortedMap<Long, SortedSet<String>> copy = new TreeMap<>();
        devicesByFile.forEach((file, devices) -> copy.put(file, new TreeSet<>(devices)));
        return copy;
    }

    /**
     * Time of the first event.
     *
     * @return as the dump counts it, 0 without events
     */
    public long firstNs() {
        return firstNs;
    }

    /**
     * Time of the last event.
     *
     * @return as the dump counts it, 0 without events
     */
    public long lastNs() {
        return lastNs;
    }
}
