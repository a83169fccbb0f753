// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.dump;

import io.iopf4j.api.IommuFault;
import io.iopf4j.trace.fault.FaultEvent;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts a dump's events together to groups: which report became which delivery, which answer belongs
 * to it, who gave it. A group is known by the kernel's pointer, which is unique while it lives; who
 * caused an answer follows from what the same thread was doing. Its memory grows with the groups
 * that the kernel has not freed and with its threads, not with the dump.
 */
public final class DumpTracker {
    /** {@code IOMMU_FAULT_PAGE_REQ} as a 6.12 kernel's events number it. */
    private static final int TYPE_PAGE_REQ_612 = 1;

    private final List<DumpListener> listeners;
    private final Map<Long, RecordedGroup> byPointer = new HashMap<>();
    private final Map<Key, ArrayDeque<RecordedGroup>> unanswered = new HashMap<>();
    private final Map<Integer, ThreadState> threads = new HashMap<>();
    private final Map<Key, PartialRequests> partials = new HashMap<>();
    private final DeviceNames names = new DeviceNames();
    private long groups;
    private long widePasids;
    private long lastLossNs = Long.MIN_VALUE;

    /**
     * A tracker at the start of a dump.
     *
     * @param listeners who hears of what it finds, each in turn
     * @param firstNumber number of the first group, where several dumps make one recording
     */
    public DumpTracker(final List<DumpListener> listeners, final long firstNumber) {
        this.listeners = List.copyOf(listeners);
        this.groups = firstNumber;
    }

    /**
     * The number that the next group will get.
     *
     * @return groups found so far, and the first number
     */
    public long nextNumber() {
        return groups;
    }

    /**
     * Groups whose PASID has more bits than there are: their events are damaged.
     *
     * @return a count
     */
    public long widePasids() {
        return widePasids;
    }

    /**
     * Events are missing before what comes next.
     *
     * @param timeNs time of the next event
     */
    public void lost(final long timeNs) {
        lastLossNs = timeNs;
    }

    /**
     * Takes the next event.
     *
     * @param event the event, valid during the call
     */
    public void accept(final FaultEvent event) {
        switch (event.kind()) {
            case REPORT -> report(event);
            case REQUEST -> request(event);
            case ANSWER -> answer(event);
            case FAULT -> fault(event);
            case REPORT_RETURN -> reportReturn(event);
            case DELIVER -> deliver(event);
            case READ -> thread(event).file = event.file();
            case READ_RETURN -> readReturn(event);
            case WRITE -> {
                thread(event).file = event.file();
                thread(event).doing = AnsweredBy.GUEST;
            }
            case WRITE_RETURN -> thread(event).doing = AnsweredBy.NOBODY;
            case RESPONSE -> response(event);
            case HW_RESPONSE -> hardwareResponse(event);
            case FREE -> free(event);
            case DOMAIN_ATTACHED -> {
                thread(event).attached = event.device();
                thread(event).doing = AnsweredBy.NOBODY;
            }
            case AUTO_RESPONSE -> autoResponse(event);
            case QUEUE_ADD ->
                    listeners.forEach(l -> l.deviceQueued(event.timeNs(), event.device()));
            case QUEUE_REMOVE -> {
                thread(event).doing = AnsweredBy.DEVICE_REMOVAL;
                listeners.forEach(l -> l.deviceUnqueued(event.timeNs(), event.device()));
            }
            case DEVICE_REMOVED ->
                    listeners.forEach(l -> l.deviceRemoved(event.timeNs(), event.device()));
            default -> {}
        }
    }

    /** The dump is over: groups that lost events may have robbed of their answer are marked. */
    public void finish() {
        for (final ArrayDeque<RecordedGroup> alike : unanswered.values()) {
            for (final RecordedGroup group : alike) {
                if (group.raisedNs() <= lastLossNs) {
                    group.makeUncertain();
                }
            }
        }
        for (final ThreadState thread : threads.values()) {
            final RecordedGroup group = thread.reported;
            if (group != null && group.raisedNs() <= lastLossNs) {
                group.makeUncertain();
            }
        }
    }

    // ---- Faults that hardware shows -------------------------------------------------------------

    /** A group is whole with its last request, and nobody shows its delivery. */
    private void request(final FaultEvent event) {
        final String device = names.ofRequest(event.device(), event.rid());
        final boolean isLast = (event.flags() & IommuFault.FLAG_LAST_PAGE) != 0;
        listeners.forEach(l -> l.pageRequest(device, isLast));
        if (!isLast) {
            addPartial(device, event);
            return;
        }
        final RecordedGroup group = open(device, event);
        group.delivered(group.requests());
        await(group);
        listeners.forEach(l -> l.delivered(group));
    }

    /** Hardware knows groups by their names alone: the oldest of them is meant. */
    private void answer(final FaultEvent event) {
        final String device = names.of(event.device(), event.rid());
        final ArrayDeque<RecordedGroup> alike =
                unanswered.get(new Key(device, event.grpid(), event.pasid()));
        if (alike == null) {
            listeners.forEach(l -> l.answeredUnseen(event.code()));
        } else {
            answer(event, alike.peekFirst(), AnsweredBy.GUEST);
        }
    }

    private void fault(final FaultEvent event) {
        final RecordedFault fault =
                new RecordedFault(
                        event.timeNs(),
                        names.of(event.device(), event.rid()),
                        event.pasid(),
                        event.perm(),
                        event.addr(),
                        event.reason(),
                        event.source());
        listeners.forEach(l -> l.unrecoverableFault(fault));
    }

    // ---- Faults that the core shows -------------------------------------------------------------

    private void report(final FaultEvent event) {
        if (event.type() != TYPE_PAGE_REQ_612) {
            fault(event);
            return;
        }
        final boolean isLast = (event.flags() & IommuFault.FLAG_LAST_PAGE) != 0;
        listeners.forEach(l -> l.pageRequest(event.device(), isLast));
        final ThreadState thread = thread(event);
        loseReport(thread);
        if (isLast) {
            thread.reported = open(event.device(), event);
        } else {
            addPartial(event.device(), event);
        }
    }

    private void addPartial(final String device, final FaultEvent event) {
        partials.computeIfAbsent(partOf(device, event), key -> new PartialRequests())
                .add(event.addr(), event.perm());
    }

    private void reportReturn(final FaultEvent event) {
        final ThreadState thread = thread(event);
        if (thread.reported != null && event.ret() == 0) {
            loseReport(thread);
        }
        thread.reported = null;
    }

    private void deliver(final FaultEvent event) {
        final ThreadState thread = thread(event);
        RecordedGroup group = thread.reported;
        if (group == null || !group.isSame(event.device(), event.grpid(), event.pasid())) {
            loseReport(thread);
            group = open(event.device(), event);
        }
        thread.reported = null;
        group.delivered((int) event.count());
        final RecordedGroup former = byPointer.put(event.group(), group);
        if (former != null && former.code() == RecordedGroup.NO_CODE) {
            // The kernel reuses a group only after it was answered: that answer is missing here.
            loseAnswer(former);
        }
        final RecordedGroup delivered = group;
        await(delivered);
        listeners.forEach(l -> l.delivered(delivered));
    }

    /** The kernel puts requests of one index together, whatever their PASID. */
    private static Key partOf(final String device, final FaultEvent event) {
        return new Key(device, event.grpid(), 0);
    }

    private RecordedGroup open(final String device, final FaultEvent event) {
        final PartialRequests earlier = partials.remove(partOf(device, event));
        final RecordedGroup group =
                new RecordedGroup(
                        groups++,
                        device,
                        event.flags(),
                        event.pasid(),
                        event.grpid(),
                        event.perm(),
                        event.addr(),
                        event.timeNs(),
                        earlier == null ? PartialRequests.NONE : earlier);
        if (group.hasPasid() && event.pasid() >>> RecordedGroup.PASID_BITS != 0) {
            group.makeUncertain();
            widePasids++;
        }
        listeners.forEach(l -> l.raised(group));
        return group;
    }

    /** A report that succeeded without a delivery: the delivery is missing from the dump. */
    private static void loseReport(final ThreadState thread) {
        if (thread.reported != null && thread.reported.code() == RecordedGroup.NO_CODE) {
            thread.reported.makeUncertain();
        }
        thread.reported = null;
    }

    private void readReturn(final FaultEvent event) {
        final int records = (int) (event.ret() / 40);
        if (records > 0) {
            final long file = thread(event).file;
            listeners.forEach(l -> l.read(event.timeNs(), file, records));
        }
    }

    private void autoResponse(final FaultEvent event) {
        final ThreadState thread = thread(event);
        thread.doing = AnsweredBy.DOMAIN_CHANGE;
        if (thread.attached != null) {
            listeners.forEach(l -> l.domainChanged(event.timeNs(), thread.attached));
        }
    }

    private void response(final FaultEvent event) {
        final ThreadState thread = thread(event);
        final RecordedGroup group = byPointer.get(event.group());
        if (group == null) {
            thread.answering = event.grpid();
            thread.isAnswering = true;
            listeners.forEach(l -> l.answeredUnseen(event.code()));
            return;
        }
        if (group.code() != RecordedGroup.NO_CODE) {
            return;
        }
        AnsweredBy by = thread.doing;
        if (by == AnsweredBy.NOBODY) {
            // The call that led here is missing; a cookie shows that the group had been read.
            by = event.cookie() != 0 ? AnsweredBy.GUEST : AnsweredBy.DOMAIN_CHANGE;
        } else if (by == AnsweredBy.GUEST) {
            listeners.forEach(l -> l.queueServes(thread.file, group.device()));
        }
        thread.answering = event.grpid();
        thread.isAnswering = true;
        answer(event, group, by);
    }

    /** What reaches the hardware without a group's response: a removal, or no handler at all. */
    private void hardwareResponse(final FaultEvent event) {
        final ThreadState thread = thread(event);
        if (thread.isAnswering && thread.answering == event.grpid()) {
            thread.isAnswering = false;
            return;
        }
        final RecordedGroup reported = thread.reported;
        if (reported != null && reported.isSame(event.device(), event.grpid(), event.pasid())) {
            answer(event, reported, AnsweredBy.KERNEL);
            return;
        }
        // The kernel answers the newest first.
        final ArrayDeque<RecordedGroup> alike =
                unanswered.get(new Key(event.device(), event.grpid(), event.pasid()));
        if (alike != null) {
            answer(
                    event,
                    alike.peekLast(),
                    thread.doing == AnsweredBy.NOBODY ? AnsweredBy.DEVICE_REMOVAL : thread.doing);
        }
    }

    private void await(final RecordedGroup group) {
        unanswered.computeIfAbsent(Key.of(group), key -> new ArrayDeque<>(1)).addLast(group);
    }

    private void stopAwaiting(final RecordedGroup group) {
        unanswered.computeIfPresent(
                Key.of(group),
                (key, alike) -> {
                    alike.removeLastOccurrence(group);
                    return alike.isEmpty() ? null : alike;
                });
    }

    private void answer(final FaultEvent event, final RecordedGroup group, final AnsweredBy by) {
        group.answered(event.code(), by);
        stopAwaiting(group);
        listeners.forEach(l -> l.answered(event.timeNs(), group));
    }

    private void free(final FaultEvent event) {
        final RecordedGroup group = byPointer.remove(event.group());
        if (group != null && group.code() == RecordedGroup.NO_CODE) {
            loseAnswer(group);
        }
    }

    private void loseAnswer(final RecordedGroup group) {
        stopAwaiting(group);
        group.makeUncertain();
        listeners.forEach(l -> l.answerLost(group));
    }

    private ThreadState thread(final FaultEvent event) {
        return threads.computeIfAbsent(event.pid(), pid -> new ThreadState());
    }

    /**
     * Outstanding groups at this point of the dump.
     *
     * @return delivered, not answered, not hidden by lost events' reuse of their pointer
     */
    public long outstanding() {
        return unanswered.values().stream().mapToLong(ArrayDeque::size).sum();
    }

    /**
     * Requests whose group was never completed.
     *
     * @return a count, at this point of the dump
     */
    public long incomplete() {
        return partials.values().stream().mapToLong(PartialRequests::count).sum();
    }

    /** What a hardware response names a group by. */
    private record Key(String device, int grpid, int pasid) {
        static Key of(final RecordedGroup group) {
            return new Key(group.device(), group.grpid(), group.pasid());
        }
    }

    /** What one thread of the recorded kernel is in the middle of. */
    private static final class ThreadState {
        private RecordedGroup reported;
        private String attached;
        private long file;
        private AnsweredBy doing = AnsweredBy.NOBODY;
        private boolean isAnswering;
        private int answering;
    }
}
