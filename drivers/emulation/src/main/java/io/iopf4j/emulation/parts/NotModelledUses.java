// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.parts;

import java.util.function.Consumer;

/**
 * Counts and reports each use of what a model does not do.
 *
 * @param <E> what there is of it
 */
public final class NotModelledUses<E extends Enum<E>> {
    private final long[] counts;
    private final Consumer<? super E> observer;

    /**
     * No uses so far.
     *
     * @param kinds what there is
     * @param observer hears of each use
     */
    public NotModelledUses(final Class<E> kinds, final Consumer<? super E> observer) {
        this.counts = new long[kinds.getEnumConstants().length];
        this.observer = observer;
    }

    /**
     * Software has used it, once.
     *
     * @param what which of it
     */
    @SuppressWarnings("EnumOrdinal") // An index that is never stored.
    public void report(final E what) {
        counts[what.ordinal()]++;
        observer.accept(what);
    }

    /**
     * How often software has used it.
     *
     * @param what which of it
     * @return a count
     */
    @SuppressWarnings("EnumOrdinal") // An index that is never stored.
    public long count(final E what) {
        return counts[what.ordinal()];
    }
}
