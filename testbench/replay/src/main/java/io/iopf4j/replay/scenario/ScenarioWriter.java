// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import io.iopf4j.api.PageResponseType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/**
 * Writes a scenario as a file that {@link ScenarioFile} reads back as the same scenario: what has
 * its default is left out, an event is a line.
 */
public final class ScenarioWriter {
    private static final String[] UNITS = {"min", "s", "ms", "us", "ns"};
    private static final long[] UNIT_NS = {60_000_000_000L, 1_000_000_000, 1_000_000, 1_000, 1};

    private final StringBuilder out = new StringBuilder();
    private final Scenario scenario;

    private ScenarioWriter(final Scenario scenario) {
        this.scenario = scenario;
    }

    /**
     * Writes a scenario. A driver from outside that it names is not written: files have no word for
     * it.
     *
     * @param scenario the scenario
     * @return YAML that ends with a line break
     */
    public static String write(final Scenario scenario) {
        return new ScenarioWriter(scenario).text();
    }

    private String text() {
        line("title: " + quoted(scenario.title()));
        final Map<String, String> hardware = hardware(scenario.hardware());
        if (!hardware.isEmpty()) {
            line("hardware: " + flow(hardware));
        }
        line("semantics: " + scenario.semantics());
        line("policy: " + scenario.policy());
        line("seed: " + scenario.seed());
        scenario.calmNs().ifPresent(ns -> line("calm: " + time(ns)));
        line("duration: " + time(scenario.durationNs()));
        if (scenario.course().isCareful()) {
            line("careful: true");
        }
        line("vms:");
        scenario.vms().forEach(this::vm);
        final List<ScenarioEvent> events =
                scenario.events().stream().filter(event -> !isOfGuest(event)).toList();
        if (!events.isEmpty()) {
            line("events:");
            events.forEach(event -> line("  - " + flow(event(event))));
        }
        if (!scenario.hazards().isEmpty()) {
            line("hazards:");
            scenario.hazards().forEach(hazard -> line("  - " + flow(hazard(hazard))));
        }
        return out.toString();
    }

    private void line(final String text) {
        out.append(text).append('\n');
    }

    /** The file says it by the guest's kind. */
    private boolean isOfGuest(final ScenarioEvent event) {
        return event.kind() == ScenarioEvent.Kind.KILL
                && scenario.vms().stream()
                        .anyMatch(
                                vm ->
                                        vm.name().equals(event.subject())
                                                && vm.guest() instanceof Guest.Dying dying
                                                && !dying.isSilently()
                                                && dying.atNs() == event.atNs());
    }

    private static Map<String, String> hardware(final Hardware hardware) {
        final Map<String, String> map = new LinkedHashMap<>();
        if (hardware.iommu() != Hardware.Iommu.AUTO) {
            map.put("iommu", hardware.iommu().toString());
        }
        hardware.stallEntries().ifPresent(n -> map.put("stallEntries", String.valueOf(n)));
        hardware.queueEntries().ifPresent(n -> map.put("queueEntries", String.valueOf(n)));
        hardware.interruptLatencyNs().ifPresent(ns -> map.put("interruptLatency", time(ns)));
        return map;
    }

    private void vm(final ScenarioVm vm) {
        line("  - name: " + vm.name());
        line("    devices: " + (vm.devices().isEmpty() ? "0" : list(vm.devices())));
        line("    guest: " + guest(vm.guest()));
        vm.workload().ifPresent(workload -> line("    workload: " + flow(workload(workload))));
    }

    private static String guest(final Guest guest) {
        final Map<String, String> map = new LinkedHashMap<>();
        map.put("kind", guest.getClass().getSimpleName().toLowerCase(Locale.ROOT));
        if (guest instanceof Guest.Prompt prompt) {
            map.put("delay", delay(prompt.delay()));
        } else if (guest instanceof Guest.Slow slow) {
            map.put("delay", delay(slow.delay()));
        } else if (guest instanceof Guest.Dying dying) {
            map.put("delay", delay(dying.delay()));
            map.put("at", time(dying.atNs()));
            if (dying.isSilently()) {
                map.put("silently", "true");
            }
        } else if (guest instanceof Guest.Hostile hostile) {
            map.put("delay", delay(hostile.delay()));
            map.put("every", String.valueOf(hostile.every()));
        } else if (guest instanceof Guest.Lying lying) {
            map.put("delay", delay(lying.delay()));
            map.put("mode", lying.lie().toString());
            map.put("every", String.valueOf(lying.every()));
        }
        return map.size() == 1 ? map.get("kind") : flow(map);
    }

    private static String delay(final Delay delay) {
        final Map<String, String> map = new LinkedHashMap<>();
        map.put("distribution", delay.distribution().name().toLowerCase(Locale.ROOT));
        switch (delay.distribution()) {
            case FIXED -> {
                return time(delay.meanNs());
            }
            case UNIFORM -> {
                map.put("min", time(delay.minNs()));
                map.put("max", time(delay.maxNs()));
            }
            default -> {
                map.put("mean", time(delay.meanNs()));
                map.put("max", time(delay.maxNs()));
            }
        }
        return flow(map);
    }

    private Map<String, String> workload(final Workload workload) {
        final Map<String, String> map = new LinkedHashMap<>();
        map.put("rate", workload.rate() + "/" + unit(workload.perNs()));
        put(map, "burst", workload.burst(), 1);
        if (workload.isRandom()) {
            map.put("arrivals", "random");
        }
        map.put("start", time(workload.startNs()));
        map.put("stop", time(workload.stopNs()));
        put(map, "count", workload.count(), Long.MAX_VALUE);
        map.put(
                "addresses",
                String.format(
                        "{from: 0x%x, pages: %d, order: %s}",
                        workload.addresses().from(),
                        workload.addresses().pages(),
                        workload.addresses().isRandom() ? "random" : "sequential"));
        if (!workload.pasids().isEmpty()) {
            map.put("pasids", list(workload.pasids()));
        }
        map.put("access", workload.access().name().toLowerCase(Locale.ROOT));
        put(map, "groupSize", workload.groupSize(), 1);
        if (workload.responseType() == PageResponseType.STREAM) {
            map.put("responseType", "stream");
        }
        put(map, "inFlight", workload.inFlight(), Workload.UNLIMITED);
        return map;
    }

    private static Map<String, String> event(final ScenarioEvent event) {
        final Map<String, String> map = new LinkedHashMap<>();
        map.put("at", time(event.atNs()));
        map.put(event.kind().key(), event.subject());
        if (event.to() != null) {
            map.put("to", event.to());
        }
        if (event.request() != null) {
            request(map, event.request());
        }
        if (event.reply() != null) {
            reply(map, event.reply());
        }
        return map;
    }

    private static void request(
            final Map<String, String> map, final ScenarioEvent.Request request) {
        if (request.address() != ScenarioEvent.Request.ADDRESS) {
            map.put("address", "0x" + Long.toHexString(request.address()));
        }
        put(map, "pasid", request.pasid(), ScenarioEvent.Request.NO_PASID);
        if (request.isWrite()) {
            map.put("write", "true");
        }
        put(map, "pages", request.pages(), 1);
    }

    private static void reply(final Map<String, String> map, final ScenarioEvent.Reply reply) {
        if (reply.isNewest()) {
            map.put("fault", "newest");
        }
        for (final Map.Entry<String, Integer> code : ScenarioEvent.Reply.CODES.entrySet()) {
            if (code.getValue() == reply.code() && code.getValue() != 0) {
                map.put("code", code.getKey());
            }
        }
    }

    private static Map<String, String> hazard(final Hazard hazard) {
        final Map<String, String> map = new LinkedHashMap<>();
        map.put(hazard.kind().key(), hazard.kind().word());
        if (hazard.kind().lengthKey() != null) {
            map.put(hazard.kind().lengthKey(), time(hazard.lengthNs()));
        }
        if (!hazard.odds().equals(Odds.ALWAYS)) {
            map.put(hazard.odds().how().key(), odds(hazard.odds()));
        }
        if (hazard.fromNs() != 0) {
            map.put("from", time(hazard.fromNs()));
        }
        if (hazard.untilNs() != Hazard.TO_THE_END) {
            map.put("until", time(hazard.untilNs()));
        }
        if (hazard.address() != 0 || hazard.bytes() != Hazard.ALL_MEMORY) {
            map.put("address", "0x" + Long.toHexString(hazard.address()));
        }
        put(map, "bytes", hazard.bytes(), Hazard.ALL_MEMORY);
        return map;
    }

    private static String odds(final Odds odds) {
        return odds.how() == Odds.How.CHANCE
                ? BigDecimal.valueOf(odds.number(), Odds.PERCENT_DIGITS)
                                .stripTrailingZeros()
                                .toPlainString()
                        + "%"
                : String.valueOf(odds.number());
    }

    private static void put(
            final Map<String, String> map,
            final String key,
            final long value,
            final long otherwise) {
        if (value != otherwise) {
            map.put(key, String.valueOf(value));
        }
    }

    private static String flow(final Map<String, String> map) {
        final StringJoiner joined = new StringJoiner(", ", "{", "}");
        map.forEach((key, value) -> joined.add(key + ": " + value));
        return joined.toString();
    }

    private static String list(final List<?> values) {
        final List<String> texts = new ArrayList<>();
        values.forEach(value -> texts.add(String.valueOf(value)));
        return "[" + String.join(", ", texts) + "]";
    }

    private static String unit(final long perNs) {
        for (int i = 0; i < UNITS.length; i++) {
            if (UNIT_NS[i] == perNs) {
                return UNITS[i];
            }
        }
        throw new IllegalArgumentException("perNs is no unit: perNs=" + perNs);
    }

    /** In the largest unit that leaves no fraction. */
    private static String time(final long ns) {
        int unit = UNITS.length - 1;
        for (int i = 0; i < UNITS.length && ns != 0; i++) {
            if (ns % UNIT_NS[i] == 0) {
                unit = i;
                break;
            }
        }
        return ns / UNIT_NS[unit] + UNITS[unit];
    }

    /** In quotation marks: a title may hold what YAML has a use for. */
    private static String quoted(final String title) {
        return '"' + title.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
