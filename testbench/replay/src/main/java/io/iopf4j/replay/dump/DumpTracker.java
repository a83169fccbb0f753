// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.dump;

import io.iopf4j.api.IommuFault;
import io.iopf4j.trace.fault.FaultEvent;
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

    private final DumpListener[] listeners;
    private final LongMap<RecordedGroup> byPointer = new LongMap<>();
    private final UnansweredGroups unanswered = new UnansweredGroups();
    private final LongMap<ThreadState> threads = new LongMap<>();
    private ThreadState lastThread = new ThreadState(0);
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
        this.listeners = listeners.toArray(DumpListener[]::new);
        threads.put(lastThread.pid, lastThread);
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
            case QUEUE_ADD -> {
                for (final DumpListener listener : listeners) {
                    listener.deviceQueued(event.timeNs(), event.device());
                }
            }
            case QUEUE_REMOVE -> {
                thread(event).doing = AnsweredBy.DEVICE_REMOVAL;
                for (final DumpListener listener : listeners) {
                    listener.deviceUnqueued(event.timeNs(), event.device());
                }
            }
            case DEVICE_REMOVED -> {
                for (final DumpListener listener : listeners) {
                    listener.deviceRemoved(event.timeNs(), event.device());
                }
            }
            default -> {}
        }
    }

    /** The dump is over: groups that lost events may have robbed of their answer are marked. */
    public void finish() {
        unanswered.forEach(this::doubtIfLost);
        threads.forEach(
                (pid, thread) -> {
                    if (thread.reported != null) {
                        doubtIfLost(thread.reported);
                    }
                });
    }

    private void doubtIfLost(final RecordedGroup group) {
        if (group.raisedNs() <= lastLossNs) {
            doubt(group);
        }
    }

    private void doubt(final RecordedGroup group) {
        group.makeUncertain();
        for (final DumpListener listener : listeners) {
            listener.doubted(group);
        }
    }

    // ---- Faults that hardware shows -------------------------------------------------------------

    /** A group is whole with its last request, and nobody shows its delivery. */
    private void request(final FaultEvent event) {
        final String device = names.ofRequest(event.device(), event.rid());
        final boolean isLast = (event.flags() & IommuFault.FLAG_LAST_PAGE) != 0;
        for (final DumpListener listener : listeners) {
            listener.pageRequest(device, isLast);
        }
        if (!isLast) {
            addPartial(device, event);
            return;
        }
        final RecordedGroup group = open(device, event);
        group.delivered(group.requests());
        unanswered.add(group);
        for (final DumpListener listener : listeners) {
            listener.delivered(group);
        }
    }

    /** Hardware knows groups by their names alone: the oldest of them is meant. */
    private void answer(final FaultEvent event) {
        final String device = names.of(event.device(), event.rid());
        final RecordedGroup group = unanswered.oldest(device, event.grpid(), event.pasid());
        if (group == null) {
            for (final DumpListener listener : listeners) {
                listener.answeredUnseen(event.code());
            }
        } else {
            answer(event, group, AnsweredBy.GUEST);
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
        for (final DumpListener listener : listeners) {
            listener.unrecoverableFault(fault);
        }
    }

    // ---- Faults that the core shows -------------------------------------------------------------

    private void report(final FaultEvent event) {
        if (event.type() != TYPE_PAGE_REQ_612) {
            fault(event);
            return;
        }
        final boolean isLast = (event.flags() & IommuFault.FLAG_LAST_PAGE) != 0;
        for (final DumpListener listener : listeners) {
            listener.pageRequest(event.device(), isLast);
        }
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
        unanswered.add(group);
        for (final DumpListener listener : listeners) {
            listener.delivered(group);
        }
    }

    /** The kernel puts requests of one index together, whatever their PASID. */
    private static Key partOf(final String device, final FaultEvent event) {
        return new Key(device, event.grpid());
    }

    private RecordedGroup open(final String device, final FaultEvent event) {
        final PartialRequests earlier =
                partials.isEmpty() ? null : partials.remove(partOf(device, event));
        final RecordedGroup group =
                new RecordedGroup(
                        groups++,
                        device,
                        (event.flags() & IommuFault.FLAG_PASID_VALID) != 0,
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
        for (final DumpListener listener : listeners) {
            listener.raised(group);
        }
        return group;
    }

    /** A report that succeeded without a delivery: the delivery is missing from the dump. */
    private void loseReport(final ThreadState thread) {
        if (thread.reported != null && thread.reported.code() == RecordedGroup.NO_CODE) {
            doubt(thread.reported);
        }
        thread.reported = null;
    }

    private void readReturn(final FaultEvent event) {
        final int records = (int) (event.ret() / 40);
        if (records > 0) {
            final long file = thread(event).file;
            for (final DumpListener listener : listeners) {
                listener.read(event.timeNs(), file, records);
            }
        }
    }

    private void autoResponse(final FaultEvent event) {
        final ThreadState thread = thread(event);
        thread.doing = AnsweredBy.DOMAIN_CHANGE;
        if (thread.attached != null) {
            for (final DumpListener listener : listeners) {
                listener.domainChanged(event.timeNs(), thread.attached);
            }
        }
    }

    private void response(final FaultEvent event) {
        final ThreadState thread = thread(event);
        final RecordedGroup group = byPointer.get(event.group());
        if (group == null) {
            thread.answering = event.grpid();
            thread.isAnswering = true;
            for (final DumpListener listener : listeners) {
                listener.answeredUnseen(event.code());
            }
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
            for (final DumpListener listener : listeners) {
                listener.queueServes(thread.file, group.device());
            }
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
        final RecordedGroup newest =
                unanswered.newest(event.device(), event.grpid(), event.pasid());
        if (newest != null) {
            answer(
                    event,
                    newest,
                    thread.doing == AnsweredBy.NOBODY ? AnsweredBy.DEVICE_REMOVAL : thread.doing);
        }
    }

    private void answer(final FaultEvent event, final RecordedGroup group, final AnsweredBy by) {
        group.answered(event.code(), by);
        unanswered.remove(group);
        for (final DumpListener listener : listeners) {
            listener.answered(event.timeNs(), group);
        }
    }

    private void free(final FaultEvent event) {
        final RecordedGroup group = byPointer.remove(event.group());
        if (group != null && group.code() == RecordedGroup.NO_CODE) {
            loseAnswer(group);
        }
    }

    private void loseAnswer(final RecordedGroup group) {
        unanswered.remove(group);
        doubt(group);
        for (final DumpListener listener : listeners) {
            listener.answerLost(group);
        }
    }

    private ThreadState thread(final FaultEvent event) {
        final int pid = event.pid();
        if (pid != lastThread.pid) {
            lastThread = threads.get(pid);
            if (lastThread == null) {
                lastThread = new ThreadState(pid);
                threads.put(pid, lastThread);
            }
        }
        return lastThread;
    }

    /**
     * Outstanding groups at this point of the dump.
     *
     * @return delivered, not answered, not hidden by lost events' reuse of their pointer
     */
    public long outstanding() {
        return unanswered.size();
    }

    /**
     * Requests whose group was never completed.
     *
     * @return a count, at this point of the dump
     */
    public long incomplete() {
        return partials.values().stream().mapToLong(PartialRequests::count).sum();
    }

    /** What the requests of one group have in common. */
    private record Key(String device, int grpid) {}

    /** What one thread of the recorded kernel is in the middle of. */
    private static final class ThreadState {
        private final int pid;
        private RecordedGroup reported;
        private String attached;
        private long file;
        private AnsweredBy doing = AnsweredBy.NOBODY;
        private boolean isAnswering;
        private int answering;

        ThreadState(final int pid) {
            this.pid = pid;
        }
    }
}
