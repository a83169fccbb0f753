// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore.planted;

import io.iopf4j.replay.explore.Exploration;
import io.iopf4j.replay.explore.Finding;
import io.iopf4j.replay.scenario.ScenarioWriter;
import java.util.Locale;
import java.util.Optional;

/** Explores for each planted bug from seed 1 and prints what is found as a table in Markdown. */
final class PlantedBugsTable {
    private static final int MOST_SCENARIOS = 50_000;
    private static final double NS_PER_S = 1e9;

    private PlantedBugsTable() {}

    /**
     * Prints the table.
     *
     * @param args {@code -v} for the shrunk scenarios too
     */
    public static void main(final String[] args) {
        System.out.println("| bug | model | invariant | seed | scenarios | seconds | steps |");
        System.out.println("| --- | --- | --- | ---: | ---: | ---: | ---: |");
        for (final PlantedBug bug : PlantedBugs.ALL) {
            final Exploration exploration = new Exploration(bug.limits(), bug::plant);
            final long startNs = System.nanoTime();
            final Optional<Finding> found =
                    exploration.run(1, trial -> trial.runs() < MOST_SCENARIOS);
            final double seconds = (System.nanoTime() - startNs) / NS_PER_S;
            System.out.println(
                    found.map(finding -> row(bug, finding, exploration.seen().runs(), seconds))
                            .orElse("| " + bug.name() + " | not found | | | | | |"));
            if (args.length > 0 && found.isPresent()) {
                System.out.println(found.get().failure());
                System.out.println(ScenarioWriter.write(found.get().shrunk()));
            }
        }
    }

    private static String row(
            final PlantedBug bug, final Finding finding, final long runs, final double seconds) {
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %d | %d | %.1f | %d |",
                bug.name(),
                finding.shrunk().hardware().iommu(),
                finding.failure().what(),
                finding.seed(),
                runs,
                seconds,
                finding.steps());
    }
}
