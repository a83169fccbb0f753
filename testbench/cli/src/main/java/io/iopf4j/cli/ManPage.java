// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A manual page in roff, made from the definitions of the commands. */
final class ManPage {
    private final PrintWriter out;

    ManPage(final PrintWriter out) {
        this.out = out;
    }

    /** Writes the page of a program and all of its commands. */
    void write(final CommandSpec program) {
        macro("TH", "IOPF4J", "1", "", "iopf4j " + Version.number(), "User Commands");
        macro("SH", "NAME");
        text("iopf4j - replays captured I/O page faults on emulated hardware");
        macro("SH", "SYNOPSIS");
        text("iopf4j COMMAND [OPTION...] [ARGUMENT...]");
        macro("SH", "DESCRIPTION");
        paragraph(program.usageMessage().description());
        arguments(program);
        macro("SH", "COMMANDS");
        for (final CommandLine command : program.subcommands().values()) {
            command(command.getCommandSpec());
        }
        macro("SH", "EXIT STATUS");
        status("0", "It ran.");
        status("1", "It ran, and an invariant was broken or a strict comparison failed.");
        status("2", "Bad usage, or input that cannot be read; one line on standard error says so.");
        macro("SH", "ENVIRONMENT");
        status("JAVA_HOME", "The Java to run with, 17 or newer; else the java on the PATH.");
        status("JAVA_OPTS", "Options for the Java virtual machine, such as -Xmx64m.");
        macro("SH", "FILES");
        status("testbench/scenarios", "The scenarios that run takes by name.");
        status(
                "testbench/cli/target",
                "What the first use builds: the program, and for each Java an archive of classes"
                        + " from which it starts sooner.");
        macro("SH", "EXAMPLES");
        verbatim(program.usageMessage().footer());
        out.flush();
    }

    private void command(final CommandSpec command) {
        final StringBuilder synopsis = new StringBuilder("iopf4j ").append(command.name());
        synopsis.append(" [OPTION...]");
        for (final PositionalParamSpec place : command.positionalParameters()) {
            synopsis.append(' ').append(place.paramLabel());
            synopsis.append(place.arity().max() > 1 ? "..." : "");
        }
        macro("SS", synopsis.toString());
        paragraph(command.usageMessage().description());
        arguments(command);
        verbatim(command.usageMessage().footer());
    }

    private void arguments(final CommandSpec command) {
        for (final PositionalParamSpec place : command.positionalParameters()) {
            argument(place.paramLabel(), place);
        }
        for (final OptionSpec option : command.options()) {
            final String names = String.join(", ", option.names());
            argument(option.arity().max() == 0 ? names : names + " " + option.paramLabel(), option);
        }
    }

    private void argument(final String head, final ArgSpec argument) {
        if (!argument.hidden()) {
            status(head, plain(String.join(" ", argument.description())));
        }
    }

    private void status(final String head, final String tells) {
        macro("TP");
        macro("B", head);
        text(tells);
    }

    private void paragraph(final String... lines) {
        macro("PP");
        text(plain(String.join(" ", lines)));
    }

    /** Lines that are to stay as they are. */
    private void verbatim(final String... lines) {
        if (lines.length == 0) {
            return;
        }
        macro("PP");
        macro("nf");
        for (int i = 0; i < lines.length; i++) {
            if (!lines[i].isEmpty()) {
                text(plain(lines[i]));
            } else if (i > 0) {
                macro("PP");
            }
        }
        macro("fi");
    }

    /** Without what the help's formatter needs. */
    private static String plain(final String formatted) {
        return formatted.replace("%n", " ").replace("%%", "%");
    }

    private void macro(final String name, final String... words) {
        out.print('.');
        out.print(name);
        for (final String word : words) {
            out.print(" \"");
            out.print(escaped(word).replace("\"", "\\(dq"));
            out.print('"');
        }
        out.print('\n');
    }

    private void text(final String line) {
        // A line that begins with a dot or a quote would be taken for a request.
        out.print("\\&");
        out.print(escaped(line));
        out.print('\n');
    }

    private static String escaped(final String text) {
        return text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq");
    }
}
