// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.klog;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.Traces;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What matches a line must not look at each of its bytes from each of its bytes. */
@Timeout(value = 1, unit = TimeUnit.MINUTES) // minutes, where it does
class LongLinesTest {
    private static final int LENGTH = 1 << 16;
    private static final int LINES = 20;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "x ",
                " ",
                "AMD-Vi:",
                "AMD-Vi: Event logged [",
                "a=0x1 ",
                "DMAR: ",
                "[DMA Read] Request device [00:01.0] fault addr 1 ",
                "[DMA Read PASID ",
                "DRHD: handling fault status reg ",
                "arm-smmu-v3 ",
                "arm-smmu-v3 x: ",
                "event 0x10 received:",
                "virtio_iommu ",
                "virtio_iommu x: page fault from EP 1 ",
                "dmar1: ",
                "callbacks suppressed",
                "[ 1.000000]",
                "2026-01-01T00:00:00",
                "\\\"msg\\\": \\\""
            })
    void shouldReadLongLinesOfAnything(final String piece) throws IOException {
        final String line =
                "[    1.000000] DMAR: DRHD: handling fault status reg 2\n"
                        + ("[    2.000000] DMAR: " + piece.repeat(LENGTH / piece.length()) + "\n")
                                .repeat(LINES);
        try (TraceReader reader =
                Traces.open(
                        new ByteArrayInputStream(line.getBytes(StandardCharsets.UTF_8)), "input")) {
            while (reader.next()) {
                assertTrue(reader.event().timestamp() > 0);
            }
            assertTrue(reader.events() > 0);
        }
    }
}
