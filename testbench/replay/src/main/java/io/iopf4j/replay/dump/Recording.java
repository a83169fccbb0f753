// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.dump;

import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** A whole dump's faults, and what has to happen, in order, for them to happen again. */
public final class Recording implements DumpListener {
    private final RecordedGroups groups = new RecordedGroups();
    private final List<RecordedFault> faults = new ArrayList<>();
    private final List<Long> files = new ArrayList<>();
    private final LongMap<Integer> fileIndexes = new LongMap<>();
    private final List<String> devices = new ArrayList<>();
    private final Map<String, Integer> deviceIndexes = new HashMap<>();
    private final Set<String> hostDevices = new LinkedHashSet<>();
    private final Map<String, Long> lastDomainChange = new HashMap<>();
    private StepTape steps = new StepTape();
    private boolean hasSeveral;
    private boolean sawPartial;

    /** Nothing recorded yet. */
    public Recording() {}

    /** What happens next in a replay. */
    public enum Kind {
        /** A device issues the access that faults. */
        RAISE,
        /** A guest reads its fault queue. */
        READ,
        /** A guest answers a group. */
        ANSWER,
        /** A device is attached to a domain that takes faults. */
        ATTACH,
        /** A device's domain is replaced by another that takes faults. */
        REPLACE,
        /** A device's domain is detached. */
        DETACH,
        /** A device is removed. */
        REMOVE,
        /** A device of the host issues an access that the hardware ends. */
        FAULT
    }

    /**
     * One thing that happens in a replay.
     *
     * @param timeNs when, in the dump's time
     * @param kind what
     * @param device whose; null for READ and FAULT
     * @param group which, for RAISE and ANSWER; else null
     * @param fault which, for FAULT; else null
     * @param file which fault queue, for READ; else 0
     * @param records how many, for READ; else 0
     */
    public record Step(
            long timeNs,
            Kind kind,
            String device,
            RecordedGroup group,
            RecordedFault fault,
            long file,
            int records) {}

    /** Goes from the first step to the last. One thread; of several each needs its own. */
    public final class Walk {
        private final StepTape.Walk tape = steps.walk();

        private Walk() {}

        /**
         * Goes to the next step.
         *
         * @return false at the end
         */
        public boolean next() {
            return tape.next();
        }

        /**
         * When.
         *
         * @return the dump's time
         */
        public long timeNs() {
            return tape.timeNs();
        }

        /**
         * What.
         *
         * @return its kind
         */
        public Kind kind() {
            return tape.kind();
        }

        /**
         * What it happens to.
         *
         * @return for RAISE and ANSWER the number of the group, for READ the index among {@link
         *     #files}, for FAULT among {@link #faults}, else among {@link #devices}
         */
        public int subject() {
            return tape.subject();
        }

        /**
         * How many records.
         *
         * @return the count for READ, else 0
         */
        public int records() {
            return tape.records();
        }

        private Step step() {
            final int subject = subject();
            return switch (kind()) {
                case RAISE, ANSWER -> {
                    final RecordedGroup group = groups.get(subject);
                    yield new Step(timeNs(), kind(), group.device(), group, null, 0, 0);
                }
                case READ ->
                        new Step(timeNs(), kind(), null, null, null, files.get(subject), records());
                case FAULT -> new Step(timeNs(), kind(), null, null, faults.get(subject), 0, 0);
                case ATTACH, REPLACE, DETACH, REMOVE ->
                        new Step(timeNs(), kind(), devices.get(subject), null, null, 0, 0);
            };
        }
    }

    @Override
    public void pageRequest(final String device, final boolean isLast) {
        sawPartial |= !isLast;
    }

    @Override
    public void unrecoverableFault(final RecordedFault fault) {
        hostDevices.add(fault.device());
        steps.add(Kind.FAULT, fault.timeNs(), faults.size(), 0);
        faults.add(fault);
    }

    @Override
    public void raised(final RecordedGroup group) {
        groups.append(group);
        indexOf(group.device());
        steps.add(Kind.RAISE, group.raisedNs(), (int) group.number(), 0);
    }

    @Override
    public void delivered(final RecordedGroup group) {
        groups.update(group);
        hasSeveral |= group.requests() > 1;
    }

    @Override
    public void doubted(final RecordedGroup group) {
        groups.update(group);
    }

    @Override
    public void read(final long timeNs, final long file, final int records) {
        Integer index = fileIndexes.get(file);
        if (index == null) {
            index = files.size();
            files.add(file);
            fileIndexes.put(file, index);
        }
        steps.add(Kind.READ, timeNs, index, records);
    }

    @Override
    public void answered(final long timeNs, final RecordedGroup group) {
        groups.update(group);
        if (group.answeredBy() == AnsweredBy.GUEST) {
            steps.add(Kind.ANSWER, timeNs, (int) group.number(), 0);
        }
    }

    @Override
    public void deviceQueued(final long timeNs, final String device) {
        steps.add(Kind.ATTACH, timeNs, indexOf(device), 0);
    }

    @Override
    public void domainChanged(final long timeNs, final String device) {
        final Integer index = deviceIndexes.get(device);
        if (index != null) {
            lastDomainChange.put(device, steps.add(Kind.REPLACE, timeNs, index, 0));
        }
    }

    /**
     * A device that leaves its fault queue right after its domain changed has lost a domain with
     * faults for one without: a detach, as far as its faults go.
     */
    @Override
    public void deviceUnqueued(final long timeNs, final String device) {
        final Integer index = deviceIndexes.get(device);
        if (index == null) {
            return;
        }
        final Long change = lastDomainChange.remove(device);
        if (change != null) {
            steps.change(change, Kind.DETACH);
        } else {
            steps.add(Kind.DETACH, timeNs, index, 0);
        }
    }

    @Override
    public void deviceRemoved(final long timeNs, final String device) {
        final Integer index = deviceIndexes.get(device);
        if (index != null) {
            steps.add(Kind.REMOVE, timeNs, index, 0);
        }
    }

    private int indexOf(final String device) {
        Integer index = deviceIndexes.get(device);
        if (index == null) {
            index = devices.size();
            devices.add(device);
            deviceIndexes.put(device, index);
        }
        return index;
    }

    /** Puts the steps of several dumps into one order, by time; those of one dump keep theirs. */
    public void mergeByTime() {
        record Placed(long timeNs, Kind kind, int subject, int records) {}
        final List<Placed> all = new ArrayList<>(steps.size());
        final StepTape.Walk walk = steps.walk();
        while (walk.next()) {
            all.add(new Placed(walk.timeNs(), walk.kind(), walk.subject(), walk.records()));
        }
        all.sort(Comparator.comparingLong(Placed::timeNs));
        steps = new StepTape();
        all.forEach(step -> steps.add(step.kind, step.timeNs, step.subject, step.records));
        lastDomainChange.clear();
    }

    /**
     * All groups whose last request or delivery was seen.
     *
     * @return a view, in order of their numbers, whose elements are made when they are asked for
     */
    public List<RecordedGroup> groups() {
        return Collections.unmodifiableList(groups);
    }

    /**
     * What has to happen.
     *
     * @return a view, in the dump's order, whose elements are made when they are asked for
     */
    public Collection<Step> steps() {
        return new AbstractCollection<>() {
            @Override
            public int size() {
                return steps.size();
            }

            @Override
            public Iterator<Step> iterator() {
                final Walk walk = walk();
                return IntStream.range(0, size())
                        .mapToObj(
                                i -> {
                                    walk.next();
                                    return walk.step();
                                })
                        .iterator();
            }
        };
    }

    /**
     * The same without an object for each step.
     *
     * @return before the first step
     */
    public Walk walk() {
        return new Walk();
    }

    /**
     * Faults that are no page requests.
     *
     * @return a view, in the dump's order
     */
    public List<RecordedFault> faults() {
        return Collections.unmodifiableList(faults);
    }

    /**
     * Fault queues that were read.
     *
     * @return a view of their files, in the order of their appearance
     */
    public List<Long> files() {
        return Collections.unmodifiableList(files);
    }

    /**
     * Devices that fault or can.
     *
     * @return in the order of their appearance
     */
    public List<String> devices() {
        return List.copyOf(devices);
    }

    /**
     * Whether no event said which device a group is of, as by a map that has no word for it.
     *
     * @return true if there is such a group; {@link #devices} cannot be asked then
     */
    public boolean hasGroupsWithoutDevice() {
        return devices.contains(null);
    }

    /**
     * Devices with faults that are no page requests: the host's own, since a guest's are its own
     * affair.
     *
     * @return in the order of their appearance
     */
    public List<String> hostDevices() {
        return List.copyOf(hostDevices);
    }

    /**
     * Whether there are groups of several requests.
     *
     * @return a request that is not its group's last was seen, or a delivery of several
     */
    public boolean hasGroupsOfSeveral() {
        return sawPartial || hasSeveral;
    }
}
