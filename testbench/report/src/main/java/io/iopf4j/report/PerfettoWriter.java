// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import io.iopf4j.replay.FaultTable;
import io.iopf4j.replay.RunResult;
import io.iopf4j.replay.bench.BenchSettings;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Writes runs as one trace for the Perfetto viewer, each a group of tracks: one of the hardware
 * with what its queue and stall buffer hold, and one of each virtual machine with what it has
 * outstanding, its answers, and beneath it one track of each of its devices, on which a fault is a
 * slice from raised to ended with all that the ledger has of it. Arrows lead from a fault to its
 * answer and to its completion. A fault that has not ended is left open, and says so.
 *
 * <p>What is written first stays written: nothing is kept from one run to the next but names. The
 * same runs give the same bytes. One thread.
 */
public final class PerfettoWriter {
    private final PerfettoPackets packets;
    private long flows;

    /**
     * A trace with nothing in it yet.
     *
     * @param out where it goes, little by little, so best buffered; stays open
     */
    public PerfettoWriter(final OutputStream out) {
        this.packets = new PerfettoPackets(out);
    }

    /**
     * Adds a run, named by its rules.
     *
     * @param faults the run's faults
     * @throws IOException if it cannot be written
     */
    public void add(final FaultTable faults) throws IOException {
        final RunResult result = faults.result();
        final BenchSettings settings = result.bench().settings();
        add(
                String.format(
                        "%s on %s, policy %s",
                        settings.semantics().profileName(),
                        result.bench().hardware().name(),
                        String.join(",", settings.policyNames())),
                faults);
    }

    /**
     * Adds a run.
     *
     * @param label what the group of its tracks is called
     * @param faults the run's faults
     * @throws IOException if it cannot be written
     */
    public void add(final String label, final FaultTable faults) throws IOException {
        new PerfettoRun(packets, faults, flows).write(label);
        flows += faults.size();
    }
}
