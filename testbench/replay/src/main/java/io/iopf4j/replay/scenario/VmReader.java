// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import io.iopf4j.replay.yaml.YamlException;
import io.iopf4j.replay.yaml.YamlMap;
import io.iopf4j.replay.yaml.YamlNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the machines of a scenario: names, devices, guests, workloads. */
final class VmReader {
    private static final List<String> KEYS = List.of("name", "devices", "guest", "workload");
    private static final int MOST_VMS = 1024;

    /** As many StreamIDs as the SMMU has. */
    private static final int MOST_DEVICES = 4096;

    /** What a run of seconds and a ledger in memory bear. */
    private static final int MOST_REQUESTS = 5_000_000;

    private final GuestReader guestReader;
    private final WorkloadReader workloadReader;
    private final List<ScenarioVm> vms = new ArrayList<>();
    private final List<YamlNode> guests = new ArrayList<>();
    private final Map<String, String> vmOfDevice = new HashMap<>();
    private double requests;

    VmReader(final long durationNs, final Hardware hardware) {
        this.guestReader = new GuestReader(durationNs);
        this.workloadReader = new WorkloadReader(durationNs, hardware);
    }

    void read(final YamlNode list) throws YamlException {
        for (final YamlNode node : list.list("a list of VMs such as - {name: vm-a}", MOST_VMS)) {
            readOne(node.map("a VM such as {name: vm-a, devices: 1, guest: prompt}", KEYS));
        }
        if (vms.isEmpty()) {
            throw list.expected("at least one VM");
        }
    }

    List<ScenarioVm> vms() {
        return vms;
    }

    /** Tells of the guests whose death the host notices. */
    void deaths(final EventReader events) {
        for (int i = 0; i < vms.size(); i++) {
            if (vms.get(i).guest() instanceof Guest.Dying dying && !dying.isSilently()) {
                events.dies(vms.get(i).name(), dying.atNs(), guests.get(i));
            }
        }
    }

    private void readOne(final YamlMap map) throws YamlException {
        final YamlNode nameNode = map.require("name", "name: vm-a");
        final String name = Values.name(nameNode);
        if (vms.stream().anyMatch(vm -> vm.name().equals(name))) {
            throw nameNode.wrong("another VM has this name");
        }
        final List<String> devices =
                map.get("devices") == null
                        ? numbered(name, 1, nameNode)
                        : devices(name, map.get("devices"));
        final YamlNode guest = map.get("guest");
        final Optional<Workload> workload =
                map.get("workload") == null
                        ? Optional.empty()
                        : Optional.of(workload(map.get("workload"), devices.size()));
        vms.add(new ScenarioVm(name, devices, guestReader.read(guest), workload));
        guests.add(guest);
    }

    private List<String> devices(final String vm, final YamlNode node) throws YamlException {
        if (Values.isNumber(node)) {
            return numbered(vm, (int) Values.number(node, 0, MOST_DEVICES), node);
        }
        final List<String> names = new ArrayList<>();
        for (final YamlNode item :
                node.list("a number of devices, or a list of their names", MOST_DEVICES)) {
            names.add(own(Values.name(item), vm, item));
        }
        return names;
    }

    private List<String> numbered(final String vm, final int count, final YamlNode node)
            throws YamlException {
        final List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(own(vm + "." + i, vm, node));
        }
        return names;
    }

    private String own(final String device, final String vm, final YamlNode node)
            throws YamlException {
        final String other = vmOfDevice.put(device, vm);
        if (other != null) {
            throw node.wrong("device '" + device + "' is in VM '" + other + "' already");
        }
        if (vmOfDevice.size() > MOST_DEVICES) {
            throw node.wrong("more than " + MOST_DEVICES + " devices in all");
        }
        return device;
    }

    private Workload workload(final YamlNode node, final int devices) throws YamlException {
        final Workload workload = workloadReader.read(node);
        requests += workload.requests() * devices;
        if (requests > MOST_REQUESTS) {
            throw node.wrong(
                    "more than the "
                            + MOST_REQUESTS
                            + " accesses that a run may have in all; lower a rate or a count");
        }
        return workload;
    }
}
