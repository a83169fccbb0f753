// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.MapFile;
import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.fault.FaultMap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How dumps are read for their faults. */
final class DumpOptions {
    @Mixin private InputOptions input;

    @Option(
            names = "--map",
            paramLabel = "FILE",
            description =
                    "YAML that says which further events are steps of faults, as"
                            + " 'probes:my_fault: {is: request, device: name, addr: addr}'.")
    private Path mapFile;

    DumpOptions() {}

    /** Opens a file, or standard input. */
    TraceReader open(final String file) throws IOException {
        return input.open(file);
    }

    /** These files, and that which says what their events are. */
    List<String> inputs(final List<String> files) {
        return mapFile == null
                ? files
                : Stream.concat(files.stream(), Stream.of(mapFile.toString())).toList();
    }

    /** Which events are steps of faults. */
    FaultMap map() throws IOException {
        return mapFile == null
                ? FaultMap.builtIn()
                : FaultMap.builtIn().with(MapFile.read(mapFile));
    }
}
