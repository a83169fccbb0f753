// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.core.policy.Policies;
import io.iopf4j.core.semantics.Profiles;
import io.iopf4j.replay.whatif.Rules;
import io.iopf4j.replay.whatif.Variant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The rules that are held against each other: of the kernel, and the limits on faults. */
final class VariantOptions {
    /** More are no comparison that anybody reads; a sweep goes over more. */
    static final int MOST = 16;

    @Option(
            names = "--semantics",
            paramLabel = "NAME",
            description =
                    "The kernel's rules, one of those that 'iopf4j semantics' lists"
                            + " (default: mainline-6.12, or the scenario's). Give it several times"
                            + " to compare.")
    private List<String> semantics = new ArrayList<>();

    @Option(
            names = "--policy",
            paramLabel = "LIST",
            description =
                    "Limits on faults, joined by commas, of those that 'iopf4j policies' lists, or"
                            + " in C as native:LIB.so (default: none, or the scenario's). Give it"
                            + " several times to compare; with several --semantics, each goes with"
                            + " each.")
    private List<String> policies = new ArrayList<>();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    VariantOptions() {}

    /** Each of the kernel's rules with each policy, at least two and no two the same. */
    List<Variant> variants(final Rules common) {
        for (final String name : semantics) {
            Words.parsed(spec, "--semantics", name, word -> checked(word, Profiles::check));
        }
        for (final String list : policies) {
            Words.parsed(spec, "--policy", list, word -> checked(word, Policies::check));
        }
        requireOnce("--semantics", semantics);
        requireOnce("--policy", policies);
        final long count = Math.max(1L, semantics.size()) * Math.max(1L, policies.size());
        if (count < 2) {
            throw Words.usage(
                    spec,
                    "nothing to compare: give --policy or --semantics twice or more, as --policy"
                            + " none --policy vm-quota=half");
        }
        if (count > MOST) {
            throw Words.usage(spec, "at most " + MOST + " runs are compared at once, not " + count);
        }
        return product(common);
    }

    private List<Variant> product(final Rules common) {
        final List<Variant> variants = new ArrayList<>();
        for (final String name : semantics.isEmpty() ? List.of("") : semantics) {
            for (final String list : policies.isEmpty() ? List.of("") : policies) {
                Rules rules = common;
                rules = name.isEmpty() ? rules : rules.withSemantics(name);
                rules = list.isEmpty() ? rules : rules.withPolicy(list);
                variants.add(new Variant(label(name, list), rules));
            }
        }
        return variants;
    }

    /** Only what differs between variants tells them apart. */
    private String label(final String name, final String list) {
        if (semantics.size() > 1 && policies.size() > 1) {
            return name + " " + list;
        }
        return semantics.size() > 1 ? name : list;
    }

    private void requireOnce(final String option, final List<String> words) {
        final Set<String> known = new HashSet<>();
        for (final String word : words) {
            if (!known.add(word)) {
                throw Words.usage(spec, option + " " + word + " is given twice");
            }
        }
    }

    private static String checked(final String word, final Consumer<String> check) {
        check.accept(word);
        return word;
    }
}
