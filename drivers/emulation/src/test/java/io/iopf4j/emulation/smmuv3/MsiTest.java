// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static io.iopf4j.emulation.smmuv3.SmmuBench.CONFIG;
import static io.iopf4j.emulation.smmuv3.SmmuBench.IOVA;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Message interrupts: a write of 32 bits beside the wire. IHI 0070, 3.18.1. */
final class MsiTest {
    private static final long MESSAGE = SmmuBench.MEMORY + 0x3f_0004;
    private static final long NOWHERE = 0x1_0000_0000L;
    private static final int DATA = 0xcafe_0042;

    private SmmuBench bench = bench(CONFIG);

    private static SmmuBench bench(final SmmuV3Config config) {
        final SmmuBench bench = new SmmuBench(config);
        bench.useStageOne(SmmuBench.SID, ContextDescriptor.R | ContextDescriptor.A);
        bench.memory.writeLong(MESSAGE - 4, -1);
        bench.memory.writeLong(MESSAGE + 4, -1);
        return bench;
    }

    private void enable() {
        bench.regs.writel(7, SmmuRegisters.IRQ_CTRL);
        bench.regs.writel(PriBench.WITH_PRI, SmmuRegisters.CR0);
    }

    private void configure(final int cfg0, final long address) {
        bench.regs.writeq(address, cfg0);
        bench.regs.writel(DATA, cfg0 + 8);
    }

    @Test
    void shouldWriteTheMessageOfAnEvent() {
        configure(SmmuRegisters.EVENTQ_IRQ_CFG0, MESSAGE);
        enable();
        bench.read(IOVA);
        assertSent("eventq");
    }

    @Test
    void shouldWriteTheMessageOfAPageRequest() {
        configure(SmmuRegisters.PRIQ_IRQ_CFG0, MESSAGE);
        bench.regs.writeq(PriBench.PAGE_REQUESTS | 2, SmmuRegisters.PRIQ_BASE);
        enable();
        bench.smmu.pageRequest(1, -1, 0, 1, 0, true);
        assertSent("priq");
    }

    @Test
    void shouldWriteTheMessageOfAnError() {
        configure(SmmuRegisters.GERROR_IRQ_CFG0, MESSAGE);
        enable();
        bench.command(0, 0);
        assertSent("gerror");
    }

    @Test
    void shouldWriteTheMessageOfASync() {
        enable();
        bench.command(Commands.sync(Commands.SYNC_CS_IRQ, DATA), MESSAGE);
        assertSent("cmdq-sync");
    }

    @ParameterizedTest
    @ValueSource(ints = {Commands.SYNC_CS_NONE, Commands.SYNC_CS_SEV})
    void shouldWriteNothingAtAnotherSync(final int signal) {
        enable();
        bench.command(Commands.sync(signal, DATA), MESSAGE);
        assertEquals(-1, bench.memory.readInt(MESSAGE));
    }

    @Test
    void shouldPulseTheWireAloneWithoutAnAddress() {
        configure(SmmuRegisters.EVENTQ_IRQ_CFG0, 0);
        enable();
        bench.read(IOVA);
        bench.command(Commands.sync(Commands.SYNC_CS_IRQ, DATA), 0);
        assertEquals(1, bench.smmu.interrupt("eventq").pulses());
        assertEquals(1, bench.smmu.interrupt("cmdq-sync").pulses());
        assertEquals(0, bench.regs.readl(SmmuRegisters.GERROR));
    }

    @Test
    void shouldWriteNoMessageWithoutMsi() {
        bench = bench(CONFIG.without(SmmuFeature.MSI));
        configure(SmmuRegisters.EVENTQ_IRQ_CFG0, MESSAGE);
        enable();
        bench.read(IOVA);
        bench.command(Commands.sync(Commands.SYNC_CS_IRQ, DATA), MESSAGE);
        assertEquals(-1, bench.memory.readInt(MESSAGE));
        assertEquals(1, bench.smmu.interrupt("eventq").pulses());
        assertEquals(1, bench.smmu.interrupt("cmdq-sync").pulses());
    }

    @Test
    void shouldWriteNoMessageWhileTheSourceIsNotEnabled() {
        configure(SmmuRegisters.EVENTQ_IRQ_CFG0, MESSAGE);
        bench.regs.writel(SmmuBench.ALL_ENABLED, SmmuRegisters.CR0);
        bench.read(IOVA);
        assertEquals(-1, bench.memory.readInt(MESSAGE));
    }

    @Test
    void shouldSayThatTheMessageOfAnEventWasAborted() {
        configure(SmmuRegisters.EVENTQ_IRQ_CFG0, NOWHERE);
        enable();
        bench.read(IOVA);
        assertAborted(SmmuRegisters.GERROR_MSI_EVENTQ_ABT_ERR);
        assertEquals(1, bench.pendingEvents(), "the record is there");
    }

    @Test
    void shouldSayThatTheMessageOfAPageRequestWasAborted() {
        configure(SmmuRegisters.PRIQ_IRQ_CFG0, NOWHERE);
        bench.regs.writeq(PriBench.PAGE_REQUESTS | 2, SmmuRegisters.PRIQ_BASE);
        enable();
        bench.smmu.pageRequest(1, -1, 0, 1, 0, true);
        assertAborted(SmmuRegisters.GERROR_MSI_PRIQ_ABT_ERR);
    }

    @Test
    void shouldSayThatTheMessageOfASyncWasAborted() {
        enable();
        bench.command(Commands.sync(Commands.SYNC_CS_IRQ, DATA), NOWHERE);
        bench.command(Commands.sync(Commands.SYNC_CS_NONE, DATA), 0);
        assertAborted(SmmuRegisters.GERROR_MSI_CMDQ_ABT_ERR);
        assertEquals(2, bench.commandCons(), "it does not stop the queue");
    }

    @Test
    void shouldNotInterruptBecauseTheMessageOfAnErrorWasAborted() {
        configure(SmmuRegisters.GERROR_IRQ_CFG0, NOWHERE);
        enable();
        bench.command(0, 0);
        assertTrue(bench.isErrorActive(SmmuRegisters.GERROR_MSI_GERROR_ABT_ERR));
        assertEquals(1, bench.smmu.interrupt("gerror").pulses(), "for the command");
    }

    @Test
    void shouldAbortAMessageThatReachesOverTheEndOfMemory() {
        final long last = SmmuBench.MEMORY + SmmuBench.MEMORY_BYTES - 4;
        enable();
        bench.command(Commands.sync(Commands.SYNC_CS_IRQ, DATA), last);
        assertEquals(DATA, bench.memory.readInt(last));
        bench.command(Commands.sync(Commands.SYNC_CS_IRQ, DATA), last + 4);
        assertTrue(bench.isErrorActive(SmmuRegisters.GERROR_MSI_CMDQ_ABT_ERR));
    }

    private void assertSent(final String wire) {
        assertEquals(DATA, bench.memory.readInt(MESSAGE));
        assertEquals(-1, bench.memory.readInt(MESSAGE - 4), "32 bits");
        assertEquals(-1, bench.memory.readInt(MESSAGE + 4), "32 bits");
        assertEquals(1, bench.smmu.interrupt(wire).pulses(), "the wire as well");
        assertFalse(bench.isErrorActive(~SmmuRegisters.GERROR_CMDQ_ERR));
    }

    private void assertAborted(final int error) {
        assertEquals(error, bench.regs.readl(SmmuRegisters.GERROR));
        assertEquals(1, bench.smmu.interrupt("gerror").pulses());
    }
}
