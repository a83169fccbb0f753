// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** What is built into either model or left out of it, by its features' names. */
final class FeatureOptions {
    @Option(
            names = "--with",
            paramLabel = "FEATURE",
            description = "Builds one of the model's features in; may be given again.")
    private List<String> with = new ArrayList<>();

    @Option(
            names = "--without",
            paramLabel = "FEATURE",
            description = "Leaves a feature out; may be given again.")
    private List<String> without = new ArrayList<>();

    FeatureOptions() {}

    /**
     * What is built in besides.
     *
     * @throws IllegalArgumentException for a name that is none
     */
    <F extends Enum<F>> List<F> with(final Class<F> features) {
        return named("--with", with, features);
    }

    /**
     * What is left out.
     *
     * @throws IllegalArgumentException for a name that is none
     */
    <F extends Enum<F>> List<F> without(final Class<F> features) {
        return named("--without", without, features);
    }

    private static <F extends Enum<F>> List<F> named(
            final String option, final List<String> names, final Class<F> features) {
        return names.stream().map(name -> named(option, name, features)).toList();
    }

    private static <F extends Enum<F>> F named(
            final String option, final String name, final Class<F> features) {
        final F[] all = features.getEnumConstants();
        return Arrays.stream(all)
                .filter(feature -> optionName(feature).equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        option
                                                + " "
                                                + name
                                                + ": expected one of "
                                                + Arrays.stream(all)
                                                        .map(FeatureOptions::optionName)
                                                        .collect(Collectors.joining(", "))));
    }

    /** A feature as it is called on the command line. */
    static String optionName(final Enum<?> feature) {
        return feature.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
