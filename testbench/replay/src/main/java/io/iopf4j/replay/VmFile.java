// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.replay.yaml.YamlFile;
import io.iopf4j.replay.yaml.YamlNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads which device belongs to which virtual machine: {@code vm-a: [device, device]}. */
public final class VmFile {
    private VmFile() {}

    /**
     * Reads a YAML file.
     *
     * @param file the file
     * @return machine to devices, in the file's order
     * @throws IOException if it cannot be read, or is not of this shape: one line that says where
     *     and what was expected
     */
    public static Map<String, List<String>> read(final Path file) throws IOException {
        final Map<String, List<String>> vms = new LinkedHashMap<>();
        final Map<String, String> owner = new HashMap<>();
        final Map<String, YamlNode> entries =
                YamlFile.read(file).map("a mapping such as 'vm-a: [0000:00:02.0]'").entries();
        for (final Map.Entry<String, YamlNode> entry : entries.entrySet()) {
            final String vm = entry.getKey();
            final List<String> names = new ArrayList<>();
            for (final YamlNode device :
                    entry.getValue()
                            .list("a list of devices such as [0000:00:02.0]", Integer.MAX_VALUE)) {
                final String name = device.text("a device's name");
                final String other = owner.put(name, vm);
                if (other != null) {
                    throw device.wrong("is in both '" + other + "' and '" + vm + "'");
                }
                names.add(name);
            }
            vms.put(vm, names);
        }
        return vms;
    }
}
