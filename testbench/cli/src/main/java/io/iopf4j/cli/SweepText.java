// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.ledger.Outcome;
import io.iopf4j.replay.sweep.Axis;
import io.iopf4j.replay.sweep.Offender;
import io.iopf4j.replay.sweep.Point;
import io.iopf4j.replay.sweep.Range;
import io.iopf4j.replay.sweep.SweepResult;
import io.iopf4j.replay.sweep.Value;
import io.iopf4j.replay.sweep.VmTally;
import io.iopf4j.replay.whatif.ScenarioFaults;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** The report of a sweep for people: plain text that goes into a mail as it is. */
final class SweepText {
    private static final int MOST_ROWS = 16;
    private static final int MAP_WIDTH = 50;
    private static final int LABEL = 20;
    private static final int MOST_NAMES = 6;
    private static final double NS_PER_MS = 1e6;
    private static final String NOTHING = "-";

    private final PrintWriter out;
    private final MailText mail;
    private final SweepResult result;

    SweepText(final PrintWriter out, final SweepResult result) {
        this.out = out;
        this.mail = new MailText(out);
        this.result = result;
    }

    void write(final FaultsInput input) {
        final TextReport report = new TextReport(out);
        input.dumps().ifPresent(dumps -> report.recorded(dumps, result.done().get(0).vms().size()));
        if (input.faults() instanceof ScenarioFaults faults) {
            report.scenario(faults.name(), faults.scenario().title());
        }
        head();
        if (result.question().axes().size() == 1) {
            table();
            answer();
        } else {
            map();
            smallest();
            answer();
        }
        invariants();
        input.dumps().ifPresent(report::warnings);
    }

    private void head() {
        final SweepResult.Setting setting = result.setting();
        mail.line("sweep       " + setting.semantics() + " on " + setting.iommu());
        result.question().rules().policy().ifPresent(list -> mail.line("policy      " + list));
        for (final Axis axis : result.question().axes()) {
            mail.line(
                    String.format(
                            "range       %s %s: %d values",
                            axis.name(), axis.range().text(), axis.range().values().size()));
        }
        mail.line("offender    " + offender());
        mail.line(
                "unharmed    "
                        + result.question().criterion().text()
                        + ": "
                        + result.question().criterion().meaning());
        if (result.isInterrupted()) {
            mail.line(
                    String.format(
                            "interrupted after %d of %d runs: what follows is of these",
                            result.doneCount(), result.points().size()));
        }
        out.println();
    }

    private String offender() {
        final Offender offender = result.offender();
        if (result.done().get(0).vms().isEmpty()) {
            return "none: there is no VM";
        }
        if (offender.isNobody()) {
            return offender.choice() == Offender.Choice.ONLY_ONE
                    ? "none: there is one VM, which is to be unharmed"
                    : "none: all VMs are to be unharmed";
        }
        return String.format(
                "%s: up to %d faults outstanding if no policy limits it",
                offender.name(), offender.outstandingHighWater());
    }

    // ---- One range ------------------------------------------------------------------------------

    private void table() {
        out.println(
                String.format(
                                "%-13s %36s %15s",
                                "", "all others", result.offender().isNobody() ? "" : "offender")
                        .stripTrailing());
        out.printf(
                "%13s %8s %7s %9s %9s %8s %6s %5s%n",
                MailText.cut(result.question().axes().get(0).name(), 13),
                "answered",
                "lost",
                "p99 ms",
                "wait ms",
                result.offender().isNobody() ? "" : "answered",
                result.offender().isNobody() ? "" : "ended",
                "harms");
        final SortedSet<Integer> rows = rows();
        rows.forEach(row -> out.println(row(result.points().get(row).orElseThrow())));
        if (rows.size() < result.doneCount()) {
            mail.line(
                    String.format(
                            "%13s (%d of %d values; --json has all)",
                            "", rows.size(), result.doneCount()));
        }
        out.println();
    }

    /** All if they are few; else the ends, where the verdict changes, and some between. */
    private SortedSet<Integer> rows() {
        final List<Integer> done = new ArrayList<>();
        for (int i = 0; i < result.points().size(); i++) {
            if (result.points().get(i).isPresent()) {
                done.add(i);
            }
        }
        final SortedSet<Integer> rows = new TreeSet<>();
        if (done.size() <= MOST_ROWS) {
            rows.addAll(done);
            return rows;
        }
        rows.add(done.get(0));
        rows.add(done.get(done.size() - 1));
        for (int i = 1; i < done.size() && rows.size() < MOST_ROWS; i++) {
            if (harmed(done.get(i)) != harmed(done.get(i - 1))) {
                rows.add(done.get(i - 1));
                rows.add(done.get(i));
            }
        }
        final int step = Math.max(1, done.size() / Math.max(1, MOST_ROWS - rows.size()));
        for (int i = step; i < done.size() && rows.size() < MOST_ROWS; i += step) {
            rows.add(done.get(i));
        }
        return rows;
    }

    private int harmed(final int point) {
        return result.points().get(point).orElseThrow().harmed().size();
    }

    private String row(final Point point) {
        final List<VmTally> others = result.others(point);
        final long answered = sum(others, vm -> vm.outcomes().get(Outcome.ANSWERED));
        final Optional<VmTally> offender =
                result.offender().isNobody()
                        ? Optional.empty()
                        : Optional.of(point.vm(result.offender().name()));
        return String.format(
                "%13s %8d %7d %9s %9s %8s %6s %5s",
                point.values().get(0).word(),
                answered,
                sum(others, vm -> vm.lost() + vm.missing()),
                answered == 0 ? NOTHING : milliseconds(most(others, VmTally::p99Ns)),
                milliseconds(most(others, VmTally::longestWaitNs)),
                offender.map(vm -> String.valueOf(vm.outcomes().get(Outcome.ANSWERED))).orElse(""),
                offender.map(vm -> String.valueOf(vm.ended())).orElse(""),
                point.isUnharmed() ? NOTHING : String.valueOf(point.harmed().size()));
    }

    private static long sum(final List<VmTally> vms, final ToLongFunction<VmTally> what) {
        return vms.stream().mapToLong(what).sum();
    }

    private static long most(final List<VmTally> vms, final ToLongFunction<VmTally> what) {
        return vms.stream().mapToLong(what).max().orElse(0);
    }

    private static String milliseconds(final long ns) {
        return String.format("%.3f", ns / NS_PER_MS);
    }

    // ---- Two ranges -----------------------------------------------------------------------------

    /** A row for each value of the second range, those that look the same as one. */
    private void map() {
        final List<Value> first = range(0).values();
        for (int from = 0; from < first.size(); from += MAP_WIDTH) {
            final int to = Math.min(first.size(), from + MAP_WIDTH);
            final String span =
                    result.question().axes().get(0).name()
                            + " "
                            + first.get(from).word()
                            + " to "
                            + first.get(to - 1).word();
            out.println(
                    MailText.cut(
                                    String.format(
                                            "%" + LABEL + "s  %s",
                                            MailText.cut(
                                                    result.question().axes().get(1).name(), LABEL),
                                            span),
                                    MailText.COLUMNS)
                            .stripTrailing());
            int line = 0;
            while (line < result.lines()) {
                final String cells = cells(line, from, to);
                int last = line;
                while (last + 1 < result.lines() && cells(last + 1, from, to).equals(cells)) {
                    last++;
                }
                out.printf("%" + LABEL + "s  %s%n", MailText.cut(lines(line, last), LABEL), cells);
                line = last + 1;
            }
            out.println();
        }
        mail.line("            . harms nobody; 1 to 9, # so many VMs, or more; ? not run");
    }

    private Range range(final int axis) {
        return result.question().axes().get(axis).range();
    }

    private String lines(final int first, final int last) {
        final List<Value> values = range(1).values();
        return first == last
                ? values.get(first).word()
                : values.get(first).word() + " to " + values.get(last).word();
    }

    private String cells(final int line, final int from, final int to) {
        return result.line(line).subList(from, to).stream()
                .map(point -> point.map(SweepText::cell).orElse("?"))
                .collect(Collectors.joining());
    }

    private static String cell(final Point point) {
        final int harmed = point.harmed().size();
        return harmed == 0 ? "." : harmed < 10 ? String.valueOf(harmed) : "#";
    }

    private void smallest() {
        int line = 0;
        while (line < result.lines()) {
            final String smallest = smallest(line);
            int last = line;
            while (last + 1 < result.lines() && smallest(last + 1).equals(smallest)) {
                last++;
            }
            mail.line(MailText.INDENT + axisName(1) + " " + lines(line, last) + ": " + smallest);
            line = last + 1;
        }
    }

    private String smallest(final int line) {
        final long done = result.line(line).stream().flatMap(Optional::stream).count();
        if (done == 0) {
            return "not run";
        }
        if (result.isIdle()) {
            return "nothing is at stake";
        }
        return result.smallest(line)
                .map(point -> axisName(0) + " " + point.values().get(0).word())
                .orElse(
                        done < result.width()
                                ? "none so far harms nobody"
                                : "none of the values harms nobody");
    }

    private String axisName(final int axis) {
        return result.question().axes().get(axis).name();
    }

    // ---- The answer -----------------------------------------------------------------------------

    private void answer() {
        final Optional<Point> answer = result.answer();
        if (answer.isPresent()) {
            mail.line(
                    "answer      "
                            + at(answer.get())
                            + (result.isInterrupted()
                                    ? " is the smallest so far that harms "
                                    : " is the smallest that harms ")
                            + whom());
            if (result.question().axes().size() == 1) {
                mail.line(
                        MailText.INDENT
                                + "harmless: "
                                + result.unharmed(0).stream()
                                        .map(SweepText::stretch)
                                        .collect(Collectors.joining(", ")));
            }
            return;
        }
        if (result.isIdle()) {
            mail.line(
                    "answer      none: nothing is at stake, since "
                            + (result.offender().isNobody() ? "no guest" : "no guest of the others")
                            + " answers a fault, whatever the value; see --unharmed and --offender");
            return;
        }
        mail.line(
                result.isInterrupted()
                        ? "answer      none so far: each value that was run harms somebody"
                        : "answer      none: each value harms somebody");
        final Point closest = result.closest().orElseThrow();
        mail.line(
                MailText.INDENT
                        + at(closest)
                        + " comes closest; it harms "
                        + closest.harmed().stream()
                                .limit(MOST_NAMES)
                                .map(name -> harm(closest.vm(name)))
                                .collect(Collectors.joining("; "))
                        + (closest.harmed().size() > MOST_NAMES
                                ? "; and " + (closest.harmed().size() - MOST_NAMES) + " more"
                                : ""));
    }

    private String whom() {
        return result.offender().isNobody() ? "no VM" : "no VM but " + result.offender().name();
    }

    private String at(final Point point) {
        final List<String> words = new ArrayList<>();
        for (int i = 0; i < point.values().size(); i++) {
            words.add(result.question().axes().get(i).name() + " " + point.values().get(i).word());
        }
        return String.join(", ", words);
    }

    private static String stretch(final SweepResult.Stretch stretch) {
        return stretch.first().equals(stretch.last())
                ? stretch.first().word()
                : stretch.first().word() + " to " + stretch.last().word();
    }

    private String harm(final VmTally vm) {
        return vm.vm()
                + " ("
                + switch (result.question().criterion().kind()) {
                    case ANSWERED ->
                            String.format(
                                    "%d of %d not answered", vm.lost() + vm.missing(), vm.owed());
                    case LATENCY ->
                            String.format(
                                    "%d of %d too late or not answered",
                                    vm.lost() + vm.missing() + vm.late(), vm.owed());
                    case WAIT -> String.format("waits for %s ms", milliseconds(vm.longestWaitNs()));
                }
                + ")";
    }

    private void invariants() {
        if (result.invariantsHold()) {
            mail.line("invariants  all hold in each run");
            return;
        }
        for (final Point point : result.done()) {
            if (!point.broken().isEmpty()) {
                mail.line(
                        "invariants  BROKEN at "
                                + at(point)
                                + ": "
                                + String.join(", ", point.broken()));
            }
        }
    }
}
