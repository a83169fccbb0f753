// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static io.iopf4j.emulation.smmuv3.TranslatorBench.IOVA;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.LEAF;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.LEAF_2;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.MEMORY;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.MEMORY_BYTES;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.NO_SSID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.OFFSET;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.PAGE;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.RA;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.READ;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.SID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.SSID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.STAGE_2_TABLES;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.TABLES;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.VMID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.context;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.s1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import org.junit.jupiter.api.Test;

/** What lies at the end of memory is used to its last entry, and the one after it is an abort. */
final class EndOfMemoryTest {
    private static final long END = MEMORY + MEMORY_BYTES;
    private static final int BYPASS_AND_VALID = 1 | StreamTableEntry.CONFIG_BYPASS << 1;

    @Test
    void shouldReadTheLastEntryOfAStreamTableAndNoneBehindIt() {
        final TranslatorBench bench = new TranslatorBench();
        // 16 entries of 64 bytes that would be aligned to 256 entries, were there so many.
        final long base = END - 0x4000;
        bench.translator.setStreamTable(base, 8, true);
        bench.memory.writeLong(END - StreamTableEntry.BYTES, BYPASS_AND_VALID);
        bench.assertTranslates(PAGE, 0xff, NO_SSID, PAGE, READ);

        bench.translator.setStreamTable(END, 8, true);
        bench.command(CmdqOp.CFGI_STE_RANGE, 31);
        bench.assertAborts(Events.F_STE_FETCH, 0, NO_SSID, PAGE, READ);
    }

    @Test
    void shouldReadTheLastContextOfMemoryAndNoneBehindIt() {
        final TranslatorBench bench = TranslatorBench.stageOne();
        // Context 7 is the last that lies in memory.
        final long contexts = END - 8L * ContextDescriptor.BYTES;
        bench.ste(SID, s1(StreamTableEntry.CONFIG_S1, contexts), 2, VMID, 0);
        bench.cdAt(END - ContextDescriptor.BYTES, context(RA), TABLES, 0);
        bench.map(IOVA, PAGE | LEAF);
        bench.assertReads(PAGE + OFFSET, IOVA);
        bench.assertAborts(Events.F_CD_FETCH, SID, SSID + 1, IOVA, READ);
    }

    @Test
    void shouldWalkATableInTheLastPageOfMemoryAndNoneBehindIt() {
        final TranslatorBench bench = TranslatorBench.stageOne();
        final long last = END - 0x1000;
        bench.memory.writeLong(bench.slot(TABLES, 12, 0, 2, -1L >>> 16), last | 3);
        bench.memory.writeLong(END - 8, PAGE | LEAF);
        bench.assertReads(PAGE, (-1L >>> 16) & -0x1000L);

        bench.memory.writeLong(bench.slot(TABLES, 12, 0, 2, IOVA), END | 3);
        bench.assertAborts(Events.F_WALK_EABT, IOVA);
    }

    @Test
    void shouldEndTheWalkOfATableOfStageTwoThatRefersToItself() {
        final TranslatorBench bench = TranslatorBench.stageTwo();
        for (int i = 0; i < 512; i++) {
            bench.memory.writeLong(STAGE_2_TABLES + 8L * i, STAGE_2_TABLES | LEAF_2);
        }
        bench.assertTranslates(STAGE_2_TABLES + OFFSET, SID, NO_SSID, IOVA, READ);
    }

    @Test
    void shouldTakeACommandQueueBaseThatIsNotAlignedAsAlignedDown() {
        final SmmuBench bench = SmmuBench.stalling();
        bench.regs.writel(0, SmmuRegisters.CR0);
        bench.regs.writeq(
                SmmuBench.COMMANDS + 0xe0 | SmmuBench.COMMAND_LOG2, SmmuRegisters.CMDQ_BASE);
        bench.regs.writel(SmmuBench.ALL_ENABLED, SmmuRegisters.CR0);
        bench.read(IOVA);
        bench.command(Commands.stallTerm(SID), 0);
        assertEquals(1, bench.commandCons());
        assertEquals(0, bench.smmu.recordedStalls());
    }

    @Test
    void shouldUseAQueueUpToTheEndOfMemory() {
        final SmmuBench bench = SmmuBench.stalling();
        final long end = SmmuBench.MEMORY + SmmuBench.MEMORY_BYTES;
        bench.regs.writel(0, SmmuRegisters.CR0);
        bench.regs.writeq(
                end - ((long) Events.BYTES << SmmuBench.EVENT_LOG2) | SmmuBench.EVENT_LOG2,
                SmmuRegisters.EVENTQ_BASE);
        bench.regs.writel(SmmuBench.ALL_ENABLED, SmmuRegisters.CR0);
        for (int i = 0; i < 1 << SmmuBench.EVENT_LOG2; i++) {
            bench.read(IOVA + i);
        }
        assertEquals(1 << SmmuBench.EVENT_LOG2, bench.pendingEvents());
        assertNotEquals(0, bench.memory.readLong(end - Events.BYTES));
        assertTrue(!bench.isErrorActive(SmmuRegisters.GERROR_EVENTQ_ABT_ERR));
    }
}
