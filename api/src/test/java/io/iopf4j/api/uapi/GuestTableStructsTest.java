// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import static io.iopf4j.api.uapi.Memory.AT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.Errno;
import io.iopf4j.api.PasidTableConfig;
import io.iopf4j.api.TlbInvalidateInfo;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A guest's PASID table and its invalidations, both generations. */
class GuestTableStructsTest {
    private static final String CONFIG = "01000000 18000000 0080563412000000 14000000 00000000";
    private static final String INFO_2017 =
            "01000000 01000000 08000000 0a000000 09000000 45230100 0080563412f07f00";
    private static final String INFO_2018 =
            "01000000 01000000 02000000 03000000 09000000 00000000 8877665544332211 45230100"
                    + " 00000000 0080563412f07f00";
    private static final long ADDR = 0x007f_f012_3456_8000L;

    private static PasidTableConfig config() {
        return new PasidTableConfig()
                .set(PasidTableConfig.VERSION, PasidTableConfig2017.BYTES, 0x12_3456_8000L, 20);
    }

    private static TlbInvalidateInfo info2017() {
        return new TlbInvalidateInfo()
                .set(
                        TlbInvalidateInfo.TYPE_TLB,
                        TlbInvalidateInfo2017.GRANU_PAGE_PASID,
                        TlbInvalidateInfo2017.FLAG_PASID_TAGGED
                                | TlbInvalidateInfo2017.FLAG_ADDR_LEAF,
                        0x12345)
                .pages(ADDR, 9, 0);
    }

    private static TlbInvalidateInfo info2018() {
        return new TlbInvalidateInfo()
                .set(
                        TlbInvalidateInfo.TYPE_TLB,
                        TlbInvalidateInfo2018.GRANU_PAGE_PASID,
                        TlbInvalidateInfo2018.FLAG_ADDR_LEAF
                                | TlbInvalidateInfo2018.FLAG_GLOBAL_PAGE,
                        0x12345)
                .pages(ADDR, 9, 0x1122334455667788L);
    }

    @Test
    void shouldLayOutATable() {
        final ByteBuffer buffer = Memory.dirty(PasidTableConfig2017.BYTES);
        PasidTableConfig2017.encode(buffer, AT, config());
        Memory.assertStruct(CONFIG, buffer);
    }

    @Test
    void shouldReadATable() {
        final PasidTableConfig read = new PasidTableConfig();
        assertEquals(0, PasidTableConfig2017.decode(Memory.of(CONFIG), AT, read));
        assertEquals(config().toString(), read.toString());
    }

    @ParameterizedTest
    @CsvSource({"0, 2", "4, 0", "4, -1", "20, 1"})
    void shouldNotLookAtVersionSizeAndPadding(final int offset, final int value) {
        final ByteBuffer buffer = Memory.with(Memory.of(CONFIG), offset, value);
        assertEquals(0, PasidTableConfig2017.decode(buffer, AT, new PasidTableConfig()));
    }

    @Test
    void shouldReadAWidthWithoutItsSign() {
        final PasidTableConfig read = new PasidTableConfig();
        PasidTableConfig2017.decode(Memory.with(Memory.of(CONFIG), 16, 0xff), AT, read);
        assertEquals(255, read.pasidBits());
    }

    @Test
    void shouldLayOutAnInvalidation() {
        final ByteBuffer of2017 = Memory.dirty(TlbInvalidateInfo2017.BYTES);
        TlbInvalidateInfo2017.encode(of2017, AT, info2017());
        Memory.assertStruct(INFO_2017, of2017);
        final ByteBuffer of2018 = Memory.dirty(TlbInvalidateInfo2018.BYTES);
        TlbInvalidateInfo2018.encode(of2018, AT, info2018());
        Memory.assertStruct(INFO_2018, of2018);
    }

    @Test
    void shouldReadAnInvalidation() {
        final TlbInvalidateInfo read = new TlbInvalidateInfo();
        assertEquals(0, TlbInvalidateInfo2017.decode(Memory.of(INFO_2017), AT, read));
        assertEquals(info2017().toString(), read.toString());
        assertEquals(0, TlbInvalidateInfo2018.decode(Memory.of(INFO_2018), AT, read));
        assertEquals(info2018().toString(), read.toString());
        assertEquals(TlbInvalidateInfo.VERSION, read.version());
    }

    @Test
    void shouldPassOnWhatTheCoreDoesNotCheck() {
        final TlbInvalidateInfo read = new TlbInvalidateInfo();
        final ByteBuffer buffer = Memory.with(Memory.of(INFO_2018), 4, -1);
        assertEquals(0, TlbInvalidateInfo2018.decode(Memory.with(buffer, 0, 77), AT, read));
        assertEquals(-1, read.type());
        assertEquals(77, read.version());
    }

    @Test
    void shouldRefuseMemoryThatEndsTooEarly() {
        final ByteBuffer table = Memory.of(CONFIG);
        Memory.assertEachShortOneRefused(
                PasidTableConfig2017.BYTES,
                Errno.EFAULT,
                limit ->
                        PasidTableConfig2017.decode(
                                table.limit(limit), AT, new PasidTableConfig()));
        final TlbInvalidateInfo info = new TlbInvalidateInfo();
        final ByteBuffer of2017 = Memory.of(INFO_2017);
        Memory.assertEachShortOneRefused(
                TlbInvalidateInfo2017.BYTES,
                Errno.EFAULT,
                limit -> TlbInvalidateInfo2017.decode(of2017.limit(limit), AT, info));
        final ByteBuffer of2018 = Memory.of(INFO_2018);
        Memory.assertEachShortOneRefused(
                TlbInvalidateInfo2018.BYTES,
                Errno.EFAULT,
                limit -> TlbInvalidateInfo2018.decode(of2018.limit(limit), AT, info));
    }
}
