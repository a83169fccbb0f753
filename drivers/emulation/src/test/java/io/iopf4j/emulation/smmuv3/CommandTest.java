// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static io.iopf4j.emulation.smmuv3.SmmuBench.IOVA;
import static io.iopf4j.emulation.smmuv3.SmmuBench.SID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.AccessResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command queue: what is consumed, what is in error, how it goes on. IHI 0070, 4 and 7.1. */
final class CommandTest {
    private SmmuBench bench = SmmuBench.stalling();

    // ---- Consumption ----------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            ints = {
                CmdqOp.PREFETCH_CONFIG,
                CmdqOp.PREFETCH_ADDR,
                CmdqOp.CFGI_STE,
                CmdqOp.CFGI_STE_RANGE,
                CmdqOp.CFGI_CD,
                CmdqOp.CFGI_CD_ALL,
                CmdqOp.TLBI_NH_ALL,
                CmdqOp.TLBI_NH_ASID,
                CmdqOp.TLBI_NH_VA,
                CmdqOp.TLBI_NH_VAA,
                CmdqOp.TLBI_NSNH_ALL,
                CmdqOp.RESUME,
                CmdqOp.STALL_TERM,
                CmdqOp.SYNC
            })
    void shouldConsumeACommandBeforeTheDoorbellReturns(final int opcode) {
        bench.command(opcode, 0);
        assertConsumed();
    }

    @Test
    void shouldConsumeMoreCommandsThanTheQueueHolds() {
        for (int i = 0; i < 5 << SmmuBench.COMMAND_LOG2; i++) {
            bench.command(Commands.sync(Commands.SYNC_CS_NONE, 0), 0);
        }
        assertConsumed();
    }

    @Test
    void shouldConsumeAFullQueueByOneDoorbell() {
        for (int i = 1; i < 1 << SmmuBench.COMMAND_LOG2; i++) {
            bench.prepareCommand(Commands.cfgiSte(i), 1);
        }
        bench.command(Commands.sync(Commands.SYNC_CS_IRQ, 0), 0);
        assertConsumed();
        assertEquals(1, bench.smmu.interrupt("cmdq-sync").pulses());
    }

    @Test
    void shouldConsumeNothingWhileDisabled() {
        bench.regs.writel(SmmuRegisters.CR0_SMMUEN, SmmuRegisters.CR0);
        bench.command(Commands.sync(Commands.SYNC_CS_NONE, 0), 0);
        assertEquals(0, bench.commandCons());
        bench.regs.writel(SmmuBench.ALL_ENABLED, SmmuRegisters.CR0);
        assertConsumed();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 0x13}) // Behind CONS; more than a queue ahead of it.
    void shouldDoNothingForAnInconsistentProd(final int prod) {
        bench.command(Commands.sync(Commands.SYNC_CS_NONE, 0), 0);
        bench.command(Commands.sync(Commands.SYNC_CS_NONE, 0), 0);
        final int cons = bench.commandCons();
        bench.regs.writel(prod, SmmuRegisters.CMDQ_PROD);
        assertEquals(cons, bench.commandCons());
        assertEquals(0, bench.smmu.counters().commandErrors());
    }

    // ---- SYNC -----------------------------------------------------------------------------------

    @Test
    void shouldInterruptAtASyncThatAsksForIt() {
        bench.command(Commands.sync(Commands.SYNC_CS_IRQ, 0), 0);
        assertEquals(1, bench.smmu.interrupt("cmdq-sync").pulses());
    }

    @ParameterizedTest
    @ValueSource(ints = {Commands.SYNC_CS_NONE, Commands.SYNC_CS_SEV})
    void shouldNotInterruptAtAnotherSync(final int signal) {
        bench.command(Commands.sync(signal, 0), 0);
        assertEquals(0, bench.smmu.interrupt("cmdq-sync").pulses());
    }

    @Test
    void shouldShowConsBeforeTheSyncInterrupt() {
        final int[] seen = {-1};
        bench.smmu.interrupt("cmdq-sync").connect(() -> seen[0] = bench.commandCons());
        bench.command(Commands.sync(Commands.SYNC_CS_IRQ, 0), 0);
        assertEquals(1, seen[0]);
    }

    // ---- CERROR_ILL -----------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            longs = {
                0x00,
                0x07,
                0x18, // TLBI_EL3_ALL
                0x50,
                0x70,
                0x80,
                0xff,
                CmdqOp.CFGI_STE | Commands.SSEC,
                CmdqOp.SYNC | Commands.SSEC,
                CmdqOp.SYNC | 3L << 12 // CS is 3.
            })
    void shouldStopAtAnIllegalCommand(final long word0) {
        bench.prepareCommand(Commands.cfgiSte(1), 1);
        bench.prepareCommand(word0, 0);
        bench.command(Commands.sync(Commands.SYNC_CS_IRQ, 0), 0);
        assertStopped(CmdqOp.CERROR_ILL, 1);
        assertEquals(0, bench.smmu.interrupt("cmdq-sync").pulses(), "nothing behind it");
    }

    @ParameterizedTest
    @ValueSource(ints = {CmdqOp.RESUME, CmdqOp.STALL_TERM})
    void shouldRefuseStallCommandsWhereNothingStalls(final int opcode) {
        bench =
                SmmuBench.enabled(
                        SmmuBench.CONFIG.withStallModel(SmmuV3Config.TERMINATE_ONLY),
                        ContextDescriptor.A);
        bench.command(opcode, 0);
        assertStopped(CmdqOp.CERROR_ILL, 0);
    }

    @Test
    void shouldConsumeNothingMoreUntilTheErrorIsAcknowledged() {
        bench.command(0, 0);
        bench.command(Commands.sync(Commands.SYNC_CS_NONE, 0), 0);
        assertStopped(CmdqOp.CERROR_ILL, 0);
    }

    @Test
    void shouldGoOnAfterAcknowledgementWithoutAnotherDoorbell() {
        bench.prepareCommand(0, 0);
        bench.command(Commands.sync(Commands.SYNC_CS_IRQ, 0), 0);
        bench.memory.writeLong(SmmuBench.COMMANDS, Commands.sync(Commands.SYNC_CS_NONE, 0));
        bench.acknowledgeErrors();
        assertConsumed();
        assertEquals(1, bench.smmu.interrupt("cmdq-sync").pulses());
    }

    @Test
    void shouldStopAgainIfTheCommandWasNotReplaced() {
        bench.command(0, 0);
        bench.acknowledgeErrors();
        assertStopped(CmdqOp.CERROR_ILL, 0);
        assertEquals(2, bench.smmu.counters().commandErrors());
    }

    @Test
    void shouldLetSoftwareTakeTheCommandBack() {
        bench.command(0, 0);
        bench.regs.writel(bench.commandCons(), SmmuRegisters.CMDQ_PROD);
        bench.acknowledgeErrors();
        assertFalse(bench.isErrorActive(SmmuRegisters.GERROR_CMDQ_ERR));
        assertEquals(1, bench.smmu.counters().commandErrors());
    }

    @Test
    void shouldKeepTheErrorWhileTheQueueIsDisabledAndEnabled() {
        bench.command(0, 0);
        bench.regs.writel(0, SmmuRegisters.CR0);
        bench.regs.writel(SmmuBench.ALL_ENABLED, SmmuRegisters.CR0);
        assertStopped(CmdqOp.CERROR_ILL, 0);
        assertEquals(1, bench.smmu.counters().commandErrors());
    }

    @Test
    void shouldToggleGerrorForEachError() {
        bench.command(0, 0);
        assertEquals(1, bench.regs.readl(SmmuRegisters.GERROR));
        bench.acknowledgeErrors();
        assertEquals(0, bench.regs.readl(SmmuRegisters.GERROR));
        assertEquals(1, bench.regs.readl(SmmuRegisters.GERRORN));
    }

    @Test
    void shouldInterruptForEachErrorThatBecomesActive() {
        bench.command(0, 0);
        bench.acknowledgeErrors();
        assertEquals(2, bench.smmu.interrupt("gerror").pulses());
    }

    @Test
    void shouldNotInterruptForErrorsWhileThatIsNotEnabled() {
        bench.regs.writel(SmmuRegisters.IRQ_CTRL_EVENTQ_IRQEN, SmmuRegisters.IRQ_CTRL);
        bench.command(0, 0);
        assertTrue(bench.isErrorActive(SmmuRegisters.GERROR_CMDQ_ERR));
        assertEquals(0, bench.smmu.interrupt("gerror").pulses());
    }

    @Test
    void shouldAnswerAnAcknowledgementFromWithinTheInterrupt() {
        bench.smmu
                .interrupt("gerror")
                .connect(
                        () -> {
                            bench.memory.writeLong(
                                    SmmuBench.COMMANDS, Commands.sync(Commands.SYNC_CS_SEV, 0));
                            bench.acknowledgeErrors();
                        });
        bench.command(0, 0);
        assertConsumed();
    }

    @Test
    void shouldKeepStallsAcrossACommandError() {
        final int id = bench.read(IOVA);
        bench.command(0, 0);
        assertNull(bench.result(id));
        bench.memory.writeLong(SmmuBench.COMMANDS, Commands.resume(SID, Commands.RESUME_ABORT));
        bench.acknowledgeErrors();
        assertEquals(AccessResult.ABORTED, bench.result(id));
    }

    // ---- CERROR_ABT -----------------------------------------------------------------------------

    @Test
    void shouldNotTryForEverWhileAnInterruptAcknowledgesAtOnce() {
        bench.regs.writel(0, SmmuRegisters.CR0);
        bench.regs.writeq(0x1_0000_0000L | SmmuBench.COMMAND_LOG2, SmmuRegisters.CMDQ_BASE);
        bench.smmu
                .interrupt("gerror")
                .connect(
                        () ->
                                bench.regs.writel(
                                        bench.regs.readl(SmmuRegisters.GERROR),
                                        SmmuRegisters.GERRORN));
        bench.regs.writel(SmmuRegisters.IRQ_CTRL_GERROR_IRQEN, SmmuRegisters.IRQ_CTRL);
        bench.regs.writel(SmmuBench.ALL_ENABLED, SmmuRegisters.CR0);
        bench.regs.writel(1, SmmuRegisters.CMDQ_PROD);
        assertEquals(2, bench.smmu.counters().commandErrors());
    }

    @Test
    void shouldStopWhereACommandCannotBeRead() {
        bench.regs.writel(0, SmmuRegisters.CR0);
        bench.regs.writeq(0x1_0000_0000L | SmmuBench.COMMAND_LOG2, SmmuRegisters.CMDQ_BASE);
        bench.regs.writel(SmmuBench.ALL_ENABLED, SmmuRegisters.CR0);
        bench.regs.writel(1, SmmuRegisters.CMDQ_PROD);
        assertStopped(CmdqOp.CERROR_ABT, 0);
    }

    @Test
    void shouldAnswerAnAcknowledgementFromWithinTheInterruptOfASecondEqualError() {
        bench.command(0, 0);
        bench.memory.writeLong(SmmuBench.COMMANDS, Commands.sync(Commands.SYNC_CS_NONE, 0));
        bench.acknowledgeErrors();
        bench.smmu
                .interrupt("gerror")
                .connect(
                        () -> {
                            bench.memory.writeLong(
                                    SmmuBench.COMMANDS + Commands.BYTES,
                                    Commands.sync(Commands.SYNC_CS_NONE, 0));
                            bench.acknowledgeErrors();
                        });
        bench.command(0, 0);
        assertConsumed();
    }

    // ---- SEV ------------------------------------------------------------------------------------

    @Test
    void shouldSendAnEventAtASyncThatAsksForIt() {
        bench.command(Commands.sync(Commands.SYNC_CS_SEV, 0), 0);
        assertEquals(1, bench.smmu.counters().processorEvents());
    }

    @Test
    void shouldSendNoEventWithoutSev() {
        bench = SmmuBench.enabled(SmmuBench.CONFIG.without(SmmuFeature.SEV), 0);
        bench.command(Commands.sync(Commands.SYNC_CS_SEV, 0), 0);
        assertConsumed();
        assertEquals(0, bench.smmu.counters().processorEvents());
    }

    @Test
    void shouldSendAnEventWhenAFullQueueGetsRoom() {
        for (int i = 1; i < 1 << SmmuBench.COMMAND_LOG2; i++) {
            bench.prepareCommand(Commands.cfgiSte(i), 1);
        }
        bench.command(Commands.cfgiSte(0), 1);
        assertEquals(1, bench.smmu.counters().processorEvents());
    }

    // ---- Effects --------------------------------------------------------------------------------

    @Test
    void shouldAbortATerminatedStallWhereTerminationAborts() {
        bench =
                SmmuBench.enabled(
                        SmmuBench.CONFIG.with(SmmuFeature.TERMINATE_ABORTS),
                        ContextDescriptor.S | ContextDescriptor.A);
        final int id = bench.read(IOVA);
        bench.resume(SID, 0, Commands.RESUME_TERM);
        assertEquals(AccessResult.ABORTED, bench.result(id));
    }

    @Test
    void shouldNotMoveAConsThatSoftwareMovedFromWithinACommand() {
        bench.smmu.access(
                (id, result) -> {
                    bench.regs.writel(0, SmmuRegisters.CR0);
                    bench.regs.writel(7, SmmuRegisters.CMDQ_CONS);
                },
                1,
                SID,
                SmmuBench.SSID,
                IOVA,
                SmmuBench.READ);
        bench.resume(SID, 0, Commands.RESUME_ABORT);
        assertEquals(7, bench.commandCons());
    }

    private void assertConsumed() {
        assertEquals(bench.commandProd(), bench.commandCons());
        assertFalse(bench.isErrorActive(SmmuRegisters.GERROR_CMDQ_ERR));
    }

    private void assertStopped(final int code, final int at) {
        assertTrue(bench.isErrorActive(SmmuRegisters.GERROR_CMDQ_ERR));
        assertEquals(code, bench.commandErrorCode());
        assertEquals(at, bench.commandCons());
    }
}
