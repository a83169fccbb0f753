// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import static io.iopf4j.emulation.vtd.TablesBench.PASID;
import static io.iopf4j.emulation.vtd.TablesBench.SID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.vtd.FaultRecord;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.PasidEntry;
import io.iopf4j.emulation.PhysicalMemory;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables of random entries, against {@link NaiveWalker}, with what is kept and without. */
final class RandomTablesTest {
    private static final int ROUNDS = 40;
    private static final int ACCESSES = 400;
    private static final int TABLES = 48;
    private static final long FLAGS_PRESENT = 0x7;
    private static final long MARKED = 0x760;

    private final Random random = new Random(0x5eed);

    private long tableAt(final int number) {
        return TablesBench.MEMORY + 0x100_0000L + number * 0x1000L;
    }

    private boolean chance(final int percent) {
        return random.nextInt(100) < percent;
    }

    /** Mostly entries that lead on; already accessed, so that walking changes nothing. */
    private long entry(final boolean isSecond) {
        long entry = chance(95) ? FLAGS_PRESENT : random.nextInt(8);
        entry |= isSecond ? 0 : MARKED & ~0x80L;
        if (chance(10)) {
            entry &= ~(1L << random.nextInt(3));
        }
        if (chance(25)) {
            entry |= 1L << 7;
        }
        if (chance(3)) {
            entry |= 1L << 63;
        }
        if (isSecond && chance(2)) {
            entry |= 1L << 11;
        }
        if (chance(2)) {
            return entry | 0xfee0_0000L;
        }
        if (chance(2)) {
            return entry | (random.nextLong() & 0x000f_ffff_ffff_f000L);
        }
        // Aligned to what a large page of 2 MiB or 1 GiB wants, now and then.
        final long target = tableAt(random.nextInt(TABLES));
        return entry | (((entry >>> 7) & 1) == 0 || chance(20) ? target : 0x4000_0000L);
    }

    private void fill(final PhysicalMemory memory) {
        for (int table = 0; table < TABLES; table++) {
            for (int i = 0; i < 512; i++) {
                // The upper half of the tables serve the second stage.
                memory.writeLong(tableAt(table) + 8L * i, entry(table >= TABLES / 2));
            }
        }
    }

    private TablesBench bench(final int pgtt) {
        final TablesBench bench = TablesBench.scalable(pgtt);
        fill(bench.memory);
        final long at = TablesBench.pasidEntry(PASID);
        final int aw = 2 + random.nextInt(2);
        final long slee = chance(30) ? PasidEntry.SLEE : 0;
        final long second = tableAt(TABLES / 2 + random.nextInt(TABLES / 2));
        bench.memory.writeLong(at, second | 1 | (long) aw << 2 | (long) pgtt << 6 | slee);
        bench.memory.writeLong(
                at + 16, tableAt(random.nextInt(TABLES / 2)) | (random.nextInt(128) & ~8));
        if (pgtt == PasidEntry.PGTT_NESTED) {
            identity(bench.memory, second, aw + 2);
        }
        return bench;
    }

    /** Low addresses go where they say, so that the first stage's tables are found. */
    private void identity(final PhysicalMemory memory, final long second, final int levels) {
        long table = second;
        for (int level = levels; level > 2; level--) {
            final long next = tableAt(TABLES + level);
            memory.writeLong(table, next | 7);
            table = next;
        }
        for (int i = 0; i < 512; i++) {
            memory.writeLong(table + 8L * i, (long) i << 21 | (chance(97) ? 7 : 2) | 0x80);
        }
    }

    private long address() {
        long address = 0;
        // Few indices at each level, so that accesses meet again.
        for (int shift = 12; shift <= 48; shift += 9) {
            address |= (long) random.nextInt(shift > 39 ? 2 : 6) << shift;
        }
        if (chance(5)) {
            address |= -1L << (46 + random.nextInt(18));
        }
        return address | random.nextInt(0x1000);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void shouldAgreeWithANaiveWalker(final int pgtt) {
        final BitSet reasons = new BitSet();
        int translated = 0;
        for (int round = 0; round < ROUNDS; round++) {
            final TablesBench bench = bench(pgtt);
            final NaiveWalker naive = new NaiveWalker(bench.memory);
            for (int i = 0; i < ACCESSES; i++) {
                final long iova = address();
                final int perm = 1 << random.nextInt(3) | (chance(30) ? IommuFault.PERM_PRIV : 0);
                final boolean isWrite = (perm & IommuFault.PERM_WRITE) != 0;
                final boolean isFetch = (perm & IommuFault.PERM_EXEC) != 0;
                final long expected =
                        naive.translate(
                                TablesBench.pasidEntry(PASID),
                                iova,
                                isWrite,
                                isFetch,
                                (perm & IommuFault.PERM_PRIV) != 0);
                final boolean done =
                        bench.translator.translate(
                                SID,
                                PASID,
                                iova,
                                isFetch ? perm | IommuFault.PERM_READ : perm,
                                FaultRecord.AT_UNTRANSLATED);
                final long found = done ? bench.result.output : -bench.result.reason;
                final int at = i;
                assertEquals(
                        Long.toHexString(expected),
                        Long.toHexString(found),
                        () -> "access " + at + " perm " + perm + " " + Long.toHexString(iova));
                if (done) {
                    translated++;
                } else {
                    reasons.set(bench.result.reason);
                }
            }
        }
        assertTrue(translated > ROUNDS * ACCESSES / 50, "translated " + translated);
        assertTrue(reasons.cardinality() >= 5, () -> "reasons " + reasons);
    }

    @Test
    void shouldAgreeAfterEveryInvalidationThatNamesWhatChanged() {
        final TablesBench bench = TablesBench.scalable(PasidEntry.PGTT_FIRST);
        final NaiveWalker naive = new NaiveWalker(bench.memory);
        for (int i = 0; i < 20_000; i++) {
            final long iova = (long) random.nextInt(64) << 12;
            if (chance(30)) {
                bench.mapFirst(iova, TablesBench.PAGE | iova << 1 | random.nextInt(8) | MARKED);
                bench.clear(bench.firstSlot(12, iova), 1L << 7);
                bench.translator.invalidatePasidIotlb(
                        chance(50) ? Invalidation.PASID_IOTLB_PAGES : Invalidation.PASID_IOTLB_ALL,
                        TablesBench.DID,
                        PASID,
                        iova,
                        random.nextInt(3),
                        true);
            }
            final long expected =
                    naive.translate(TablesBench.pasidEntry(PASID), iova, chance(0), false, false);
            final boolean done = bench.translate(PASID, iova, IommuFault.PERM_READ);
            assertEquals(expected, done ? bench.result.output : -bench.result.reason);
        }
    }

    @Test
    void shouldEndWhateverLiesInMemory() {
        final PhysicalMemory memory = new PhysicalMemory(0, 0x10_0000);
        for (final VtdConfig config :
                new VtdConfig[] {VtdConfig.scalable(), VtdConfig.revision2()}) {
            final Translator translator = new Translator(memory, config);
            for (int round = 0; round < 300; round++) {
                scribble(memory);
                translator.setRootTable(random.nextInt(16) << 12 | random.nextInt(4) << 10);
                translator.invalidateContexts(Invalidation.CC_GLOBAL, 0, 0, 0);
                translator.invalidatePasids(Invalidation.PC_GLOBAL, 0, 0);
                for (int i = 0; i < 200; i++) {
                    access(translator);
                }
            }
        }
    }

    private void access(final Translator translator) {
        final int sid = random.nextInt(1 << 17);
        final int pasid = chance(50) ? -1 : random.nextInt() >>> random.nextInt(32) & ~(1 << 31);
        final long iova = random.nextLong() >>> random.nextInt(64);
        final boolean done =
                translator.translate(sid, pasid, iova, random.nextInt(16), random.nextInt(3));
        assertEquals(done, translator.result.reason == 0);
        translator.admitsPageRequest(sid, pasid);
        translator.invalidateIotlb(
                random.nextInt(4), random.nextInt(1 << 16), iova, random.nextInt(64), true);
        translator.invalidatePasidIotlb(
                random.nextInt(4), random.nextInt(1 << 16), pasid, iova, random.nextInt(64), true);
    }

    /** Pointers into memory and small flags, which are found valid often; all ones; anything. */
    private void scribble(final PhysicalMemory memory) {
        final int kind = random.nextInt(4);
        for (long at = 0; at < 0x10_000; at += 8) {
            final long pointer = (long) random.nextInt(16) << 12;
            final long value =
                    switch (kind) {
                        case 0 -> -1L;
                        case 1 -> random.nextLong();
                        case 2 -> pointer | 1 | (random.nextLong() & (random.nextLong() & 0xfff));
                        default -> pointer | 0x7 | (chance(50) ? 0 : random.nextInt(0x400));
                    };
            memory.writeLong(at, value);
        }
    }
}
