// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints the manual page. */
@Command(
        name = "man",
        description = "Prints the manual page, made from what --help tells of every command.",
        footer = {"", "Examples:", "  iopf4j man | man -l -", "  iopf4j man > iopf4j.1"})
final class ManCommand implements Callable<Integer> {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Spec private CommandSpec spec;

    ManCommand() {}

    @Override
    public Integer call() {
        new ManPage(spec.commandLine().getOut()).write(Commands.all().getCommandSpec());
        return Main.OK;
    }

    boolean isHelp() {
        return help;
    }
}
