// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.vtd.Invalidation;
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
    private static final long FENCE = Invalidation.waitFor(0, Invalidation.WAIT_FN);

    @Test
    void shouldBreakNothing() {
        final RandomRun run = new RandomRun(SEED, OPERATIONS);
        run.run();
        if (OPERATIONS >= 1_000_000) {
            assertTrue(run.overflows() > 0, "the queue never overflowed");
            assertTrue(run.commandErrors() > 0, "no descriptor was in error");
            assertTrue(run.faults() > OPERATIONS / 50, "few faults");
            assertTrue(run.done() > OPERATIONS / 50, "few accesses went through");
        }
    }

    @Test
    void shouldDoTheSameForASeedAndAnotherForAnother() {
        final long once = new RandomRun(7, 20_000).run();
        assertEquals(once, new RandomRun(7, 20_000).run());
        assertNotEquals(once, new RandomRun(8, 20_000).run());
    }

    /** A driver that forgets one kind of descriptor now and then is found out. */
    @ParameterizedTest
    @ValueSource(
            ints = {
                Invalidation.PASID_IOTLB,
                Invalidation.PASID_CACHE,
                Invalidation.DEVICE_TLB,
                Invalidation.PASID_DEVICE_TLB,
                Invalidation.PAGE_GROUP_RESPONSE
            })
    void shouldMissADescriptor(final int type) {
        final int[] seen = {0};
        final RandomRun run =
                new RandomRun(
                        1,
                        100_000,
                        qw0 -> Invalidation.type(qw0) == type && ++seen[0] % 2 == 0 ? FENCE : qw0);
        assertThrows(AssertionError.class, run::run);
    }
}
