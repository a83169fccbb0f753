// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.longThat;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

/** The order of stores in {@code arm_smmu_device_reset()}, seen on real register pages. */
final class ResetOrderTest {
    private static final int CMDQEN = SmmuRegisters.CR0_CMDQEN;
    private static final int QUEUES = CMDQEN | SmmuRegisters.CR0_EVENTQEN;
    private static final int ALL = QUEUES | SmmuRegisters.CR0_SMMUEN;

    private Mmio spy;
    private DriverBench bench;

    @BeforeEach
    void makeBench() {
        bench =
                new DriverBench(
                        DriverBench.PLAIN,
                        pages -> {
                            spy = mock(Mmio.class, delegatesTo(pages));
                            return spy;
                        });
    }

    @Test
    void shouldProgramInTheOrderOfTheKernel() {
        assertEquals(0, bench.probe());
        final InOrder order = inOrder(spy);
        order.verify(spy).readl(SmmuRegisters.CR0);
        verifyAcknowledged(order, 0, SmmuRegisters.CR0, SmmuRegisters.CR0ACK);
        order.verify(spy).writel(0xd75, SmmuRegisters.CR1);
        order.verify(spy).writel(0x6, SmmuRegisters.CR2);
        order.verify(spy).writeq(anyLong(), eq(SmmuRegisters.STRTAB_BASE));
        order.verify(spy).writel(8, SmmuRegisters.STRTAB_BASE_CFG);
        order.verify(spy).writeq(anyLong(), eq(SmmuRegisters.CMDQ_BASE));
        order.verify(spy).writel(0, SmmuRegisters.CMDQ_PROD);
        order.verify(spy).writel(0, SmmuRegisters.CMDQ_CONS);
        verifyAcknowledged(order, CMDQEN, SmmuRegisters.CR0, SmmuRegisters.CR0ACK);
        order.verify(spy).writel(2, SmmuRegisters.CMDQ_PROD); // CFGI_ALL, SYNC
        order.verify(spy).writel(4, SmmuRegisters.CMDQ_PROD); // TLBI_NSNH_ALL, SYNC
        order.verify(spy).writeq(anyLong(), eq(SmmuRegisters.EVENTQ_BASE));
        order.verify(spy).writel(0, SmmuRegisters.EVENTQ_PROD);
        order.verify(spy).writel(0, SmmuRegisters.EVENTQ_CONS);
        verifyAcknowledged(order, QUEUES, SmmuRegisters.CR0, SmmuRegisters.CR0ACK);
        verifyAcknowledged(order, 0, SmmuRegisters.IRQ_CTRL, SmmuRegisters.IRQ_CTRLACK);
        order.verify(spy).writeq(0, SmmuRegisters.GERROR_IRQ_CFG0);
        order.verify(spy).writeq(0, SmmuRegisters.EVENTQ_IRQ_CFG0);
        verifyAcknowledged(order, 5, SmmuRegisters.IRQ_CTRL, SmmuRegisters.IRQ_CTRLACK);
        verifyAcknowledged(order, ALL, SmmuRegisters.CR0, SmmuRegisters.CR0ACK);
        order.verifyNoMoreInteractions();
    }

    @Test
    void shouldForgetWhatCachesHold() {
        assertEquals(0, bench.probe());
        final List<long[]> commands = bench.commands();
        assertEquals(4, commands.size());
        assertCommand(0x04, 0x1f, commands.get(0));
        assertCommand(0x0fc0_2046, 0, commands.get(1));
        assertCommand(CmdqOp.TLBI_NSNH_ALL, 0, commands.get(2));
        assertCommand(0x0fc0_2046, 0, commands.get(3));
    }

    @Test
    void shouldSetTheAllocateHintOfEachBase() {
        assertEquals(0, bench.probe());
        for (final int base :
                new int[] {
                    SmmuRegisters.STRTAB_BASE, SmmuRegisters.CMDQ_BASE, SmmuRegisters.EVENTQ_BASE
                }) {
            verify(spy)
                    .writeq(
                            longThat(value -> (value & SmmuRegisters.BASE_ALLOCATE) != 0),
                            eq(base));
        }
    }

    @Test
    void shouldLeaveGbpaAloneWhenTheSmmuWasDisabled() {
        bench.probe();
        verify(spy, never()).writel(anyInt(), eq(SmmuRegisters.GBPA));
    }

    @Test
    void shouldAbortTrafficBeforeItDisablesAnSmmuThatRuns() {
        bench.model.registerPages().writel(SmmuRegisters.CR0_SMMUEN, SmmuRegisters.CR0);
        assertEquals(0, bench.probe());
        final InOrder order = inOrder(spy);
        order.verify(spy)
                .writel(SmmuRegisters.GBPA_ABORT | SmmuRegisters.GBPA_UPDATE, SmmuRegisters.GBPA);
        order.verify(spy).readl(SmmuRegisters.GBPA);
        order.verify(spy).writel(0, SmmuRegisters.CR0);
        assertEquals(true, bench.logged("SMMU currently enabled"));
    }

    @Test
    void shouldTouchNoPriRegister() {
        bench.probe();
        for (final long offset : new long[] {0xc0, 0xd0, 0x100c8, 0x100cc}) {
            verify(spy, never()).writel(anyInt(), eq(offset));
            verify(spy, never()).writeq(anyLong(), eq(offset));
        }
    }

    private void verifyAcknowledged(
            final InOrder order, final int value, final int register, final int ack) {
        order.verify(spy).writel(value, register);
        order.verify(spy).readl(ack);
    }

    private static void assertCommand(final long word0, final long word1, final long[] command) {
        assertEquals(word0, command[0], () -> "opcode " + Commands.opcode(command[0]));
        assertEquals(word1, command[1]);
    }

    private static long eq(final long offset) {
        return org.mockito.ArgumentMatchers.eq(offset);
    }
}
