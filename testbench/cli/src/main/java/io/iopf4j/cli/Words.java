// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import java.util.function.Function;
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

    static ParameterException usage(final CommandSpec command, final String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
