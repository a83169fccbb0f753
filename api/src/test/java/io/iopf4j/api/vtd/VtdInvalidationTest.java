// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.Errno;
import io.iopf4j.api.TlbInvalidateInfo;
import io.iopf4j.api.uapi.TlbInvalidateInfo2017;
import io.iopf4j.api.uapi.TlbInvalidateInfo2018;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** VT-d's table of cache types and granularities, and the order of its errnos. */
class VtdInvalidationTest {
    private static TlbInvalidateInfo info(final int type, final int granularity, final int flags) {
        return new TlbInvalidateInfo().set(type, granularity, flags, 7);
    }

    private static int check2017(final TlbInvalidateInfo info) {
        return VtdInvalidation.check2017(true, true, true, info);
    }

    private static int check2018(final TlbInvalidateInfo info) {
        return VtdInvalidation.check2018(true, true, true, info);
    }

    @ParameterizedTest
    @CsvSource({
        "0, false, 0........",
        "0, true,  ....45...",
        "1, false, 01.3.....",
        "1, true,  ....4.678",
        "2, false, .........",
        "2, true,  ....45...",
        "3, false, 012......",
        "3, true,  ........."
    })
    void shouldKnowTheTableOf2017(final int type, final boolean isTagged, final String row) {
        final StringBuilder known = new StringBuilder();
        for (int granularity = 0; granularity < TlbInvalidateInfo2017.GRANUS; granularity++) {
            known.append(
                    VtdInvalidation.isValid2017(type, granularity, isTagged)
                            ? Integer.toString(granularity)
                            : ".");
        }
        assertEquals(row, known.toString());
    }

    @ParameterizedTest
    @CsvSource({"0, 012", "1, 012", "2, 01."})
    void shouldKnowTheTableOf2018(final int type, final String row) {
        final StringBuilder known = new StringBuilder();
        for (int granularity = 0; granularity < TlbInvalidateInfo2018.GRANUS; granularity++) {
            known.append(
                    VtdInvalidation.isValid2018(type, granularity)
                            ? Integer.toString(granularity)
                            : ".");
        }
        assertEquals(row, known.toString());
    }

    @ParameterizedTest
    @CsvSource({"4, 0", "-1, 0", "1, 9", "1, 32", "1, -1", "2147483647, 2147483647"})
    void shouldRefuseNumbersBeyondTheTable(final int type, final int granularity) {
        assertEquals(-Errno.EINVAL, check2017(info(type, granularity, 0)));
        assertEquals(-Errno.EINVAL, check2018(info(type, granularity, 0)));
    }

    @Test
    void shouldNotKnowTheContextCacheIn2018() {
        assertEquals(0, check2017(info(TlbInvalidateInfo.TYPE_CONTEXT, 0, 0)));
        assertEquals(-Errno.EINVAL, check2018(info(TlbInvalidateInfo.TYPE_CONTEXT, 0, 0)));
    }

    @Test
    void shouldGoByTheTaggedFlagIn2017Alone() {
        final int tagged = TlbInvalidateInfo2017.FLAG_PASID_TAGGED;
        assertEquals(0, check2017(info(1, TlbInvalidateInfo2017.GRANU_NG_PASID, tagged)));
        assertEquals(
                -Errno.EINVAL,
                check2017(
                        info(
                                1,
                                TlbInvalidateInfo2017.GRANU_NG_PASID,
                                TlbInvalidateInfo2017.FLAG_NO_PASID)));
        assertEquals(0, check2018(info(1, 2, tagged)));
        assertEquals(0, check2018(info(1, 2, 0)));
    }

    @Test
    void shouldDoNothingForADeviceTlbThatIsInTheTable() {
        assertEquals(-Errno.EINVAL, check2017(info(TlbInvalidateInfo.TYPE_DTLB, 0, 0)));
        assertEquals(-Errno.EINVAL, check2018(info(TlbInvalidateInfo.TYPE_DTLB, 1, 0)));
    }

    @ParameterizedTest
    @CsvSource({
        "0x1234567, 0, 0", // Not looked at for one page.
        "0x2000, 1, 0",
        "0x1000, 1, -34",
        "0x200000, 9, 0",
        "0x300000, 9, -34",
        "0x1, 1, -34",
        "0, 255, 0",
        "0x1000, 255, -34",
        "0x1000, 52, -34"
    })
    void shouldWantAnAddressThatIsAlignedToItsSize(
            final String addr, final int size, final int errno) {
        final TlbInvalidateInfo range = info(TlbInvalidateInfo.TYPE_TLB, 0, 0);
        range.pages(Long.decode(addr), size, 1);
        assertEquals(errno, check2017(range));
        assertEquals(errno, check2018(range));
    }

    @Test
    void shouldWantAlignmentForTheTlbAlone() {
        final TlbInvalidateInfo pasids = info(TlbInvalidateInfo.TYPE_PASID, 1, 0).pages(1, 9, 1);
        assertEquals(0, check2018(pasids));
    }

    @Test
    void shouldAskForDomainThenDeviceThenTable() {
        final TlbInvalidateInfo wrong = info(9, 9, 0);
        assertEquals(-Errno.EINVAL, VtdInvalidation.check2017(true, false, false, null));
        assertEquals(-Errno.EINVAL, VtdInvalidation.check2017(false, false, false, wrong));
        assertEquals(-Errno.ENODEV, VtdInvalidation.check2017(true, false, true, wrong));
        assertEquals(-Errno.ENODEV, VtdInvalidation.check2017(true, true, false, wrong));
        assertEquals(-Errno.EINVAL, VtdInvalidation.check2017(true, true, true, wrong));
        assertEquals(-Errno.EINVAL, VtdInvalidation.check2018(true, false, false, null));
        assertEquals(-Errno.EINVAL, VtdInvalidation.check2018(false, true, true, wrong));
        assertEquals(-Errno.ENODEV, VtdInvalidation.check2018(true, false, true, wrong));
    }
}
