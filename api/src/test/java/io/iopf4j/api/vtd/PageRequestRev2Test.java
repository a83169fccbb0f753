// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Page requests of 128 bits, bit for bit. */
final class PageRequestRev2Test {
    private static final int RID = 0x0310;
    private static final int PASID = 0x42;
    private static final int GROUP = 0x15;
    private static final int PRIVATE_DATA = 0x1234;
    private static final long ADDRESS = 0x7f12_3456_7000L;
    private static final long READ_AND_WRITE = PageRequestRev2.RDR | PageRequestRev2.WRR;
    private static final long QW0 = 0x0a80_1234_0300_042cL;
    private static final long QW1 = 0x0000_7f12_3456_7103L;

    @Test
    void shouldEncodeTheLastRequestOfAGroupWithPrivateData() {
        assertEquals(
                QW0, PageRequestRev2.qw0(RID, PASID, GROUP, PRIVATE_DATA, PageRequestRev2.LPIG));
        assertEquals(QW1, PageRequestRev2.qw1(RID, ADDRESS, READ_AND_WRITE));
    }

    @Test
    void shouldDecodeTheLastRequestOfAGroupWithPrivateData() {
        assertEquals(RID, PageRequestRev2.rid(QW0, QW1));
        assertEquals(PASID, PageRequestRev2.pasid(QW0));
        assertEquals(GROUP, PageRequestRev2.group(QW0));
        assertEquals(PRIVATE_DATA, PageRequestRev2.privateData(QW0));
        assertEquals(ADDRESS, PageRequestRev2.address(QW1));
        assertEquals(PageRequestRev2.LPIG | PageRequestRev2.PP, QW0 & 0xf);
        assertEquals(READ_AND_WRITE, QW1 & 0xf);
    }
}
