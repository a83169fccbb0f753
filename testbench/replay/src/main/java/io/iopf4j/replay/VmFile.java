// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Reads which device belongs to which virtual machine: {@code vm-a: [device, device]}. */
public final class VmFile {
    private static final long MAX_BYTES = 1 << 20;

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
        if (Files.isDirectory(file)) {
            throw new IOException(file + ": is a directory, expected a YAML file");
        }
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException(file + ": larger than the 1 MiB that a list of VMs may have");
        }
        final Object loaded;
        try {
            loaded =
                    new Load(LoadSettings.builder().setLabel(file.toString()).build())
                            .loadFromString(Files.readString(file));
        } catch (final CharacterCodingException e) {
            throw new IOException(file + ": not YAML: not text in UTF-8", e);
        } catch (final MarkedYamlEngineException e) {
            final String where =
                    e.getProblemMark().map(mark -> ": line " + (mark.getLine() + 1)).orElse("");
            throw new IOException(file + where + ": not YAML: " + e.getProblem(), e);
        } catch (final YamlEngineException e) {
            throw new IOException(file + ": not YAML", e);
        } catch (final StackOverflowError e) {
            // The loader calls itself for what is nested, as deep as the file says.
            throw new IOException(file + ": nested deeper than a list of VMs ever is", e);
        }
        if (!(loaded instanceof Map<?, ?> map)) {
            throw new IOException(file + ": expected a mapping such as 'vm-a: [0000:00:02.0]'");
        }
        final Map<String, List<String>> vms = new LinkedHashMap<>();
        final Map<String, String> owner = new HashMap<>();
        for (final Map.Entry<?, ?> entry : map.entrySet()) {
            final String vm = String.valueOf(entry.getKey());
            if (!(entry.getValue() instanceof List<?> devices)) {
                throw new IOException(
                        file + ": '" + vm + "': expected a list of devices such as [0000:00:02.0]");
            }
            final List<String> names = new ArrayList<>();
            for (final Object device : devices) {
                if (device == null || device instanceof Collection || device instanceof Map) {
                    throw new IOException(
                            file + ": '" + vm + "': expected a device's name, not " + device);
                }
                final String name = String.valueOf(device);
                final String other = owner.put(name, vm);
                if (other != null) {
                    throw new IOException(
                            file + ": '" + name + "' is in both '" + other + "' and '" + vm + "'");
                }
                names.add(name);
            }
            vms.put(vm, names);
        }
        return vms;
    }
}
