// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.fault;

import io.iopf4j.trace.EventField;
import io.iopf4j.trace.EventFormat;
import io.iopf4j.trace.TraceEvent;
import io.iopf4j.trace.fault.FaultEvent.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The rules of an event, bound to the format that a trace has for it. */
final class FaultBinding {
    private final EventFormat format;
    private final List<BoundRule> rules = new ArrayList<>();

    /** Names of fields that the format does not have, if no rule could be bound. */
    private final List<String> missing = new ArrayList<>();

    /** How many fields the format had when it was bound: in text it may gain some. */
    private final int boundFields;

    /** A rule whose fields the format has. */
    private static final class BoundRule {
        private final Kind kind;
        private final EventField device;
        private final EventField[] needed;
        private final FaultValue.Bound[] numbers;
        private final FaultValue.Bound[] left;
        private final FaultValue.Bound[] right;

        BoundRule(final FaultRule rule, final EventFormat format) {
            kind = rule.kind();
            device = rule.device() == null ? null : format.require(rule.device());
            numbers = new FaultValue.Bound[FaultEvent.NUMBERS.size()];
            rule.numbers().forEach((number, value) -> numbers[number] = value.bind(format));
            needed =
                    Stream.concat(
                                    rule.numbers().values().stream()
                                            .flatMap(value -> value.fields().stream()),
                                    Stream.ofNullable(rule.device()))
                            .distinct()
                            .map(format::require)
                            .toArray(EventField[]::new);
            left = bind(rule.conditions().keySet().stream().toList(), format);
            right = bind(rule.conditions().values().stream().toList(), format);
        }

        private static FaultValue.Bound[] bind(
                final List<FaultValue> values, final EventFormat format) {
            return values.stream()
                    .map(value -> value.bind(format))
                    .toArray(FaultValue.Bound[]::new);
        }

        boolean isOf(final TraceEvent event) {
            for (int i = 0; i < left.length; i++) {
                if (left[i].of(event) != right[i].of(event)) {
                    return false;
                }
            }
            return true;
        }

        EventField fill(final TraceEvent event, final FaultEvent fault) {
            for (final EventField field : needed) {
                if (event.isCorrupt(field)) {
                    return field;
                }
            }
            fault.reset(kind, event);
            fault.setSource(event.system());
            fault.setNumbers(numbers);
            if (device != null) {
                fault.setDevice(event.getString(device));
            }
            return null;
        }
    }

    /**
     * Binds what there is.
     *
     * @throws IOException if a user's rule needs a field that this kind of event cannot have
     */
    FaultBinding(final EventFormat format, final FaultMap map) throws IOException {
        this.format = format;
        this.boundFields = format.fields().size();
        for (final FaultRule rule : map.of(format.system(), format.name())) {
            final List<String> absent =
                    rule.fields().stream().filter(field -> format.field(field) == null).toList();
            if (rule.origin() != null && !absent.isEmpty() && isComplete()) {
                throw new IOException(
                        rule.origin()
                                + ": event "
                                + format
                                + " has no field '"
                                + absent.get(0)
                                + "', expected one of "
                                + String.join(
                                        ", ",
                                        format.fields().stream().map(EventField::name).toList()));
            }
            if (absent.isEmpty()) {
                rules.add(new BoundRule(rule, format));
            } else if (missing.isEmpty()) {
                final String needer =
                        rule.origin() == null ? "" : ", which " + rule.origin() + " needs,";
                absent.forEach(field -> missing.add(field + needer));
            }
        }
        if (!rules.isEmpty()) {
            missing.clear();
        }
    }

    /** Lines of text may show further fields later. */
    private boolean isComplete() {
        return format.fields().stream().noneMatch(field -> field.kind() == EventField.Kind.TEXT);
    }

    boolean isStale() {
        return format.fields().size() != boundFields;
    }

    List<String> missing() {
        return missing;
    }

    /**
     * Fills a fault event.
     *
     * @return the field that this one event lacks, or null if it has them all
     */
    EventField fill(final TraceEvent event, final FaultEvent fault) {
        EventField lacking = null;
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).isOf(event)) {
                final EventField corrupt = rules.get(i).fill(event, fault);
                if (corrupt == null) {
                    return null;
                }
                lacking = lacking == null ? corrupt : lacking;
            }
        }
        fault.reset(Kind.OTHER, event);
        return lacking;
    }
}
