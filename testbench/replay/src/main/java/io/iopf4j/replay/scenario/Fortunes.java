// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import io.iopf4j.replay.scenario.ScenarioEvent.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What has become of machines and devices so far, and so what can still happen to them. */
final class Fortunes {
    private static final String CLOSED = "the fault queue of VM '%2$s' is closed by then";

    private final Map<String, String> vmOfDevice = new HashMap<>();
    private final Set<String> removed = new HashSet<>();
    private final Set<String> unplugged = new HashSet<>();
    private final Set<String> dead = new HashSet<>();
    private final Set<String> closed = new HashSet<>();
    private final Set<String> silent = new HashSet<>();
    private final Set<String> manual = new HashSet<>();

    Fortunes(final List<ScenarioVm> vms) {
        for (final ScenarioVm vm : vms) {
            vm.devices().forEach(device -> vmOfDevice.put(device, vm.name()));
            if (vm.guest() instanceof Guest.Manual) {
                manual.add(vm.name());
            }
        }
    }

    /** Of some events those that can happen, in the order of time. */
    static List<ScenarioEvent> possible(
            final List<ScenarioVm> vms, final List<ScenarioEvent> events) {
        final List<ScenarioEvent> all = new ArrayList<>(events);
        for (final ScenarioVm vm : vms) {
            if (vm.guest() instanceof Guest.Dying dying && !dying.isSilently()) {
                all.removeIf(
                        event -> event.kind() == Kind.KILL && event.subject().equals(vm.name()));
                all.add(new ScenarioEvent(dying.atNs(), Kind.KILL, vm.name(), null));
            }
        }
        all.sort(Comparator.comparingLong(ScenarioEvent::atNs));
        final Fortunes fortunes = new Fortunes(vms);
        all.removeIf(event -> fortunes.hindrance(event) != null);
        return all;
    }

    /** Lets an event happen; returns why it cannot, else null. */
    String refuse(final ScenarioEvent event) {
        final String hindrance = hindrance(event);
        final String vm = event.to() == null ? vmOfDevice.get(event.subject()) : event.to();
        return hindrance == null ? null : String.format(hindrance, event.subject(), vm);
    }

    /**
     * The same in words that the subject, and the machine that it is or goes to, are to be put
     * into: whoever only asks whether does not pay for them.
     */
    private String hindrance(final ScenarioEvent event) {
        final String subject = event.subject();
        if (event.kind().isOfDevice() && removed.contains(subject)) {
            return "device '%1$s' is removed by then";
        }
        if (event.kind().isOfDevice() && dead.contains(vmOfDevice.get(subject))) {
            return "device '%1$s' is gone with its VM by then";
        }
        if (event.kind() != Kind.REMOVE && unplugged.contains(subject)) {
            return "device '%1$s' is unplugged by then";
        }
        if (!event.kind().isOfDevice() && dead.contains(subject)) {
            return "VM '%1$s' is dead by then";
        }
        return switch (event.kind()) {
            case MOVE -> move(subject, event.to());
            case REMOVE -> removed.add(subject) ? null : "is removed";
            case REPLACE_DOMAIN -> replace(subject);
            case RESET -> null;
            case UNPLUG -> {
                unplugged.add(subject);
                yield null;
            }
            case KILL -> dead.add(subject) ? null : "is dead";
            case CLOSE_FAULT_QUEUE ->
                    closed.add(subject) ? null : "its fault queue is closed by then";
            case SILENCE -> silent.add(subject) ? null : "it is silent by then";
            case WAKE -> silent.remove(subject) ? null : "it is not silent then";
            case ACCESS -> null;
            case ANSWER ->
                    manual.contains(subject)
                            ? null
                            : "the guest of VM '%1$s' is not of kind 'manual'";
        };
    }

    /** Before 6.12 the fault queue is in the device's file: who closed it can do nothing more. */
    private String replace(final String device) {
        return closed.contains(vmOfDevice.get(device)) ? CLOSED : null;
    }

    private String move(final String device, final String to) {
        if (dead.contains(to)) {
            return "VM '%2$s' is dead by then";
        }
        if (closed.contains(to)) {
            return CLOSED;
        }
        final String from = vmOfDevice.put(device, to);
        return to.equals(from) ? "device '%1$s' is in VM '%2$s' by then" : null;
    }
}
