// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.vfio;

import static io.iopf4j.api.Errno.EINVAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The entries of each generation, the layouts themselves being tested with their codecs. */
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
    void shouldWriteTheTypeOfTheResponseIn2017Only() {
        final String head =
                "02000000 00000000 0b000000 debc0a00 ff010000 03000000 8877665544332211"
                        + " a8a7a6a5a4a3a2a1 b8b7b6b5b4b3b2b1 ";
        final String rest = " 00000000 0000000000000000";
        assertEquals(hex(head + "00000000" + rest), fault(VfioRecords.LINUX_5_X, request));
        assertEquals(hex(head + "00000000" + rest), fault(VfioRecords.SERIES_2018, request));
        assertEquals(hex(head + "01000000" + rest), fault(VfioRecords.SERIES_2017, request));
    }

    @Test
    void shouldReadBackEachFault() {
        final IommuFault read = new IommuFault();
        for (final VfioRecords records : VfioRecords.values()) {
            fault(records, request);
            assertEquals(0, records.decodeFault(buffer, AT, read));
            assertEquals(request.toString(), read.toString());
            assertEquals(request.privateData1(), read.privateData1());
            assertEquals(records == VfioRecords.SERIES_2017 ? 1 : 2, read.responseType());

            fault(records, new IommuFault().unrecoverable(6, 7, 1, 2, 0x5000, 0x6000));
            assertEquals(0, records.decodeFault(buffer, AT, read));
            assertEquals(0x6000, read.fetchAddr());
            assertEquals(0, read.responseType());
        }
    }

    @Test
    void shouldNotReadAFaultOfAnUnknownKind() {
        for (final VfioRecords records : VfioRecords.values()) {
            fault(records, new IommuFault().pageRequest(0, 0, 9, 0, 0).type(77));
            assertEquals(-EINVAL, records.decodeFault(buffer, AT, new IommuFault()));
        }
    }

    @Test
    void shouldWriteTheResponseOfTheGeneration() {
        assertEquals(
                hex("18000000 01000000 01000000 debc0a00 ff010000 02000000"),
                response(VfioRecords.LINUX_5_X));
        assertEquals(
                hex("8877665544332211 debc0a00 02000000 01000000 ff010000 b8b7b6b5b4b3b2b1"),
                response(VfioRecords.SERIES_2018));
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
            assertEquals(records == VfioRecords.SERIES_2017 ? 1 : 2, read.type());
        }
    }

    @Test
    void shouldLeaveItToTheCoreToRefuseAResponse() {
        final IommuPageResponse read = new IommuPageResponse();
        msg.version(9).flags(-1);
        response(VfioRecords.LINUX_5_X);
        VfioRecords.LINUX_5_X.decodeResponse(buffer, AT, read);
        assertEquals(9, read.version());
        assertEquals(-1, read.flags());
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
