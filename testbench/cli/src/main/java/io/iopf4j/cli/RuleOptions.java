// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.core.policy.Policies;
import io.iopf4j.core.semantics.Profile;
import io.iopf4j.core.semantics.Profiles;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The rules under which one run goes: the kernel's, and the limits on faults. */
final class RuleOptions {

    @Option(
            names = "--semantics",
            paramLabel = "NAME",
            description =
                    "The kernel's rules, one of those that 'iopf4j semantics' lists"
                            + " (default: mainline-6.12).")
    private String semantics;

    @Option(
            names = "--policy",
            paramLabel = "LIST",
            description =
                    "Limits on faults, joined by commas, of those that 'iopf4j policies' lists, or"
                            + " in C as native:LIB.so (default: none).")
    private String policy;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    RuleOptions() {}

    Optional<Profile> semantics() {
        return Optional.ofNullable(semantics)
                .map(name -> Words.parsed(spec, "--semantics", name, Profiles::of));
    }

    Optional<List<FaultPolicy>> policies() {
        return Optional.ofNullable(policy)
                .map(list -> Words.parsed(spec, "--policy", list, Policies::parse));
    }
}
