// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultPath.Ability;
import io.iopf4j.emulation.PhysicalMemory;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The driver against the model for a million operations, or for as many as {@code
 * -Diopf4j.random.operations} says from the seed that {@code -Diopf4j.random.seed} says.
 */
final class RandomRunTest {
    private static final long SEED = Long.getLong("iopf4j.random.seed", 1);
    private static final long OPERATIONS = Long.getLong("iopf4j.random.operations", 1_000_000);

    private static final Set<Integer> TLBI =
            Set.of(
                    CmdqOp.TLBI_NH_VA,
                    CmdqOp.TLBI_NH_ASID,
                    CmdqOp.TLBI_EL2_VA,
                    CmdqOp.TLBI_EL2_ASID);

    @Test
    void shouldBreakNothing() {
        FaultPaths.assume(Ability.DRAIN);
        final RandomRun run = new RandomRun(SEED, OPERATIONS);
        run.run();
        if (OPERATIONS >= 1_000_000) {
            assertTrue(run.overflows() > 0, "no event was lost");
            assertTrue(run.requestOverflows() > 0, "no page request was lost");
            assertTrue(run.commandErrors() > 0, "no command was in error");
            assertTrue(run.mostStalls() > 8, "few stalls at once");
        }
    }

    @Test
    void shouldDoTheSameForASeedAndAnotherForAnother() {
        FaultPaths.assume(Ability.DRAIN);
        final long once = new RandomRun(7, 20_000).run();
        assertEquals(once, new RandomRun(7, 20_000).run());
        assertNotEquals(once, new RandomRun(8, 20_000).run());
    }

    /** Registers that swallow one in so many of the commands of some kinds. */
    private static final class Swallowing extends StreamTableWatch {
        private final Set<Integer> opcodes;
        private final int oneIn;
        private int seen;

        Swallowing(
                final Mmio registers,
                final PhysicalMemory memory,
                final Set<Integer> opcodes,
                final int oneIn) {
            super(registers, memory);
            this.opcodes = opcodes;
            this.oneIn = oneIn;
        }

        @Override
        long replace(final long word0) {
            return opcodes.contains(Commands.opcode(word0)) && ++seen % oneIn == 0
                    ? CmdqOp.PREFETCH_CONFIG
                    : word0;
        }
    }

    private static String complaintWithout(final Set<Integer> opcodes, final int oneIn) {
        final RandomRun run =
                new RandomRun(
                        1,
                        200_000,
                        (registers, memory) -> new Swallowing(registers, memory, opcodes, oneIn));
        return assertThrows(AssertionError.class, run::run).getMessage();
    }

    @Test
    void shouldNoticeAnInvalidationOfTranslationsThatIsLost() {
        FaultPaths.assume(Ability.DRAIN);
        assertTrue(complaintWithout(TLBI, 8).contains("came to 0x"));
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                CmdqOp.CFGI_STE,
                CmdqOp.CFGI_CD,
                CmdqOp.RESUME,
                CmdqOp.STALL_TERM,
                CmdqOp.PRI_RESP
            })
    void shouldNoticeACommandThatIsLost(final int opcode) {
        FaultPaths.assume(Ability.DRAIN);
        assertTrue(complaintWithout(Set.of(opcode), 1).contains("again by -Diopf4j.random.seed="));
    }

    @Test
    void shouldNoticeADeviceThatIsNotToldToForget() {
        FaultPaths.assume(Ability.DRAIN);
        assertTrue(complaintWithout(Set.of(CmdqOp.ATC_INV), 8).contains("was not told to forget"));
    }

    @Test
    void shouldSayHowToHaveAFailureAgain() {
        FaultPaths.assume(Ability.DRAIN);
        final String first = complaintWithout(TLBI, 8);
        assertTrue(first.contains("in operation "));
        assertEquals(first, complaintWithout(TLBI, 8));
    }
}
