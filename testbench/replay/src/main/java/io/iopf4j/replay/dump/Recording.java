// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.dump;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A whole dump's faults, and what has to happen, in order, for them to happen again. */
public final class Recording implements DumpListener {
    private final List<RecordedGroup> groups = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private final Map<String, Step> lastDomainChange = new HashMap<>();
    private final Set<String> devices = new LinkedHashSet<>();
    private final Set<String> hostDevices = new LinkedHashSet<>();
    private RecordedGroup firstOfSeveral;
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

    /** One thing that happens in a replay. */
    public static final class Step {
        private final long timeNs;
        private Kind kind;
        private final String device;
        private final RecordedGroup group;
        private final RecordedFault fault;
        private final long file;
        private final int records;

        private Step(
                final long timeNs,
                final Kind kind,
                final String device,
                final RecordedGroup group,
                final RecordedFault fault,
                final long file,
                final int records) {
            this.timeNs = timeNs;
            this.kind = kind;
            this.device = device;
            this.group = group;
            this.fault = fault;
            this.file = file;
            this.records = records;
        }

        /**
         * When.
         *
         * @return the dump's time
         */
        public long timeNs() {
            return timeNs;
        }

        /**
         * What.
         *
         * @return its kind
         */
        public Kind kind() {
            return kind;
        }

        /**
         * Whose.
         *
         * @return the device, or null for READ and FAULT
         */
        public String device() {
            return device;
        }

        /**
         * Which group.
         *
         * @return the group for RAISE and ANSWER, else null
         */
        public RecordedGroup group() {
            return group;
        }

        /**
         * Which fault.
         *
         * @return the fault for FAULT, else null
         */
        public RecordedFault fault() {
            return fault;
        }

        /**
         * Which fault queue.
         *
         * @return the file for READ, else 0
         */
        public long file() {
            return file;
        }

        /**
         * How many records.
         *
         * @return the count for READ, else 0
         */
        public int records() {
            return records;
        }
    }

    @Override
    public void pageRequest(final String device, final boolean isLast) {
        sawPartial |= !isLast;
    }

    @Override
    public void unrecoverableFault(final RecordedFault fault) {
        hostDevices.add(fault.device());
        steps.add(new Step(fault.timeNs(), Kind.FAULT, null, null, fault, 0, 0));
    }

    @Override
    public void raised(final RecordedGroup group) {
        groups.add(group);
        devices.add(group.device());
        steps.add(new Step(group.raisedNs(), Kind.RAISE, group.device(), group, null, 0, 0));
    }

    @Override
    public void delivered(final RecordedGroup group) {
        if (group.requests() > 1 && firstOfSeveral == null) {
            firstOfSeveral = group;
        }
    }

    @Override
    public void read(final long timeNs, final long file, final int records) {
        steps.add(new Step(timeNs, Kind.READ, null, null, null, file, records));
    }

    @Override
    public void answered(final long timeNs, final RecordedGroup group) {
        if (group.answeredBy() == AnsweredBy.GUEST) {
            steps.add(new Step(timeNs, Kind.ANSWER, group.device(), group, null, 0, 0));
        }
    }

    @Override
    public void deviceQueued(final long timeNs, final String device) {
        devices.add(device);
        steps.add(new Step(timeNs, Kind.ATTACH, device, null, null, 0, 0));
    }

    @Override
    public void domainChanged(final long timeNs, final String device) {
        if (!devices.contains(device)) {
            return;
        }
        final Step change = new Step(timeNs, Kind.REPLACE, device, null, null, 0, 0);
        steps.add(change);
        lastDomainChange.put(device, change);
    }

    /**
     * A device that leaves its fault queue right after its domain changed has lost a domain with
     * faults for one without: a detach, as far as its faults go.
     */
    @Override
    public void deviceUnqueued(final long timeNs, final String device) {
        if (!devices.contains(device)) {
            return;
        }
        final Step change = lastDomainChange.remove(device);
        if (change != null) {
            change.kind = Kind.DETACH;
        } else {
            steps.add(new Step(timeNs, Kind.DETACH, device, null, null, 0, 0));
        }
    }

    @Override
    public void deviceRemoved(final long timeNs, final String device) {
        if (devices.contains(device)) {
            steps.add(new Step(timeNs, Kind.REMOVE, device, null, null, 0, 0));
        }
    }

    /** Puts the steps of several dumps into one order, by time; those of one dump keep theirs. */
    public void mergeByTime() {
        steps.sort(Comparator.comparingLong(Step::timeNs));
    }

    /**
     * All groups whose last request or delivery was seen.
     *
     * @return in order of their numbers
     */
    public List<RecordedGroup> groups() {
        return groups;
    }

    /**
     * What has to happen.
     *
     * @return in the dump's order
     */
    public List<Step> steps() {
        return steps;
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
        return sawPartial || firstOfSeveral != null;
    }
}
