// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import static io.iopf4j.emulation.vtd.VtdBench.EXEC;
import static io.iopf4j.emulation.vtd.VtdBench.NO_PASID;
import static io.iopf4j.emulation.vtd.VtdBench.PASID;
import static io.iopf4j.emulation.vtd.VtdBench.PRIV;
import static io.iopf4j.emulation.vtd.VtdBench.READ;
import static io.iopf4j.emulation.vtd.VtdBench.RID;
import static io.iopf4j.emulation.vtd.VtdBench.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.vtd.FaultRecord;
import io.iopf4j.api.vtd.PageRequest;
import io.iopf4j.api.vtd.PageRequestRev2;
import io.iopf4j.api.vtd.PageResponse;
import io.iopf4j.api.vtd.ScalableContextEntry;
import io.iopf4j.api.vtd.VtdRegisters;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Page requests: queued, refused, or too many; and their answers. */
final class VtdPageRequestTest {
    private static final long ADDRESS = 0x7f12_3456_7000L;
    private static final int GROUP = 0x15;
    private static final int PPR = VtdRegisters.PRS_PPR;
    private static final int PRO = VtdRegisters.PRS_PRO;
    private static final int ROOM = 127;

    private final List<String> seen = new ArrayList<>();
    private final VtdObserver observer =
            new VtdObserver() {
                @Override
                public void requestQueued(
                        final int rid, final int pasid, final int group, final boolean isLast) {
                    seen.add("queued " + rid + " " + pasid + " " + group + " " + isLast);
                }

                @Override
                public void requestOverflowed(
                        final int rid, final int pasid, final int group, final boolean isLast) {
                    seen.add("overflowed " + rid + " " + pasid + " " + group + " " + isLast);
                }

                @Override
                public void requestRefused(
                        final int rid,
                        final int pasid,
                        final int group,
                        final boolean isLast,
                        final int reason) {
                    seen.add("refused " + rid + " " + pasid + " " + group + " " + reason);
                }

                @Override
                public void responseSent(
                        final int rid, final int pasid, final int group, final int code) {
                    seen.add("sent " + rid + " " + pasid + " " + group + " " + code);
                }
            };
    private final VtdBench bench = VtdBench.scalable(VtdConfig.scalable(), observer);

    private void send(final int pasid, final int perm, final boolean isLast) {
        bench.vtd.pageRequest(RID, pasid, ADDRESS + 0x678, perm, GROUP, isLast);
    }

    private static long number(final String text) {
        return Long.parseUnsignedLong(text.substring(2), 16);
    }

    private int tail() {
        return bench.regs.readl(VtdRegisters.PQT);
    }

    private void fill() {
        for (int i = 0; i < ROOM; i++) {
            bench.request(i, true);
        }
        assertEquals(PPR, bench.prs());
        assertEquals(List.of(), bench.responses);
    }

    // ---- What is queued -------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "0x42, 3, true, 0x0000004203100101, 0x00007f12345670af",
        "0x42, 1, false, 0x0000004203100101, 0x00007f12345670a9",
        "0x42, 0, false, 0x0000004203100101, 0x00007f12345670a8",
        "0x42, 5, true, 0x0010004203100101, 0x00007f12345670ad",
        "0x42, 10, true, 0x0020004203100101, 0x00007f12345670ae",
        "-1, 13, true, 0x0000000003100001, 0x00007f12345670ad"
    })
    void shouldQueueARequestBitForBit(
            final String pasid,
            final int perm,
            final boolean isLast,
            final String word0,
            final String word1) {
        assertEquals(13, READ | EXEC | PRIV);
        bench.memory.writeLong(VtdBench.REQUESTS + 16, -1);
        bench.memory.writeLong(VtdBench.REQUESTS + 24, -1);
        send(Integer.decode(pasid), perm, isLast);
        assertArrayEquals(
                new long[] {number(word0), number(word1), 0, 0},
                bench.requestAt(0, PageRequest.BYTES));
        assertEquals(32, tail());
        assertEquals(PPR, bench.prs());
        assertEquals(1, bench.vtd.counters().requestsQueued());
        assertEquals(List.of("queued 784 " + Integer.decode(pasid) + " 21 " + isLast), seen);
    }

    @Test
    void shouldQueueAStopMarker() {
        bench.vtd.stopMarker(RID, PASID);
        assertArrayEquals(
                new long[] {0x0000_0042_0310_0101L, 4, 0, 0},
                bench.requestAt(0, PageRequest.BYTES));
    }

    /** The request is there before the tail, and the tail before the event. */
    @Test
    void shouldTellSoftwareLast() {
        final List<String> heard = new ArrayList<>();
        bench.onMessage =
                () -> heard.add(tail() + " " + (bench.requestAt(0, PageRequest.BYTES)[0] & 1));
        send(PASID, READ, true);
        assertEquals(List.of("32 1"), heard);
    }

    /** Software clears PPR before it reads the tail: what comes in between is told anew. */
    @Test
    void shouldTellAgainOnceThePendingBitIsCleared() {
        send(PASID, READ, true);
        send(PASID, READ, true);
        assertEquals(1, bench.messages.size());
        bench.regs.writel(PPR, VtdRegisters.PRS);
        send(PASID, READ, true);
        assertEquals(2, bench.messages.size());
        assertEquals(96, tail());
        assertEquals(3, bench.vtd.counters().queueHighWater());
    }

    @Test
    void shouldWrapAround() {
        for (int i = 0; i < 300; i++) {
            bench.request(i & 0x1ff, true);
            bench.regs.writeq(tail(), VtdRegisters.PQH);
        }
        assertEquals(300 * 32 % 4096, tail());
        assertEquals(PPR, bench.prs());
        assertEquals(1, bench.vtd.counters().queueHighWater());
        final int last = 299 % 128;
        assertEquals(299, PageRequest.group(bench.requestAt(last, PageRequest.BYTES)[1]));
    }

    @Test
    void shouldDropARequestThatReachesNoMemory() {
        bench.regs.writeq(VtdBench.OUTSIDE, VtdRegisters.PQA);
        send(PASID, READ, true);
        assertEquals(0, tail());
        assertEquals(0, bench.prs());
        assertEquals(List.of(), seen);
    }

    @Test
    void shouldNotGoRoundTheTopOfTheAddressSpace() {
        bench.regs.writeq(-0x1000L | 1, VtdRegisters.PQA);
        bench.regs.writeq(0x1000, VtdRegisters.PQT);
        bench.regs.writeq(0x1000, VtdRegisters.PQH);
        send(PASID, READ, true);
        assertEquals(0x1000, tail());
        assertEquals(0, bench.memory.readLong(0));
    }

    // ---- What is not ----------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"4, 0x42", "6, 0x42"})
    void shouldDiscardARequestToExecuteWithoutToRead(final int perm, final String pasid) {
        send(Integer.decode(pasid), perm, true);
        assertEquals(0, tail());
        assertEquals(0, bench.fsts());
        assertEquals(List.of(), bench.responses);
        assertEquals(6, WRITE | EXEC);
    }

    @ParameterizedTest
    @CsvSource({
        // Context bits, PASID, reason, response.
        "0x0c, 0x42, 0x47, 1",
        "0x0c, -1, 0x47, 1",
        "0x14, 0x42, 0x45, 1",
        "0x1c, 0x2000, 0x46, 1",
        "0x3c, 0x42, 0x42, 15"
    })
    void shouldRefuseWithAFaultAndAnswerTheLastOfAGroup(
            final String bits, final String pasidText, final String reasonText, final int code) {
        final int pasid = Integer.decode(pasidText);
        final int reason = Integer.decode(reasonText);
        bench.context(Integer.decode(bits));
        send(pasid, READ, false);
        assertEquals(List.of(), bench.responses);
        send(pasid, READ, true);
        assertEquals(List.of("784 " + pasid + " " + code + " 21"), bench.responses);
        assertEquals(reason, FaultRecord.reason(bench.regs.readq(0x228)));
        assertEquals(reason, FaultRecord.reason(bench.regs.readq(0x238)));
        assertEquals("refused 784 " + pasid + " 21 " + reason, seen.get(1));
        assertEquals(0, tail());
        assertEquals(0, bench.prs());
        assertEquals(0, bench.vtd.counters().requestsQueued());
    }

    @Test
    void shouldNotAnswerAStopMarkerThatItRefuses() {
        bench.context(ScalableContextEntry.PASIDE);
        bench.vtd.stopMarker(RID, PASID);
        assertEquals(0x47, FaultRecord.reason(bench.regs.readq(0x228)));
        assertEquals(List.of(), bench.responses);
    }

    @Test
    void shouldFailInLegacyMode() {
        bench.regs.writeq(VtdBench.ROOT, VtdRegisters.RTADDR);
        bench.command(VtdRegisters.SRTP);
        send(PASID, READ, true);
        assertEquals(0x32, FaultRecord.reason(bench.regs.readq(0x228)));
        assertEquals(List.of("784 66 15 21"), bench.responses);
    }

    @Test
    void shouldDiscardWhileTranslationIsOff() {
        bench.commandOff(VtdRegisters.TE);
        send(PASID, READ, true);
        assertEquals(0, tail());
        assertEquals(List.of(), seen);
        assertEquals(List.of(), bench.responses);
    }

    // ---- Overflow -------------------------------------------------------------------------------

    @Test
    void shouldAnswerWhatFindsNoRoomIfItIsLast() {
        fill();
        bench.request(0x100, true);
        assertEquals(List.of("784 66 0 256"), bench.responses);
        assertEquals(PPR | PRO, bench.prs());
        assertEquals(ROOM * 32, tail());
        bench.request(0x101, false);
        bench.vtd.stopMarker(RID, PASID);
        assertEquals(1, bench.responses.size());
        assertEquals(1, bench.messages.size(), "PPR was set");
        assertEquals(0, bench.fsts());
        assertEquals(1, bench.vtd.counters().overflows());
        assertEquals(3, bench.vtd.counters().requestsOverflowed());
        assertEquals("overflowed 784 66 256 true", seen.get(ROOM));
        assertEquals("overflowed 784 66 257 false", seen.get(ROOM + 1));
    }

    @Test
    void shouldQueueNothingUntilTheOverflowIsClearedThoughThereIsRoom() {
        fill();
        bench.request(0x100, true);
        bench.regs.writeq(tail(), VtdRegisters.PQH);
        bench.request(0x101, true);
        assertEquals(ROOM * 32, tail());
        assertEquals(2, bench.responses.size());
        bench.regs.writel(PRO, VtdRegisters.PRS);
        assertEquals(PPR, bench.prs());
        bench.request(0x102, true);
        assertEquals(0, tail());
        assertEquals(2, bench.responses.size());
    }

    @Test
    void shouldTellOfAnOverflowAloneOnce() {
        fill();
        bench.regs.writel(PPR, VtdRegisters.PRS);
        bench.request(0x100, true);
        bench.request(0x101, true);
        assertEquals(2, bench.messages.size());
        assertEquals(PRO, bench.prs());
    }

    /** Each answer makes the device ask again, which is answered again. */
    @Test
    void shouldNotRecurseIntoADeviceThatAsksAgainAtOnce() {
        fill();
        final int[] depth = new int[2];
        bench.onResponse =
                () -> {
                    depth[1] = Math.max(depth[1], ++depth[0]);
                    bench.request(0x100, true);
                    depth[0]--;
                };
        bench.request(0x100, true);
        assertEquals(1, depth[1]);
        assertEquals(1024, bench.responses.size());
        bench.onResponse = () -> {};
        bench.regs.writel(PRO, VtdRegisters.PRS);
        assertEquals(1025, bench.responses.size(), "the one that was left");
    }

    // ---- Responses ------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "0x0000004203100019, 0xac, 784 66 0 21",
        "0x0000004203101019, 0xac, 784 66 1 21",
        "0x0000004203102019, 0xac, 784 66 2 21",
        "0x000000420310f019, 0xac, 784 66 15 21",
        "0x0000000003100009, 0xac, 784 -1 0 21",
        "0x0000004203101019, 0xa8, 784 66 1 21"
    })
    void shouldSendTheCodeAsItIs(final String word0, final String word1, final String expected) {
        bench.submit(number(word0), number(word1));
        assertEquals(List.of(expected), bench.responses);
        final long qw0 = number(word0);
        assertEquals(
                List.of("sent 784 " + PageResponse.pasid(qw0) + " 21 " + PageResponse.code(qw0)),
                seen);
    }

    // ---- Revision 2 -----------------------------------------------------------------------------

    @Test
    void shouldQueueRequestsOf128BitsBitForBit() {
        final VtdBench old = VtdBench.revision2(observer);
        old.vtd.pageStreamRequest(RID, PASID, ADDRESS, READ | WRITE, GROUP, true, 0x1234);
        old.vtd.pageStreamRequest(RID, PASID, ADDRESS, READ, GROUP, false, 0x1234);
        old.vtd.pageRequest(RID, NO_PASID, ADDRESS, READ | EXEC, GROUP, false);
        assertArrayEquals(
                new long[] {0x0a80_1234_0300_042dL, 0x0000_7f12_3456_7103L},
                old.requestAt(0, PageRequestRev2.BYTES));
        assertArrayEquals(
                new long[] {0x0a80_1234_0300_0425L, 0x0000_7f12_3456_7101L},
                old.requestAt(1, PageRequestRev2.BYTES));
        assertArrayEquals(
                new long[] {0x0a80_0000_0300_0000L, 0x0000_7f12_3456_7101L},
                old.requestAt(2, PageRequestRev2.BYTES));
        assertEquals(48, old.regs.readl(VtdRegisters.PQT));
    }

    @Test
    void shouldSendResponsesOfBothKinds() {
        final VtdBench old = VtdBench.revision2(observer);
        old.submit(0x0000_0042_0310_0019L, 0x0a80_1234_0000_0001L);
        old.submit(0x0a80_1234_0300_042aL, 0x0000_7f12_3456_710fL);
        old.submit(PageResponse.rev2GroupQw0(RID, NO_PASID), 0);
        assertEquals(
                List.of("784 66 1 21", "784 66 15 21 7f1234567000", "784 -1 0 0"), old.responses);
        assertEquals(0, old.fsts());
        old.submit(0x0000_0042_0310_1019L, 0);
        assertEquals(VtdRegisters.IQEI_RESERVED, old.iqei());
    }

    @Test
    void shouldAnswerAStreamThatFindsNoRoom() {
        final VtdBench old = VtdBench.revision2(observer);
        for (int i = 0; i < 255; i++) {
            old.vtd.pageStreamRequest(RID, PASID, ADDRESS, READ, i, false, 0);
        }
        assertEquals(List.of(), old.responses);
        old.vtd.pageStreamRequest(RID, PASID, ADDRESS + 1, READ, 7, false, 0);
        old.vtd.pageStreamRequest(RID, PASID, ADDRESS, READ, 8, true, 0);
        old.vtd.pageRequest(RID, PASID, ADDRESS, READ, 9, false);
        // A stop marker, whatever it asks for, is not answered.
        old.vtd.pageStreamRequest(RID, PASID, 0, 0, 0, true, 0);
        assertEquals(List.of("784 66 0 7 7f1234567000", "784 66 0 8"), old.responses);
        // It is told twice there, and cleared by either.
        assertEquals(PPR | PRO, old.prs());
        assertEquals(VtdRegisters.FSTS_PRO, old.fsts());
        old.regs.writel(VtdRegisters.FSTS_PRO, VtdRegisters.FSTS);
        assertEquals(PPR, old.prs());
        assertEquals(0, old.fsts());
    }
}
