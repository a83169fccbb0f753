// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static io.iopf4j.emulation.smmuv3.SmmuBench.IOVA;
import static io.iopf4j.emulation.smmuv3.SmmuBench.READ;
import static io.iopf4j.emulation.smmuv3.SmmuBench.SID;
import static io.iopf4j.emulation.smmuv3.SmmuBench.SSID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.Requester;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Software that programs nonsense gets nonsense, but no exception and no hang. */
final class HostileSoftwareTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final SmmuBench bench = SmmuBench.stalling();

    @Test
    void shouldSurviveAllOnesInEveryRegister() {
        assertTimeoutPreemptively(
                LIMIT,
                () -> {
                    for (long offset = 0; offset < bench.regs.sizeBytes(); offset += 4) {
                        bench.regs.writel(-1, offset);
                        bench.read(IOVA);
                    }
                });
        assertEquals(0x1f, bench.regs.readl(SmmuRegisters.CR0ACK));
    }

    @Test
    void shouldSurviveAllOnesInEveryRegisterFromTheEnd() {
        assertTimeoutPreemptively(
                LIMIT,
                () -> {
                    bench.regs.writel(0, SmmuRegisters.CR0);
                    for (long offset = bench.regs.sizeBytes() - 8; offset >= 0; offset -= 8) {
                        bench.regs.writeq(-1, offset);
                        bench.regs.writel(-1, offset + 4);
                        bench.regs.writel(-1, offset);
                        bench.read(IOVA);
                        bench.smmu.pageRequest(SID, SSID, IOVA, READ, 1, true);
                    }
                });
        assertEquals(0x1f, bench.regs.readl(SmmuRegisters.CR0ACK));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 0x8000_0020L, 0x000f_ffff_ffff_ffe0L, 0x81ff_ffe0L, -1})
    void shouldSurviveAnyCommandQueueBase(final long base) {
        bench.regs.writel(0, SmmuRegisters.CR0);
        bench.regs.writeq(base, SmmuRegisters.CMDQ_BASE);
        bench.regs.writel(SmmuBench.ALL_ENABLED, SmmuRegisters.CR0);
        assertTimeoutPreemptively(LIMIT, () -> bench.regs.writel(3, SmmuRegisters.CMDQ_PROD));
        assertTrue(bench.isErrorActive(SmmuRegisters.GERROR_CMDQ_ERR), "zeroes or no memory");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 0x8000_0020L, 0x000f_ffff_ffff_ffe0L, 0x81ff_ffe0L, -1})
    void shouldSurviveAnyEventQueueBase(final long base) {
        bench.regs.writel(0, SmmuRegisters.CR0);
        bench.regs.writeq(base, SmmuRegisters.EVENTQ_BASE);
        bench.regs.writel(SmmuBench.ALL_ENABLED, SmmuRegisters.CR0);
        for (int i = 0; i < 20; i++) {
            bench.read(IOVA);
        }
        assertEquals(20, bench.smmu.recordedStalls() + bench.smmu.heldStalls());
    }

    @Test
    void shouldTakeABaseThatIsNotAlignedAsAlignedDown() {
        bench.regs.writel(0, SmmuRegisters.CR0);
        bench.regs.writeq(
                SmmuBench.EVENTS + 0x60 | SmmuBench.EVENT_LOG2, SmmuRegisters.EVENTQ_BASE);
        bench.regs.writel(SmmuBench.ALL_ENABLED, SmmuRegisters.CR0);
        bench.read(IOVA);
        assertEquals(IOVA, bench.peekEvent(0)[2]);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0x7fff_ffff, 0x11, 0x1f, 0xfffff})
    void shouldNotRunPastTheQueueForAnyProd(final int prod) {
        assertTimeoutPreemptively(LIMIT, () -> bench.regs.writel(prod, SmmuRegisters.CMDQ_PROD));
        assertTrue(bench.commandCons() <= 0x1f, "CONS stays a pointer");
    }

    @Test
    void shouldTreatAnInconsistentEventQueueAsFull() {
        bench.regs.writel(5, SmmuRegisters.EVENTQ_CONS); // Ahead of PROD 0.
        bench.read(IOVA);
        assertEquals(0, bench.regs.readl(SmmuRegisters.EVENTQ_PROD));
        assertEquals(1, bench.smmu.heldStalls());
    }

    @Test
    void shouldSurviveAnErrorThatSoftwareMadeActiveItself() {
        bench.regs.writel(-1, SmmuRegisters.GERRORN);
        bench.command(Commands.sync(Commands.SYNC_CS_NONE, 0), 0);
        assertEquals(0, bench.commandCons());
        bench.regs.writel(0, SmmuRegisters.GERRORN);
        assertEquals(1, bench.commandCons());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldSurviveRandomStructuresAndStores(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        assertTimeoutPreemptively(
                LIMIT,
                () -> {
                    for (int step = 0; step < 20_000; step++) {
                        hostileStep(random);
                    }
                });
        bench.regs.writel(0, SmmuRegisters.CR0);
        assertEquals(0, bench.smmu.recordedStalls() + bench.smmu.heldStalls(), "seed " + seed);
    }

    private void hostileStep(final SplittableRandom random) {
        final long noise = random.nextLong() >>> random.nextInt(64);
        switch (random.nextInt(6)) {
            case 0 -> bench.regs.writel((int) noise, random.nextInt(0x40) * 4L);
            case 1 -> bench.regs.writel((int) noise, 0x100a8 + random.nextInt(2) * 4L);
            case 2 -> bench.ste(random.nextInt(4), noise, random.nextLong());
            case 3 ->
                    bench.rawContext(
                            random.nextInt(4), SmmuBench.plainContext() ^ noise, random.nextLong());
            case 4 -> bench.useStageOne(random.nextInt(4), noise & ContextDescriptor.S);
            default ->
                    bench.access(
                            random.nextInt(4), random.nextInt(6) - 1, noise, random.nextInt(16));
        }
    }

    /** What an endpoint issues when it hears of an abort arrives after the STALL_TERM. */
    @Test
    void shouldNotReachAccessesThatAnswerAStallTerm() {
        final TreeSet<Integer> aborted = new TreeSet<>();
        final Requester stubborn =
                new Requester() {
                    private int last = 4;

                    @Override
                    public void ended(final int id, final AccessResult result) {
                        aborted.add(id);
                        for (int again = 0; again < 2 && last < 100; again++) {
                            bench.smmu.access(this, ++last, SID, SSID, IOVA, READ);
                        }
                    }
                };
        for (int id = 1; id <= 4; id++) {
            bench.smmu.access(stubborn, id, SID, SSID, IOVA, READ);
        }
        bench.command(Commands.stallTerm(SID), 0);
        assertEquals(new TreeSet<>(List.of(1, 2, 3, 4)), aborted);
        assertEquals(8, bench.smmu.recordedStalls() + bench.smmu.heldStalls());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 0x8000_0020L, 0x000f_ffff_ffff_ffe0L, 0x81ff_ffe0L, -1})
    void shouldSurviveAnyPriQueueBase(final long base) {
        bench.regs.writeq(base, SmmuRegisters.PRIQ_BASE);
        bench.regs.writel(PriBench.WITH_PRI, SmmuRegisters.CR0);
        final PcieDevices devices = new PcieDevices();
        bench.smmu.connect(devices);
        for (int i = 0; i < 20; i++) {
            bench.smmu.pageRequest(SID, SSID, IOVA, READ, i, true);
        }
        final int prod = bench.regs.readl(SmmuRegisters.PRIQ_PROD) & 0xfffff;
        assertEquals(20, prod + devices.answers.size(), "written or answered");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 0x8000_0020L, 0x000f_ffff_ffff_ffc0L, 0x81ff_ffc0L, -1})
    void shouldSurviveAnyStreamTableBase(final long base) {
        bench.regs.writel(0, SmmuRegisters.CR0);
        bench.regs.writeq(base, SmmuRegisters.STRTAB_BASE);
        bench.regs.writel(-1, SmmuRegisters.STRTAB_BASE_CFG);
        bench.regs.writel(SmmuBench.ALL_ENABLED, SmmuRegisters.CR0);
        for (final int sid : new int[] {0, 1, 0xff, 0x100, -1, Integer.MIN_VALUE}) {
            assertEquals(AccessResult.ABORTED, bench.resultOf(sid, SSID, IOVA, READ), "sid=" + sid);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 0x7fff_ffff, -1, 0x80000})
    void shouldSurviveAnyPairOfPointers(final int garbage) {
        bench.regs.writel(SmmuRegisters.CR0_SMMUEN, SmmuRegisters.CR0);
        bench.regs.writel(garbage, SmmuRegisters.CMDQ_CONS);
        bench.regs.writel(~garbage, SmmuRegisters.CMDQ_PROD);
        bench.regs.writel(garbage, SmmuRegisters.EVENTQ_PROD);
        bench.regs.writel(~garbage, SmmuRegisters.EVENTQ_CONS);
        bench.regs.writel(garbage, SmmuRegisters.PRIQ_PROD);
        bench.regs.writel(~garbage, SmmuRegisters.PRIQ_CONS);
        bench.regs.writel(PriBench.WITH_PRI, SmmuRegisters.CR0);
        assertTimeoutPreemptively(
                LIMIT,
                () -> {
                    for (int i = 0; i < 100; i++) {
                        bench.read(IOVA);
                        bench.smmu.pageRequest(SID, SSID, IOVA, READ, i, true);
                    }
                });
        assertEquals(100, bench.smmu.recordedStalls() + bench.smmu.heldStalls());
    }

    @Test
    void shouldEndWhenADeviceAsksAgainForEachAutomaticAnswer() {
        final PcieDevices devices = new PcieDevices();
        bench.smmu.connect(devices);
        final Runnable again =
                () -> {
                    bench.smmu.pageRequest(SID, SSID, IOVA, READ, 1, true);
                    bench.smmu.pageRequest(SID, SSID, IOVA, READ, 2, true);
                };
        devices.onAnswer = again;
        assertTimeoutPreemptively(LIMIT, again::run);
        assertTrue(devices.answers.size() >= 1000);
        devices.onAnswer = () -> {};
        devices.answers.clear();
        bench.smmu.pageRequest(SID, SSID, IOVA, READ, 3, true);
        bench.command(Commands.sync(Commands.SYNC_CS_NONE, 0), 0);
        devices.answers.clear();
        bench.smmu.pageRequest(SID, SSID, IOVA, READ, 4, true);
        assertEquals(List.of(SID + " -1 15 4"), devices.answers, "and goes on afterwards");
    }

    @Test
    void shouldEndWhenADeviceAndAListenerKeepEachOtherBusy() {
        final PriBench pri = new PriBench();
        pri.devices.onAnswer = () -> pri.request(1);
        pri.smmu
                .interrupt("priq")
                .connect(
                        () -> {
                            for (int left = pri.pending(); left > 0; left--) {
                                pri.take();
                                pri.bench.command(
                                        Commands.priResp(SID, SSID), Commands.priRespCode(1, 2));
                            }
                        });
        assertTimeoutPreemptively(LIMIT, () -> pri.request(1));
        assertTrue(pri.devices.answers.size() > 1000);
    }

    @Test
    void shouldKeepTheOrderOfHeldStallsWhenARequesterIssuesMoreFromWithin() {
        final SmmuBench small =
                SmmuBench.enabled(SmmuBench.CONFIG.withStallMax(2), ContextDescriptor.S);
        small.read(0x1000);
        small.read(0x2000);
        small.smmu.access((id, result) -> small.read(0x5000), 99, SID, SSID, 0x3000, READ); // Held.
        small.read(0x4000); // Held behind it.
        small.mapPage(0x3000);
        small.takeEvent();
        small.takeEvent();
        small.resume(SID, 0, Commands.RESUME_ABORT);
        assertEquals(0x4000, small.takeEvent()[2], "0x5000 came later");
        small.resume(SID, 1, Commands.RESUME_ABORT);
        assertEquals(0x5000, small.takeEvent()[2]);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldSurviveRandomStoresOfAnyShapeAndMessages(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        bench.smmu.connect(new PcieDevices());
        assertTimeoutPreemptively(
                LIMIT,
                () -> {
                    for (int step = 0; step < 20_000; step++) {
                        hostileMessage(random);
                    }
                });
        bench.regs.writel(0, SmmuRegisters.CR0);
        assertEquals(0, bench.smmu.recordedStalls() + bench.smmu.heldStalls(), "seed " + seed);
    }

    private void hostileMessage(final SplittableRandom random) {
        final long noise = random.nextLong() >>> random.nextInt(64);
        final int sid = random.nextInt(20);
        final int ssid = random.nextInt(10) - 1;
        switch (random.nextInt(9)) {
            case 0 -> bench.regs.store(random.nextInt(0x20004) - 2, random.nextInt(10), noise);
            case 1 -> bench.regs.store(random.nextInt(0x38) * 4L, 4, noise);
            case 2 -> bench.regs.store(0x100a8 + random.nextInt(12) * 4L, 4, noise);
            case 3 ->
                    bench.smmu.pageRequest(
                            sid, ssid, noise, random.nextInt(16), (int) noise, noise < 0);
            case 4 -> bench.smmu.stopMarker(sid, random.nextInt(1 << 20));
            case 5 -> bench.smmu.pageHint(sid, ssid, noise, (int) noise, random.nextInt(16));
            case 6 -> bench.command(random.nextLong(), random.nextLong());
            case 7 -> bench.command(random.nextInt(0x50), noise);
            default -> bench.access(sid, ssid, noise, random.nextInt(16));
        }
    }
}
