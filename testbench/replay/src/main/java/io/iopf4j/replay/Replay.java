// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.emulation.IommuModel;
import io.iopf4j.replay.bench.Bench;
import io.iopf4j.replay.bench.BenchSettings;
import io.iopf4j.replay.bench.GuestDevice;
import io.iopf4j.replay.bench.GuestRecord;
import io.iopf4j.replay.bench.GuestVm;
import io.iopf4j.replay.bench.HardwareSettings;
import io.iopf4j.replay.bench.HostDevice;
import io.iopf4j.replay.dump.AnsweredBy;
import io.iopf4j.replay.dump.DumpSummary;
import io.iopf4j.replay.dump.RecordedFault;
import io.iopf4j.replay.dump.RecordedGroup;
import io.iopf4j.replay.dump.Recording;
import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.ledger.Outcome;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Runs a recording again: its requests become accesses of endpoints, its guests answer as recorded,
 * its domains change when they did. After each step everything that is ready runs, and the
 * invariants are checked. A dump's requests are issued when their driver reported them, so that
 * interrupts take no more time. A guest whose fault comes late, because the hardware had no room
 * for it, answers it as much later. If a delay is given for its guests, each fault that a guest
 * answered is answered so long after it has arrived, and the others still are not.
 */
public final class Replay {
    private static final int PROGRESS_STEPS = 1 << 10;
    private static final int PASID_MASK = (1 << RecordedGroup.PASID_BITS) - 1;

    private final Recording recording;
    private final VmMap vmMap;
    private final Bench bench;
    private final Ledger ledger;
    private final Map<String, GuestDevice> devices = new HashMap<>();
    private final GuestDevice[] deviceOfIndex;
    private final GuestVm[] vmOfFile;
    private final Map<String, HostDevice> hostDevices = new HashMap<>();
    private final int[] rowOfGroup;
    private final int[] groupOfRow;

    /** By group; null as long as nobody answers late. */
    private long[] answerAfterNs;

    private final OptionalLong guestDelayNs;
    private final PriorityQueue<LateAnswer> lateAnswers = new PriorityQueue<>();
    private final GuestRecord answered = new GuestRecord();
    private long[] iovas = new long[1];
    private int[] perms = new int[1];
    private long startNs;
    private int lateCount;
    private long faults;
    private long recordedFaults;
    private long sameFaults;

    private Replay(
            final Recording recording,
            final DumpSummary summary,
            final ReplaySettings settings,
            final Bench bench) {
        this.recording = recording;
        this.vmMap = VmMap.of(recording.devices(), summary, settings.vms());
        this.bench = bench;
        this.ledger = bench.ledger();
        this.deviceOfIndex = new GuestDevice[recording.devices().size()];
        this.vmOfFile = new GuestVm[recording.files().size()];
        this.rowOfGroup = new int[recording.groups().size()];
        this.groupOfRow = new int[rowOfGroup.length];
        Arrays.fill(rowOfGroup, Ledger.NONE);
        this.guestDelayNs = settings.guestDelayNs();
        guestDelayNs.ifPresent(this::answerAllAfter);
        this.startNs = summary.firstNs();
    }

    /**
     * Runs a recording from start to end.
     *
     * @param recording what to run
     * @param summary the same dump's counts
     * @param settings how
     * @param progress hears now and then how many steps are done
     * @return what it came to
     * @throws UnsupportedRecordingException if this hardware cannot do what was recorded
     * @throws IOException if there is no such hardware: one line that says why
     */
    public static ReplayResult run(
            final Recording recording,
            final DumpSummary summary,
            final ReplaySettings settings,
            final IntConsumer progress)
            throws IOException {
        return run(recording, summary, settings, bench -> {}, progress);
    }

    /**
     * Runs a recording from start to end before somebody's eyes.
     *
     * @param recording what to run
     * @param summary the same dump's counts
     * @param settings how
     * @param watcher gets the bench before the first step, to look at it whenever it hears of
     *     progress; only looks
     * @param progress hears now and then how many steps are done; all is at rest then
     * @return what it came to
     * @throws UnsupportedRecordingException if this hardware cannot do what was recorded
     * @throws IOException if there is no such hardware: one line that says why
     */
    public static ReplayResult run(
            final Recording recording,
            final DumpSummary summary,
            final ReplaySettings settings,
            final Consumer<Bench> watcher,
            final IntConsumer progress)
            throws IOException {
        Bench bench = null;
        try {
            bench = Bench.recorded(benchSettings(recording, summary, settings));
            watcher.accept(bench);
            return run(bench, recording, summary, settings, progress);
        } finally {
            if (bench == null) {
                settings.policies().forEach(FaultPolicy::close);
            } else {
                bench.close();
            }
        }
    }

    private static BenchSettings benchSettings(
            final Recording recording, final DumpSummary summary, final ReplaySettings settings)
            throws IOException {
        final HardwareSettings hardware =
                HardwareChoice.settings(
                        settings.hardware().withInterruptLatencyNs(0),
                        recording.hasGroupsOfSeveral() || summary.isOfVtd(),
                        settings.semantics(),
                        settings.policies());
        if (recording.hasGroupsWithoutDevice()) {
            throw new UnsupportedRecordingException(
                    "the dump has faults whose device no event names: give each event of the map"
                            + " its field, device: NAME");
        }
        if (recording.hasGroupsOfSeveral() && !hardware.hasGroupsOfSeveral()) {
            throw new UnsupportedRecordingException(
                    "the dump has page request groups of several requests; SMMUv3 stalls one access"
                            + " at a time, so such a dump needs VT-d");
        }
        return new BenchSettings(
                hardware, settings.semantics(), settings.policies(), settings.seed());
    }

    private static ReplayResult run(
            final Bench bench,
            final Recording recording,
            final DumpSummary summary,
            final ReplaySettings settings,
            final IntConsumer progress)
            throws IOException {
        final Replay replay = new Replay(recording, summary, settings, bench);
        if (recording.devices().size() + recording.hostDevices().size()
                > bench.hardware().deviceLimit()) {
            throw new UnsupportedRecordingException(
                    "the dump has more devices than the "
                            + bench.hardware().deviceLimit()
                            + " that this hardware can have");
        }
        replay.build();
        replay.runAll(progress, summary.lastNs());
        return new ReplayOutcome(bench, recording, replay.rowOfGroup)
                .result(new Unrecoverable(replay.faults, replay.recordedFaults, replay.sameFaults));
    }

    private void answerAllAfter(final long delayNs) {
        for (final RecordedGroup group : recording.groups()) {
            if (group.answeredBy() == AnsweredBy.GUEST) {
                answerAfter((int) group.number(), delayNs);
            }
        }
    }

    private void answerAfter(final int group, final long delayNs) {
        if (answerAfterNs == null) {
            answerAfterNs = new long[rowOfGroup.length];
            Arrays.fill(answerAfterNs, Ledger.NONE);
        }
        answerAfterNs[group] = delayNs;
    }

    private void build() {
        final Map<String, Set<Integer>> pasids = new HashMap<>();
        for (final RecordedGroup group : recording.groups()) {
            final int ssid = ssid(group);
            if (ssid != IommuModel.NO_SUBSTREAM) {
                pasids.computeIfAbsent(group.device(), device -> new HashSet<>()).add(ssid);
            }
        }
        final Map<String, GuestVm> vms = new HashMap<>();
        vmMap.vms(recording.devices())
                .forEach(
                        (name, members) -> {
                            final GuestVm vm = bench.addVm(name);
                            vms.put(name, vm);
                            for (final String device : members) {
                                devices.put(
                                        device,
                                        bench.addDevice(
                                                device, vm, pasids.getOrDefault(device, Set.of())));
                            }
                        });
        final List<String> names = recording.devices();
        for (int i = 0; i < deviceOfIndex.length; i++) {
            deviceOfIndex[i] = devices.get(names.get(i));
        }
        final List<Long> files = recording.files();
        for (int i = 0; i < vmOfFile.length; i++) {
            vmOfFile[i] = vms.get(vmMap.vmOfFile(files.get(i)));
        }
        for (final String device : recording.hostDevices()) {
            hostDevices.put(device, bench.addHostDevice(device));
        }
        ledger.setDeliveryListener(this::deliveredLate);
    }

    private void runAll(final IntConsumer progress, final long lastNs) {
        final Recording.Walk step = recording.walk();
        for (int done = 1; step.next(); done++) {
            answerLate(virtual(step.timeNs()));
            advanceTo(virtual(step.timeNs()));
            final GuestDevice touched = take(step);
            bench.settle(touched);
            if (done % PROGRESS_STEPS == 0) {
                progress.accept(done);
            }
        }
        answerLate(virtual(lastNs));
        advanceTo(virtual(lastNs));
        bench.checkAllBooks();
    }

    // ---- Steps ----------------------------------------------------------------------------------

    private GuestDevice take(final Recording.Walk step) {
        final int subject = step.subject();
        return switch (step.kind()) {
            case RAISE -> raise(recording.groups().get(subject));
            case ANSWER -> answer(recording.groups().get(subject), step.timeNs());
            case READ -> read(vmOfFile[subject], step.records());
            case FAULT -> fault(recording.faults().get(subject));
            case ATTACH, REPLACE, DETACH, REMOVE -> {
                final GuestDevice device = deviceOfIndex[subject];
                changeDomain(device, step.kind());
                yield device;
            }
        };
    }

    private static void changeDomain(final GuestDevice device, final Recording.Kind how) {
        switch (how) {
            case ATTACH -> device.attach();
            case REPLACE -> device.replace();
            case DETACH -> device.detach();
            default -> device.remove();
        }
    }

    /** The dump's group id stays the fault's identity here; the hardware gives its own tag. */
    private GuestDevice raise(final RecordedGroup group) {
        final GuestDevice device = devices.get(group.device());
        if (group.answeredBy() != AnsweredBy.KERNEL) {
            // A dump may begin after its devices were attached.
            device.attach();
        }
        final int row = ledger.size();
        rowOfGroup[(int) group.number()] = row;
        groupOfRow[row] = (int) group.number();
        final int count = group.knownRequests();
        if (count > iovas.length) {
            iovas = new long[count];
            perms = new int[count];
        }
        for (int i = 0; i < count; i++) {
            iovas[i] = group.addr(i);
            perms[i] = group.perm(i);
        }
        device.issue(ssid(group), iovas, perms, count);
        return device;
    }

    private GuestDevice fault(final RecordedFault fault) {
        ledger.forgetReason();
        hostDevices
                .get(fault.device())
                .access(fault.pasid() & PASID_MASK, fault.addr(), fault.perm());
        faults++;
        if (ledger.lastReason() != Ledger.NONE) {
            recordedFaults++;
            sameFaults += ledger.lastReason() == fault.reason() ? 1 : 0;
        }
        return null;
    }

    private static GuestDevice read(final GuestVm vm, final int records) {
        if (vm != null) {
            vm.read(records);
        }
        return null;
    }

    private GuestDevice answer(final RecordedGroup group, final long timeNs) {
        final GuestDevice device = devices.get(group.device());
        final int row = rowOfGroup[(int) group.number()];
        if (row == Ledger.NONE || guestDelayNs.isPresent()) {
            return device;
        }
        if (ledger.deliveredNs(row) == Ledger.NONE) {
            answerAfter((int) group.number(), Math.max(0, timeNs - group.raisedNs()));
        } else {
            answer(device, group, row);
        }
        return device;
    }

    private void answer(final GuestDevice device, final RecordedGroup group, final int row) {
        if (ledger.code(row) != Ledger.NONE && ledger.outcome(row) != Outcome.TIMED_OUT) {
            // It was ended before its guest came to it.
            return;
        }
        if (ledger.cookie(row) == 0) {
            device.vm().readAll();
        }
        final int code =
                group.code() == PageResponseCode.SUCCESS
                        ? PageResponseCode.SUCCESS
                        : PageResponseCode.INVALID;
        answered.set(
                device,
                device.endpoint().pasid(ssid(group)),
                device.endpoint().address(group.addr()),
                ledger.tag(row),
                ledger.cookie(row));
        for (int i = 0; i < group.knownRequests() - 1; i++) {
            answered.addPage(device.endpoint().address(group.addr(i)));
        }
        device.vm().answer(answered, code);
    }

    private void deliveredLate(final int row) {
        if (answerAfterNs == null) {
            return;
        }
        final int group = groupOfRow[row];
        final long delay = answerAfterNs[group];
        if (delay != Ledger.NONE) {
            answerAfterNs[group] = Ledger.NONE;
            lateAnswers.add(new LateAnswer(bench.scheduler().nowNs() + delay, lateCount++, group));
        }
    }

    private void answerLate(final long untilNs) {
        while (!lateAnswers.isEmpty() && lateAnswers.peek().timeNs() <= untilNs) {
            final LateAnswer late = lateAnswers.poll();
            advanceTo(late.timeNs());
            final RecordedGroup group = recording.groups().get(late.group());
            final GuestDevice device = devices.get(group.device());
            answer(device, group, rowOfGroup[late.group()]);
            bench.settle(device);
        }
    }

    private void advanceTo(final long timeNs) {
        bench.scheduler().runUntil(timeNs);
    }

    /** A dump's clock starts anywhere; a damaged one may even run back. */
    private long virtual(final long timeNs) {
        return Math.max(0, timeNs - startNs);
    }

    private static int ssid(final RecordedGroup group) {
        // SubstreamID 0 of a stream that also has accesses without one is reserved (S1DSS).
        final int pasid = group.hasPasid() ? group.pasid() & PASID_MASK : 0;
        return pasid == 0 ? IommuModel.NO_SUBSTREAM : pasid;
    }

    private record LateAnswer(long timeNs, int order, int group) implements Comparable<LateAnswer> {
        @Override
        public int compareTo(final LateAnswer other) {
            final int byTime = Long.compare(timeNs, other.timeNs);
            return byTime != 0 ? byTime : Integer.compare(order, other.order);
        }
    }
}
