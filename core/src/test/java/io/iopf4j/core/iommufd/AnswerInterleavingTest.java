// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Answers from several threads while a domain changes and a device goes, in chosen interleavings:
 * Lincheck stops a thread wherever it touches shared memory. What the threads see must be explained
 * by some order of whole operations; each group is answered once, and none after its device is
 * gone. {@code ConcurrentAnswerTest} runs the like on real threads.
 */
@Tag("interleaving")
class AnswerInterleavingTest {
    private static final int SCENARIOS = Integer.getInteger("iopf4j.scenarios", 8);
    private static final int INTERLEAVINGS = Integer.getInteger("iopf4j.interleavings", 30);

    /** More than the words of a cookie table that has not grown: its scan is no endless loop. */
    private static final int LOOP_BOUND = 1_000;

    /** A thread's own buffers, by view handles, which Lincheck does not know. */
    private static final String BYTES = "io.iopf4j.api.uapi.Bytes";

    /** What the bench writes down of a step is no part of it. */
    private static final String BENCH = "io.iopf4j.core.testing.CoreBench";

    private static final String NOTES = "io.iopf4j.core.testing.TestDomain";

    /** What guests, their monitor and the device do. */
    @Param(name = "cookie", gen = IntGen.class, conf = "1:2")
    public static class Guests {
        private final FaultQueueModel model = new FaultQueueModel();

        @Operation
        public int report() {
            return model.report();
        }

        @Operation
        public int read() {
            return model.read();
        }

        @Operation
        public int answer(@Param(name = "cookie") final int cookie) {
            return model.answer(cookie);
        }

        @Operation
        public int attach() {
            return model.attach();
        }

        @Operation
        public int detach() {
            return model.detach();
        }

        @Operation
        public int removeDevice() {
            return model.removeDevice();
        }

        @Validate
        public void check() {
            model.check();
        }
    }

    @Test
    void shouldAnswerEachGroupOnceAsIfOperationsWereWhole() {
        new ModelCheckingOptions()
                .iterations(SCENARIOS)
                .invocationsPerIteration(INTERLEAVINGS)
                .threads(3)
                .actorsPerThread(2)
                .actorsBefore(0)
                .actorsAfter(0)
                .addGuarantee(forClasses(BYTES, NOTES).allMethods().ignore())
                .addGuarantee(forClasses(BENCH).methods("step").ignore())
                .loopBound(LOOP_BOUND)
                .loopIterationsBeforeThreadSwitch(LOOP_BOUND)
                .check(Guests.class);
    }
}
