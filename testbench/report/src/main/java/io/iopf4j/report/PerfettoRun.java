// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.replay.FaultTable;
import io.iopf4j.replay.RunResult;
import io.iopf4j.replay.VmResult;
import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.ledger.Outcome;
import io.iopf4j.report.PerfettoPackets.EventType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One run's tracks and events. Events are written fault by fault, not in the order of time, which
 * the viewer sorts by; where times are equal it keeps the order in which they were written. One
 * thread, used once.
 */
final class PerfettoRun {
    private final PerfettoPackets packets;
    private final FaultTable faults;
    private final RunResult result;
    private final Ledger ledger;
    private final long flows;
    private final List<Long> vmTracks = new ArrayList<>();
    private final List<LaneTracks> answers = new ArrayList<>();
    private final Map<Long, DeviceTrack> deviceTracks = new HashMap<>();
    private LaneTracks kernelAnswers;
    private LaneTracks completions;

    /**
     * A run.
     *
     * @param flows how many flows there are before its own
     */
    PerfettoRun(final PerfettoPackets packets, final FaultTable faults, final long flows) {
        this.packets = packets;
        this.faults = faults;
        this.result = faults.result();
        this.ledger = result.ledger();
        this.flows = flows;
    }

    void write(final String label) throws IOException {
        final Occupancy occupancy = new Occupancy(result);
        final long run = packets.track(0, label, "");
        hardware(run, occupancy);
        for (int vm = 0; vm < result.vms().size(); vm++) {
            vm(run, vm, occupancy);
        }
        final int[] faultOfRow = faultOfRow();
        for (int row = 0; row < faultOfRow.length; row++) {
            if (faultOfRow[row] != Ledger.NONE) {
                fault(faultOfRow[row], row);
            }
        }
    }

    private void hardware(final long run, final Occupancy occupancy) throws IOException {
        final long track = packets.track(run, result.bench().hardware().name(), "the hardware");
        count(
                packets.counter(
                        track, "fault queue", "records", "records that the driver has not read"),
                occupancy.queue());
        if (result.bench().hardware().stallHighWater() > 0) {
            count(
                    packets.counter(track, "stall buffer", "faults", "recorded faults that wait"),
                    occupancy.stalls());
        }
        kernelAnswers = new LaneTracks(track, "the kernel's answers", 1);
        completions = new LaneTracks(track, "completions", 2);
        packets.beginEvent(
                EventType.INSTANT, result.bench().scheduler().nowNs(), completions.at(0));
        packets.named("run", "end of the run");
        packets.endEvent();
    }

    private void vm(final long run, final int vm, final Occupancy occupancy) throws IOException {
        final VmResult its = result.vms().get(vm);
        final long track = packets.track(run, its.name(), "a virtual machine");
        vmTracks.add(track);
        count(
                packets.counter(
                        track,
                        "outstanding",
                        "faults",
                        "delivered and not ended"
                                + (its.quota() > 0 ? "; its quota is " + its.quota() : "")),
                occupancy.outstanding(vm));
        // A key that no device has.
        answers.add(new LaneTracks(track, "answers", result.bench().devices().size()));
    }

    private void count(final long track, final StepSeries series) throws IOException {
        step(track, 0, 0);
        try {
            series.forEach((ns, count) -> stepUnchecked(track, ns, count));
        } catch (final UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void stepUnchecked(final long track, final long ns, final long count) {
        try {
            step(track, ns, count);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void step(final long track, final long ns, final long count) throws IOException {
        packets.beginEvent(EventType.COUNT, ns, track);
        packets.count(count);
        packets.endEvent();
    }

    // ---- Faults ---------------------------------------------------------------------------------

    /** Rows are in the order in which faults were raised; a dump's faults may be in another. */
    private int[] faultOfRow() {
        final int[] faultOfRow = new int[ledger.size()];
        Arrays.fill(faultOfRow, Ledger.NONE);
        for (int fault = 0; fault < faults.size(); fault++) {
            faultOfRow[faults.row(fault)] = fault;
        }
        return faultOfRow;
    }

    private void fault(final int fault, final int row) throws IOException {
        final long endNs = ledger.completedNs(row);
        final long answerNs = ledger.answeredNs(row);
        final Outcome outcome = ledger.outcome(row);
        final long flow = flows + fault + 1;
        final DeviceTrack device = deviceTrack(fault, row);
        final int lane =
                device.lanes.take(
                        ledger.raisedNs(row),
                        endNs == Ledger.NONE
                                ? Lanes.OPEN
                                : Math.max(endNs, ledger.raisedNs(row) + 1));
        final long track = device.tracks.at(lane);
        packets.beginEvent(EventType.BEGIN, ledger.raisedNs(row), track);
        packets.named("fault", lower(outcome).replace('_', ' '));
        packets.flow(flow, false);
        fields(fault, row);
        packets.endEvent();
        if (answerNs != Ledger.NONE) {
            // An answer that has come after the end is the last of its fault.
            final boolean isLast = endNs != Ledger.NONE && endNs < answerNs;
            final long answers = answers(row, outcome).at(lane);
            packets.beginEvent(EventType.BEGIN, answerNs, answers);
            packets.named("answer", answer(ledger.code(row)));
            packets.flow(flow, isLast);
            packets.number("fault", fault);
            packets.number("code", ledger.code(row));
            packets.endEvent();
            end(answerNs + 1, answers);
        }
        if (endNs != Ledger.NONE) {
            final long completed = completions.at(lane);
            packets.beginEvent(EventType.BEGIN, endNs, completed);
            packets.named("completion", lower(ledger.result(row)));
            packets.flow(flow, answerNs <= endNs);
            packets.number("fault", fault);
            packets.endEvent();
            end(endNs + 1, completed);
            end(endNs, track);
        }
    }

    private void end(final long ns, final long track) throws IOException {
        packets.beginEvent(EventType.END, ns, track);
        packets.endEvent();
    }

    /** What the ledger has of it, by the ledger's names. */
    private void fields(final int fault, final int row) {
        packets.number("fault", fault);
        packets.number("pasid", faults.pasid(fault));
        packets.number("grpid", faults.grpid(fault));
        packets.address("addr", ledger.iova(row));
        packets.number("stag", ledger.tag(row));
        if (ledger.cookie(row) != 0) {
            packets.number("cookie", ledger.cookie(row));
        }
        packets.number("raisedNs", ledger.raisedNs(row));
        packets.number("queuedNs", ledger.queuedNs(row));
        packets.number("reportedNs", ledger.reportedNs(row));
        packets.number("deliveredNs", ledger.deliveredNs(row));
        packets.number("answeredNs", ledger.answeredNs(row));
        packets.number("completedNs", ledger.completedNs(row));
        packets.number("code", ledger.code(row));
        packets.word("outcome", lower(ledger.outcome(row)));
        final AccessResult how = ledger.result(row);
        if (how == null) {
            packets.flag("open");
        } else {
            packets.word("result", lower(how));
        }
        packets.number("recordedCode", faults.recordedCode(fault));
    }

    /** What ends a fault without its guest is the kernel's doing. */
    private LaneTracks answers(final int row, final Outcome outcome) {
        return outcome == Outcome.ANSWERED || outcome == Outcome.OUTSTANDING
                ? answers.get(ledger.vm(row))
                : kernelAnswers;
    }

    private DeviceTrack deviceTrack(final int fault, final int row) {
        // A device that changes hands is beneath each of its machines.
        final long key = (long) ledger.endpoint(row) * result.vms().size() + ledger.vm(row);
        return deviceTracks.computeIfAbsent(
                key,
                unused ->
                        new DeviceTrack(
                                vmTracks.get(ledger.vm(row)),
                                faults.device(fault),
                                ledger.endpoint(row)));
    }

    private static String answer(final int code) {
        return switch (code) {
            case PageResponseCode.SUCCESS -> "success";
            case PageResponseCode.INVALID -> "invalid";
            case PageResponseCode.FAILURE, PageResponseCode.FAILURE_2017 -> "failure";
            default -> "no such code";
        };
    }

    private static String lower(final Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** A device's faults; one that ends as it begins holds its lane for a nanosecond. */
    private final class DeviceTrack {
        private final Lanes lanes = new Lanes();
        private final LaneTracks tracks;

        DeviceTrack(final long parent, final String name, final int key) {
            this.tracks = new LaneTracks(parent, name, key);
        }
    }

    /**
     * Tracks that the viewer shows as one. Faults that overlap lie on lanes of their own, and so do
     * their answers and ends, which take a nanosecond: of instants at one time on one track the
     * viewer drops all but the first five hundred.
     */
    private final class LaneTracks {
        private final long parent;
        private final String name;
        private final int key;
        private final Map<Integer, Long> tracks = new HashMap<>();

        LaneTracks(final long parent, final String name, final int key) {
            this.parent = parent;
            this.name = name;
            this.key = key;
        }

        long at(final int lane) throws IOException {
            final Long known = tracks.get(lane);
            if (known != null) {
                return known;
            }
            final long made = packets.lane(parent, name, key);
            tracks.put(lane, made);
            return made;
        }
    }
}
