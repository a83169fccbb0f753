// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.fault;

import io.iopf4j.trace.EventField;
import io.iopf4j.trace.EventFormat;
import io.iopf4j.trace.TraceEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a number of a fault follows from an event's fields: terms joined by {@code |}, each a field,
 * some bits of a field, or a constant, moved left if need be: {@code addr}, {@code dw0[51:32]},
 * {@code dw1[63:12]<<12}, {@code dw1[0]|dw1[1]<<1}, {@code 0x2}. Immutable.
 */
final class FaultValue {
    private static final Pattern TERM =
            Pattern.compile(
                    "(?:(?<name>[A-Za-z_]\\w*)(?:\\[(?<hi>\\d{1,2})(?::(?<lo>\\d{1,2}))?\\])?"
                            + "|(?<constant>0x[0-9a-fA-F]{1,16}|\\d{1,18}))(?:<<(?<by>\\d{1,2}))?");

    private static final int TOP_BIT = 63;

    private final List<Term> terms;

    /** A field, null for a constant, and which of its bits go where. */
    private record Term(String field, int low, long mask, int by, long constant) {}

    /** A term whose field is found in a format. */
    private record BoundTerm(EventField field, int low, long mask, int by) {}

    /** A value whose fields are found in a format. */
    static final class Bound {
        private final BoundTerm[] terms;
        private final long constant;

        private Bound(final BoundTerm[] terms, final long constant) {
            this.terms = terms;
            this.constant = constant;
        }

        long of(final TraceEvent event) {
            long value = constant;
            for (final BoundTerm term : terms) {
                value |= ((event.getLong(term.field) >>> term.low) & term.mask) << term.by;
            }
            return value;
        }
    }

    private FaultValue(final List<Term> terms) {
        this.terms = terms;
    }

    /**
     * Reads a value.
     *
     * @param text as in the class comment, without blanks
     * @throws IllegalArgumentException with what is wrong with it
     */
    static FaultValue parse(final String text) {
        final List<Term> terms = new ArrayList<>();
        for (final String part : text.split("\\|", -1)) {
            final Matcher term = TERM.matcher(part);
            if (!term.matches()) {
                throw new IllegalArgumentException(
                        "'"
                                + part
                                + "' is no value, expected a field, bits of one such as dw0[51:32],"
                                + " or a number, each with <<N behind it if need be");
            }
            terms.add(term(term));
        }
        return new FaultValue(List.copyOf(terms));
    }

    private static Term term(final Matcher term) {
        final int by = term.group("by") == null ? 0 : bit(term.group("by"));
        if (term.group("constant") != null) {
            final String constant = term.group("constant");
            final long value =
                    constant.startsWith("0x")
                            ? Long.parseUnsignedLong(constant.substring(2), 16)
                            : Long.parseLong(constant);
            return new Term(null, 0, 0, 0, value << by);
        }
        if (term.group("hi") == null) {
            return new Term(term.group("name"), 0, -1, by, 0);
        }
        final int high = bit(term.group("hi"));
        final int low = term.group("lo") == null ? high : bit(term.group("lo"));
        if (low > high) {
            throw new IllegalArgumentException(
                    "'" + term.group() + "': expected the higher bit first");
        }
        return new Term(term.group("name"), low, -1L >>> (TOP_BIT - high + low), by, 0);
    }

    private static int bit(final String number) {
        final int bit = Integer.parseInt(number);
        if (bit > TOP_BIT) {
            throw new IllegalArgumentException(
                    "'" + number + "' is no bit, expected one in 0 to " + TOP_BIT);
        }
        return bit;
    }

    /** The fields that it needs. */
    List<String> fields() {
        return terms.stream().map(Term::field).filter(field -> field != null).distinct().toList();
    }

    /** Binds it to a format that has all of {@link #fields()}. */
    Bound bind(final EventFormat format) {
        return new Bound(
                terms.stream()
                        .filter(term -> term.field != null)
                        .map(
                                term ->
                                        new BoundTerm(
                                                format.require(term.field),
                                                term.low,
                                                term.mask,
                                                term.by))
                        .toArray(BoundTerm[]::new),
                terms.stream().mapToLong(Term::constant).reduce(0, (a, b) -> a | b));
    }
}
