// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.VmFile;
import io.iopf4j.replay.dump.Recording;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Which device of a dump belongs to which machine. */
final class VmOptions {

    @Option(
            names = "--vms",
            paramLabel = "FILE",
            description =
                    "YAML that says which device belongs to which VM, as 'vm-a: [dev0, dev1]'"
                            + " (default: one VM for each fault queue in the dump, else for each"
                            + " device).")
    private Path vms;

    VmOptions() {}

    boolean isGiven() {
        return vms != null;
    }

    /** These files, and that which says whose the devices are. */
    List<String> inputs(final List<String> files) {
        return vms == null
                ? files
                : Stream.concat(files.stream(), Stream.of(vms.toString())).toList();
    }

    /** What the file says; nothing if there is none. */
    Map<String, List<String>> read() throws IOException {
        return vms == null ? Map.of() : VmFile.read(vms);
    }

    /** Refuses machines with devices that are not in the dump. */
    void requireKnown(final Map<String, List<String>> said, final Recording recording)
            throws IOException {
        for (final Map.Entry<String, List<String>> vm : said.entrySet()) {
            for (final String device : vm.getValue()) {
                if (!recording.devices().contains(device)) {
                    throw new IOException(
                            vms
                                    + ": '"
                                    + vm.getKey()
                                    + "': no device '"
                                    + device
                                    + "' faults in the dump; there are "
                                    + recording.devices());
                }
            }
        }
    }
}
