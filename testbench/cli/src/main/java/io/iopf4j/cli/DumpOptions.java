// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.MapFile;
import io.iopf4j.trace.fault.FaultMap;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** How dumps are read, for all commands that read some. */
final class DumpOptions {
    @Option(
            names = "--as",
            paramLabel = "NAME",
            description =
                    "What the dumps are, for raw ones that no content tells: evtq, priq, prq, cmdq"
                            + " or frcd.")
    private String said;

    @Option(
            names = "--map",
            paramLabel = "FILE",
            description =
                    "YAML that says which further events are steps of faults, as"
                            + " 'probes:my_fault: {is: request, device: name, addr: addr}'.")
    private Path mapFile;

    DumpOptions() {}

    /** What the user says that the dumps are; null: their content tells. */
    String said() {
        return said;
    }

    /** Which events are steps of faults. */
    FaultMap map() throws IOException {
        return mapFile == null
                ? FaultMap.builtIn()
                : FaultMap.builtIn().with(MapFile.read(mapFile));
    }
}
