// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that lists what ships, and takes nothing. */
abstract class ListCommand implements Callable<Integer> {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Spec private CommandSpec spec;

    @Override
    public final Integer call() throws IOException {
        listing().print(spec.commandLine().getOut());
        return Main.OK;
    }

    abstract Listing listing() throws IOException;

    boolean isHelp() {
        return help;
    }
}
