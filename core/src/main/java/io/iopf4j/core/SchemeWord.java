// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core;

import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A word of a command line or a file that names code to load, such as {@code native:./quota.so}.
 *
 * @param scheme what stands before its first colon
 * @param rest what stands behind that
 */
public record SchemeWord(String scheme, String rest) {
    private static final Pattern WORD = Pattern.compile("([a-z][a-z0-9-]*):(.*)", Pattern.DOTALL);

    /**
     * Takes a word apart.
     *
     * @param word any text
     * @return empty for a word that has no scheme
     */
    public static Optional<SchemeWord> of(final String word) {
        final Matcher matcher = WORD.matcher(word);
        return matcher.matches()
                ? Optional.of(new SchemeWord(matcher.group(1), matcher.group(2)))
                : Optional.empty();
    }

    /**
     * Finds who loads it.
     *
     * @param loaders of the kind that is wanted
     * @param <L> that kind
     * @return the loader of its scheme
     * @throws IllegalArgumentException if there is none, in one line that names those that are
     *     there
     */
    public <L extends CodeLoader<?>> L loader(final ServiceLoader<L> loaders) {
        return loader(loaders, CodeLoader::scheme);
    }

    /**
     * Finds who loads it, among loaders that do not know this module.
     *
     * @param loaders of the kind that is wanted
     * @param schemeOf what stands before the colon of the words that are for one
     * @param <L> that kind
     * @return the loader of its scheme
     * @throws IllegalArgumentException if there is none, in one line that names those that are
     *     there
     */
    public <L> L loader(final ServiceLoader<L> loaders, final Function<L, String> schemeOf) {
        for (final L loader : loaders) {
            if (schemeOf.apply(loader).equals(scheme)) {
                return loader;
            }
        }
        final String known =
                loaders.stream()
                        .map(loader -> schemeOf.apply(loader.get()) + ":")
                        .sorted()
                        .collect(Collectors.joining(", "));
        throw new IllegalArgumentException(
                "unknown scheme '"
                        + scheme
                        + ":' in '"
                        + this
                        + "': "
                        + (known.isEmpty()
                                ? "nothing here loads code from outside"
                                : "must be one of " + known));
    }

    @Override
    public String toString() {
        return scheme + ":" + rest;
    }
}
