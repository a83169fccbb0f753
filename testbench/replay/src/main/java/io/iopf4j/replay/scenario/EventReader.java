// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import io.iopf4j.replay.scenario.ScenarioEvent.Kind;
import io.iopf4j.replay.yaml.YamlException;
import io.iopf4j.replay.yaml.YamlMap;
import io.iopf4j.replay.yaml.YamlNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Reads what happens to machines and devices, and sees to it that all of it can happen. */
final class EventReader {
    private static final int MOST_EVENTS = 10_000;
    private static final List<String> KINDS = Arrays.stream(Kind.values()).map(Kind::key).toList();
    private static final List<String> KEYS =
            Stream.of(List.of("at"), KINDS, List.of("to"), StepReader.REQUEST, StepReader.REPLY)
                    .flatMap(List::stream)
                    .toList();

    private final long durationNs;
    private final List<ScenarioVm> vms;
    private final StepReader steps;
    private final Set<String> devices = new LinkedHashSet<>();
    private final List<Placed> events = new ArrayList<>();

    EventReader(final long durationNs, final List<ScenarioVm> vms, final Hardware hardware) {
        this.durationNs = durationNs;
        this.vms = vms;
        this.steps = new StepReader(hardware);
        vms.forEach(vm -> devices.addAll(vm.devices()));
    }

    /** An event, and what to blame if it cannot happen. */
    private record Placed(ScenarioEvent event, YamlNode node) {}

    /** Adds the events of the file. */
    void read(final YamlNode list) throws YamlException {
        for (final YamlNode node :
                list.list("a list of events such as - {at: 2s, kill: vm}", MOST_EVENTS)) {
            readOne(node.map("an event such as {at: 2s, kill: vm}", KEYS));
        }
    }

    /** Adds the death of a guest that its host notices. */
    void dies(final String vm, final long atNs, final YamlNode guest) {
        events.add(new Placed(new ScenarioEvent(atNs, Kind.KILL, vm, null), guest));
    }

    private void readOne(final YamlMap map) throws YamlException {
        final long atNs = Values.timeBefore(map.require("at", "at: 2s"), durationNs);
        final Kind kind = kind(map);
        final YamlNode subject = map.get(kind.key());
        String to = null;
        if (kind == Kind.MOVE) {
            to = vm(map.require("to", "to: vm"));
        } else if (map.get("to") != null) {
            throw map.key("to").wrong("is for 'move' alone");
        }
        final ScenarioEvent.Request request = steps.request(map, kind);
        final ScenarioEvent.Reply reply = steps.reply(map, kind);
        for (final String each : kind.isOfDevice() ? devices(subject) : List.of(vm(subject))) {
            events.add(
                    new Placed(new ScenarioEvent(atNs, kind, each, to, request, reply), subject));
        }
    }

    private static Kind kind(final YamlMap map) throws YamlException {
        Kind found = null;
        for (final Kind kind : Kind.values()) {
            if (map.get(kind.key()) != null && found != null) {
                throw map.key(kind.key())
                        .wrong("an event is one thing, and this one is '" + found.key() + "'");
            }
            found = map.get(kind.key()) == null ? found : kind;
        }
        if (found == null) {
            throw map.key("at")
                    .wrong("nothing happens, expected one of " + String.join(", ", KINDS));
        }
        return found;
    }

    private String vm(final YamlNode node) throws YamlException {
        final String name = Values.name(node);
        if (vms.stream().noneMatch(vm -> vm.name().equals(name))) {
            throw node.wrong(
                    "no such VM, expected one of "
                            + Values.some(vms.stream().map(ScenarioVm::name).toList()));
        }
        return name;
    }

    /** The name of a device, or of a machine for all that it starts with. */
    private List<String> devices(final YamlNode node) throws YamlException {
        final String name = Values.name(node);
        if (devices.contains(name)) {
            return List.of(name);
        }
        for (final ScenarioVm vm : vms) {
            if (vm.name().equals(name) && !vm.devices().isEmpty()) {
                return vm.devices();
            }
        }
        throw node.wrong(
                devices.isEmpty()
                        ? "no such device, there is none"
                        : "no such device, expected one of " + Values.some(devices));
    }

    /** All events, by time; each of them can happen. */
    List<ScenarioEvent> inOrder() throws YamlException {
        events.sort(Comparator.comparingLong(placed -> placed.event().atNs()));
        final Fortunes fortunes = new Fortunes(vms);
        for (final Placed placed : events) {
            final String why = fortunes.refuse(placed.event());
            if (why != null) {
                throw placed.node().wrong(why);
            }
        }
        return events.stream().map(Placed::event).toList();
    }
}
