// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FaultReasonTest {
    @ParameterizedTest
    @CsvSource({
        "dmar, 0x05, no write permission",
        "dmar, 0x71, first stage not present",
        "frcd, 0x25, compatibility interrupt blocked",
        "smmu, 0x10, F_TRANSLATION",
        "evtq, 0x13, F_PERMISSION",
        "amd_iommu, 2, IO_PAGE_FAULT",
        "virtio_iommu, 2, mapping",
        "dmar, 0xee, reason 0xee",
        "iommu, 0, fault"
    })
    void shouldExplainByTheHardwaresOwnNumbers(
            final String source, final String reason, final String name) {
        final FaultReason known = FaultReason.of(source, Integer.decode(reason));
        assertEquals(name, known.name());
        assertTrue(known.meaning().length() > 10 && known.cause().length() > 10, known.toString());
    }

    /** Every reason of the VT-d driver's tables, Linux 6.12, but 0, which software makes. */
    @Test
    void shouldKnowEveryReasonOfVtd() {
        for (final int reason :
                new int[] {
                    1, 2, 3, 4, 5, 6, 7, 8, 9, 0xa, 0xb, 0xc, 0xd, 0x20, 0x26, 0x30, 0x31, 0x32,
                    0x38, 0x39, 0x3a, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x50,
                    0x51, 0x52, 0x58, 0x59, 0x5a, 0x5b, 0x5c, 0x5d, 0x70, 0x71, 0x72, 0x73, 0x74,
                    0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x7b, 0x7c, 0x80, 0x81, 0x82, 0x83, 0x84,
                    0x85, 0x86, 0x87, 0x90
                }) {
            final FaultReason known = FaultReason.of("dmar", reason);
            assertTrue(!known.name().startsWith("reason "), Integer.toHexString(reason));
        }
    }
}
