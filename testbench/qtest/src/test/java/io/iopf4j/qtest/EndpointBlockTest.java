// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.EXEC;
import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.PRIV;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.EndpointClient.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.PageDescriptor;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every register of the endpoint block, over the socket. */
class EndpointBlockTest {
    private static final int SID = 5;
    private static final int SSID = 2;
    private static final long MEMORY = SmmuClient.MEMORY;
    private static final long END = MEMORY + SmmuV3Machine.MEMORY_BYTES;

    private final SmmuClient smmu = new SmmuClient();
    private final QtestClient client = smmu.client;
    private final EndpointClient endpoint = smmu.endpoint;

    @AfterEach
    void leave() {
        smmu.close();
    }

    /** A stream with a stage 1 that does not stall. */
    private SmmuClient.Stage1 translating() {
        smmu.reset();
        return smmu.stageOne(SID, 3, false);
    }

    // ---- Registers ------------------------------------------------------------------------------

    @BeforeEach
    void shouldBeZeroOutOfReset() {
        for (int register = 0; register < 0x80; register += 4) {
            assertEquals(0, client.readl(endpoint.at(register)));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0x00, 0xffffffff",
        "0x04, 0x800fffff",
        "0x08, 0xffffffff",
        "0x0c, 0xffffffff",
        "0x10, 0xf",
        "0x14, 0x101ff",
        "0x18, 0",
        "0x1c, 0",
        "0x20, 0",
        "0x24, 0",
        "0x28, 0",
        "0x30, 0",
        "0x34, 0",
        "0x38, 0xffffffff",
        "0x3c, 0xffffffff",
        "0x40, 0",
        "0x44, 0",
        "0x48, 0",
        "0x4c, 0",
        "0x50, 0",
        "0xffc, 0"
    })
    void shouldKeepWhatARegisterHas(final String register, final String kept) {
        final long at = endpoint.at(Integer.decode(register));
        client.writel(at, -1);
        assertEquals((int) (long) Long.decode(kept), client.readl(at));
        client.writel(at, 0);
        assertEquals(0, client.readl(at));
    }

    @Test
    void shouldTakeEightBytesAsTwoRegisters() {
        client.writeq(endpoint.at(0), 0x8000_0007_0000_1234L);
        assertEquals(0x1234, client.readl(endpoint.at(EndpointBlock.REQUESTER)));
        assertEquals(0x8000_0007, client.readl(endpoint.at(EndpointBlock.PASID)));
        client.writel(endpoint.at(EndpointBlock.ADDRESS), 0x89ab_cdef);
        client.writel(endpoint.at(EndpointBlock.ADDRESS + 4), 0x0123_4567);
        assertEquals(0x0123_4567_89ab_cdefL, client.readq(endpoint.at(EndpointBlock.ADDRESS)));
        client.writel(endpoint.at(EndpointBlock.DATA + 4), 1);
        assertEquals(1L << 32, endpoint.data());
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "1, 3", "1, 4", "1, 8", "5, 0", "6, 3", "0, 1", "8, 1", "-1, 1", "3, 1"})
    void shouldIssueNothingThatMakesNoSense(final int what, final int access) {
        assertEquals(0, endpoint.request(SID, NO_PASID, MEMORY, access).go(what));
        endpoint.assertNothingEnded();
        assertEquals(0, endpoint.outstanding());
    }

    // ---- Data -----------------------------------------------------------------------------------

    @Test
    void shouldMoveEightBytesWithoutTranslation() {
        assertEquals(1, endpoint.write(SID, NO_PASID, MEMORY + 0x10, 0x0123_4567_89ab_cdefL));
        endpoint.assertEnded(1, EndpointBlock.DONE);
        assertEquals(0x0123_4567_89ab_cdefL, client.readq(MEMORY + 0x10));
        endpoint.setData(0);
        assertEquals(2, endpoint.read(SID, NO_PASID, MEMORY + 0x11));
        endpoint.assertEnded(2, EndpointBlock.DONE);
        assertEquals(0x0001_2345_6789_abcdL, endpoint.data());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, MEMORY - 8, MEMORY - 1, END - 7, END - 1, END, -8, -1})
    void shouldAbortWhatIsNotWhollyMemory(final long address) {
        endpoint.write(SID, NO_PASID, address, -1);
        endpoint.assertEnded(1, EndpointBlock.ABORTED);
        assertEquals(0, client.readq(MEMORY) | client.readq(END - 8));
        endpoint.setData(7);
        endpoint.read(SID, NO_PASID, address);
        endpoint.assertEnded(2, EndpointBlock.ABORTED);
        assertEquals(7, endpoint.data());
    }

    @ParameterizedTest
    @ValueSource(longs = {MEMORY, END - 8, MEMORY + 0xfffd, MEMORY + 0xffc})
    void shouldTakeWhatIsWhollyMemory(final long address) {
        endpoint.write(SID, NO_PASID, address, 0x1122_3344_5566_7788L);
        endpoint.assertEnded(1, EndpointBlock.DONE);
        assertEquals(0x1122_3344_5566_7788L, client.readq(address));
    }

    @Test
    void shouldMoveDataWhereTheAddressLeads() {
        final long page = translating().map(SSID, 0x7000);
        endpoint.write(SID, SSID, 0x7010, 0xabc);
        endpoint.assertEnded(1, EndpointBlock.DONE);
        assertEquals(0xabc, client.readq(page + 0x10));
        endpoint.read(SID, SSID, 0x7018);
        endpoint.assertEnded(2, EndpointBlock.DONE);
        assertEquals(0, endpoint.data());
    }

    @Test
    void shouldSurviveAnAccessAcrossAPage() {
        translating().map(SSID, 0x7000);
        endpoint.read(SID, SSID, 0x7ffc);
        assertEquals(0, endpoint.outstanding());
        assertEquals("OK little", client.command("endianness"));
    }

    @Test
    void shouldKeepEndedAccessesUntilTheyAreTaken() {
        for (int i = 1; i <= 3000; i++) {
            client.writel(endpoint.at(EndpointBlock.ACCESS), READ);
            client.writel(endpoint.at(EndpointBlock.GO), EndpointBlock.GO_DMA);
        }
        for (int i = 1; i <= 3000; i++) {
            endpoint.assertEnded(i, EndpointBlock.ABORTED);
        }
        endpoint.assertNothingEnded();
    }

    @Test
    void shouldTakeOutByOneLoadOfEightBytesAlone() {
        endpoint.read(SID, NO_PASID, MEMORY);
        final long ended = endpoint.at(EndpointBlock.ENDED);
        assertEquals(1, client.readl(ended));
        assertEquals(0x8000_0001, client.readl(ended + 4));
        assertEquals("OK 0x0100000001000080", client.command("read 0x%x 8".formatted(ended)));
        endpoint.assertNothingEnded();
        assertEquals(0, client.readl(ended + 4));
    }

    // ---- Permissions ----------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"5, 0xc", "13, 0xe", "9, 0xa", "10, 2", "2, 0", "6, 0"})
    void shouldSendWhatItIsToldWithAPasid(final int access, final String attributes) {
        translating();
        endpoint.request(SID, SSID, 0x7000, access).go(EndpointBlock.GO_DMA);
        endpoint.assertEnded(1, EndpointBlock.ABORTED);
        assertEquals((long) Long.decode(attributes) << 32, smmu.event()[1] & 0xeL << 32);
    }

    @Test
    void shouldSendReadAndWriteAloneWithoutAPasid() {
        translating();
        endpoint.request(SID, NO_PASID, 0x7000, READ | EXEC | PRIV).go(EndpointBlock.GO_DMA);
        assertEquals(Events.RNW, smmu.event()[1] & 0xeL << 32);
        endpoint.request(SID, NO_PASID, 0x7000, WRITE | EXEC | PRIV).go(EndpointBlock.GO_DMA);
        assertEquals(0, smmu.event()[1] & 0xeL << 32);
    }

    // ---- Beyond DMA -----------------------------------------------------------------------------

    @Test
    void shouldAnswerATranslationRequestInRegisters() {
        final long page = translating().map(SSID, 0x7000);
        final int id = endpoint.request(SID, SSID, 0x7123, READ | WRITE).go(4);
        assertEquals(1, id);
        assertEquals(0, endpoint.atsStatus());
        assertEquals(page, endpoint.atsAddress());
        assertEquals(12, endpoint.atsLog2Bytes());
        assertEquals(READ | WRITE, endpoint.atsPerm() & (READ | WRITE));
        endpoint.assertNothingEnded();
        assertEquals(0, endpoint.outstanding());

        endpoint.setData(0x99);
        endpoint.request(SID, SSID, page + 8, WRITE).go(EndpointBlock.GO_TRANSLATED_DMA);
        endpoint.assertEnded(2, EndpointBlock.DONE);
        assertEquals(0x99, client.readq(page + 8));
    }

    @Test
    void shouldTellATranslationThatIsNotThereFromOneThatMustNotBeAsked() {
        translating();
        endpoint.request(SID, SSID, 0x7000, READ).go(EndpointBlock.GO_TRANSLATION_REQUEST);
        assertEquals(0, endpoint.atsStatus());
        assertEquals(0, endpoint.atsPerm());
        smmu.ste(SID, StreamTableEntry.word0(StreamTableEntry.CONFIG_ABORT), 0);
        endpoint.go(EndpointBlock.GO_TRANSLATION_REQUEST);
        assertEquals(1, endpoint.atsStatus());
        assertEquals(0, endpoint.atsAddress());
    }

    @Test
    void shouldIssueWhatAnSmmuDoesNotSupport() {
        translating().map(SSID, 0x7000);
        final int id = endpoint.request(SID, SSID, 0x7008, READ).go(6);
        endpoint.assertEnded(id, EndpointBlock.ABORTED);
        final long[] record = smmu.event();
        assertEquals(Events.word0(Events.F_UUT, SID, SSID), record[0]);
        assertEquals(0x7008, record[2]);
    }

    @Test
    void shouldHintAtAPage() {
        translating();
        endpoint.request(SID, SSID, 0x7008, WRITE).go(7);
        endpoint.assertNothingEnded();
        final long[] record = smmu.event();
        assertEquals(Events.E_PAGE_REQUEST, Events.number(record[0]));
        assertEquals(0x7000, record[2] & PageDescriptor.ADDRESS_MASK);
        assertEquals(1, record[1] >>> Events.HINT_SPAN_SHIFT & 0xff);
        assertNull(smmu.event());
    }

    @Test
    void shouldAbortWhileTheSmmuIsOffAndSaysSo() {
        smmu.set(SmmuRegisters.GBPA, SmmuRegisters.GBPA_UPDATE | SmmuRegisters.GBPA_ABORT);
        endpoint.read(SID, NO_PASID, MEMORY);
        endpoint.assertEnded(1, EndpointBlock.ABORTED);
    }
}
