// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.VtdClient.FSTS;
import static io.iopf4j.qtest.VtdClient.ICS;
import static io.iopf4j.qtest.VtdClient.IQA;
import static io.iopf4j.qtest.VtdClient.IQE;
import static io.iopf4j.qtest.VtdClient.IQERCD;
import static io.iopf4j.qtest.VtdClient.IQH;
import static io.iopf4j.qtest.VtdClient.IQT;
import static io.iopf4j.qtest.VtdClient.LEGACY;
import static io.iopf4j.qtest.VtdClient.QIE;
import static io.iopf4j.qtest.VtdClient.STATUS;
import static io.iopf4j.qtest.VtdScript.OUTSIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.emulation.vtd.VtdConfig;
import io.iopf4j.emulation.vtd.VtdFeature;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The invalidation queue of VT-d: waits, every type's reserved bits, and every error. */
class VtdQueueTest {
    private static final int TAIL = 1;
    private static final int FETCH = 2;
    private static final int TYPE = 3;
    private static final int RESERVED = 4;
    private static final int WIDTH = 5;
    private static final int ALIGNMENT = 6;

    private VtdScript script = new VtdScript();
    private VtdClient vtd = script.vtd;

    @AfterEach
    void leave() {
        script.close();
    }

    private void restart(final VtdConfig config, final long tableMode) {
        leave();
        script = new VtdScript(config, tableMode);
        vtd = script.vtd;
    }

    /** The descriptor that the head is at was refused; a wait in its place lets the rest go on. */
    private void assertError(final int why, final int head) {
        assertEquals(IQE, vtd.get(FSTS) & IQE, "no error");
        assertEquals(head, vtd.get(IQH));
        assertEquals(why, vtd.get64(IQERCD) & 0xf, "IQEI");
        assertEquals(List.of(VtdClient.FAULT_IRQ), script.client.interrupts());
        vtd.store(VtdClient.QUEUE + head, VtdWords.waitFor(0x77, 0), STATUS, 0, 0);
        vtd.set(FSTS, IQE);
        assertEquals(0, vtd.get(FSTS) & IQE);
        assertEquals(vtd.tail(), vtd.get(IQH));
        assertEquals(0x77, script.client.readl(STATUS));
    }

    private static long number(final String text) {
        return Long.parseUnsignedLong(text.substring(2), 16);
    }

    // ---- What is accepted -----------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "context cache global, 0x11, 0x0",
        "context cache domain, 0x00050021, 0x0",
        "context cache device, 0x0003031000050031, 0x0",
        "IOTLB global, 0xd2, 0x0",
        "IOTLB domain, 0x000500e2, 0x0",
        "IOTLB pages, 0x000500f2, 0x0000000012345052",
        "device TLB, 0x0000031000000003, 0x7ffffffffffff001",
        "device TLB page, 0x0000031000100003, 0x0000000012345000",
        "interrupt entries global, 0x4, 0x0",
        "interrupt entry, 0x0000123408000014, 0x0",
        "wait for status, 0x0000000100000025, 0x130000",
        "wait with all, 0x00000001000000f5, 0x130004",
        "wait with fence alone, 0x0000000200000045, 0x0",
        "wait with nothing, 0x5, 0x0",
        "PASID IOTLB all, 0x0000004200010026, 0x0",
        "PASID IOTLB pages, 0x0000004200010036, 0x0000000012345052",
        "PASID cache domain, 0x0000000000010007, 0x0",
        "PASID cache one, 0x0000004200010017, 0x0",
        "PASID cache global, 0x37, 0x0",
        "PASID device TLB, 0x0000004203100008, 0x7ffffffffffff800",
        "PASID device TLB global, 0x0000004203100108, 0x0000000000017801",
        "page group response, 0x0000004203100019, 0xac",
        "page group response without PASID, 0x0000000003100009, 0xac"
    })
    void shouldDoWhatIsSound(final String name, final String word0, final String word1) {
        vtd.submit(number(word0), number(word1));
        vtd.assertRegister(0, FSTS);
        vtd.assertRegister64(0, IQERCD);
        script.assertNoFault();
    }

    // ---- What is not ----------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            longs = {0, 0xa, 0xb, 0xc, 0xd, 0xe, 0xf, 0x205, 0x405, 0x805, 0xe05, 0x211, 0x209})
    void shouldRefuseTypesThatThereAreNot(final long word0) {
        vtd.submit(VtdWords.waitFor(1, 0), STATUS);
        vtd.issue(word0);
        vtd.issue(VtdWords.waitFor(2, 0), STATUS + 4);
        assertEquals(0, script.client.readl(STATUS + 4), "behind the bad one");
        assertError(TYPE, 32);
        assertEquals(2, script.client.readl(STATUS + 4));
    }

    /** A sound descriptor of each type, and the bits that must be zero in its words. */
    @ParameterizedTest
    @CsvSource({
        "0x11, 0x0, 0xfffc00000000f1c0, 0xffffffffffffffff",
        "0x12, 0x0, 0xffffffff0000f100, 0xf80",
        "0x0000031000000003, 0x0, 0x000f0000ffe001f0, 0xffe",
        "0x4, 0x0, 0xffff000007fff1e0, 0xffffffffffffffff",
        "0x25, 0x130000, 0xfffff100, 0x3",
        "0x0000004200010026, 0x0, 0xfff000000000f1c0, 0xf80",
        "0x0000004200010017, 0x0, 0xfff000000000f1c0, 0xffffffffffffffff",
        "0x0000004203100008, 0x0, 0x0, 0x7fe",
        "0x0000004203100019, 0xac, 0xfff00000000001c0, 0xfffffffffffff003"
    })
    void shouldRefuseReservedBits(
            final String word0, final String word1, final String mask0, final String mask1) {
        for (int bit = 0; bit < 128; bit++) {
            final long flip = 1L << (bit & 63);
            if ((number(bit < 64 ? mask0 : mask1) & flip) != 0) {
                final int at = vtd.tail();
                vtd.issue(
                        number(word0) | (bit < 64 ? flip : 0),
                        number(word1) | (bit < 64 ? 0 : flip));
                assertError(RESERVED, at);
            }
        }
        // The upper half of each is reserved too.
        for (int word = 2; word < 4; word++) {
            final int at = vtd.tail();
            vtd.issue(number(word0), number(word1), word == 2 ? 1 : 0, word == 3 ? 1L << 63 : 0);
            assertError(RESERVED, at);
        }
    }

    /** Granularities that there are not, and more pages than MAMV allows. */
    @ParameterizedTest
    @CsvSource({
        "0x01, 0x0",
        "0x02, 0x0",
        "0x00010006, 0x0",
        "0x00010016, 0x0",
        "0x27, 0x0",
        "0x32, 0x13",
        "0x00010036, 0x13"
    })
    void shouldRefuseOtherGranularities(final String word0, final String word1) {
        vtd.issue(number(word0), number(word1));
        assertError(RESERVED, 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x10, 0x30, 0xff0})
    void shouldRefuseATailBetweenDescriptors(final int tail) {
        vtd.set(IQT, tail);
        assertEquals(IQE, vtd.get(FSTS) & IQE);
        assertEquals(ALIGNMENT, vtd.get64(IQERCD) & 0xf);
        vtd.assertRegister64(0, IQH);
        vtd.set(IQT, 0);
        vtd.set(FSTS, IQE);
        vtd.submit(VtdWords.waitFor(1, 0), STATUS);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x1000, 0x2000, 0x7ffe0})
    void shouldRefuseATailBeyondTheQueue(final int tail) {
        vtd.set(IQT, tail);
        assertEquals(IQE, vtd.get(FSTS) & IQE);
        assertEquals(TAIL, vtd.get64(IQERCD) & 0xf);
        vtd.assertRegister64(0, IQH);
        vtd.set(IQT, 0);
        vtd.set(FSTS, IQE);
        vtd.submit(VtdWords.waitFor(1, 0), STATUS);
    }

    @Test
    void shouldSayThatADescriptorCouldNotBeRead() {
        vtd.commandOff(QIE);
        vtd.set(IQT, 0);
        vtd.set64(IQA, OUTSIDE | 1 << 11);
        vtd.command(QIE);
        vtd.set(IQT, 32);
        assertEquals(IQE, vtd.get(FSTS) & IQE);
        assertEquals(FETCH, vtd.get64(IQERCD) & 0xf);
        vtd.assertRegister64(0, IQH);
    }

    @Test
    void shouldRefuseAWidthThatItDoesNotHave() {
        restart(VtdConfig.revision2(), VtdClient.EXTENDED);
        vtd.commandOff(QIE);
        vtd.set(IQT, 0);
        vtd.set64(IQA, VtdClient.QUEUE | 1 << 11);
        vtd.command(QIE);
        vtd.set(IQT, 32);
        assertEquals(IQE, vtd.get(FSTS) & IQE);
        assertEquals(WIDTH, vtd.get64(IQERCD) & 0xf);
    }

    @Test
    void shouldRefuseDrainingThatItDoesNotHave() {
        restart(
                new VtdConfig(
                        0x30,
                        VtdFeature.PAGE_REQUEST_DRAIN.without(VtdConfig.scalable().capabilities())),
                VtdClient.SCALABLE);
        vtd.issue(VtdWords.waitFor(1, 1 << 7), STATUS);
        assertError(RESERVED, 0);
    }

    @Test
    void shouldTakeDescriptorsOf128Bits() {
        restart(VtdConfig.scalable(), LEGACY);
        assertEquals(16, vtd.descriptorBytes());
        vtd.submit(VtdWords.contextCache(1, 0, 0));
        vtd.submit(VtdWords.iotlb(1, 0));
        vtd.submit(VtdWords.waitFor(9, 0), STATUS);
        vtd.assertRegister64(48, IQH);
        assertEquals(9, script.client.readl(STATUS));
    }

    // ---- Waits ----------------------------------------------------------------------------------

    @Test
    void shouldGoRoundAndRound() {
        for (int i = 1; i <= 300; i++) {
            vtd.submit(VtdWords.waitFor(i, 0), STATUS);
            assertEquals(i, script.client.readl(STATUS));
        }
        assertEquals(300 * 32 % 4096, vtd.get(IQH));
    }

    @Test
    void shouldTakeManyAtOnce() {
        for (int i = 1; i < 128; i++) {
            vtd.put(VtdWords.waitFor(i, 0), STATUS + 4L * i);
        }
        vtd.ring();
        assertEquals(vtd.tail(), vtd.get(IQH));
        for (int i = 1; i < 128; i++) {
            assertEquals(i, script.client.readl(STATUS + 4L * i));
        }
    }

    @Test
    void shouldWriteTheStatusAndNothingMore() {
        script.client.writeq(STATUS, -1);
        script.client.writeq(STATUS + 8, -1);
        vtd.submit(VtdWords.waitFor(0x8000_0001, 0), STATUS + 4);
        assertEquals(0x8000_0001, script.client.readl(STATUS + 4));
        assertEquals(-1, script.client.readl(STATUS));
        assertEquals(-1, script.client.readl(STATUS + 8));
    }

    @Test
    void shouldDropAStatusThatReachesNoMemory() {
        vtd.submit(VtdWords.waitFor(1, 0), OUTSIDE);
        vtd.submit(VtdWords.waitFor(1, 0), -4L);
        vtd.submit(VtdWords.waitFor(1, 0), VtdMachine.MEMORY_BYTES - 4);
        assertEquals(1, script.client.readl(VtdMachine.MEMORY_BYTES - 4));
        vtd.assertRegister(0, FSTS);
    }

    /** The status is there before the message. */
    @Test
    void shouldInterruptForAWaitThatAsks() {
        vtd.submit(VtdWords.waitFor(1, 1 << 4), STATUS);
        assertEquals(List.of(VtdClient.INVALIDATION_IRQ), script.client.interrupts());
        vtd.assertRegister(1, ICS);
        assertEquals(0x41, script.client.readl(VtdClient.MESSAGES + 4));
        // No more until software has cleared it.
        vtd.submit(5 | 1 << 4);
        assertEquals(List.of(), script.client.interrupts());
        vtd.set(ICS, 1);
        vtd.assertRegister(0, ICS);
        vtd.submit(5 | 1 << 4);
        assertEquals(List.of(VtdClient.INVALIDATION_IRQ), script.client.interrupts());
    }

    // ---- After an error -------------------------------------------------------------------------

    @Test
    void shouldFetchNothingUntilTheErrorIsCleared() {
        vtd.issue(0xb);
        vtd.issue(VtdWords.waitFor(1, 0), STATUS);
        vtd.assertRegister64(0, IQH);
        assertEquals(0, script.client.readl(STATUS));
        // The bad one is still there: it is an error again.
        vtd.set(FSTS, IQE);
        assertEquals(IQE, vtd.get(FSTS) & IQE);
        vtd.assertRegister64(0, IQH);
        script.client.interrupts();
        vtd.store(VtdClient.QUEUE, VtdWords.waitFor(2, 0), STATUS + 4, 0, 0);
        vtd.set(FSTS, IQE);
        vtd.assertRegister64(64, IQH);
        assertEquals(1, script.client.readl(STATUS));
        assertEquals(2, script.client.readl(STATUS + 4));
    }
}
