// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What has become of machines and devices so far, and so what can still happen to them. */
final class Fortunes {
    private final Map<String, String> vmOfDevice = new HashMap<>();
    private final Set<String> removed = new HashSet<>();
    private final Set<String> dead = new HashSet<>();
    private final Set<String> closed = new HashSet<>();
    private final Set<String> silent = new HashSet<>();

    Fortunes(final List<ScenarioVm> vms) {
        for (final ScenarioVm vm : vms) {
            vm.devices().forEach(device -> vmOfDevice.put(device, vm.name()));
        }
    }

    /** Lets an event happen; returns why it cannot, else null. */
    String refuse(final ScenarioEvent event) {
        final String subject = event.subject();
        if (event.kind().isOfDevice() && removed.contains(subject)) {
            return "device '" + subject + "' is removed by then";
        }
        if (event.kind().isOfDevice() && dead.contains(vmOfDevice.get(subject))) {
            return "device '" + subject + "' is gone with its VM by then";
        }
        if (!event.kind().isOfDevice() && dead.contains(subject)) {
            return "VM '" + subject + "' is dead by then";
        }
        return switch (event.kind()) {
            case MOVE -> move(subject, event.to());
            case REMOVE -> removed.add(subject) ? null : "is removed";
            case REPLACE_DOMAIN -> replace(subject);
            case KILL -> dead.add(subject) ? null : "is dead";
            case CLOSE_FAULT_QUEUE ->
                    closed.add(subject) ? null : "its fault queue is closed by then";
            case SILENCE -> silent.add(subject) ? null : "it is silent by then";
            case WAKE -> silent.remove(subject) ? null : "it is not silent then";
        };
    }

    /** Before 6.12 the fault queue is in the device's file: who closed it can do nothing more. */
    private String replace(final String device) {
        final String vm = vmOfDevice.get(device);
        return closed.contains(vm) ? "the fault queue of VM '" + vm + "' is closed by then" : null;
    }

    private String move(final String device, final String to) {
        if (dead.contains(to)) {
            return "VM '" + to + "' is dead by then";
        }
        if (closed.contains(to)) {
            return "the fault queue of VM '" + to + "' is closed by then";
        }
        final String from = vmOfDevice.put(device, to);
        return to.equals(from) ? "device '" + device + "' is in VM '" + to + "' by then" : null;
    }
}
