// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.core.policy.Policies;
import picocli.CommandLine.Command;

/** Lists the policies that ship. */
@Command(
        name = "policies",
        description = "Lists the policies that ship, as --policy takes them.",
        footer = {
            "",
            "Examples:",
            "  iopf4j policies",
            "  iopf4j run shared-stall-buffer --policy vm-quota=half"
        })
final class PoliciesCommand extends ListCommand {
    PoliciesCommand() {}

    @Override
    Listing listing() {
        final Listing listing = new Listing();
        Policies.all().forEach(policy -> listing.add(policy.usage(), policy.description()));
        return listing;
    }
}
