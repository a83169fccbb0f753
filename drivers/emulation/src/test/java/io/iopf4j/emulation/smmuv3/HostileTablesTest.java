// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static io.iopf4j.emulation.smmuv3.TranslatorBench.CONFIG;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.CONTEXTS;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.IOVA;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.LEAF;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.LEAF_2;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.MEMORY;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.NO_SSID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.RA;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.READ;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.SID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.SSID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.STAGE_2_TABLES;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.STREAM_TABLE;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.TABLES;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.VMID;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.context;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.s1;
import static io.iopf4j.emulation.smmuv3.TranslatorBench.stageTwo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.LevelOneDescriptor;
import io.iopf4j.api.smmuv3.PageDescriptor;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever lies in memory, a lookup ends, in bounded work, without an exception. */
final class HostileTablesTest {
    private static final int ROUNDS = 20_000;
    private static final int[] OPCODES = {
        CmdqOp.CFGI_STE,
        CmdqOp.CFGI_STE_RANGE,
        CmdqOp.CFGI_CD,
        CmdqOp.CFGI_CD_ALL,
        CmdqOp.TLBI_NH_ALL,
        CmdqOp.TLBI_NH_ASID,
        CmdqOp.TLBI_NH_VA,
        CmdqOp.TLBI_NH_VAA,
        CmdqOp.TLBI_EL2_ALL,
        CmdqOp.TLBI_EL2_ASID,
        CmdqOp.TLBI_EL2_VA,
        CmdqOp.TLBI_EL2_VAA,
        CmdqOp.TLBI_S12_VMALL,
        CmdqOp.TLBI_S2_IPA,
        CmdqOp.TLBI_NSNH_ALL
    };

    @Test
    void shouldEndInTablesThatReferToThemselvesAtBothStages() {
        final TranslatorBench bench = new TranslatorBench();
        // One page is stage 2's tables of all levels, stage 1's, the context and its table.
        final long root = MEMORY + 0x40_0000;
        bench.ste(
                SID,
                s1(StreamTableEntry.CONFIG_NESTED, 0),
                2,
                stageTwo(25, 1, 0) | StreamTableEntry.S2R,
                root);
        for (int i = 0; i < 512; i++) {
            bench.memory.writeLong(root + 8L * i, root | LEAF_2);
        }
        assertTimeoutPreemptively(
                Duration.ofSeconds(5), () -> assertNotNull(bench.read(IOVA).outcome));
    }

    @Test
    void shouldTakeAllOnesForWhatTheySay() {
        final TranslatorBench bench = new TranslatorBench();
        bench.ste(SID, -1, -1, -1, -1);
        bench.assertAborts(Events.C_BAD_STE, IOVA);

        final TranslatorBench context = TranslatorBench.stageOne();
        context.cd(SSID, -1, -1, -1);
        context.assertAborts(Events.C_BAD_CD, IOVA);

        final TranslatorBench streams = new TranslatorBench();
        streams.translator.setStreamTable(STREAM_TABLE, 1 << 16 | 6 << 6 | 8, true);
        streams.memory.writeLong(STREAM_TABLE, -1);
        streams.assertAborts(Events.C_BAD_STREAMID, IOVA);

        final TranslatorBench contexts = TranslatorBench.stageOne();
        contexts.ste(SID, s1(StreamTableEntry.CONFIG_S1, CONTEXTS) | 1 << 4, 2, VMID, 0);
        contexts.memory.writeLong(CONTEXTS, -1);
        contexts.assertAborts(Events.C_BAD_SUBSTREAMID, IOVA);

        final TranslatorBench tables = TranslatorBench.stageOne();
        tables.map(IOVA, -1);
        assertNotNull(tables.read(IOVA).outcome);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 6, 26, 32, 57, 58, 62, 63})
    void shouldSurviveATableOfAnyStatedSize(final int log2Size) {
        for (final int fmt : new int[] {0, 1, 2, 3}) {
            for (int split = 0; split < 32; split++) {
                final TranslatorBench bench = new TranslatorBench(CONFIG.withSidBits(32));
                bench.translator.setStreamTable(-1L, fmt << 16 | split << 6 | log2Size, true);
                assertTrue(bench.translate(-1, NO_SSID, IOVA, READ).isRecorded);
                assertNotNull(bench.translate(0, NO_SSID, IOVA, READ).outcome);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 55, 1L << 52, 1L << 48})
    void shouldSurviveAnyAddress(final long address) {
        final TranslatorBench nested = TranslatorBench.nested();
        for (int sl0 = 0; sl0 < 4; sl0++) {
            for (int t0sz = 0; t0sz < 64; t0sz++) {
                nested.nestedSte(stageTwo(t0sz, sl0, sl0 % 3) | StreamTableEntry.S2R);
                nested.command(CmdqOp.CFGI_STE_RANGE, 31);
                assertNotNull(nested.read(address).outcome);
                assertNotNull(nested.translator.translateForAts(SID, SSID, address, 3).outcome);
            }
        }
        assertNotNull(nested.translator.checkTranslated(SID, NO_SSID, address, READ).outcome);
    }

    /**
     * The same accesses over the same rubbish come to the same: caches have no will of their own.
     */
    @Test
    void shouldSurviveRubbishAndDoTheSameAgain() {
        assertEquals(throughRubbish(), throughRubbish());
    }

    private static long throughRubbish() {
        final Random random = new Random(20_230_517);
        final TranslatorBench bench = new TranslatorBench();
        for (int i = 0; i < 5 * ROUNDS; i++) {
            spoil(bench, random);
        }
        long digest = 0;
        int translated = 0;
        for (int round = 0; round < ROUNDS; round++) {
            spoil(bench, random);
            final int sid = random.nextInt(8);
            final int ssid = random.nextInt(20) - 1;
            final long iova = random.nextLong() >> (16 + random.nextInt(48));
            final int perm = random.nextInt(16);
            final Translation found =
                    switch (random.nextInt(4)) {
                        case 0 -> bench.translator.translateForAts(sid, ssid, iova, perm);
                        case 1 -> bench.translator.checkTranslated(sid, ssid, iova, perm);
                        default -> bench.translate(sid, ssid, iova, perm);
                    };
            translated += found.outcome == Translation.Outcome.TRANSLATED ? 1 : 0;
            digest = 31 * digest + found.outcome.name().hashCode();
            digest = 31 * digest + (found.isRecorded ? found.eventNumber : 0);
            if (random.nextInt(4) == 0) {
                bench.translator.setE2h(random.nextBoolean());
                bench.command(
                        (random.nextLong() & ~0xffL) | OPCODES[random.nextInt(OPCODES.length)],
                        random.nextLong() >> random.nextInt(64));
            }
        }
        assertTrue(translated > ROUNDS / 100, "rubbish that leads somewhere: " + translated);
        return digest;
    }

    /** Writes near-valid words: rubbish that is refused at once would test little. */
    private static void spoil(final TranslatorBench bench, final Random random) {
        final int sid = random.nextInt(8);
        switch (random.nextInt(4)) {
            case 0 ->
                    bench.ste(
                            sid,
                            s1(4 + random.nextInt(4), CONTEXTS) | (long) random.nextInt(4) << 4,
                            oneBitOff(2, random),
                            oneBitOff(stageTwo(25, 1, 0), random),
                            STAGE_2_TABLES);
            case 1 ->
                    bench.cd(
                            random.nextInt(20),
                            oneBitOff(context(RA), random),
                            TABLES + 0x1000L * random.nextInt(4),
                            TABLES);
            case 2 ->
                    bench.memory.writeLong(
                            CONTEXTS + 8L * random.nextInt(4),
                            LevelOneDescriptor.ofContexts(CONTEXTS));
            default -> {
                final long table = random.nextBoolean() ? TABLES : STAGE_2_TABLES;
                bench.memory.writeLong(
                        table + 8L * random.nextInt(2048),
                        oneBitOff(
                                TABLES + 0x1000L * random.nextInt(4)
                                        | PageDescriptor.S2AP_WRITE
                                        | LEAF,
                                random));
            }
        }
    }

    private static long oneBitOff(final long word, final Random random) {
        return random.nextInt(3) == 0 ? word ^ 1L << random.nextInt(64) : word;
    }
}
