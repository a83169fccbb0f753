// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.FaultTable;
import io.iopf4j.replay.RunResult;
import io.iopf4j.replay.VmResult;
import io.iopf4j.replay.bench.BenchSettings;
import io.iopf4j.replay.bench.Hardware;
import io.iopf4j.replay.invariants.Invariant;
import io.iopf4j.replay.ledger.Outcome;
import io.iopf4j.replay.whatif.Difference;
import io.iopf4j.replay.whatif.Fate;
import io.iopf4j.replay.whatif.ScenarioFaults;
import io.iopf4j.replay.whatif.Shift;
import io.iopf4j.replay.whatif.SideBySide;
import io.iopf4j.replay.whatif.Story;
import io.iopf4j.replay.whatif.VmWaits;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The report of a comparison for people: plain text that goes into a mail as it is. */
final class CompareText {
    private static final int HEADING = 18;
    private static final int MOST_COLUMNS = 3;
    private static final int MOST_WIDTH = 18;
    private static final int MOST_VMS = 12;
    private static final int MOST_SHIFTS = 6;
    private static final double NS_PER_MS = 1e6;
    private static final double NS_PER_S = 1e9;
    private static final double PERCENT = 100;
    private static final long SLIGHT_PERCENT = 10;
    private static final String NOTHING = "-";

    private final PrintWriter out;
    private final MailText mail;
    private final SideBySide result;

    CompareText(final PrintWriter out, final SideBySide result) {
        this.out = out;
        this.mail = new MailText(out);
        this.result = result;
    }

    void write(final FaultsInput input, final int stories) {
        final TextReport report = new TextReport(out);
        final int vms = result.runs().get(0).waits().size();
        input.dumps().ifPresent(dumps -> report.recorded(dumps, vms));
        if (input.faults() instanceof ScenarioFaults faults) {
            report.scenario(faults.name(), faults.scenario().title());
        }
        for (int run = 0; run < result.runs().size(); run++) {
            run(run);
        }
        table();
        shifts();
        result.first(stories).forEach(this::story);
        if (result.differences() > stories) {
            out.println();
            mail.line(
                    "            "
                            + (result.differences() - stories)
                            + " more differ: see --stories, --json or --ledger");
        }
        out.println();
        invariants();
        input.dumps().ifPresent(report::warnings);
    }

    /** A letter for each run, which is short enough for every place. */
    private static String letter(final int run) {
        return String.valueOf((char) ('A' + run));
    }

    private void run(final int run) {
        final RunResult ran = result.runs().get(run).faults().result();
        final BenchSettings settings = ran.bench().settings();
        mail.line(
                String.format(
                        "run %-7s %s on %s, policy %s",
                        letter(run),
                        settings.semantics().profileName(),
                        ran.bench().hardware().name(),
                        String.join(",", settings.policyNames())));
        final Hardware hardware = ran.bench().hardware();
        mail.line(
                String.format(
                        "            %d raised; at most %d stalled, %d queued; %d overflows",
                        ran.raised(),
                        hardware.stallHighWater(),
                        hardware.queueHighWater(),
                        hardware.queueOverflows()));
    }

    // ---- The table ------------------------------------------------------------------------------

    /** As many runs beside each other as a mail is wide, the first always among them. */
    private void table() {
        final List<Integer> shown = result.vms(MOST_VMS);
        final int count = result.runs().size();
        int next = 1;
        while (next < count) {
            final int last = Math.min(count, next + MOST_COLUMNS - 1);
            final int[] columns =
                    IntStream.concat(IntStream.of(0), IntStream.range(next, last)).toArray();
            out.println();
            part(columns, shown);
            next = last;
        }
        final int hidden = result.runs().get(0).waits().size() - shown.size();
        if (hidden > 0) {
            mail.line("and " + hidden + " more VMs: --json has all");
        }
        out.println();
    }

    private void part(final int[] columns, final List<Integer> shown) {
        final int width = Math.min(MOST_WIDTH, (MailText.COLUMNS - HEADING) / columns.length);
        row("", columns, width, CompareText::letter);
        row("", columns, width, run -> label(run).split(" ", 2)[0]);
        if (anyRun(run -> label(run).contains(" "))) {
            row("", columns, width, run -> (label(run) + " ").split(" ", 2)[1].strip());
        }
        for (final int vm : shown) {
            final VmResult first = vm(columns[0], vm);
            mail.line(
                    first.name()
                            + (first.devices() == 1 ? "" : " (" + first.devices() + " devices)"));
            row("  raised", columns, width, run -> String.valueOf(vm(run, vm).raised()));
            for (final Outcome outcome : Outcome.values()) {
                if (anyRun(run -> vm(run, vm).outcomes().get(outcome) > 0)) {
                    row(
                            "  " + Fate.word(outcome),
                            columns,
                            width,
                            run -> String.valueOf(vm(run, vm).outcomes().get(outcome)));
                }
            }
            row("  most at once", columns, width, run -> most(vm(run, vm)));
            latencies(columns, width, vm);
            waits(columns, width, vm);
        }
    }

    private void latencies(final int[] columns, final int width, final int vm) {
        if (anyRun(run -> vm(run, vm).latencies().count() > 0)) {
            latency("  answer ms, p50", columns, width, vm, 50);
            latency("             p90", columns, width, vm, 90);
            latency("             p99", columns, width, vm, 99);
            row(
                    "             max",
                    columns,
                    width,
                    run -> answerMs(vm(run, vm), vm(run, vm).longestNs()));
        }
    }

    private void waits(final int[] columns, final int width, final int vm) {
        row("  held at peak", columns, width, run -> peak(waits(run, vm)));
        if (!anyRun(run -> waits(run, vm).totalNs() > 0)) {
            return;
        }
        row("  waits, longest", columns, width, run -> seconds(waits(run, vm).longestNs()));
        row("         in all", columns, width, run -> seconds(waits(run, vm).totalNs()));
        if (anyRun(run -> waits(run, vm).roomNs() > 0)) {
            if (anyRun(run -> waits(run, vm).roomNs() != waits(run, vm).totalNs())) {
                row("         for room", columns, width, run -> seconds(waits(run, vm).roomNs()));
            }
            row("  starved by", columns, width, run -> charge(run, vm, 0, width));
            if (anyRun(run -> percent(run, vm, 1) >= SLIGHT_PERCENT)) {
                row("     and by", columns, width, run -> charge(run, vm, 1, width));
            }
        }
    }

    private boolean anyRun(final IntPredicate what) {
        return IntStream.range(0, result.runs().size()).anyMatch(what);
    }

    private void latency(
            final String heading,
            final int[] columns,
            final int width,
            final int vm,
            final int percent) {
        row(
                heading,
                columns,
                width,
                run -> answerMs(vm(run, vm), vm(run, vm).percentileNs(percent)));
    }

    private void row(
            final String heading,
            final int[] columns,
            final int width,
            final IntFunction<String> value) {
        final StringBuilder line = new StringBuilder(String.format("%-" + HEADING + "s", heading));
        for (final int column : columns) {
            final String text = MailText.cut(value.apply(column), width - 1);
            line.append(" ".repeat(width - text.length())).append(text);
        }
        out.println(line.toString().stripTrailing());
    }

    private String label(final int run) {
        return result.runs().get(run).variant().label();
    }

    private VmResult vm(final int run, final int vm) {
        return result.runs().get(run).faults().result().vms().get(vm);
    }

    private VmWaits waits(final int run, final int vm) {
        return result.runs().get(run).waits().get(vm);
    }

    private static String most(final VmResult vm) {
        return vm.outstandingHighWater() + (vm.quota() == 0 ? "" : " of " + vm.quota());
    }

    private static String answerMs(final VmResult vm, final long ns) {
        return vm.latencies().count() == 0 ? NOTHING : String.format("%.3f", ns / NS_PER_MS);
    }

    private static String seconds(final long ns) {
        return ns == 0 ? NOTHING : String.format("%.6f s", ns / NS_PER_S);
    }

    private static String peak(final VmWaits waits) {
        return waits.takenAtPeak() == 0
                ? NOTHING
                : waits.heldAtPeak() + " of " + waits.takenAtPeak();
    }

    private long percent(final int run, final int vm, final int rank) {
        final VmWaits waits = waits(run, vm);
        return waits.charges().size() <= rank
                ? 0
                : Math.round(PERCENT * waits.charges().get(rank).ns() / waits.roomNs());
    }

    private String charge(final int run, final int vm, final int rank, final int width) {
        final List<VmWaits.Charge> charges = waits(run, vm).charges();
        if (charges.size() <= rank) {
            return NOTHING;
        }
        final String percent = " " + percent(run, vm, rank) + "%";
        return MailText.cut(charges.get(rank).vm(), width - 1 - percent.length()) + percent;
    }

    // ---- What differs ---------------------------------------------------------------------------

    private void shifts() {
        mail.line(
                String.format(
                        "fates       %d of %d faults differ%s",
                        result.differences(),
                        result.pairs(),
                        result.notInAll() == 0
                                ? ""
                                : ", " + result.notInAll() + " were not raised in every run"));
        final Map<Integer, Map<String, List<Shift>>> byRun = new TreeMap<>();
        result.shifts()
                .forEach(
                        shift ->
                                byRun.computeIfAbsent(shift.run(), r -> new LinkedHashMap<>())
                                        .computeIfAbsent(shift.vm(), v -> new ArrayList<>())
                                        .add(shift));
        byRun.forEach(
                (run, byVm) -> {
                    mail.line("A to " + letter(run));
                    byVm.entrySet().stream()
                            .limit(MOST_VMS)
                            .forEach(vm -> shifts(vm.getKey(), vm.getValue()));
                    if (byVm.size() > MOST_VMS) {
                        mail.line("  and faults of " + (byVm.size() - MOST_VMS) + " more VMs");
                    }
                });
    }

    private void shifts(final String vm, final List<Shift> shifts) {
        final String name = MailText.cut(vm, HEADING - 3);
        String heading = String.format("  %-" + (HEADING - 3) + "s", name);
        for (final Shift shift : shifts.subList(0, Math.min(MOST_SHIFTS, shifts.size()))) {
            mail.wrapped(
                    String.format(
                            "%s %7d %s -> %s", heading, shift.count(), shift.from(), shift.to()),
                    " ".repeat(HEADING + 8));
            heading = " ".repeat(HEADING - 1);
        }
        if (shifts.size() > MOST_SHIFTS) {
            mail.line(heading + " and " + (shifts.size() - MOST_SHIFTS) + " other ways");
        }
    }

    /** A dump's faults have numbers, a scenario's are the n-th of their device. */
    private String title(final Difference fault) {
        final String whose =
                fault.device().equals(fault.vm())
                        ? fault.device()
                        : fault.device() + " of " + fault.vm();
        return result.faults() instanceof ScenarioFaults
                ? String.format(
                        "fault       %s, its %s, at 0x%x", whose, nth(fault.number()), fault.iova())
                : String.format(
                        "fault %-5d %s, at 0x%x",
                        fault.faults().get(0).orElseThrow(), whose, fault.iova());
    }

    private void story(final int index) {
        final Difference fault = result.difference(index);
        out.println();
        mail.line(title(fault));
        final Map<String, String> runsByStory = new LinkedHashMap<>();
        for (int run = 0; run < result.runs().size(); run++) {
            final int which = run;
            final Optional<Story> story = result.story(index, run);
            final String head = fault.fates().get(run).toString();
            final String told = story.map(CompareText::steps).orElse("");
            runsByStory.merge(
                    head + "\n" + told, letter(which), (one, other) -> one + ", " + other);
        }
        runsByStory.forEach(
                (told, runs) ->
                        told.lines()
                                .forEach(
                                        line ->
                                                mail.wrapped(
                                                        line.startsWith("  ")
                                                                ? line
                                                                : "in "
                                                                        + String.format(
                                                                                "%-8s ", runs)
                                                                        + line,
                                                        " ".repeat(27))));
    }

    private static String steps(final Story story) {
        return story.steps().stream()
                .map(
                        step ->
                                String.format(
                                        "  %13.6f  %-9s %s",
                                        step.ns() / NS_PER_S,
                                        step.layer() == Story.Layer.END ? "" : step.layer().word(),
                                        step.text()))
                .collect(Collectors.joining("\n"));
    }

    private static String nth(final int number) {
        final int tens = number % 100;
        final int ones = number % 10;
        if (ones == 1 && tens != 11) {
            return number + "st";
        }
        if (ones == 2 && tens != 12) {
            return number + "nd";
        }
        return number + (ones == 3 && tens != 13 ? "rd" : "th");
    }

    private void invariants() {
        final List<String> broken = new ArrayList<>();
        for (int run = 0; run < result.runs().size(); run++) {
            for (final Invariant invariant : invariants(result.runs().get(run).faults())) {
                if (!invariant.holds()) {
                    broken.add(
                            String.format(
                                    "invariant   %s BROKEN in %s: %s",
                                    invariant.name(), letter(run), invariant.breach()));
                }
            }
        }
        if (broken.isEmpty()) {
            mail.line("invariants  all hold in every run");
        }
        broken.forEach(mail::line);
    }

    private static List<Invariant> invariants(final FaultTable faults) {
        return faults.result().bench().invariants().all();
    }
}
