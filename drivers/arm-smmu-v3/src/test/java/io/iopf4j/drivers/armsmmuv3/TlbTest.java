// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.smmuv3.Commands;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What invalidations look like as commands. */
final class TlbTest {
    private static final int ASID = 0x21;
    private static final int PAGE = ArmSmmuTlb.PAGE_SHIFT;

    private final FakeSmmu fake = new FakeSmmu(FakeSmmu.IDR0, FakeSmmu.IDR1);
    private final ArmSmmuCommandQueue queue =
            new ArmSmmuCommandQueue(
                    fake, fake.kernel, "q", fake.allocator.allocCoherent(0x800), 7, false);

    TlbTest() {
        queue.programRegisters();
    }

    private ArmSmmuTlb tlb(final int flags) {
        return new ArmSmmuTlb(TestEntries.features(flags), queue);
    }

    @Test
    void shouldForgetAnAsid() {
        assertEquals(0, tlb(0).invalidateAsid(ASID));
        assertEquals(List.of("21000000000011:0"), fake.commandsButSync());
        assertEquals(1, fake.syncs());
    }

    @Test
    void shouldForgetByEl2sCommandsWhereContextsAreEl2s() {
        final ArmSmmuTlb tlb = tlb(ArmSmmuFeatures.E2H);
        assertEquals(0, tlb.invalidateAsid(ASID));
        assertEquals(0, tlb.invalidateAsidRange(ASID, 0x1000, 0x1000, PAGE, true));
        assertEquals(List.of("21000000000021:0", "21000000000022:1001"), fake.commandsButSync());
    }

    @Test
    void shouldForgetPageByPageWithoutRanges() {
        assertEquals(0, tlb(0).invalidateAsidRange(ASID, 0x12345000L, 0x3000, PAGE, true));
        assertEquals(
                List.of(
                        "21000000000012:12345001",
                        "21000000000012:12346001",
                        "21000000000012:12347001"),
                fake.commandsButSync());
        assertEquals(1, fake.syncs());
    }

    @ParameterizedTest
    @CsvSource({
        "1, false, 21000000100012:40000400", // One page becomes two.
        "1, true, 21000000000012:40000701", // TTL 3 says that it is no reserved command.
        "2, false, 21000000100012:40000400",
        "3, false, 21000000002012:40000400",
        "16, false, 21000000400012:40000400",
        "31, false, 2100000001e012:40000400",
        "512, false, 21000000900012:40000400"
    })
    void shouldForgetARangeByOneCommand(
            final long pages, final boolean leaf, final String command) {
        assertEquals(
                0,
                tlb(ArmSmmuFeatures.RANGE_INVALIDATION)
                        .invalidateAsidRange(ASID, 0x40000000L, pages << PAGE, PAGE, leaf));
        assertEquals(List.of(command), fake.commandsButSync());
        assertEquals(1, fake.syncs());
    }

    @Test
    void shouldForgetBlocksByTheirLevel() {
        tlb(ArmSmmuFeatures.RANGE_INVALIDATION)
                .invalidateAsidRange(ASID, 0x40000000L, 1L << 21, 21, true);
        assertEquals(List.of("21000000900012:40000601"), fake.commandsButSync());
    }

    @Test
    void shouldSplitARangeWhereScalesDiffer() {
        // 37 = 5 + 32: five pages, then one times 32.
        tlb(ArmSmmuFeatures.RANGE_INVALIDATION)
                .invalidateAsidRange(ASID, 0x40000000L, 37L << PAGE, PAGE, false);
        assertEquals(
                List.of("21000000004012:40000400", "21000000500012:40005400"),
                fake.commandsButSync());
    }

    @Test
    void shouldCoverEachRangeAndNameNoReservedCommand() {
        final SplittableRandom random = new SplittableRandom(7);
        final ArmSmmuTlb tlb = tlb(ArmSmmuFeatures.RANGE_INVALIDATION);
        for (int round = 0; round < 2_000; round++) {
            final long pages = 1 + (random.nextLong() >>> (24 + random.nextInt(40)));
            final boolean leaf = random.nextBoolean();
            fake.commands.clear();
            assertEquals(0, tlb.invalidateAsidRange(ASID, 0x1000, pages << PAGE, PAGE, leaf));
            long next = 0x1000;
            for (final long[] command : fake.commands.subList(0, fake.commands.size() - 1)) {
                final int num = Commands.rangeNum(command[0]);
                final int scale = Commands.rangeScale(command[0]);
                assertEquals(next, Commands.address(command[1]));
                next += (num + 1L) << scale << PAGE;
                assertNotEquals(0, num + scale + Commands.ttl(command[1]), "reserved");
                assertTrue(num < 31);
            }
            final long covered = (next - 0x1000) >>> PAGE;
            assertTrue(covered == pages || (!leaf && covered == pages + 1), () -> "of " + pages);
        }
    }

    @Test
    void shouldForgetNothingOfAnEmptyRange() {
        assertEquals(0, tlb(0).invalidateAsidRange(ASID, 0x1000, 0, PAGE, false));
        assertEquals(0, fake.commands.size());
    }

    // ---- Devices' own caches --------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "0x7000, 0x4000, 0x4", // 0x7000 to 0xafff: 16 pages from 0.
        "0x7000, 0x1000, 0x7000",
        "0x7fff, 0x1, 0x7000",
        "0x7fff, 0x2, 0x4",
        "0x8000, 0x8000, 0x8003",
        "0x8000, 0x8001, 0x5",
        "0, 0, 0x34",
        "0xfffffffffffff000, 0x1000, 0xfffffffffffff000"
    })
    void shouldSpanARangeByAPowerOfTwo(final String iova, final String size, final String word1) {
        assertEquals(
                Long.parseUnsignedLong(word1.substring(2), 16),
                ArmSmmuAttachments.span(parse(iova), parse(size)));
    }

    private static long parse(final String number) {
        return number.startsWith("0x")
                ? Long.parseUnsignedLong(number.substring(2), 16)
                : Long.parseLong(number);
    }
}
