// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static io.iopf4j.emulation.smmuv3.SmmuBench.IOVA;
import static io.iopf4j.emulation.smmuv3.SmmuBench.MEMORY;
import static io.iopf4j.emulation.smmuv3.SmmuBench.MEMORY_BYTES;
import static io.iopf4j.emulation.smmuv3.SmmuBench.PAGE;
import static io.iopf4j.emulation.smmuv3.SmmuBench.READ;
import static io.iopf4j.emulation.smmuv3.SmmuBench.SID;
import static io.iopf4j.emulation.smmuv3.SmmuBench.SSID;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.Requester;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A requester hears of memory before it hears of the end, and only of memory. */
final class ReachedMemoryTest implements Requester {
    private final List<String> heard = new ArrayList<>();
    private final SmmuBench bench = SmmuBench.stalling();

    @Override
    public void reached(final int id, final long address) {
        heard.add(id + " at " + Long.toHexString(address));
    }

    @Override
    public void ended(final int id, final AccessResult result) {
        heard.add(id + " " + result);
    }

    @Test
    void shouldReachMemoryBeforeTheEnd() {
        bench.mapPage(IOVA);
        bench.smmu.access(this, 1, SID, SSID, IOVA, READ);
        assertEquals(List.of("1 at " + Long.toHexString(PAGE + 0x678), "1 DONE"), heard);
    }

    @Test
    void shouldReachMemoryAfterARetry() {
        bench.smmu.access(this, 1, SID, SSID, IOVA, READ);
        bench.mapPage(IOVA);
        assertEquals(List.of(), heard);
        bench.resume(SID, 0, Commands.RESUME_RETRY);
        assertEquals(List.of("1 at " + Long.toHexString(PAGE + 0x678), "1 DONE"), heard);
    }

    @Test
    void shouldReachNothingWhenAborted() {
        bench.smmu.access(this, 1, SID, SSID, IOVA, READ);
        bench.resume(SID, 0, Commands.RESUME_ABORT);
        bench.smmu.access(this, 2, SID, SSID, IOVA, READ);
        bench.resume(SID, 0, Commands.RESUME_TERM);
        assertEquals(List.of("1 ABORTED", "2 RAZ_WI"), heard);
    }

    @Test
    void shouldReachTheLastByteOfMemory() {
        bench.regs.writel(0, SmmuRegisters.CR0);
        final long last = MEMORY + MEMORY_BYTES - 1;
        bench.smmu.access(this, 1, SID, SSID, last, READ);
        assertEquals(List.of("1 at " + Long.toHexString(last), "1 DONE"), heard);
    }

    @ParameterizedTest
    @ValueSource(longs = {MEMORY + MEMORY_BYTES, MEMORY - 1, 0, -1, Long.MIN_VALUE, Long.MAX_VALUE})
    void shouldAbortWhereNoMemoryIs(final long address) {
        bench.regs.writel(0, SmmuRegisters.CR0);
        bench.smmu.access(this, 1, SID, SSID, address, READ);
        assertEquals(List.of("1 ABORTED"), heard);
    }
}
