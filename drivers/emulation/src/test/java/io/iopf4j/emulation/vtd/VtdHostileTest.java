// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import static io.iopf4j.emulation.vtd.VtdBench.READ;
import static io.iopf4j.emulation.vtd.VtdBench.RID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.emulation.AccessResult;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Software and devices that do nonsense get nonsense, but no exception and no hang. */
final class VtdHostileTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int STEPS = 100_000;
    private static final int[] FAVOURITES = {
        VtdRegisters.GCMD,
        VtdRegisters.RTADDR,
        VtdRegisters.FSTS,
        VtdRegisters.IQT,
        VtdRegisters.IQA,
        VtdRegisters.PQH,
        VtdRegisters.PQA,
        VtdRegisters.PRS,
        VtdRegisters.FECTL,
        VtdRegisters.IECTL,
        VtdRegisters.PECTL,
        VtdRegisters.ICS,
        0xf8,
        0x22c
    };

    private VtdBench bench = VtdBench.scalable();

    private void everything() {
        for (int i = 0; i < 3; i++) {
            assertNotNull(bench.access(RID, i - 1, 0x1000L * i, READ));
            bench.vtd.pageRequest(RID, i - 1, -1L, -1, -1, i == 1);
            bench.vtd.pageStreamRequest(-1, -1, -1, -1, -1, i == 1, -1);
            bench.vtd.stopMarker(RID, i);
            bench.vtd.translationRequest(RID, i - 1, -1, READ);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8})
    void shouldSurviveAllOnesInEveryRegister(final int bytes) {
        assertTimeoutPreemptively(
                LIMIT,
                () -> {
                    for (int at = 0; at < bench.regs.sizeBytes(); at += bytes) {
                        if (bytes == 4) {
                            bench.regs.writel(-1, at);
                        } else {
                            bench.regs.writeq(-1, at);
                        }
                        everything();
                    }
                });
        assertTrue(bench.head() < 0x8_0000);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void shouldSurviveAnyStores(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        bench = seed % 2 == 0 ? VtdBench.scalable() : VtdBench.revision2(VtdObserver.NONE);
        bench.onInvalidation = () -> step(random);
        bench.onMessage = bench.onInvalidation;
        final int[] depth = new int[1];
        bench.onResponse =
                () -> {
                    if (depth[0] < 3) {
                        depth[0]++;
                        step(random);
                        depth[0]--;
                    }
                };
        assertTimeoutPreemptively(
                LIMIT,
                () -> {
                    for (int i = 0; i < STEPS; i++) {
                        bench.answersInTime = random.nextInt(4) != 0;
                        step(random);
                        bench.responses.clear();
                        bench.messages.clear();
                        bench.invalidations.clear();
                    }
                });
        final VtdCounters counters = bench.vtd.counters();
        assertTrue(counters.requestsQueued() > 100, "requests got through");
        assertTrue(counters.overflows() > 0, "the queue was full");
        assertTrue(counters.commandErrors() > 100, "descriptors were looked at");
        // It still is what it was.
        bench.onInvalidation = () -> {};
        bench.onMessage = () -> {};
        bench.onResponse = () -> {};
        bench.regs.writel(0, VtdRegisters.GCMD);
        assertEquals(AccessResult.DONE, bench.access(RID, VtdBench.NO_PASID, VtdBench.PAGE, READ));
        assertEquals(0, bench.head());
    }

    private void step(final SplittableRandom random) {
        switch (random.nextInt(6)) {
            case 0 -> store(random, FAVOURITES[random.nextInt(FAVOURITES.length)]);
            case 1 -> store(random, random.nextInt(0x1000));
            case 2 -> {
                final long at = VtdBench.QUEUE + random.nextInt(0x1000) * 8L % 0x2000;
                final long type = random.nextBoolean() ? random.nextInt(11) : random.nextLong();
                bench.memory.writeLong(at, type | (random.nextLong() & 0xffff_0000_0030L));
            }
            case 3 ->
                    bench.regs.writel(
                            random.nextBoolean()
                                    ? VtdRegisters.TE | VtdRegisters.QIE | VtdRegisters.SRTP
                                    : random.nextInt(),
                            VtdRegisters.GCMD);
            case 4 ->
                    bench.vtd.pageStreamRequest(
                            RID,
                            random.nextInt(3) * 0x21 - 1,
                            random.nextLong(),
                            random.nextInt(16),
                            random.nextInt(512),
                            random.nextBoolean(),
                            random.nextInt());
            default ->
                    bench.vtd.access(
                            (id, result) -> {},
                            1,
                            RID,
                            random.nextInt(3) - 1,
                            random.nextLong(),
                            1);
        }
    }

    private void store(final SplittableRandom random, final int at) {
        final long value =
                switch (random.nextInt(4)) {
                    case 0 -> -1;
                    case 1 -> random.nextLong();
                    case 2 -> VtdBench.QUEUE | random.nextInt(0x1000);
                    default -> random.nextInt(0x1000) & -16;
                };
        if (random.nextBoolean()) {
            bench.regs.writel((int) value, Math.min(at, 0xffc));
        } else {
            bench.regs.writeq(value, Math.min(at & -8, 0xff8));
        }
    }

    /** Each completion is answered with another descriptor: it ends, and goes on at a store. */
    @Test
    void shouldNotConsumeForever() {
        final int[] submitted = new int[1];
        bench.onMessage =
                () -> {
                    submitted[0]++;
                    bench.regs.writel(1, VtdRegisters.ICS);
                    bench.submit(Invalidation.waitFor(0, Invalidation.WAIT_IF), 0);
                };
        assertTimeoutPreemptively(
                LIMIT, () -> bench.submit(Invalidation.waitFor(0, Invalidation.WAIT_IF), 0));
        final int first = submitted[0];
        assertTrue(first > 128, "more than a queue's worth");
        assertTimeoutPreemptively(LIMIT, () -> bench.ring());
        assertTrue(submitted[0] > first);
    }

    /** A listener that clears the error and leaves the bad one where it is. */
    @Test
    void shouldNotRetryABadDescriptorForever() {
        bench.onMessage = () -> bench.regs.writel(VtdRegisters.FSTS_IQE, VtdRegisters.FSTS);
        assertTimeoutPreemptively(LIMIT, () -> bench.submit(0xb, 0));
        assertEquals(2, bench.messages.size());
        assertEquals(0, bench.head());
        assertEquals(0, bench.fsts());
        bench.put(0, Invalidation.WAIT, 0);
        bench.ring();
        assertEquals(32, bench.head());
    }

    /** The queue is turned off, and on again, by a device in the midst of a descriptor. */
    @Test
    void shouldNotMoveTheHeadOfANewLife() {
        bench.submit(Invalidation.WAIT, 0);
        bench.onInvalidation =
                () -> {
                    bench.onInvalidation = () -> {};
                    bench.commandOff(VtdRegisters.QIE);
                    bench.regs.writel(0, VtdRegisters.IQT);
                    bench.command(VtdRegisters.QIE);
                };
        bench.answersInTime = false;
        bench.submit(Invalidation.deviceTlb(RID, 0, 32), Invalidation.deviceRange(0, 52));
        assertEquals(0, bench.head());
    }
}
