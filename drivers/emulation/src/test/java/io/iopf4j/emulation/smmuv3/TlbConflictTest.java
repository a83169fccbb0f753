// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static io.iopf4j.emulation.smmuv3.TranslatorBench.ASID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.IOVA;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.IPA;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.LEAF;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.LEAF_2;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.NO_SSID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.PAGE;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.READ;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.SID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.SSID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.STAGE_2_TABLES;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.TABLES;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.VMID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.WRITE;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.assertRecord;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.PageDescriptor;
import org.junit.jupiter.api.Test;

/** Two cached translations of one address, which only missing invalidations lead to. */
final class TlbConflictTest {
    private static final long MIB_2 = 0x20_0000;
    private static final long AT = IOVA & -MIB_2;
    private static final long TO = PAGE & -MIB_2;

    private static long block(final long leaf) {
        return (leaf & ~PageDescriptor.TABLE_OR_PAGE) | PageDescriptor.BLOCK;
    }

    @Test
    void shouldRecordAPageAndABlock() {
        final TranslatorBench bench = TranslatorBench.stageOne();
        bench.map(AT, PAGE | LEAF);
        bench.assertReads(PAGE, AT);
        // The table gives way to a block without the invalidation in between.
        bench.memory.writeLong(bench.slot(TABLES, 12, 0, 2, AT), TO | block(LEAF));
        bench.assertReads(TO + 0x1000, AT + 0x1000);
        final Translation found = bench.translate(SID, SSID, AT + 8, WRITE);
        assertEquals(Translation.Outcome.ABORT, found.outcome);
        assertRecord(found, Events.F_TLB_CONFLICT, 0, AT + 8, 0);
        bench.assertReads(TO + 0x1000, AT + 0x1000);
        bench.command(Commands.tlbiNhVa(VMID, ASID), AT);
        bench.assertReads(TO, AT);
    }

    @Test
    void shouldRecordAGlobalAndAnotherTranslation() {
        final TranslatorBench bench = TranslatorBench.stageOne();
        bench.map(AT, PAGE | LEAF);
        bench.assertReads(PAGE, AT);
        bench.memory.writeLong(
                bench.slot(TABLES, 12, 0, 2, AT), TO | block(LEAF & ~PageDescriptor.NG));
        bench.assertReads(TO + 0x1000, AT + 0x1000);
        bench.assertAborts(Events.F_TLB_CONFLICT, AT);
    }

    @Test
    void shouldRecordAConflictAtStageTwo() {
        final TranslatorBench bench = TranslatorBench.stageTwo();
        bench.mapStageTwo(AT, PAGE | LEAF_2);
        bench.assertTranslates(PAGE, SID, NO_SSID, AT, READ);
        bench.memory.writeLong(bench.slot(STAGE_2_TABLES, 12, 1, 2, AT), TO | block(LEAF_2));
        bench.assertTranslates(TO + 0x1000, SID, NO_SSID, AT + 0x1000, READ);
        assertRecord(
                bench.translate(SID, NO_SSID, AT + 8, READ),
                Events.F_TLB_CONFLICT,
                Events.RNW | Events.S2,
                AT + 8,
                AT);
    }

    @Test
    void shouldRecordAConflictUnderATableFetch() {
        final TranslatorBench bench = TranslatorBench.nested();
        final long ipa = IPA + TABLES;
        bench.assertReads(PAGE + (IOVA & 0xfff), IOVA);
        bench.memory.writeLong(
                bench.slot(STAGE_2_TABLES, 12, 1, 2, ipa), (TABLES & -MIB_2) | block(LEAF_2));
        // The next page of the same block brings the second translation in.
        bench.cdAt(
                TranslatorBench.CONTEXTS + 64,
                TranslatorBench.context(TranslatorBench.RA),
                ipa + 0x1000,
                0);
        bench.assertAborts(Events.F_TRANSLATION, SID, 1, IOVA + 0x1000, READ);
        assertRecord(
                bench.read(IOVA + 0x1000),
                Events.F_TLB_CONFLICT,
                Events.RNW | Events.S2,
                IOVA + 0x1000,
                ipa);
    }
}
