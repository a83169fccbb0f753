// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.IommuFault;
import io.iopf4j.emulation.IommuModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AccessStreamTest {
    private static final long SEED = 0x5EED;
    private static final long MS = 1_000_000;

    @Test
    void shouldKeepTheRate() throws IOException {
        final List<Access> accesses = all("rate: 1000/s");
        assertEquals(1000, accesses.size());
        for (int i = 0; i < accesses.size(); i++) {
            assertEquals(i * MS, accesses.get(i).timeNs());
        }
    }

    @Test
    void shouldNotDriftFromARateThatDoesNotDivide() throws IOException {
        final List<Access> accesses = all("rate: 3/s");
        assertEquals(List.of(0L, 333_333_333L, 666_666_666L), times(accesses));
    }

    @Test
    void shouldKeepTheRateInBursts() throws IOException {
        final List<Access> accesses = all("rate: 1000/s, burst: 8, stop: 20ms");
        assertEquals(24, accesses.size());
        for (int i = 0; i < accesses.size(); i++) {
            assertEquals(i / 8 * 8L * MS, accesses.get(i).timeNs());
        }
    }

    @Test
    void shouldStartAndStopInTime() throws IOException {
        assertEquals(
                List.of(10 * MS, 11 * MS), times(all("rate: 1000/s, start: 10ms, stop: 12ms")));
    }

    @Test
    void shouldStopAfterItsCount() throws IOException {
        assertEquals(5, all("rate: 1000/s, burst: 3, count: 5").size());
    }

    @Test
    void shouldStayAtItsEnd() throws IOException {
        final AccessStream stream = stream("rate: 1000/s, stop: 1ms", SEED);
        assertTrue(stream.next());
        assertFalse(stream.next());
        assertFalse(stream.next());
    }

    @Test
    void shouldComeAtRandomAboutAsOften() throws IOException {
        final List<Access> accesses = all("rate: 10000/s, arrivals: random");
        assertEquals(10_000, accesses.size(), 300);
        long shortGaps = 0;
        for (int i = 1; i < accesses.size(); i++) {
            final long gapNs = accesses.get(i).timeNs() - accesses.get(i - 1).timeNs();
            assertTrue(gapNs >= 0);
            shortGaps += gapNs < 100_000 ? 1 : 0;
        }
        // Of an exponential distribution 63 in 100 are below the mean.
        assertEquals(0.632, (double) shortGaps / accesses.size(), 0.02);
    }

    @Test
    void shouldGoThroughItsPagesAndRoundAgain() throws IOException {
        final List<Access> accesses =
                all("rate: 1000/s, count: 4, addresses: {from: 0x7000, pages: 3}");
        assertEquals(
                List.of(0x7000L, 0x8000L, 0x9000L, 0x7000L),
                accesses.stream().map(Access::address).toList());
    }

    @Test
    void shouldReachEachPageAtRandom() throws IOException {
        final Set<Long> pages = new HashSet<>();
        all("rate: 1000/s, addresses: {from: 0x7000, pages: 16, order: random}")
                .forEach(access -> pages.add(access.address()));
        assertEquals(16, pages.size());
        assertTrue(pages.stream().allMatch(page -> page >= 0x7000 && page < 0x1_7000));
    }

    @Test
    void shouldLayGroupsSideBySide() throws IOException {
        final Workload workload =
                ScenarioText.read(
                                "title: T\nduration: 1s\nhardware: {iommu: vtd}\nvms: [{name: a,"
                                        + " workload: {rate: 1/ms, groupSize: 3, addresses: {from:"
                                        + " 0x7000, pages: 4}}}]\n")
                        .vms()
                        .get(0)
                        .workload()
                        .orElseThrow();
        final AccessStream stream = new AccessStream(workload, new SplittableRandom(SEED));
        assertTrue(stream.next());
        assertEquals(0x9000, stream.address(2));
        assertTrue(stream.next());
        assertEquals(0xa000, stream.address());
        assertEquals(0x7000, stream.address(1));
    }

    @Test
    void shouldHaveNoPasidUnlessItIsGivenSome() throws IOException {
        assertEquals(IommuModel.NO_SUBSTREAM, all("rate: 1/s").get(0).pasid());
    }

    @Test
    void shouldUseEachOfItsPasids() throws IOException {
        final Set<Integer> pasids = new HashSet<>();
        all("rate: 1000/s, pasids: [1, 0xfffff, 7]").forEach(a -> pasids.add(a.pasid()));
        assertEquals(Set.of(1, 7, 0xfffff), pasids);
    }

    @Test
    void shouldAskForWhatItIsTold() throws IOException {
        assertEquals(Set.of(IommuFault.PERM_READ), perms("rate: 99/s"));
        assertEquals(Set.of(IommuFault.PERM_WRITE), perms("rate: 99/s, access: write"));
        assertEquals(
                Set.of(IommuFault.PERM_READ, IommuFault.PERM_WRITE),
                perms("rate: 99/s, access: mixed"));
    }

    @Test
    void shouldDrawTheSameFromTheSameSeed() throws IOException {
        final String chance =
                "rate: 1000/s, arrivals: random, access: mixed, pasids: [1, 2],"
                        + " addresses: {order: random}";
        assertEquals(all(chance, SEED), all(chance, SEED));
        assertNotEquals(all(chance, SEED), all(chance, SEED + 1));
    }

    private record Access(long timeNs, int pasid, long address, int perm) {}

    private static List<Access> all(final String workload) throws IOException {
        return all(workload, SEED);
    }

    private static List<Access> all(final String workload, final long seed) throws IOException {
        final AccessStream stream = stream(workload, seed);
        final List<Access> all = new ArrayList<>();
        while (stream.next()) {
            all.add(new Access(stream.timeNs(), stream.pasid(), stream.address(), stream.perm()));
        }
        return all;
    }

    private static List<Long> times(final List<Access> accesses) {
        return accesses.stream().map(Access::timeNs).toList();
    }

    private static Set<Integer> perms(final String workload) throws IOException {
        final Set<Integer> perms = new HashSet<>();
        all(workload).forEach(access -> perms.add(access.perm()));
        return perms;
    }

    private static AccessStream stream(final String workload, final long seed) throws IOException {
        return new AccessStream(ScenarioText.workload(workload), new SplittableRandom(seed));
    }
}
