// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.scenario.Scenarios;
import java.io.IOException;
import picocli.CommandLine.Command;

/** Lists the scenarios that are found by name. */
@Command(
        name = "scenarios",
        description = "Lists the scenarios that run takes by name.",
        footer = {"", "Examples:", "  iopf4j scenarios", "  iopf4j run shared-stall-buffer"})
final class ScenariosCommand extends ListCommand {
    ScenariosCommand() {}

    @Override
    Listing listing() throws IOException {
        final Listing listing = new Listing();
        for (final Scenarios.Entry scenario : Scenarios.all()) {
            listing.add(scenario.name(), scenario.title());
        }
        return listing;
    }
}
