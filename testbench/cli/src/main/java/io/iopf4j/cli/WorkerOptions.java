// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.whatif.Runs;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How many runs go on at a time; changes nothing but how long it takes. */
final class WorkerOptions {

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "How many runs go on at a time (default: as many as processors).")
    private Integer workers;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    WorkerOptions() {}

    int workers() {
        if (workers == null) {
            return Runs.defaultWorkers();
        }
        if (workers < 1 || workers > Runs.MOST_WORKERS) {
            throw Words.usage(
                    spec, "--workers must be in [1, " + Runs.MOST_WORKERS + "], not " + workers);
        }
        return workers;
    }
}
