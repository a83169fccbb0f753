// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.fault;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Which events are steps of faults: what is built in, and what a user adds. Immutable. */
public final class FaultMap {
    private static final FaultMap BUILT_IN =
            new FaultMap(
                    Stream.of(
                                    KernelRules.all(),
                                    IommuRules.all(),
                                    LogRules.all(),
                                    QueueRules.all(),
                                    QemuRules.all())
                            .flatMap(List::stream)
                            .toList());

    private final Map<String, List<FaultRule>> byEvent = new HashMap<>();

    private FaultMap(final List<FaultRule> rules) {
        rules.forEach(
                rule ->
                        byEvent.computeIfAbsent(rule.event(), event -> new ArrayList<>())
                                .add(rule));
    }

    /**
     * What every trace is read with.
     *
     * @return the kernel's own events, proposed ones, and the probes of {@code docs}
     */
    public static FaultMap builtIn() {
        return BUILT_IN;
    }

    /**
     * Adds rules; for an event that is known already the new ones come first.
     *
     * @param rules a user's
     * @return another map
     */
    public FaultMap with(final List<FaultRule> rules) {
        final List<FaultRule> all = new ArrayList<>(rules);
        byEvent.values().forEach(all::addAll);
        return new FaultMap(all);
    }

    /**
     * Finds the rules of an event; the first whose fields are all there, and whose conditions hold,
     * counts.
     *
     * @param system the event's group, empty in text, where the name alone decides
     * @param event the event's name
     * @return rules in the order in which they are tried
     */
    List<FaultRule> of(final String system, final String event) {
        return byEvent.getOrDefault(event, List.of()).stream()
                .filter(rule -> system.isEmpty() || system.equals(rule.system()))
                .toList();
    }
}
