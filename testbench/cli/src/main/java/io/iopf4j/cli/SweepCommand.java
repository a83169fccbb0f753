// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.sweep.Point;
import io.iopf4j.replay.sweep.Question;
import io.iopf4j.replay.sweep.Sweep;
import io.iopf4j.replay.sweep.SweepResult;
import io.iopf4j.replay.whatif.Faults;
import io.iopf4j.report.SweepPage;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs the same faults over a range, and names the smallest value that harms no other VM. */
@Command(
        name = "sweep",
        description = {
            "Runs the same faults at each value of a range, and says which is the smallest that"
                    + " keeps every VM but the offender unharmed. A range is A..B, A..B+STEP,"
                    + " A..B*FACTOR or {A,B,C}, of numbers or of times; it may stand for a policy's"
                    + " parameter, --queue-entries, --stall-entries or --guest-delay. With two"
                    + " ranges, for each value of the second the smallest of the first."
        },
        footer = {
            "",
            "--ledger, --perfetto and --svg show the run that the answer names.",
            "",
            "Exit status: 0 it ran; 1 an invariant was broken in a run; 2 bad usage, unreadable"
                    + " input, no answer for --ledger, or with --isolate a crash; 130 interrupted: what is"
                    + " done was reported.",
            "",
            "Examples:",
            "  iopf4j sweep shared-stall-buffer --policy 'vm-quota=1..64'",
            "  iopf4j sweep trace.dat --stall-entries 64 --policy 'vm-quota=1..64'",
            "  iopf4j sweep trace.dat --stall-entries '16..256*2' --unharmed p99=10ms",
            "  iopf4j sweep slow-guest-timeout --policy 'timeout=1ms..10s' --offender none",
            "  iopf4j sweep trace.dat --policy 'vm-quota=1..32' --guest-delay '1ms..1s'"
        })
final class SweepCommand implements Callable<Integer> {
    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description =
                    "Dumps, as for replay; several are merged by time. Or a scenario, as for run.")
    private List<String> files;

    @Mixin private SweepOptions options;
    @Mixin private DumpOptions dumpOptions;
    @Mixin private ReportOptions report;
    @Mixin private ModelOptions model;
    @Mixin private RunFiles runFiles;
    @Mixin private VmOptions vms;
    @Mixin private WorkerOptions workerOptions;
    @Spec private CommandSpec spec;

    SweepCommand() {}

    @Override
    public Integer call() throws Exception {
        final SweepOptions.Asked asked = options.asked(model);
        final int workers = workerOptions.workers();
        final OptionalInt elsewhere = model.isolated();
        if (elsewhere.isPresent()) {
            return elsewhere.getAsInt();
        }
        final FaultsInput input;
        try (Progress progress = progress()) {
            input = FaultsInput.read(files, dumpOptions, vms, progress);
        }
        OutputFile.refuseClash(
                vms.inputs(dumpOptions.inputs(input.files())), runFiles.with(report));
        final Interruption interruption = new Interruption();
        try {
            return tell(input, run(asked.of(input.faults()), workers, interruption));
        } finally {
            interruption.over();
        }
    }

    private Progress progress() {
        return new Progress(spec.commandLine().getErr(), report.isQuiet());
    }

    private Optional<SweepResult> run(
            final Question question, final int workers, final Interruption interruption)
            throws IOException {
        final long startNs = System.nanoTime();
        try (Progress progress = progress()) {
            final Sweep sweep =
                    new Sweep(
                            question,
                            workers,
                            (done, all, share) ->
                                    progress.remaining(
                                            "sweeping, " + done + " of " + all + " runs done",
                                            share,
                                            System.nanoTime() - startNs));
            interruption.stops(sweep::stop);
            return sweep.run();
        }
    }

    private int tell(final FaultsInput input, final Optional<SweepResult> swept)
            throws IOException {
        if (swept.isEmpty() || swept.get().doneCount() == 0) {
            spec.commandLine().getErr().println("iopf4j: interrupted before a run was done");
            return Interruption.STATUS;
        }
        final SweepResult result = swept.get();
        final PrintWriter out = spec.commandLine().getOut();
        if (report.json() != null) {
            JsonOutput.write(report.json(), out, json -> SweepJson.write(json, input, result));
        }
        if (!report.isJsonOnly()) {
            new SweepText(out, result).write(input);
        }
        out.flush();
        writePage(input, result);
        if (result.isInterrupted()) {
            return Interruption.STATUS;
        }
        writeAnswer(input.faults(), result);
        return result.invariantsHold() ? Main.OK : Main.BROKEN;
    }

    private void writePage(final FaultsInput input, final SweepResult result) throws IOException {
        runFiles.writePage(
                RunSource.of("Sweep", input, result.done().get(0).vms().size()),
                head -> new SweepPage(head, result)::writeTo);
    }

    /** What one run looks like, if somebody wants to see it. */
    private void writeAnswer(final Faults faults, final SweepResult result) throws IOException {
        if (!runFiles.wantsRun()) {
            return;
        }
        final Point answer =
                result.answer()
                        .orElseThrow(
                                () ->
                                        new IOException(
                                                (result.isIdle()
                                                                ? "nothing is at stake"
                                                                : "no value harms nobody")
                                                        + ", so that there is no run for"
                                                        + " --ledger, --perfetto or --svg to show"));
        final Question question = result.question();
        runFiles.writeRun(
                faults.run(question.rulesAt(answer.values()), Faults.RunProgress.UNHEARD));
    }
}
