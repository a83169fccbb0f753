// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.replay.dump.DumpSummary;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which device belongs to which virtual machine: as a user says, else one machine for each fault
 * queue of the dump, else one for each device.
 */
public final class VmMap {
    private final Map<String, String> vmOfDevice = new LinkedHashMap<>();
    private final Map<Long, String> vmOfFile = new TreeMap<>();

    private VmMap() {}

    /**
     * Makes the map for a recording.
     *
     * @param devices all devices, in order
     * @param summary which fault queue served which device
     * @param said machine to devices, as the user says; may be empty
     * @return the map, with a machine for every device
     */
    public static VmMap of(
            final Collection<String> devices,
            final DumpSummary summary,
            final Map<String, List<String>> said) {
        final VmMap map = new VmMap();
        said.forEach((vm, members) -> members.forEach(dev -> map.vmOfDevice.put(dev, vm)));
        for (final Map.Entry<Long, ? extends Collection<String>> queue :
                summary.devicesByFile().entrySet()) {
            if (queue.getValue().isEmpty()) {
                // Read, but never seen to be answered: whose it is does not show.
                continue;
            }
            final String vm = queueName(queue.getValue());
            queue.getValue().forEach(device -> map.vmOfDevice.putIfAbsent(device, vm));
            final String first = queue.getValue().iterator().next();
            map.vmOfFile.put(queue.getKey(), map.vmOfDevice.get(first));
        }
        devices.forEach(device -> map.vmOfDevice.putIfAbsent(device, device));
        return map;
    }

    /** A queue is called after its devices: after one, or after the first and how many more. */
    private static String queueName(final Collection<String> devices) {
        final String first = devices.iterator().next();
        return devices.size() == 1 ? first : first + "+" + (devices.size() - 1);
    }

    /**
     * The machine of a device.
     *
     * @param device the device's name
     * @return the machine's name, or null if the device is unknown
     */
    public String vmOf(final String device) {
        return vmOfDevice.get(device);
    }

    /**
     * The machine whose guest reads a fault queue.
     *
     * @param file the fault queue's file
     * @return the machine's name, or null if the dump does not show it
     */
    public String vmOfFile(final long file) {
        return vmOfFile.get(file);
    }

    /**
     * Machines that have one of some devices.
     *
     * @param devices the devices
     * @return machine to its devices, in the order of the devices
     */
    public Map<String, List<String>> vms(final Collection<String> devices) {
        final Map<String, List<String>> vms = new LinkedHashMap<>();
        for (final String device : devices) {
            vms.computeIfAbsent(vmOf(device), vm -> new ArrayList<>()).add(device);
        }
        return vms;
    }
}
