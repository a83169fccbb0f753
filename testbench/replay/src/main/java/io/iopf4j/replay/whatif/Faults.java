// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.whatif;

import io.iopf4j.replay.FaultTable;
import java.io.IOException;
import java.util.Optional;

/**
 * Faults that can be run again and again, under one set of rules or another: those of a dump, or of
 * a scenario. Nothing of a run is kept here, so that any number may go on at once, each on a thread
 * of its own.
 */
public interface Faults {
    /**
     * What is run, in one word.
     *
     * @return a file's or a scenario's name
     */
    String name();

    /**
     * Runs them from start to end. The same rules give the same faults with the same lives.
     *
     * @param rules under which
     * @param progress hears now and then how far it is, on this thread
     * @return what it came to
     * @throws IOException if these faults cannot be run so: one line that says why
     * @throws IllegalArgumentException if there are no such rules: one line that names them
     */
    FaultTable run(Rules rules, RunProgress progress) throws IOException;

    /**
     * Runs them while one machine asks for nothing, to see what the others ask for if nobody is in
     * their way.
     *
     * @param vm the machine's name; empty text if none is to be idle
     * @param rules under which
     * @param progress as of {@link #run}
     * @return what it came to; empty if what they ask for is the same in every run
     * @throws IOException as of {@link #run}
     * @throws IllegalArgumentException as of {@link #run}
     */
    Optional<FaultTable> runWithout(String vm, Rules rules, RunProgress progress)
            throws IOException;

    /** How far a run is. */
    @FunctionalInterface
    interface RunProgress {
        /** For who does not want to know. */
        RunProgress UNHEARD = (done, all) -> {};

        /**
         * It has come so far; may throw to end the run.
         *
         * @param done how much of it is done, in a unit of the run's own
         * @param all how much there is
         */
        void at(long done, long all);
    }
}
