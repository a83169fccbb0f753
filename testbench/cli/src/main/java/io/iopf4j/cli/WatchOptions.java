// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Whether a run is watched. */
final class WatchOptions {

    @Option(
            names = "--watch",
            description =
                    "Show a small table of the run while it goes on, on a terminal, in place of the"
                            + " progress.")
    private boolean isWatched;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    WatchOptions() {}

    /** Refuses it where nobody could see it. */
    void refuseWithoutTerminal() {
        if (isWatched && !Boolean.getBoolean(Progress.TERMINAL)) {
            throw Words.usage(spec, "--watch needs a terminal, which standard error is not");
        }
    }

    /** The table, or nothing that is ever drawn. */
    Watch open() {
        return new Watch(spec.commandLine().getErr(), isWatched, System::nanoTime);
    }
}
