// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import io.iopf4j.emulation.AccessResult;
import io.iopf4j.replay.RunResult;
import io.iopf4j.replay.bench.BenchSettings;
import io.iopf4j.replay.bench.Hardware;
import io.iopf4j.replay.bench.HardwareSettings;
import io.iopf4j.replay.bench.SmmuSettings;
import io.iopf4j.replay.bench.VtdSettings;
import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.ledger.Outcome;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What a run went by, and the words that a page has for what came of it. */
final class RunRules {
    /** A page's numbers for fates; that of an outcome is its place. */
    static final List<String> FATES =
            List.of("answered", "terminated", "timed out", "drained", "unreported", "outstanding");

    /** By {@link io.iopf4j.api.PageResponseCode}. */
    static final List<String> CODES = List.of("success", "invalid", "failure");

    static final List<String> ENDS = List.of("done", "aborted", "read as zero, write ignored");

    private static final Map<Outcome, Integer> FATE =
            new EnumMap<>(
                    Map.of(
                            Outcome.ANSWERED, 0,
                            Outcome.TERMINATED, 1,
                            Outcome.TIMED_OUT, 2,
                            Outcome.DRAINED, 3,
                            Outcome.UNREPORTED, 4,
                            Outcome.OUTSTANDING, 5));

    private final BenchSettings settings;
    private final Hardware hardware;

    RunRules(final RunResult result) {
        settings = result.bench().settings();
        hardware = result.bench().hardware();
    }

    static int fate(final Outcome outcome) {
        return FATE.get(outcome);
    }

    /** The place of an end, or {@link Ledger#NONE} while there is none. */
    static int end(final AccessResult result) {
        if (result == null) {
            return Ledger.NONE;
        }
        return switch (result) {
            case DONE -> 0;
            case ABORTED -> 1;
            case RAZ_WI -> 2;
        };
    }

    Hardware hardware() {
        return hardware;
    }

    String queueName() {
        return settings.hardware() instanceof VtdSettings ? "page request queue" : "event queue";
    }

    /** Records that the queue of faults has room for; 0 if that is not known. */
    long queueEntries() {
        final HardwareSettings model = settings.hardware();
        if (model instanceof SmmuSettings smmu) {
            return 1L << smmu.config().eventQueueLog2Max();
        }
        return model instanceof VtdSettings vtd ? vtd.queueEntries() : 0;
    }

    /** Stalls that the hardware has room for; 0 if it stalls nothing. */
    long stallEntries() {
        return settings.hardware() instanceof SmmuSettings smmu ? smmu.config().stallMax() : 0;
    }

    List<Map.Entry<String, String>> facts() {
        final String stalls =
                stallEntries() == 0 ? "" : String.format("stall buffer of %,d, ", stallEntries());
        return List.of(
                Map.entry("semantics", settings.semantics().profileName()),
                Map.entry("policy", String.join(",", settings.policyNames())),
                Map.entry(
                        "hardware",
                        String.format(
                                "%s: %s%s of %,d records, interrupts after %,d ns",
                                hardware.name(),
                                stalls,
                                queueName(),
                                queueEntries(),
                                settings.hardware().interruptLatencyNs())),
                Map.entry("seed", String.valueOf(settings.seed())));
    }
}
