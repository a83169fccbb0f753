// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core;

/**
 * Makes something of code that is not a part of iopf4j. A {@link java.util.ServiceLoader} finds it:
 * in the module descriptor as {@code provides}, on the class path under {@code META-INF/services}.
 * Any thread may call it.
 *
 * @param <T> what it makes
 */
public interface CodeLoader<T> {
    /**
     * What stands before the colon of a word that is for this loader.
     *
     * @return a small letter, then small letters, digits and dashes, such as {@code native}
     */
    String scheme();

    /**
     * Loads the code that a word names.
     *
     * @param rest all that stands behind the colon, such as {@code ./quota.so limit=4}; without
     *     commas where these separate words
     * @return a new instance, the caller's to close
     * @throws IllegalArgumentException if it cannot be loaded, in one line that names it
     */
    T load(String rest);
}
