// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static io.iopf4j.emulation.smmuv3.SmmuBench.CONTEXTS;
import static io.iopf4j.emulation.smmuv3.SmmuBench.EVENTS;
import static io.iopf4j.emulation.smmuv3.SmmuBench.IOVA;
import static io.iopf4j.emulation.smmuv3.SmmuBench.MEMORY;
import static io.iopf4j.emulation.smmuv3.SmmuBench.PAGE;
import static io.iopf4j.emulation.smmuv3.SmmuBench.STREAM_TABLE;
import static io.iopf4j.emulation.smmuv3.SmmuBench.TABLES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.MemoryAllocator;
import io.iopf4j.emulation.MemoryGate;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.inject.Chance;
import io.iopf4j.emulation.inject.FailingMemory;
import io.iopf4j.emulation.inject.MemoryRange;
import io.iopf4j.emulation.inject.SlowMemory;
import org.junit.jupiter.api.Test;

/** Memory that does not answer an SMMU, or takes its time. */
final class InjectedMemoryTest {
    private static final long COST_NS = 250;

    private SmmuBench bench = SmmuBench.enabled(ContextDescriptor.R | ContextDescriptor.A);
    private final Scheduler scheduler = new Scheduler(1);

    private FailingMemory fail(final long address, final Chance chance) {
        final FailingMemory failing =
                new FailingMemory(MemoryGate.OPEN, new MemoryRange(address, 0x1_0000), chance);
        bench.memory.guard(failing);
        return failing;
    }

    private int eventOfRead() {
        assertEquals(AccessResult.ABORTED, bench.result(bench.read(IOVA)));
        return Events.number(bench.takeEvent()[0]);
    }

    // ---- Failing --------------------------------------------------------------------------------

    @Test
    void shouldAbortTheFetchOfAStreamsEntry() {
        fail(STREAM_TABLE, Chance.ALWAYS);
        assertEquals(Events.F_STE_FETCH, eventOfRead());
    }

    @Test
    void shouldAbortTheFetchOfAContext() {
        fail(CONTEXTS, Chance.ALWAYS);
        assertEquals(Events.F_CD_FETCH, eventOfRead());
    }

    @Test
    void shouldAbortAWalkOnce() {
        bench.mapPage(IOVA);
        final FailingMemory failing = fail(TABLES, Chance.only(1));
        assertEquals(Events.F_WALK_EABT, eventOfRead());
        assertEquals(AccessResult.DONE, bench.result(bench.read(IOVA)));
        assertEquals(1, failing.failed());
    }

    @Test
    void shouldAbortTheAccessItself() {
        bench.mapPage(IOVA);
        fail(PAGE, Chance.ALWAYS);
        assertEquals(AccessResult.ABORTED, bench.result(bench.read(IOVA)));
        assertEquals(0, bench.pendingEvents(), "an abort beyond the SMMU is not its fault");
    }

    @Test
    void shouldLoseARecordThatCannotBeWritten() {
        fail(EVENTS, Chance.ALWAYS);
        bench.read(IOVA);
        assertTrue(bench.isErrorActive(SmmuRegisters.GERROR_EVENTQ_ABT_ERR));
        assertEquals(0, bench.pendingEvents());
    }

    @Test
    void shouldStopAtACommandThatCannotBeRead() {
        fail(SmmuBench.COMMANDS, Chance.only(1));
        bench.command(CmdqOp.TLBI_NSNH_ALL, 0);
        assertEquals(CmdqOp.CERROR_ABT, bench.commandErrorCode());
        bench.acknowledgeErrors();
        bench.command(Commands.sync(Commands.SYNC_CS_NONE, 0), 0);
        assertEquals(bench.commandProd(), bench.commandCons());
    }

    @Test
    void shouldFailSoftwareNever() {
        fail(MEMORY, Chance.ALWAYS);
        assertFalse(bench.memory.contains(MEMORY, 8));
        assertNotNull(new MemoryAllocator(bench.memory).allocCoherent(4096));
        bench.memory.fill(MEMORY, 4096, (byte) 1);
    }

    @Test
    void shouldFailNothingOnceTheGateIsOpen() {
        fail(MEMORY, Chance.ALWAYS);
        bench.memory.guard(MemoryGate.OPEN);
        bench.mapPage(IOVA);
        assertEquals(AccessResult.DONE, bench.result(bench.read(IOVA)));
    }

    // ---- Slow -----------------------------------------------------------------------------------

    @Test
    void shouldTakeItsTime() {
        bench.mapPage(IOVA);
        final SlowMemory slow =
                new SlowMemory(
                        MemoryGate.OPEN,
                        new MemoryRange(TABLES, 0x10_0000),
                        scheduler,
                        COST_NS,
                        Chance.ALWAYS);
        bench.memory.guard(slow);
        assertEquals(AccessResult.DONE, bench.result(bench.read(IOVA)));
        assertEquals(4, slow.slowed(), "a descriptor of each level");
        assertEquals(4 * COST_NS, scheduler.nowNs());
        bench.read(IOVA);
        assertEquals(4 * COST_NS, scheduler.nowNs(), "it is cached");
    }

    @Test
    void shouldBeSlowAndFailInOneAccess() {
        final FailingMemory failing = fail(STREAM_TABLE, Chance.ALWAYS);
        bench.memory.guard(
                new SlowMemory(failing, MemoryRange.ALL, scheduler, COST_NS, Chance.only(1)));
        assertEquals(Events.F_STE_FETCH, eventOfRead());
        assertEquals(COST_NS, scheduler.nowNs());
    }
}
