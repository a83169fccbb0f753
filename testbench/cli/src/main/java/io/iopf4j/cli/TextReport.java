// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.replay.ReplayResult;
import io.iopf4j.replay.RunResult;
import io.iopf4j.replay.VmResult;
import io.iopf4j.replay.bench.BenchSettings;
import io.iopf4j.replay.bench.Hardware;
import io.iopf4j.replay.dump.DumpSummary;
import io.iopf4j.replay.dump.FaultKinds;
import io.iopf4j.replay.invariants.Invariant;
import io.iopf4j.replay.invariants.Invariants;
import io.iopf4j.replay.ledger.Outcome;
import java.io.PrintWriter;
import java.util.Map;

/** The report for people: plain text of at most 72 columns, so that it can go into a mail. */
final class TextReport {
    private static final double NS_PER_MS = 1e6;

    private final PrintWriter out;
    private final MailText mail;

    TextReport(final PrintWriter out) {
        this.out = out;
        this.mail = new MailText(out);
    }

    void info(final Dumps dumps) {
        recorded(dumps, JsonReport.vms(dumps.summary()));
        out.println("requests by device");
        dumps.summary()
                .requestsByDevice()
                .forEach((device, count) -> out.printf("  %-50s %10d%n", cut(device, 50), count));
        if (!dumps.summary().faultsByDevice().isEmpty()) {
            out.println("other faults by device");
            dumps.summary()
                    .faultsByDevice()
                    .forEach(
                            (device, count) ->
                                    out.printf("  %-50s %10d%n", cut(device, 50), count));
        }
        dumps.summary()
                .devicesByFile()
                .values()
                .forEach(
                        devices ->
                                wrapped(
                                        devices.isEmpty()
                                                ? "fault queue that was read, but never answered"
                                                : "fault queue of " + String.join(", ", devices),
                                        "  "));
        out.println("events by name");
        for (final Input input : dumps.inputs()) {
            input.eventsByName()
                    .forEach((name, count) -> out.printf("  %-50s %10d%n", cut(name, 50), count));
        }
        dumps.inputs().forEach(this::warnings);
    }

    /** Faults that are no page requests, each kind once. */
    void explain(final FaultKinds faults) {
        for (final FaultKinds.Kind kind : faults.kinds()) {
            out.println();
            line(
                    String.format(
                            "%-11s %d x %s: %s (0x%02x)",
                            cut(kind.device(), 24),
                            kind.count(),
                            access(kind.perm()),
                            kind.explanation().name(),
                            kind.reason()));
            line(
                    MailText.INDENT
                            + (kind.lowest() == kind.highest()
                                    ? String.format("at 0x%x", kind.lowest())
                                    : String.format(
                                            "at 0x%x to 0x%x", kind.lowest(), kind.highest()))
                            + String.format(
                                    ", over %.6f s", (kind.lastNs() - kind.firstNs()) / 1e9));
            line("  means     " + kind.explanation().meaning());
            line("  cause     " + kind.explanation().cause());
        }
        if (faults.kinds().isEmpty()) {
            out.println();
            line("no fault to explain: page requests are asked for and answered");
        }
    }

    /** What was asked for, in words. */
    static String access(final int perm) {
        final String what =
                (perm & IommuFault.PERM_EXEC) != 0
                        ? "execute"
                        : (perm & IommuFault.PERM_WRITE) != 0
                                ? "write"
                                : (perm & IommuFault.PERM_READ) != 0 ? "read" : "access";
        return (perm & IommuFault.PERM_PRIV) != 0 ? "privileged " + what : what;
    }

    void replay(final Dumps dumps, final ReplayResult result) {
        recorded(dumps, result.vms().size());
        run("replay", result.run());
        if (result.unrecoverable().raised() > 0) {
            line(
                    String.format(
                            "other       %d faults that are no page requests: %d recorded by the"
                                    + " hardware, %d with the dump's reason",
                            result.unrecoverable().raised(),
                            result.unrecoverable().recorded(),
                            result.unrecoverable().asRecorded()));
        }
        line(
                String.format(
                        "comparison  %d fates as recorded, %d differ%s",
                        result.comparison().matched(),
                        result.comparison().diverged(),
                        result.comparison().spoiled() == 0
                                ? ""
                                : ", "
                                        + result.comparison().spoiled()
                                        + " hidden by lost or damaged events"));
        if (result.comparison().firstDivergence() != null) {
            line("            first: " + result.comparison().firstDivergence());
        }
        invariants(result.run().bench().invariants());
        warnings(dumps);
    }

    /** What was recorded. */
    void recorded(final Dumps dumps, final int vms) {
        dumps.inputs().forEach(this::input);
        dump(
                dumps.summary(),
                vms,
                dumps.inputs().stream().allMatch(i -> i.info().timesAreNanoseconds()));
    }

    /** What could not be read of it. */
    void warnings(final Dumps dumps) {
        dumps.inputs().forEach(this::warnings);
    }

    /** What is run in its place. */
    void scenario(final String name, final String title) {
        line("scenario    " + name);
        line(MailText.INDENT + title);
    }

    void scenario(final String name, final String title, final RunResult result) {
        scenario(name, title);
        run("run", result);
        invariants(result.bench().invariants());
    }

    private void run(final String what, final RunResult result) {
        final BenchSettings settings = result.bench().settings();
        line(
                String.format(
                        "%-11s %s on %s, policy %s",
                        what,
                        settings.semantics().profileName(),
                        result.bench().hardware().name(),
                        String.join(",", settings.policyNames())));
        final Map<Outcome, Long> outcomes = result.outcomes();
        line(
                String.format(
                        "            %d raised: %d answered, %d drained, %d terminated,",
                        result.raised(),
                        outcomes.get(Outcome.ANSWERED),
                        outcomes.get(Outcome.DRAINED),
                        outcomes.get(Outcome.TERMINATED)));
        line(
                String.format(
                        "            %d timed out, %d outstanding, %d unreported",
                        outcomes.get(Outcome.TIMED_OUT),
                        outcomes.get(Outcome.OUTSTANDING),
                        outcomes.get(Outcome.UNREPORTED)));
        line(
                String.format(
                        "            answers: %d success, %d invalid, %d failure, %d refused",
                        result.ledger().responses(PageResponseCode.SUCCESS),
                        result.ledger().responses(PageResponseCode.INVALID),
                        result.ledger().responses(PageResponseCode.FAILURE),
                        result.ledger().refused()));
        final Hardware hardware = result.bench().hardware();
        line(
                String.format(
                        "hardware    %d stalled at most, %d queued at most,",
                        hardware.stallHighWater(), hardware.queueHighWater()));
        line(
                String.format(
                        "            %d queue overflows, %d command errors",
                        hardware.queueOverflows(), hardware.commandErrors()));
        out.println();
        out.printf(
                "%-15s %7s %8s %7s %6s %6s %8s %8s%n",
                "VM", "raised", "answered", "ended", "open", "most", "p50 ms", "max ms");
        result.vms().forEach(this::vm);
        out.println();
    }

    private void invariants(final Invariants invariants) {
        for (final Invariant invariant : invariants.all()) {
            line(
                    String.format(
                            "invariant   %-34s %s, %d checks",
                            invariant.name(),
                            invariant.holds() ? "holds" : "BROKEN",
                            invariant.checked()));
            if (!invariant.holds()) {
                line(MailText.INDENT + invariant.breach());
            }
        }
    }

    private void input(final Input input) {
        line("dump        " + input.file());
        line(MailText.INDENT + input.form());
        if (!input.info().kernel().isEmpty()) {
            line("kernel      " + input.info().kernel());
        }
        input.info().machines().forEach(machine -> line("machine     " + machine));
    }

    private void dump(final DumpSummary summary, final int vms, final boolean timesAreNanoseconds) {
        final SummaryWords words = new SummaryWords(summary);
        line("faults      " + words.faults());
        if (summary.incompleteRequests() > 0) {
            line(
                    MailText.INDENT
                            + summary.incompleteRequests()
                            + " requests never got the last one of their group; not replayed");
        }
        line("answers     " + words.answers());
        line("outstanding " + words.outstanding(vms));
        final long span = summary.lastNs() - summary.firstNs();
        out.println(
                timesAreNanoseconds
                        ? String.format("time        %.6f s", span / 1e9)
                        : "time        " + span + " ticks of a clock that does not count ns");
    }

    /** The name gives way to numbers that are longer than usual. */
    private void vm(final VmResult vm) {
        final String numbers =
                String.format(
                        " %7d %8d %7d %6d %6d %8s %8s",
                        vm.raised(),
                        vm.outcomes().get(Outcome.ANSWERED),
                        vm.outcomes().get(Outcome.DRAINED)
                                + vm.outcomes().get(Outcome.TERMINATED)
                                + vm.outcomes().get(Outcome.TIMED_OUT),
                        vm.outcomes().get(Outcome.OUTSTANDING)
                                + vm.outcomes().get(Outcome.UNREPORTED),
                        vm.outstandingHighWater(),
                        milliseconds(vm, vm.percentileNs(50)),
                        milliseconds(vm, vm.longestNs()));
        final int room = Math.max(1, MailText.COLUMNS - numbers.length());
        final String name = cut(vm.name(), room);
        out.println(name + " ".repeat(room - name.length()) + numbers);
    }

    private static String milliseconds(final VmResult vm, final long ns) {
        return vm.latencies().count() == 0 ? "-" : String.format("%.3f", ns / NS_PER_MS);
    }

    private void warnings(final Input input) {
        input.warnings().forEach(warning -> line("warning     " + warning));
    }

    private void line(final String text) {
        mail.line(text);
    }

    private void wrapped(final String text, final String indent) {
        mail.wrapped(text, indent);
    }

    private static String cut(final String raw, final int width) {
        return MailText.cut(raw, width);
    }
}
