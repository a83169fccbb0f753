// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static io.iopf4j.emulation.smmuv3.SmmuBench.EXEC;
import static io.iopf4j.emulation.smmuv3.SmmuBench.NO_SSID;
import static io.iopf4j.emulation.smmuv3.SmmuBench.PRIV;
import static io.iopf4j.emulation.smmuv3.SmmuBench.READ;
import static io.iopf4j.emulation.smmuv3.SmmuBench.SID;
import static io.iopf4j.emulation.smmuv3.SmmuBench.SSID;
import static io.iopf4j.emulation.smmuv3.SmmuBench.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.PriEntry;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The PRI queue, its overflow and what the SMMU answers by itself. IHI 0070, chapter 8. */
final class PriQueueTest {
    private PriBench pri = new PriBench();

    // ---- Entries --------------------------------------------------------------------------------

    @Test
    void shouldWriteAnEntryBitForBit() {
        pri.smmu.pageRequest(SID, SSID, 0x7f00_1fff, READ | WRITE, 3, true);
        assertArrayEquals(new long[] {0xf000_0007_0000_0010L, 0x7f00_1003L}, pri.take());
    }

    @Test
    void shouldWriteAStopMarkerBitForBit() {
        pri.smmu.stopMarker(SID, SSID);
        assertArrayEquals(new long[] {0xc000_0007_0000_0010L, 0}, pri.take());
    }

    @Test
    void shouldKeepExecuteAndPrivilegedWithAPasid() {
        pri.smmu.pageRequest(SID, SSID, 0, READ | EXEC | PRIV, 0, false);
        assertEquals(
                PriEntry.SSV | PriEntry.READ | PriEntry.EXEC | PriEntry.PRIV,
                pri.take()[0] & 0xfff0_0000_0000_0000L);
    }

    @Test
    void shouldDropExecuteAndPrivilegedWithoutAPasid() {
        pri.smmu.pageRequest(SID, NO_SSID, 0, READ | EXEC | PRIV, 0, false);
        assertEquals(PriEntry.READ | SID, pri.take()[0]);
    }

    @Test
    void shouldKeepNineBitsOfTheGroup() {
        pri.smmu.pageRequest(SID, SSID, 0x1000, READ, 0x3ff, true);
        assertEquals(0x11ff, pri.take()[1]);
    }

    @Test
    void shouldUseEverySlotAndWrapAround() {
        for (int round = 0; round < 3; round++) {
            pri.fill();
            assertFalse(pri.isOverflowPresent());
            for (int group = 0; group < PriBench.ENTRIES; group++) {
                assertEquals(group, PriEntry.group(pri.take()[1]));
            }
        }
        assertEquals(List.of(), pri.devices.answers, "software answers, not the SMMU");
        assertEquals(PriBench.ENTRIES, pri.smmu.counters().priQueueHighWater());
    }

    // ---- Answers that software gives ------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"0, 15", "1, 1", "2, 0"})
    void shouldSendTheResponseOfACommand(final int response, final int code) {
        pri.bench.command(Commands.priResp(SID, SSID), Commands.priRespCode(5, response));
        assertEquals(List.of(SID + " " + SSID + " " + code + " 5"), pri.devices.answers);
    }

    @Test
    void shouldSendAResponseWithoutPasid() {
        pri.bench.command(Commands.priResp(SID, -1), Commands.priRespCode(0x1ff, 2));
        assertEquals(List.of(SID + " -1 0 511"), pri.devices.answers);
    }

    @Test
    void shouldIgnoreAResponseWhileDisabled() {
        pri.regs.writel(SmmuRegisters.CR0_CMDQEN, SmmuRegisters.CR0);
        pri.bench.command(Commands.priResp(SID, SSID), Commands.priRespCode(5, 2));
        assertEquals(List.of(), pri.devices.answers);
        assertEquals(1, pri.bench.commandCons(), "but consumed");
    }

    // ---- Refusal --------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {SmmuBench.ALL_ENABLED, PriBench.WITH_PRI & ~1, 0})
    void shouldFailEveryRequestWhileTheQueueIsNotEffective(final int cr0) {
        pri.regs.writel(cr0, SmmuRegisters.CR0);
        pri.smmu.pageRequest(SID, SSID, 0, READ, 1, false);
        pri.smmu.pageRequest(SID, SSID, 0, READ, 2, true);
        pri.smmu.stopMarker(SID, SSID);
        assertEquals(List.of(SID + " -1 15 1", SID + " -1 15 2"), pri.devices.answers);
        assertEquals(0, pri.pending());
        assertFalse(pri.isOverflowPresent());
        assertEquals(0, pri.pulses());
    }

    @Test
    void shouldFailRequestsWithoutPri() {
        pri = new PriBench(SmmuBench.CONFIG.without(SmmuFeature.PRI));
        pri.request(4);
        assertEquals(List.of(SID + " -1 15 4"), pri.devices.answers);
    }

    @Test
    void shouldFailTheRequestWhoseWriteAbortsAndAllUntilThatIsAcknowledged() {
        moveQueue(0x1_0000_0000L);
        pri.request(1);
        assertTrue(pri.bench.isErrorActive(SmmuRegisters.GERROR_PRIQ_ABT_ERR));
        assertEquals(1, pri.smmu.interrupt("gerror").pulses());
        moveQueue(PriBench.PAGE_REQUESTS);
        pri.request(2);
        assertEquals(List.of(SID + " -1 15 1", SID + " -1 15 2"), pri.devices.answers);
        pri.bench.acknowledgeErrors();
        pri.request(3);
        assertEquals(3, PriEntry.group(pri.take()[1]));
    }

    @Test
    void shouldNotAnswerAStopMarkerWhoseWriteAborts() {
        moveQueue(0x1_0000_0000L);
        pri.smmu.stopMarker(SID, SSID);
        assertTrue(pri.bench.isErrorActive(SmmuRegisters.GERROR_PRIQ_ABT_ERR));
        assertEquals(List.of(), pri.devices.answers);
    }

    // ---- Overflow -------------------------------------------------------------------------------

    @Test
    void shouldAnswerTheLastRequestThatOverflowsWithItsPasid() {
        pri.fill();
        pri.request(9);
        assertTrue(pri.isOverflowPresent());
        assertEquals(List.of(SID + " " + SSID + " 0 9"), pri.devices.answers);
        assertEquals(1, pri.smmu.counters().priQueueOverflows());
    }

    @Test
    void shouldAnswerWithoutPasidWhatCameWithout() {
        pri.fill();
        pri.smmu.pageRequest(SID, NO_SSID, 0, READ, 9, true);
        assertEquals(List.of(SID + " -1 0 9"), pri.devices.answers);
    }

    @Test
    void shouldAnswerWithoutPasidWhereThereAreNoSubstreams() {
        pri = new PriBench(SmmuBench.CONFIG.withSsidBits(0));
        pri.fill();
        pri.request(9);
        assertEquals(List.of(SID + " -1 0 9"), pri.devices.answers);
    }

    @Test
    void shouldDropARequestThatIsNotTheLastInAnOverflow() {
        pri.fill();
        pri.smmu.pageRequest(SID, SSID, 0, READ, 9, false);
        assertTrue(pri.isOverflowPresent());
        assertEquals(List.of(), pri.devices.answers);
    }

    @Test
    void shouldDropAStopMarkerInAnOverflow() {
        pri.fill();
        pri.smmu.stopMarker(SID, SSID);
        assertTrue(pri.isOverflowPresent());
        assertEquals(List.of(), pri.devices.answers);
    }

    @Test
    void shouldTakeALastRequestOfNothingWithPasidForAStopMarker() {
        pri.fill();
        pri.smmu.pageRequest(SID, SSID, 0, 0, 9, true);
        assertEquals(List.of(), pri.devices.answers);
    }

    @Test
    void shouldAnswerALastRequestOfNothingWithoutPasid() {
        pri.fill();
        pri.smmu.pageRequest(SID, NO_SSID, 0, 0, 9, true);
        assertEquals(List.of(SID + " -1 0 9"), pri.devices.answers);
    }

    @Test
    void shouldWriteNothingWhileAnOverflowIsPresent() {
        pri.fill();
        pri.request(9);
        pri.take();
        pri.request(10);
        assertEquals(PriBench.ENTRIES - 1, pri.pending());
        assertEquals(SID + " " + SSID + " 0 10", pri.devices.answers.get(1));
    }

    @Test
    void shouldWriteAgainOnceTheOverflowIsAcknowledged() {
        pri.fill();
        pri.request(9);
        pri.take();
        pri.acknowledgeOverflow();
        pri.request(10);
        assertEquals(PriBench.ENTRIES, pri.pending());
        assertEquals(1, pri.devices.answers.size());
        pri.request(11);
        assertTrue(pri.isOverflowPresent(), "again");
    }

    @Test
    void shouldFailWithoutPasidWhereThatStandsInAnEntryThatCannotBeRead() {
        pri = new PriBench(SmmuBench.CONFIG.without(SmmuFeature.PRI_OVERFLOW_PASID));
        pri.fill();
        pri.smmu.pageRequest(0x3, SSID, 0, READ, 9, true); // Its entry is zeroes.
        assertEquals(List.of("3 -1 15 9"), pri.devices.answers);
    }

    @ParameterizedTest
    @CsvSource({"0, -1", "1, 7"})
    void shouldAnswerWithPasidWhereTheEntrySaysSo(final int ppar, final int ssid) {
        pri = new PriBench(SmmuBench.CONFIG.without(SmmuFeature.PRI_OVERFLOW_PASID));
        pri.bench.ste(
                SID,
                StreamTableEntry.word0(StreamTableEntry.CONFIG_BYPASS),
                ppar * StreamTableEntry.PPAR);
        pri.fill();
        pri.request(9);
        assertEquals(List.of(SID + " " + ssid + " 0 9"), pri.devices.answers);
    }

    // ---- Interrupt ------------------------------------------------------------------------------

    @Test
    void shouldInterruptWhenTheQueueIsNoLongerEmpty() {
        pri.request(0);
        pri.request(1);
        assertEquals(1, pri.pulses());
        pri.take();
        pri.take();
        pri.request(2);
        assertEquals(2, pri.pulses());
    }

    @Test
    void shouldNotInterruptWhileThatIsNotEnabled() {
        pri.regs.writel(5, SmmuRegisters.IRQ_CTRL);
        pri.request(0);
        pri.regs.writel(7, SmmuRegisters.IRQ_CTRL);
        assertEquals(0, pri.pulses());
    }

    @Test
    void shouldInterruptForEachLastRequestIfToldTo() {
        interruptForEachLast();
        pri.smmu.pageRequest(SID, SSID, 0, READ, 0, false);
        assertEquals(0, pri.pulses());
        pri.request(0);
        pri.request(1);
        assertEquals(2, pri.pulses());
    }

    @Test
    void shouldInterruptForALastRequestThatOverflows() {
        interruptForEachLast();
        pri.fill();
        pri.smmu.pageRequest(SID, SSID, 0, READ, 9, false);
        assertEquals(PriBench.ENTRIES, pri.pulses());
        pri.request(9);
        assertEquals(PriBench.ENTRIES + 1, pri.pulses());
    }

    @Test
    void shouldNotInterruptForALastRequestThatIsRefused() {
        interruptForEachLast();
        pri.regs.writel(SmmuBench.ALL_ENABLED, SmmuRegisters.CR0);
        pri.request(1);
        assertEquals(0, pri.pulses());
    }

    @Test
    void shouldShowTheEntryBeforeTheInterrupt() {
        final long[][] seen = new long[1][];
        pri.smmu.interrupt("priq").connect(() -> seen[0] = pri.take());
        pri.request(3);
        assertEquals(3, PriEntry.group(seen[0][1]));
    }

    private void interruptForEachLast() {
        pri.regs.writel(0, SmmuRegisters.IRQ_CTRL);
        pri.regs.writel(SmmuRegisters.PRIQ_IRQ_CFG2_LO, SmmuRegisters.PRIQ_IRQ_CFG2);
        pri.regs.writel(7, SmmuRegisters.IRQ_CTRL);
    }

    private void moveQueue(final long base) {
        pri.regs.writel(SmmuBench.ALL_ENABLED, SmmuRegisters.CR0);
        pri.regs.writeq(base | PriBench.PRI_LOG2, SmmuRegisters.PRIQ_BASE);
        pri.regs.writel(PriBench.WITH_PRI, SmmuRegisters.CR0);
    }
}
