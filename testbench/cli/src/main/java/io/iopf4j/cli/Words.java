// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.report.ShellWords;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Turns what is wrong with an option's words into bad usage of its command. */
final class Words {
    private Words() {}

    /** What a parser makes of an option's words. */
    static <T> T parsed(
            final CommandSpec command,
            final String option,
            final String words,
            final Function<String, T> parser) {
        try {
            return parser.apply(words);
        } catch (final IllegalArgumentException e) {
            throw usage(command, option + ": " + e.getMessage());
        }
    }

    /** The whole command line as it was given, ready for a shell. */
    static String commandLine(final CommandSpec command) {
        CommandLine whole = command.commandLine();
        while (whole.getParent() != null) {
            whole = whole.getParent();
        }
        final List<String> words = new ArrayList<>(List.of("iopf4j"));
        words.addAll(whole.getParseResult().originalArgs());
        return ShellWords.join(words);
    }

    static ParameterException usage(final CommandSpec command, final String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
