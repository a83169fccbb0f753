// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import static io.iopf4j.emulation.vtd.VtdBench.PASID;
import static io.iopf4j.emulation.vtd.VtdBench.RID;
import static io.iopf4j.emulation.vtd.VtdBench.STATUS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.PageResponse;
import io.iopf4j.api.vtd.VtdRegisters;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The invalidation queue: what is fetched, what is an error, what a device's time-out does. */
final class VtdQueueTest {
    private static final int IQE = VtdRegisters.FSTS_IQE;
    private static final int ITE = VtdRegisters.FSTS_ITE;
    private static final long DEVICE_ALL = Invalidation.deviceRange(0, 52);

    private VtdBench bench = VtdBench.scalable();

    private static long wait(final int data) {
        return Invalidation.waitFor(data, Invalidation.WAIT_SW);
    }

    private int status() {
        return bench.memory.readInt(STATUS);
    }

    private void assertError(final int why, final int head) {
        assertEquals(IQE, bench.fsts() & IQE, "no error");
        assertEquals(why, bench.iqei());
        assertEquals(head, bench.head());
    }

    private void clear(final int bit) {
        bench.regs.writel(bit, VtdRegisters.FSTS);
    }

    private static long number(final String text) {
        return Long.parseUnsignedLong(text.substring(2), 16);
    }

    // ---- Descriptors ----------------------------------------------------------------------------

    /** A sound descriptor of each type, and the bits of it that must be zero. */
    @ParameterizedTest
    @CsvSource({
        "0x11, 0x0, 0xfffc00000000f1c0, 0xffffffffffffffff",
        "0x12, 0x0, 0xffffffff0000f100, 0xf80",
        "0x0000031000000003, 0x0, 0x000f0000ffe001f0, 0xffe",
        "0x4, 0x0, 0xffff000007fff1e0, 0xffffffffffffffff",
        "0x25, 0x60000, 0xfffff100, 0x3",
        "0x0000004200010026, 0x0, 0xfff000000000f1c0, 0xf80",
        "0x0000004200010017, 0x0, 0xfff000000000f1c0, 0xffffffffffffffff",
        "0x0000004203100008, 0x0, 0x0, 0x7fe",
        "0x0000004203100019, 0xac, 0xfff00000000001c0, 0xfffffffffffff003"
    })
    void shouldRefuseEachReservedBit(
            final String word0, final String word1, final String mask0, final String mask1) {
        for (int bit = 0; bit < 128; bit++) {
            final boolean isLow = bit < 64;
            final long flip = 1L << (bit & 63);
            final boolean isReserved = (number(isLow ? mask0 : mask1) & flip) != 0;
            final boolean isType = isLow && (Invalidation.TYPE_MASK & flip) != 0;
            if (isReserved && !isType) {
                final int at = bench.tail();
                bench.submit(
                        number(word0) | (isLow ? flip : 0), number(word1) | (isLow ? 0 : flip));
                assertError(VtdRegisters.IQEI_RESERVED, at);
                bench.put(at, wait(1), STATUS);
                clear(IQE);
            }
        }
        final int before = bench.tail();
        bench.submit(number(word0), number(word1));
        assertEquals((before + 32) % 0x1000, bench.head());
        // The upper half counts too.
        bench.prepare(number(word0), number(word1));
        bench.memory.writeLong(VtdBench.QUEUE + bench.head() + 24, 1L << 63);
        bench.ring();
        assertEquals(VtdRegisters.IQEI_RESERVED, bench.iqei());
    }

    @ParameterizedTest
    @CsvSource({"0x01, 0", "0x02, 0", "0x06, 0", "0x16, 0", "0x27, 0", "0x32, 19", "0x36, 19"})
    void shouldRefuseGranularitiesAndMasksThatThereAreNot(final String word0, final int mask) {
        bench.submit(number(word0), mask);
        assertError(VtdRegisters.IQEI_RESERVED, 0);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 0xa, 0xb, 0xf, 0x205, 0xe05})
    void shouldRefuseOtherTypes(final long word0) {
        bench.submit(word0, 0);
        assertError(VtdRegisters.IQEI_TYPE, 0);
        assertEquals(1, bench.vtd.counters().commandErrors());
    }

    @Test
    void shouldTakePrivateDataOfAResponseUntilVersion4() {
        final long qw0 = PageResponse.qw0(RID, PASID, 0, PageResponse.PDP);
        bench.prepare(qw0, PageResponse.LPIG);
        bench.memory.writeLong(VtdBench.QUEUE + 16, 1);
        bench.ring();
        assertEquals(0, bench.fsts());
        bench = VtdBench.scalable(VtdConfig.scalable().withVersion(0x40));
        bench.submit(qw0, PageResponse.LPIG);
        assertError(VtdRegisters.IQEI_RESERVED, 0);
    }

    @ParameterizedTest
    @CsvSource({
        "0x0000031000000003, 0x7ffffffffffff001, 310 -1 false 0 64",
        "0x0000031000100003, 0x0000000000017001, 310 -1 false 10000 16",
        "0x0000031000100003, 0x0000000012345000, 310 -1 false 12345000 12",
        "0x0000031000100003, 0x0000000012345001, 310 -1 false 12344000 14",
        "0x0000004203100008, 0x7ffffffffffff800, 310 66 false 0 64",
        "0x0000004203100108, 0x0000000000017801, 310 66 true 10000 16",
        "0x0000004203100108, 0x0000000000017000, 310 66 false 17000 12"
    })
    void shouldTellADeviceWhatToForget(
            final String word0, final String word1, final String expected) {
        bench.submit(number(word0), number(word1));
        assertEquals(List.of(expected), bench.invalidations);
    }

    // ---- Waits ----------------------------------------------------------------------------------

    @Test
    void shouldTakeAWaitThatIsAFenceAlone() {
        bench.submit(0x0000_0002_0000_0045L, 0);
        assertEquals(0, bench.fsts());
        assertEquals(32, bench.head());
        assertEquals(0, bench.memory.readInt(0), "no status");
        assertEquals(0, bench.regs.readl(VtdRegisters.ICS));
    }

    /** What a device has on the wire is in the queue before the status says so. */
    @Test
    void shouldDrainRequestsThatADeviceSendsWhileItForgets() {
        bench.onInvalidation =
                () -> {
                    bench.request(1, false);
                    bench.request(2, true);
                    assertEquals(0, status());
                };
        bench.prepare(0x0000_0002_0000_0045L, 0);
        bench.prepare(Invalidation.pasidIotlb(Invalidation.PASID_IOTLB_ALL, 1, PASID), 0);
        bench.prepare(
                Invalidation.pasidDeviceTlb(RID, PASID, 0, 32),
                Invalidation.pasidDeviceRange(0, 52));
        bench.prepare(Invalidation.waitFor(2, Invalidation.WAIT_SW | Invalidation.WAIT_PD), STATUS);
        final int[] tailAtStatus = new int[1];
        bench.onMessage =
                () -> tailAtStatus[0] = status() == 0 ? bench.regs.readl(VtdRegisters.PQT) : -1;
        bench.ring();
        assertEquals(2, status());
        assertEquals(64, bench.regs.readl(VtdRegisters.PQT));
        assertEquals(32, tailAtStatus[0], "the event came before the status");
    }

    @Test
    void shouldWriteTheStatusBeforeTheEvent() {
        final int[] seen = new int[2];
        bench.onMessage =
                () -> {
                    seen[0] = status();
                    seen[1] = bench.head();
                };
        bench.submit(wait(5) | Invalidation.WAIT_IF, STATUS);
        assertEquals(5, seen[0]);
        assertEquals(32, seen[1]);
        assertEquals(1, bench.regs.readl(VtdRegisters.ICS));
        bench.regs.writel(1, VtdRegisters.ICS);
        assertEquals(0, bench.regs.readl(VtdRegisters.ICS));
    }

    @ParameterizedTest
    @ValueSource(longs = {VtdBench.OUTSIDE, VtdBench.MEMORY_BYTES, -4})
    void shouldDropAStatusThatReachesNoMemory(final long address) {
        bench.submit(wait(5), address);
        bench.submit(wait(6), VtdBench.MEMORY_BYTES - 4);
        assertEquals(0, bench.fsts());
        assertEquals(6, bench.memory.readInt(VtdBench.MEMORY_BYTES - 4));
    }

    // ---- Errors ---------------------------------------------------------------------------------

    /** As a driver does it: a wait in the bad one's place, and all goes on by itself. */
    @Test
    void shouldStayAtTheBadOneAndGoOnWhenTheErrorIsCleared() {
        bench.prepare(wait(1), STATUS);
        bench.prepare(0xb, 0);
        bench.prepare(wait(3), STATUS);
        bench.ring();
        assertError(VtdRegisters.IQEI_TYPE, 32);
        assertEquals(1, status());
        assertEquals(1, bench.messages.size());
        clear(IQE);
        assertError(VtdRegisters.IQEI_TYPE, 32);
        assertEquals(2, bench.messages.size(), "an error anew");
        bench.put(32, wait(2), STATUS + 4);
        clear(IQE);
        assertEquals(0, bench.fsts());
        assertEquals(0, bench.iqei());
        assertEquals(96, bench.head());
        assertEquals(3, status());
        assertEquals(2, bench.memory.readInt(STATUS + 4));
    }

    @ParameterizedTest
    @CsvSource({"0x10, 6", "0xff0, 6", "0x1000, 1", "0x7ffe0, 1"})
    void shouldRefuseATailThatIsNone(final String tail, final int why) {
        bench.regs.writel(Integer.decode(tail), VtdRegisters.IQT);
        assertError(why, 0);
        bench.regs.writel(0, VtdRegisters.IQT);
        clear(IQE);
        assertEquals(0, bench.fsts());
    }

    @Test
    void shouldSayThatThereIsNoMemory() {
        bench.commandOff(VtdRegisters.QIE);
        bench.regs.writeq(VtdBench.OUTSIDE | VtdRegisters.IQA_DW, VtdRegisters.IQA);
        bench.command(VtdRegisters.QIE);
        bench.regs.writel(32, VtdRegisters.IQT);
        assertError(VtdRegisters.IQEI_FETCH, 0);
    }

    @ParameterizedTest
    @CsvSource({
        // Width, table mode, why.
        "0, 1, 5",
        "1, 1, 0",
        "0, 0, 0",
        "1, 0, 0",
        "1, 2, 7",
        "0, 3, 7"
    })
    void shouldHaveTheWidthThatItsTablesAskFor(final int width, final long mode, final int why) {
        bench = new VtdBench(VtdConfig.scalable());
        bench.regs.writeq(mode << VtdRegisters.TTM_SHIFT, VtdRegisters.RTADDR);
        bench.command(VtdRegisters.SRTP);
        bench.regs.writeq(VtdBench.QUEUE | (long) width << 11, VtdRegisters.IQA);
        bench.command(VtdRegisters.QIE);
        bench.put(0, Invalidation.WAIT, 0);
        bench.regs.writel(width == 0 ? 16 : 32, VtdRegisters.IQT);
        assertEquals(why == 0 ? 0 : IQE, bench.fsts());
        assertEquals(why, bench.iqei());
    }

    @Test
    void shouldHaveNoDescriptorsOf256BitsInRevision2() {
        bench = VtdBench.revision2(VtdObserver.NONE);
        bench.commandOff(VtdRegisters.QIE);
        bench.regs.writeq(VtdBench.QUEUE | VtdRegisters.IQA_DW, VtdRegisters.IQA);
        bench.command(VtdRegisters.QIE);
        bench.regs.writel(32, VtdRegisters.IQT);
        assertError(VtdRegisters.IQEI_WIDTH, 0);
    }

    @Test
    void shouldSayWhoseCompletionWasUnexpected() {
        bench.vtd.unexpectedInvalidationCompletion(0x1_0999);
        bench.vtd.unexpectedInvalidationCompletion(0x0111);
        assertEquals(VtdRegisters.FSTS_ICE, bench.fsts());
        assertEquals(0x0999L << 48, bench.regs.readq(VtdRegisters.IQERCD));
        bench.submit(wait(1), STATUS);
        assertEquals(1, status(), "the queue goes on");
        clear(VtdRegisters.FSTS_ICE);
        assertEquals(0, bench.regs.readq(VtdRegisters.IQERCD));
    }

    // ---- Time-outs ------------------------------------------------------------------------------

    /** Two submitters, of whom one waits for a device: both lose their wait or neither does. */
    @Test
    void shouldAbortTheWaitBehindADeviceThatDoesNotAnswer() {
        bench.answersInTime = false;
        bench.prepare(Invalidation.deviceTlb(RID, 0, 32), DEVICE_ALL);
        bench.prepare(PageResponse.qw0(RID, PASID, 0, 0), PageResponse.qw1(1, PageResponse.LPIG));
        bench.prepare(wait(1) | Invalidation.WAIT_IF, STATUS);
        bench.prepare(wait(2), STATUS + 4);
        bench.ring();
        assertEquals(ITE, bench.fsts());
        assertEquals(96, bench.head(), "behind the wait");
        assertEquals((long) RID << 32, bench.regs.readq(VtdRegisters.IQERCD));
        assertEquals(0, status());
        assertEquals(0, bench.regs.readl(VtdRegisters.ICS));
        assertEquals(1, bench.responses.size(), "what was fetched before it is done");
        bench.answersInTime = true;
        bench.submit(wait(3), STATUS + 8);
        assertEquals(96, bench.head(), "no fetch until it is cleared");
        clear(ITE);
        assertEquals(bench.tail(), bench.head());
        assertEquals(0, status());
        assertEquals(2, bench.memory.readInt(STATUS + 4));
        assertEquals(3, bench.memory.readInt(STATUS + 8));
        assertEquals(0, bench.regs.readq(VtdRegisters.IQERCD));
    }

    @Test
    void shouldFetchToTheTailWithoutAWait() {
        bench.answersInTime = false;
        bench.prepare(Invalidation.pasidDeviceTlb(RID, PASID, 0, 32), DEVICE_ALL & ~1L);
        bench.prepare(Invalidation.contextCache(Invalidation.CC_GLOBAL, 0, 0, 0), 0);
        bench.ring();
        assertEquals(ITE, bench.fsts());
        assertEquals(64, bench.head());
        assertEquals((long) RID << 32, bench.regs.readq(VtdRegisters.IQERCD));
    }

    @Test
    void shouldStopAtABadOneBehindATimeOut() {
        bench.answersInTime = false;
        bench.prepare(Invalidation.deviceTlb(RID, 0, 32), DEVICE_ALL);
        bench.prepare(0xb, 0);
        bench.prepare(wait(1), STATUS);
        bench.ring();
        assertEquals(ITE | IQE, bench.fsts());
        assertEquals(32, bench.head());
        clear(ITE);
        assertEquals(32, bench.head());
        bench.put(32, wait(2), STATUS + 4);
        clear(IQE);
        assertEquals(1, status());
        assertEquals(1, bench.messages.size());
    }
}
