// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.replay.dump.AnsweredBy;
import io.iopf4j.replay.dump.RecordedGroup;
import io.iopf4j.replay.ledger.Ledger;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A run's faults, each by its number: of a scenario in the order in which they were raised, of a
 * dump in the dump's own order and with what it recorded. It names what the ledger has as indexes;
 * times and ends stand in the ledger, at {@link #row}. Only reads; as thread-safe as its run.
 */
public final class FaultTable {
    private final RunResult result;
    private final ReplayResult replay;

    /**
     * The faults of a scenario's run.
     *
     * @param result the run
     */
    public FaultTable(final RunResult result) {
        this.result = result;
        this.replay = null;
    }

    /**
     * The faults of a dump's run.
     *
     * @param replay the run
     */
    public FaultTable(final ReplayResult replay) {
        this.result = replay.run();
        this.replay = replay;
    }

    /**
     * The run by itself.
     *
     * @return the run
     */
    public RunResult result() {
        return result;
    }

    /**
     * What it has beyond a run.
     *
     * @return the replay; empty if it is a scenario's
     */
    public Optional<ReplayResult> replay() {
        return Optional.ofNullable(replay);
    }

    /**
     * How many faults there are.
     *
     * @return one more than the last fault's number
     */
    public int size() {
        return replay == null ? result.ledger().size() : replay.rowOfGroup().size();
    }

    /**
     * Where its times and its end are found.
     *
     * @param fault its number, in [0, size)
     * @return its row in the run's {@link Ledger}
     */
    public int row(final int fault) {
        return replay == null ? fault : replay.rowOfGroup().get(fault);
    }

    /**
     * Whose it is.
     *
     * @param fault its number
     * @return the virtual machine's name
     */
    public String vm(final int fault) {
        return result.bench().vms().get(result.ledger().vm(row(fault))).name();
    }

    /**
     * What raised it.
     *
     * @param fault its number
     * @return the device's name
     */
    public String device(final int fault) {
        return result.bench().devices().get(result.ledger().endpoint(row(fault))).endpoint().name();
    }

    /**
     * The address space that it is in.
     *
     * @param fault its number
     * @return the PASID, as recorded if it was; empty if it has none
     */
    public OptionalInt pasid(final int fault) {
        final RecordedGroup group = group(fault);
        if (group != null) {
            return group.hasPasid() ? OptionalInt.of(group.pasid()) : OptionalInt.empty();
        }
        final int ssid = result.ledger().substream(row(fault));
        return ssid < 0 ? OptionalInt.empty() : OptionalInt.of(ssid);
    }

    /**
     * The page request group's number.
     *
     * @param fault its number
     * @return as recorded if it was, else the hardware's tag; empty if it never got one
     */
    public OptionalInt grpid(final int fault) {
        final RecordedGroup group = group(fault);
        return group == null
                ? given(result.ledger().tag(row(fault)))
                : OptionalInt.of(group.grpid());
    }

    /**
     * The response that the dump has for it.
     *
     * @param fault its number
     * @return a {@link io.iopf4j.api.PageResponseCode}; empty if none was recorded
     */
    public OptionalInt recordedCode(final int fault) {
        final RecordedGroup group = group(fault);
        return group == null ? OptionalInt.empty() : given(group.code());
    }

    /**
     * Who answered it in the dump.
     *
     * @param fault its number
     * @return who; empty if it is a scenario's
     */
    public Optional<AnsweredBy> recordedAnswer(final int fault) {
        return Optional.ofNullable(group(fault)).map(RecordedGroup::answeredBy);
    }

    private RecordedGroup group(final int fault) {
        return replay == null ? null : replay.recording().groups().get(fault);
    }

    private static OptionalInt given(final int value) {
        return value == Ledger.NONE ? OptionalInt.empty() : OptionalInt.of(value);
    }
}
