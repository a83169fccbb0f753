// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** Entry of the command line: finds the command, and turns every failure into one line. */
@Command(
        name = "iopf4j",
        description =
                "I/O page faults for Java: replays captured IOMMU faults on emulated hardware.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  iopf4j info trace.dat",
            "  iopf4j replay trace.dat",
            "  iopf4j replay trace.dat --json > report.json",
            "  iopf4j run shared-stall-buffer --policy vm-quota=half",
            "  iopf4j compare trace.dat --policy none --policy vm-quota=half",
            "  iopf4j sweep trace.dat --policy 'vm-quota=1..64'",
            "  iopf4j explore --seconds 60",
            "  iopf4j serve --qtest unix:/tmp/smmu.sock",
            "",
            "iopf4j COMMAND --help shows more."
        })
public final class Main implements Runnable {
    static final int OK = 0;
    static final int BROKEN = 1;
    static final int UNUSABLE = 2;

    private static final Set<String> VERSION_OPTIONS = Set.of("-V", "--version");

    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

    /**
     * Runs a command and ends the process with its status.
     *
     * @param args the command and its arguments
     */
    public static void main(final String[] args) {
        // The same bytes whatever the user's language.
        Locale.setDefault(Locale.ROOT);
        final PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
        final PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(runToEnd(args, out, err));
    }

    private static int runToEnd(final String[] args, final PrintWriter out, final PrintWriter err) {
        try {
            Isolation.begin();
            try {
                final int status = run(args, out, err);
                out.flush();
                return out.checkError() ? unwritable(err) : status;
            } finally {
                Isolation.end();
            }
        } catch (final IOException e) {
            return failure(e, err);
        }
    }

    static int unwritable(final PrintWriter err) {
        err.println("iopf4j: standard output cannot be written");
        return UNUSABLE;
    }

    /**
     * Runs a command.
     *
     * @param args the command and its arguments
     * @param out standard output
     * @param err standard error
     * @return exit status: 0 it ran, 1 an invariant or a strict comparison failed, 2 it could not
     */
    static int run(final String[] args, final PrintWriter out, final PrintWriter err) {
        if (args.length == 1 && VERSION_OPTIONS.contains(args[0])) {
            // Else all commands would be made first, which takes longer than all the rest.
            Arrays.stream(new Version().getVersion()).forEach(out::println);
            return OK;
        }
        final CommandLine line = Commands.of(args);
        line.setOut(out);
        line.setErr(err);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler((e, unused) -> usage(e, err));
        line.setExecutionExceptionHandler((e, command, parsed) -> failure(e, err));
        try {
            return line.execute(jsonToStandardOutput(args));
        } catch (final OutOfMemoryError e) {
            // A dump that is larger than the memory is the user's to hear of, like any other.
            return failure(e, err);
        }
    }

    /** A bare --json means standard output, whatever argument follows it. */
    private static String[] jsonToStandardOutput(final String[] args) {
        final String[] clear = args.clone();
        for (int i = 0; i < clear.length && !"--".equals(clear[i]); i++) {
            if ("--json".equals(clear[i])) {
                clear[i] = "--json=" + ReportOptions.STANDARD_OUTPUT;
            }
        }
        return clear;
    }

    private static int usage(final ParameterException e, final PrintWriter err) {
        final String command = e.getCommandLine().getCommandName();
        final String help = "iopf4j".equals(command) ? "iopf4j" : "iopf4j " + command;
        err.println("iopf4j: " + oneLine(e.getMessage()) + " (see " + help + " --help)");
        return UNUSABLE;
    }

    private static int failure(final Throwable e, final PrintWriter err) {
        err.println("iopf4j: " + Failures.oneLine(e));
        return UNUSABLE;
    }

    private static String oneLine(final String message) {
        return message == null ? "bad usage" : Failures.oneLine(message);
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "which command? info, replay, run or compare");
    }
}
