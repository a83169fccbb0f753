// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

import static io.iopf4j.emulation.pci.PciBench.DELAY;
import static io.iopf4j.emulation.pci.PciBench.IOVA;
import static io.iopf4j.emulation.pci.PciBench.NO_PASID;
import static io.iopf4j.emulation.pci.PciBench.PAGE;
import static io.iopf4j.emulation.pci.PciBench.PASID;
import static io.iopf4j.emulation.pci.PciBench.RID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.hw.PciCapability;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.Scheduler;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is answered, and whenever, and whatever software does to the registers. */
@SuppressWarnings("EnumOrdinal") // The order is the test's own.
final class RandomEndpointTest {
    private static final int STEPS = 20_000;
    private static final int ALLOCATION = 6;
    private static final int PAGES = 8;
    private static final int MANY_GROUPS = PageRequestGroups.COUNT;

    /** What one run did, and its checks. */
    private static final class Run implements PciEndpointListener {
        final SplittableRandom random;
        final Scheduler scheduler = new Scheduler(1);
        final ScriptedIommu iommu = new ScriptedIommu();
        final PcieFabric bus = new PcieFabric();
        final PciFunction function;
        final PciEndpoint endpoint;
        final boolean isStreaming;
        final Map<Integer, Integer> accessOfGroup = new HashMap<>();
        final int[] heardPasid = new int[MANY_GROUPS];
        final long[][] heardAddresses = new long[MANY_GROUPS][2];
        final BitSet ended = new BitSet();
        final int[] results = new int[AccessResult.values().length];
        int pri;
        int answers;
        int depth;
        long hash;

        Run(final long seed, final boolean isStreaming) {
            random = new SplittableRandom(seed);
            this.isStreaming = isStreaming;
            final PciFunctionConfig roomy =
                    PciFunctionConfig.roomy().withCachedTranslations(4).withRetryDelayNs(DELAY);
            function = new PciFunction(isStreaming ? roomy.streaming() : roomy);
            endpoint = new PciEndpoint(0, "x", RID, iommu, scheduler, function, this, iommu);
            bus.add(endpoint);
            iommu.isQuiet = true;
            iommu.answerer = this::perhapsAnswer;
            pri = 0x110;
            function.writew(7, 0x120 + PciCapability.PASID_CTRL);
            function.writew(0x8000, 0x100 + PciCapability.ATS_CTRL);
            enable();
        }

        void enable() {
            function.writel(ALLOCATION, pri + PciCapability.PRI_ALLOCATION);
            control(PciCapability.PRI_CTRL_ENABLE);
        }

        void control(final int value) {
            function.writew(value, pri + PciCapability.PRI_CTRL);
        }

        int pasid() {
            return random.nextInt(3) == 0 ? NO_PASID : PASID + random.nextInt(2);
        }

        long iova() {
            return IOVA + ((long) random.nextInt(PAGES) << PAGE);
        }

        private void perhapsAnswer(
                final int rid,
                final int pasid,
                final long address,
                final int group,
                final boolean isLast) {
            mix(address + group);
            heardPasid[group] = pasid;
            heardAddresses[group][random.nextInt(2)] = address;
            assertTrue(endpoint.outstandingRequests() <= ALLOCATION);
            if (depth < 3 && random.nextInt(4) == 0) {
                depth++;
                answer(pasid, code(), random.nextInt(8) == 0 ? group + 1 : group, address);
                depth--;
            }
        }

        int code() {
            final int pick = random.nextInt(100);
            return pick < 70 ? 0 : pick < 98 ? 1 : random.nextInt(16);
        }

        void answer(final int pasid, final int code, final int group, final long address) {
            if (isStreaming && random.nextInt(20) != 0) {
                bus.pageStreamResponse(RID, pasid, code, group, address);
            } else {
                bus.pageRequestResponse(RID, pasid, code, group);
            }
        }

        void step() {
            switch (random.nextInt(24)) {
                case 0, 1, 2, 3 -> endpoint.access(pasid(), iova(), 1 + random.nextInt(15));
                case 4, 5 -> accessSeveral();
                case 6, 7 -> iommu.map(pasid(), iova(), iova(), PAGE, 1 + random.nextInt(15));
                case 8 -> iommu.unmap(pasid(), iova());
                case 9 -> scheduler.runUntil(scheduler.nowNs() + random.nextLong(3 * DELAY));
                case 10 -> endpoint.holdRequests(random.nextBoolean());
                case 11 ->
                        bus.invalidateTranslations(
                                RID, pasid(), random.nextBoolean(), iova(), PAGE);
                case 12 -> perhapsSoftware();
                default -> answerSomething();
            }
            check();
        }

        private void accessSeveral() {
            final int count = 1 + random.nextInt(ALLOCATION + 1);
            final long[] iovas = new long[count];
            final int[] perms = new int[count];
            for (int i = 0; i < count; i++) {
                iovas[i] = iova();
                perms[i] = 1 + random.nextInt(15);
            }
            endpoint.access(pasid(), iovas, perms, count);
        }

        private void perhapsSoftware() {
            switch (random.nextInt(12)) {
                case 0 -> endpoint.stopUsing(PASID);
                case 1 -> control(random.nextInt(4));
                case 2 -> function.writew(0, 0x100 + PciCapability.ATS_CTRL);
                default -> {
                    function.writew(0x8000, 0x100 + PciCapability.ATS_CTRL);
                    enable();
                }
            }
        }

        private void answerSomething() {
            if (accessOfGroup.isEmpty() || random.nextInt(30) == 0) {
                answer(pasid(), code(), random.nextInt(MANY_GROUPS), iova());
                return;
            }
            final int pick = random.nextInt(accessOfGroup.size());
            final int group = accessOfGroup.keySet().stream().sorted().skip(pick).findFirst().get();
            final boolean isWrong = random.nextInt(4) == 0;
            answer(
                    isWrong ? pasid() : heardPasid[group],
                    code(),
                    group,
                    isWrong ? iova() : heardAddresses[group][random.nextInt(2)]);
        }

        private void check() {
            assertEquals(endpoint.nextId() - 1 - ended.cardinality(), endpoint.inFlight());
            assertTrue(endpoint.outstandingRequests() >= accessOfGroup.size());
            final int status = function.readw(pri + PciCapability.PRI_STATUS);
            final boolean isOn = (function.readw(pri + PciCapability.PRI_CTRL) & 1) != 0;
            assertEquals(
                    !isOn && accessOfGroup.isEmpty(),
                    (status & PciCapability.PRI_STATUS_STOPPED) != 0);
        }

        void finish() {
            control(PciCapability.PRI_CTRL_RESET);
            endpoint.holdRequests(false);
            scheduler.runUntil(scheduler.nowNs() + 10 * DELAY);
            check();
            assertEquals(0, endpoint.inFlight());
            assertEquals(Map.of(), accessOfGroup);
            assertEquals(Long.MAX_VALUE, scheduler.nextTimerNs());
        }

        private void mix(final long value) {
            hash = hash * 31 + value;
        }

        @Override
        public void requesting(final PciEndpoint who, final int id, final int group) {
            mix(id);
            assertEquals(null, accessOfGroup.put(group, id), "its index is in use");
        }

        @Override
        public void answered(final PciEndpoint who, final int id, final int group, final int code) {
            answers++;
            assertEquals(id, accessOfGroup.remove(group));
        }

        @Override
        public void accessEnded(final PciEndpoint who, final int id, final AccessResult result) {
            mix(result.ordinal());
            assertTrue(!ended.get(id), "ended twice");
            ended.set(id);
            results[result.ordinal()]++;
            accessOfGroup.values().remove(id);
        }
    }

    private static Run run(final long seed, final boolean isStreaming) {
        final Run run = new Run(seed, isStreaming);
        for (int i = 0; i < STEPS; i++) {
            run.step();
        }
        run.finish();
        return run;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldEndEveryAccessOnce(final boolean isStreaming) {
        for (long seed = 1; seed <= 10; seed++) {
            final Run run = run(seed, isStreaming);
            assertTrue(run.results[AccessResult.DONE.ordinal()] > STEPS / 100);
            assertTrue(run.results[AccessResult.ABORTED.ordinal()] > STEPS / 100);
            assertTrue(run.answers > STEPS / 50, "few answers: " + run.answers);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldDoTheSameForASeed(final boolean isStreaming) {
        assertEquals(run(3, isStreaming).hash, run(3, isStreaming).hash);
        assertNotEquals(run(3, isStreaming).hash, run(4, isStreaming).hash);
    }
}
