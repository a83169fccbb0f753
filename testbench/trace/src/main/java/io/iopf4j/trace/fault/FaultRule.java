// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.fault;

import io.iopf4j.trace.fault.FaultEvent.Kind;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * How one trace event becomes a step of a fault. Made of words, so that a list of rules is data:
 *
 * <pre>
 * FaultRule.of("intel_iommu:prq_report", Kind.REQUEST,
 *         "device=dev", "rid=dw0[31:16]", "pasid=dw0[51:32]", "addr=dw1[63:12]&lt;&lt;12");
 * FaultRule.of("intel_iommu:qi_submit", Kind.ANSWER, "when qw0[3:0]=9", "rid=qw0[31:16]");
 * </pre>
 *
 * <p>The left side is a name of {@link FaultEvent#NUMBERS}, or {@code device}, whose right side is
 * a field. An event for which a condition does not hold is {@link Kind#OTHER}. Not changed once it
 * is in a {@link FaultMap}.
 */
public final class FaultRule {
    private static final String WHEN = "when ";
    private static final String DEVICE = "device";

    private final String system;
    private final String event;
    private final Kind kind;
    private final Map<Integer, FaultValue> numbers = new LinkedHashMap<>();
    private final Map<FaultValue, FaultValue> conditions = new LinkedHashMap<>();
    private String device;
    private String origin;

    private FaultRule(final String system, final String event, final Kind kind) {
        this.system = system;
        this.event = event;
        this.kind = kind;
    }

    /**
     * Makes a rule.
     *
     * @param event {@code system:name}
     * @param kind the step
     * @param words {@code number=value}, {@code device=field} or {@code when value=value}; values
     *     are fields, bits of fields and constants joined by {@code |}
     * @return the rule
     * @throws IllegalArgumentException with one line that says what is wrong
     */
    public static FaultRule of(final String event, final Kind kind, final String... words) {
        final int colon = event.indexOf(':');
        if (colon <= 0 || colon == event.length() - 1) {
            throw new IllegalArgumentException(
                    "'" + event + "' is no event, expected system:name such as iommu:dev_fault");
        }
        final FaultRule rule =
                new FaultRule(event.substring(0, colon), event.substring(colon + 1), kind);
        for (final String word : words) {
            rule.add(word);
        }
        return rule;
    }

    /**
     * Says who made it: an event whose format lacks a field of it is then an error, not a remark.
     *
     * @param where file and line
     * @return this
     */
    public FaultRule from(final String where) {
        origin = where;
        return this;
    }

    private void add(final String word) {
        final boolean isCondition = word.startsWith(WHEN);
        final String assignment = isCondition ? word.substring(WHEN.length()) : word;
        final int equals = assignment.indexOf('=');
        if (equals <= 0) {
            throw new IllegalArgumentException("'" + word + "': expected name=value");
        }
        final String left = assignment.substring(0, equals);
        final String right = assignment.substring(equals + 1);
        if (isCondition) {
            conditions.put(FaultValue.parse(left), FaultValue.parse(right));
        } else if (left.equals(DEVICE)) {
            device = right;
        } else {
            final int number = FaultEvent.NUMBERS.indexOf(left);
            if (number < 0) {
                throw new IllegalArgumentException(
                        "'"
                                + left
                                + "' is nothing that a fault has, expected device or one of "
                                + String.join(", ", FaultEvent.NUMBERS));
            }
            numbers.put(number, FaultValue.parse(right));
        }
    }

    /**
     * The event's group.
     *
     * @return the part before the colon
     */
    public String system() {
        return system;
    }

    /**
     * The event's name.
     *
     * @return the part behind the colon
     */
    public String event() {
        return event;
    }

    /**
     * The step that it is.
     *
     * @return never {@link Kind#OTHER}
     */
    public Kind kind() {
        return kind;
    }

    /**
     * The fields that an event must have.
     *
     * @return their names, sorted
     */
    public Set<String> fields() {
        final Set<String> fields = new TreeSet<>();
        numbers.values().forEach(value -> fields.addAll(value.fields()));
        conditions.forEach(
                (left, right) -> {
                    fields.addAll(left.fields());
                    fields.addAll(right.fields());
                });
        if (device != null) {
            fields.add(device);
        }
        return fields;
    }

    /** Who made it, or null: it is built in. */
    String origin() {
        return origin;
    }

    /** The field that names the device, or null. */
    String device() {
        return device;
    }

    /** Values by the number in {@link FaultEvent#NUMBERS} that they give. */
    Map<Integer, FaultValue> numbers() {
        return numbers;
    }

    /** What must be equal. */
    Map<FaultValue, FaultValue> conditions() {
        return conditions;
    }
}
