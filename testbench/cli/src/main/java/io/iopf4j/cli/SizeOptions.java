// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.scenario.Hardware;
import java.util.OptionalInt;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The sizes of what all machines share in the hardware. */
final class SizeOptions {

    @Option(
            names = "--queue-entries",
            paramLabel = "N",
            description = {
                "Size of the queue of faults, a power of two: SMMUv3's event queue, up to 131072"
                        + " (the default); VT-d's page request queue, 128 to 16384 (default: 2048),"
                        + " with v3-2017 256 to 32768 (default: 256)."
            })
    private Integer queueEntries;

    @Option(
            names = "--stall-entries",
            paramLabel = "N",
            description =
                    "Size of SMMUv3's shared stall buffer, up to 65535 (the default); VT-d has"
                            + " none.")
    private Integer stallEntries;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    SizeOptions() {}

    OptionalInt queueEntries() {
        if (queueEntries == null) {
            return OptionalInt.empty();
        }
        if (!isQueueSize(queueEntries)) {
            throw Words.usage(
                    spec,
                    "--queue-entries must be a power of two in [1, "
                            + Hardware.MOST_QUEUE_ENTRIES
                            + "], not "
                            + queueEntries);
        }
        return OptionalInt.of(queueEntries);
    }

    OptionalInt stallEntries() {
        if (stallEntries == null) {
            return OptionalInt.empty();
        }
        if (!isStallSize(stallEntries)) {
            throw Words.usage(
                    spec,
                    "--stall-entries must be in [1, "
                            + Hardware.MOST_STALLS
                            + "], not "
                            + stallEntries);
        }
        return OptionalInt.of(stallEntries);
    }

    static boolean isQueueSize(final long entries) {
        return entries >= 1
                && entries <= Hardware.MOST_QUEUE_ENTRIES
                && Long.bitCount(entries) == 1;
    }

    static boolean isStallSize(final long entries) {
        return entries >= 1 && entries <= Hardware.MOST_STALLS;
    }
}
