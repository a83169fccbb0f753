// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.vtd.Invalidation;
import java.util.Arrays;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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
            assertTrue(run.refusals() > OPERATIONS / 5000, "few allocations failed");
            assertTrue(run.repeated() > OPERATIONS / 500, "few answers were given twice");
        }
    }

    @Test
    void shouldDoTheSameForASeedAndAnotherForAnother() {
        final long once = new RandomRun(7, 20_000).run();
        assertEquals(once, new RandomRun(7, 20_000).run());
        assertNotEquals(once, new RandomRun(8, 20_000).run());
    }

    /** Each unit with what it could not do without. */
    static Stream<Arguments> descriptors() {
        return Arrays.stream(RandomUnit.values())
                .flatMap(unit -> typesOf(unit).mapToObj(type -> Arguments.of(unit, type)));
    }

    private static IntStream typesOf(final RandomUnit unit) {
        final IntStream.Builder types =
                IntStream.builder()
                        .add(Invalidation.CONTEXT_CACHE)
                        .add(Invalidation.IOTLB)
                        .add(Invalidation.DEVICE_TLB);
        if (unit.hasPasids()) {
            types.add(Invalidation.PASID_CACHE)
                    .add(Invalidation.PASID_DEVICE_TLB)
                    .add(Invalidation.PAGE_GROUP_RESPONSE);
        }
        if (unit.hasFirstStage()) {
            types.add(Invalidation.PASID_IOTLB);
        }
        if (unit.isRevision2()) {
            types.add(Invalidation.PAGE_STREAM_RESPONSE);
        }
        return types.build();
    }

    /** A driver that forgets every second descriptor of a kind is found out. */
    @ParameterizedTest
    @MethodSource("descriptors")
    void shouldMissADescriptor(final RandomUnit unit, final int type) {
        final Swallowing swallowing = new Swallowing(unit, type);
        assertThrows(
                AssertionError.class,
                new RandomRun(1, 100_000, unit, swallowing)::run,
                () -> swallowing.swallowed + " are not missed");
    }

    /** A second stage is not known by PASID: it is the missing that is noticed, not the fences. */
    @Test
    void shouldNotMissADescriptorThatDoesNothing() {
        final Swallowing swallowing =
                new Swallowing(RandomUnit.SECOND_STAGE, Invalidation.PASID_IOTLB);
        new RandomRun(1, 100_000, RandomUnit.SECOND_STAGE, swallowing).run();
        assertTrue(swallowing.swallowed > 1000, "few descriptors");
    }

    /** Puts a fence in the place of every second descriptor of a kind. */
    private static final class Swallowing implements LongUnaryOperator {
        private final RandomUnit unit;
        private final int type;
        private int seen;
        private int swallowed;

        Swallowing(final RandomUnit unit, final int type) {
            this.unit = unit;
            this.type = type;
        }

        @Override
        public long applyAsLong(final long qw0) {
            if (typeOf(qw0) != type || ++seen % 2 != 0) {
                return qw0;
            }
            swallowed++;
            return FENCE;
        }

        /** Of a stream's response four bits are the type; what follows is of its PASID. */
        private int typeOf(final long qw0) {
            final boolean isOfStream =
                    unit.isRevision2() && (qw0 & 0xf) == Invalidation.PAGE_STREAM_RESPONSE;
            return isOfStream ? Invalidation.PAGE_STREAM_RESPONSE : Invalidation.type(qw0);
        }
    }
}
