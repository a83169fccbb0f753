// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.semantics;

import io.iopf4j.core.SchemeWord;
import java.util.Optional;
import java.util.ServiceLoader;

/** Profiles by the words that a command line has for them: those that ship, and code to load. */
public final class Profiles {
    private Profiles() {}

    /**
     * The profile of a word. One with a scheme, such as {@code native:./core.so}, is made by the
     * {@link ProfileLoader} of that scheme.
     *
     * @param word such as {@code mainline-6.12}
     * @return the profile
     * @throws IllegalArgumentException if there is none, in one line that names what there is
     */
    public static Profile of(final String word) {
        final Optional<SchemeWord> code = SchemeWord.of(word);
        return code.isPresent() ? loader(code.get()).load(code.get().rest()) : Semantics.of(word);
    }

    /**
     * Checks what a file names, and loads nothing: of a word with a scheme the scheme alone.
     *
     * @param word as for {@link #of}
     * @throws IllegalArgumentException as of {@link #of}
     */
    public static void check(final String word) {
        SchemeWord.of(word).ifPresentOrElse(Profiles::loader, () -> Semantics.of(word));
    }

    private static ProfileLoader loader(final SchemeWord code) {
        return code.loader(ServiceLoader.load(ProfileLoader.class));
    }
}
