// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.vfio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Entries byte by byte. */
class VfioRecordsTest {
    private static final int AT = 64;
    private static final HexFormat HEX = HexFormat.of();

    private final ByteBuffer buffer = ByteBuffer.allocate(3 * AT);
    private final IommuFault request =
            new IommuFault()
                    .pageRequest(0xb, 0xabcde, 0x1ff, 3, 0x1122_3344_5566_7788L)
                    .privateData(0xa1a2_a3a4_a5a6_a7a8L, 0xb1b2_b3b4_b5b6_b7b8L)
                    .responseType(1);
    private final IommuPageResponse msg =
            new IommuPageResponse()
                    .set(0xabcde, 0x1ff, 2).flags(1).stream(1, 0x1122_3344_5566_7788L)
                            .privateData(0xb1b2_b3b4_b5b6_b7b8L);

    private String bytes(final int count) {
        return HEX.formatHex(buffer.array(), AT, AT + count);
    }

    private String fault(final VfioRecords records, final IommuFault fault) {
        buffer.put(AT, HEX.parseHex("ff".repeat(AT)));
        records.encodeFault(buffer, AT, fault);
        return bytes(AT);
    }

    private String response(final VfioRecords records) {
        buffer.put(AT, HEX.parseHex("ff".repeat(AT)));
        records.encodeResponse(buffer, AT, msg);
        return bytes(records.responseBytes());
    }

    @Test
    void shouldWriteAPageRequest() {
        final String rest =
                "0b000000 debc0a00 ff010000 03000000 8877665544332211"
                        + " a8a7a6a5a4a3a2a1 b8b7b6b5b4b3b2b1 0000000000000000 0000000000000000";
        assertEquals(hex("02000000 00000000" + rest), fault(VfioRecords.LINUX_5_X, request));
        assertEquals(hex("02000000 00000000" + rest), fault(VfioRecords.SERIES_2018, request));
        assertEquals(hex("02000000 01000000" + rest), fault(VfioRecords.SERIES_2017, request));
    }

    @Test
    void shouldWriteAnUnrecoverableFault() {
        final IommuFault fault = new IommuFault().unrecoverable(6, 7, 0xabcde, 2, 0x5000, 0x6000);
        assertEquals(
                hex(
                        "01000000 00000000 06000000 07000000 debc0a00 02000000 0050000000000000"
                                + " 0060000000000000 0000000000000000 0000000000000000"
                                + " 0000000000000000"),
                fault(VfioRecords.SERIES_2017, fault));
    }

    @Test
    void shouldReadBackWhatItWrote() {
        final IommuFault read = new IommuFault();
        for (final VfioRecords records : VfioRecords.values()) {
            fault(records, request);
            records.decodeFault(buffer, AT, read);
            assertEquals(request.toString(), read.toString());
            assertEquals(request.privateData0(), read.privateData0());
            assertEquals(request.privateData1(), read.privateData1());
            assertEquals(records == VfioRecords.SERIES_2017 ? 1 : 2, read.responseType());
        }
        fault(VfioRecords.LINUX_5_X, new IommuFault().unrecoverable(6, 7, 1, 2, 0x5000, 0x6000));
        VfioRecords.LINUX_5_X.decodeFault(buffer, AT, read);
        assertEquals(IommuFault.TYPE_DMA_UNRECOV, read.type());
        assertEquals(6, read.reason());
        assertEquals(7, read.flags());
        assertEquals(0x6000, read.fetchAddr());
    }

    @Test
    void shouldReadAnUnknownTypeAsItIs() {
        final IommuFault read = new IommuFault();
        fault(VfioRecords.LINUX_5_X, new IommuFault().pageRequest(0, 0, 9, 0, 0).type(77));
        VfioRecords.LINUX_5_X.decodeFault(buffer, AT, read);
        assertEquals(77, read.type());
        assertEquals(9, read.grpid());
    }

    @Test
    void shouldWriteTheResponseOf5x() {
        assertEquals(
                hex("18000000 01000000 01000000 debc0a00 ff010000 02000000"),
                response(VfioRecords.LINUX_5_X));
    }

    @Test
    void shouldWriteTheResponseOf2018() {
        assertEquals(
                hex("8877665544332211 debc0a00 02000000 01000000 ff010000" + " b8b7b6b5b4b3b2b1"),
                response(VfioRecords.SERIES_2018));
    }

    @Test
    void shouldWriteTheResponseOf2017() {
        // 0x1ff << 5 | present << 4 | code 2
        assertEquals(
                hex("8877665544332211 debc0a00 f23f0000 01000000 b8b7b6b5"),
                response(VfioRecords.SERIES_2017));
    }

    @Test
    void shouldReadBackEachResponse() {
        final IommuPageResponse read = new IommuPageResponse();
        for (final VfioRecords records : VfioRecords.values()) {
            response(records);
            records.decodeResponse(buffer, AT, read);
            assertEquals(0xabcde, read.pasid());
            assertEquals(0x1ff, read.grpid());
            assertEquals(2, read.code());
            assertEquals(1, read.flags());
            assertEquals(1, read.version());
        }
    }

    @Test
    void shouldReadBackWhatTheSeriesAloneHave() {
        final IommuPageResponse read = new IommuPageResponse();
        response(VfioRecords.SERIES_2017);
        VfioRecords.SERIES_2017.decodeResponse(buffer, AT, read);
        assertEquals(1, read.type());
        assertEquals(msg.addr(), read.addr());
        assertEquals(0xb5b6_b7b8L, read.privateData());
        response(VfioRecords.SERIES_2018);
        VfioRecords.SERIES_2018.decodeResponse(buffer, AT, read);
        assertEquals(msg.addr(), read.addr());
        assertEquals(msg.privateData(), read.privateData());
    }

    @Test
    void shouldHaveRoomForTheTagOfAStallIn2017() {
        final IommuPageResponse read = new IommuPageResponse();
        msg.set(0, 0xfedc, 0xf);
        response(VfioRecords.SERIES_2017);
        VfioRecords.SERIES_2017.decodeResponse(buffer, AT, read);
        assertEquals(0xfedc, read.grpid());
        assertEquals(0xf, read.code());
        assertEquals(0, read.flags());
    }

    @Test
    void shouldHaveNoRecordsIn612() {
        assertThrows(
                IllegalArgumentException.class, () -> VfioRecords.of(FaultGeneration.LINUX_6_12));
    }

    private static String hex(final String spaced) {
        return spaced.replace(" ", "");
    }
}
