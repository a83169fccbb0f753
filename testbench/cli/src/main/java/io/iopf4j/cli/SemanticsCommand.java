// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.core.semantics.Semantics;
import picocli.CommandLine.Command;

/** Lists the kernels' rules that ship. */
@Command(
        name = "semantics",
        description = "Lists the kernels' rules that ship, as --semantics takes them.",
        footer = {
            "",
            "Examples:",
            "  iopf4j semantics",
            "  iopf4j run domain-change --semantics mainline-5.x"
        })
final class SemanticsCommand extends ListCommand {
    SemanticsCommand() {}

    @Override
    Listing listing() {
        final Listing listing = new Listing();
        for (final Semantics semantics : Semantics.values()) {
            listing.add(semantics.profileName(), semantics.description());
        }
        return listing;
    }
}
