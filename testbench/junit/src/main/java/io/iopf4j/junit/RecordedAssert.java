// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import java.util.List;

/** Says what was recorded, and shows what was there if it was something else. */
public final class RecordedAssert {
    private static final int SHOWN = 16;

    private final Recorded recorded;

    RecordedAssert(final Recorded recorded) {
        this.recorded = recorded;
    }

    /**
     * These, in this order, and nothing else.
     *
     * @param expected one for each entry
     * @return this
     */
    public RecordedAssert containsExactly(final Expected... expected) {
        final List<Entry> entries = recorded.entries();
        boolean isSame = entries.size() == expected.length;
        for (int i = 0; isSame && i < expected.length; i++) {
            isSame = expected[i].matches(entries.get(i));
        }
        return require(isSame, "exactly", expected);
    }

    /**
     * These, in this order; others may stand between.
     *
     * @param expected what to look for
     * @return this
     */
    public RecordedAssert containsInOrder(final Expected... expected) {
        int found = 0;
        for (final Entry entry : recorded) {
            if (found < expected.length && expected[found].matches(entry)) {
                found++;
            }
        }
        return require(found == expected.length, "in this order", expected);
    }

    /**
     * At least one of each.
     *
     * @param expected what to look for
     * @return this
     */
    public RecordedAssert contains(final Expected... expected) {
        for (final Expected one : expected) {
            require(recorded.only(one).size() > 0, "among others", one);
        }
        return this;
    }

    /**
     * None of any.
     *
     * @param unexpected what must not be there
     * @return this
     */
    public RecordedAssert containsNo(final Expected... unexpected) {
        for (final Expected one : unexpected) {
            require(recorded.only(one).size() == 0, "not", one);
        }
        return this;
    }

    /**
     * Nothing.
     *
     * @return this
     */
    public RecordedAssert isEmpty() {
        return containsExactly();
    }

    /**
     * So many.
     *
     * @param count how many entries
     * @return this
     */
    public RecordedAssert hasSize(final int count) {
        if (recorded.size() != count) {
            throw new AssertionError("expected " + count + " " + recorded.what() + actual());
        }
        return this;
    }

    private RecordedAssert require(
            final boolean isMet, final String how, final Expected... expected) {
        if (!isMet) {
            final StringBuilder text = new StringBuilder("expected " + recorded.what());
            text.append(expected.length == 0 ? ": none" : ", " + how + ":");
            for (final Expected one : expected) {
                text.append("\n  ").append(one);
            }
            throw new AssertionError(text.append(actual()).toString());
        }
        return this;
    }

    private String actual() {
        final List<Entry> entries = recorded.entries();
        if (entries.isEmpty()) {
            return "\nbut there were none";
        }
        final StringBuilder text = new StringBuilder("\nbut there were " + entries.size() + ":");
        final int from = Math.max(0, entries.size() - SHOWN);
        if (from > 0) {
            text.append("\n  ... ").append(from).append(" earlier ones");
        }
        for (final Entry entry : entries.subList(from, entries.size())) {
            text.append("\n  ").append(entry);
        }
        return text.toString();
    }
}
