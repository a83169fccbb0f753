// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.vtd.ContextEntry;
import io.iopf4j.api.vtd.ExtendedContextEntry;
import io.iopf4j.api.vtd.FaultRecord;
import io.iopf4j.api.vtd.PagingEntry;
import io.iopf4j.api.vtd.PasidEntry;
import io.iopf4j.api.vtd.RootEntry;
import io.iopf4j.api.vtd.ScalableContextEntry;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.emulation.PhysicalMemory;

/**
 * A translator over tables that a test writes by hand, without queues and registers. Addresses
 * between the stages are physical ones plus {@link #IPA}, so that one taken for the other does not
 * go unnoticed.
 */
final class TablesBench {
    static final int READ = IommuFault.PERM_READ;
    static final int WRITE = IommuFault.PERM_WRITE;
    static final int EXEC = IommuFault.PERM_READ | IommuFault.PERM_EXEC;
    static final int PRIV = IommuFault.PERM_PRIV;
    static final int NO_PASID = -1;
    static final int SID = 0x0310;
    static final int PASID = 0x42;
    static final int DID = 0x21;

    static final long MEMORY = 0x1000_0000L;
    static final long MEMORY_BYTES = 0x1000_0000L;
    static final long ROOT = MEMORY;
    static final long CONTEXTS = MEMORY + 0x1_0000;
    static final long UPPER_CONTEXTS = MEMORY + 0x2_0000;
    static final long DIRECTORY = MEMORY + 0x3_0000;
    static final long PASIDS = MEMORY + 0x4_0000;
    static final long FIRST = MEMORY + 0x10_0000;
    static final long SECOND = MEMORY + 0x20_0000;
    static final long PAGE = MEMORY + 0x800_0000;
    static final long OUTSIDE = 0x2_0000_0000L;
    static final long IPA = 0x10_0000_0000L;
    static final long IOVA = 0x5a12_3456_7678L;
    static final long OFFSET = IOVA & 0xfff;

    static final long TTM_SCALABLE = 1L << 10;
    static final long EXTENDED_ROOT = 1L << 11;

    static final long LEAF = PagingEntry.FS_PRESENT | PagingEntry.FS_WRITE | PagingEntry.FS_USER;
    static final long LEAF_2 = PagingEntry.SS_READ | PagingEntry.SS_WRITE;
    static final long CONTEXT =
            ScalableContextEntry.PRESENT
                    | ScalableContextEntry.DTE
                    | ScalableContextEntry.PASIDE
                    | ScalableContextEntry.PRE;

    final PhysicalMemory memory;
    final Translator translator;
    final Translation result;
    long nextTable = MEMORY + 0x100_0000;

    TablesBench(final VtdConfig config) {
        this(config, new PhysicalMemory(MEMORY, MEMORY_BYTES));
    }

    TablesBench(final VtdConfig config, final PhysicalMemory memory) {
        this.memory = memory;
        translator = new Translator(memory, config);
        result = translator.result;
    }

    /** A unit with these bits of CAP and ECAP set or cleared. */
    static VtdConfig config(
            final VtdConfig from,
            final long capSet,
            final long capCleared,
            final long ecapSet,
            final long ecapCleared) {
        final VtdCapabilities old = from.capabilities();
        return new VtdConfig(
                from.version(),
                new VtdCapabilities(
                        (old.cap() | capSet) & ~capCleared,
                        withoutDependents((old.ecap() | ecapSet) & ~ecapCleared)));
    }

    /** What needs a capability that is not there goes too. */
    private static long withoutDependents(final long ecap) {
        long kept = ecap;
        if ((kept & VtdCapabilities.DT) == 0 || (kept & VtdCapabilities.PASID) == 0) {
            kept &= ~(VtdCapabilities.PRS | VtdCapabilities.PDS);
        }
        final long stages = VtdCapabilities.FLTS | VtdCapabilities.SLTS;
        if ((kept & VtdCapabilities.ECS) == 0 && (kept & stages) != stages) {
            kept &= ~VtdCapabilities.NEST;
        }
        return kept;
    }

    static VtdConfig without(final long cap, final long ecap) {
        return config(VtdConfig.scalable(), 0, cap, 0, ecap);
    }

    static VtdConfig with(final long cap, final long ecap) {
        return config(VtdConfig.scalable(), cap, 0, ecap, 0);
    }

    // ---- Whole set-ups --------------------------------------------------------------------------

    /** {@link #SID} in legacy mode, with device TLB; {@link #IOVA} is mapped. */
    static TablesBench legacy() {
        return legacy(VtdConfig.scalable());
    }

    static TablesBench legacy(final VtdConfig config) {
        final TablesBench bench = new TablesBench(config);
        bench.memory.writeLong(rootEntry(SID), CONTEXTS | RootEntry.PRESENT);
        bench.context16(
                SID,
                SECOND | 1L << ContextEntry.TT_SHIFT | 1,
                ContextEntry.qw1(PasidEntry.AW_48, DID));
        bench.mapSecond(IOVA, PAGE | LEAF_2);
        bench.translator.setRootTable(ROOT);
        return bench;
    }

    /**
     * {@link #SID} in scalable mode: {@link #PASID} and requests without PASID translate one way;
     * {@link #IOVA} is mapped.
     */
    static TablesBench scalable(final int pgtt) {
        return scalable(pgtt, VtdConfig.scalable());
    }

    static TablesBench scalable(final int pgtt, final VtdConfig config) {
        return scalable(pgtt, new TablesBench(config));
    }

    static TablesBench scalable(final int pgtt, final TablesBench bench) {
        bench.memory.writeLong(rootEntry(SID), CONTEXTS | RootEntry.PRESENT);
        bench.context32(SID, DIRECTORY | CONTEXT, 0);
        bench.memory.writeLong(DIRECTORY, PASIDS | PasidEntry.PRESENT);
        bench.memory.writeLong(DIRECTORY + 8, PASIDS + 0x1000 | PasidEntry.PRESENT);
        for (final int pasid : new int[] {0, PASID}) {
            bench.pasid(pasid, pgtt, DID);
        }
        switch (pgtt) {
            case PasidEntry.PGTT_FIRST -> bench.mapFirst(IOVA, PAGE | LEAF);
            case PasidEntry.PGTT_SECOND -> bench.mapSecond(IOVA, PAGE | LEAF_2);
            case PasidEntry.PGTT_NESTED -> {
                bench.mapNested(IOVA, IPA + PAGE | LEAF);
                bench.mapSecond(IPA + PAGE, PAGE | LEAF_2);
            }
            default -> {}
        }
        bench.translator.setRootTable(ROOT | TTM_SCALABLE);
        return bench;
    }

    /** {@link #SID} in revision 2's extended mode: T 1, NESTE as said, {@link #PASID}. */
    static TablesBench extended(final boolean isNested) {
        final TablesBench bench = new TablesBench(VtdConfig.revision2());
        bench.memory.writeLong(rootEntry(SID), CONTEXTS | RootEntry.PRESENT);
        bench.extendedContext(
                SID,
                ExtendedContextEntry.T_DEVICE_TLB,
                ExtendedContextEntry.PASIDE
                        | ExtendedContextEntry.PRS
                        | (isNested ? ExtendedContextEntry.NESTE : 0));
        bench.memory.writeLong(
                flat(PASID), (isNested ? IPA : 0) + FIRST | ExtendedContextEntry.PASID_PRESENT);
        if (isNested) {
            bench.mapNested(IOVA, IPA + PAGE | LEAF);
            bench.mapSecond(IPA + PAGE, PAGE | LEAF_2);
        } else {
            bench.mapFirst(IOVA, PAGE | LEAF);
        }
        bench.mapSecond(IOVA, PAGE + 0x1000 | LEAF_2);
        bench.translator.setRootTable(ROOT | EXTENDED_ROOT);
        return bench;
    }

    // ---- Entries --------------------------------------------------------------------------------

    static long rootEntry(final int sid) {
        return ROOT + (sid >>> 8) * 16L;
    }

    static long legacyContext(final int sid) {
        return CONTEXTS + (sid & 0xff) * 16L;
    }

    static long context(final int sid) {
        final long table = (sid & 0x80) == 0 ? CONTEXTS : UPPER_CONTEXTS;
        return table + (sid & 0x7f) * 32L;
    }

    static long pasidEntry(final int pasid) {
        return PASIDS + (pasid >>> 6) * 0x1000L + (pasid & 63) * 64L;
    }

    static long flat(final int pasid) {
        return PASIDS + pasid * 8L;
    }

    void context16(final int sid, final long word0, final long word1) {
        memory.writeLong(legacyContext(sid), word0);
        memory.writeLong(legacyContext(sid) + 8, word1);
    }

    void context32(final int sid, final long word0, final long word1) {
        memory.writeLong(context(sid), word0);
        memory.writeLong(context(sid) + 8, word1);
    }

    void extendedContext(final int sid, final int type, final long bits) {
        context32(
                sid,
                SECOND | (long) type << ExtendedContextEntry.T_SHIFT | bits | 1,
                ContextEntry.qw1(PasidEntry.AW_48, DID));
        memory.writeLong(context(sid) + 16, PASIDS | 3);
    }

    /** All controls but WPE, NXE, SMEP and EAFE. */
    void pasid(final int pasid, final int pgtt, final int did) {
        final boolean isNested = pgtt == PasidEntry.PGTT_NESTED;
        final long at = pasidEntry(pasid);
        memory.writeLong(
                at,
                SECOND
                        | PasidEntry.PRESENT
                        | (long) PasidEntry.AW_48 << PasidEntry.AW_SHIFT
                        | (long) pgtt << PasidEntry.PGTT_SHIFT);
        memory.writeLong(at + 8, did);
        memory.writeLong(at + 16, (isNested ? IPA : 0) + FIRST | PasidEntry.SRE | PasidEntry.ERE);
    }

    void or(final long at, final long bits) {
        memory.writeLong(at, memory.readLong(at) | bits);
    }

    void clear(final long at, final long bits) {
        memory.writeLong(at, memory.readLong(at) & ~bits);
    }

    // ---- Tables ---------------------------------------------------------------------------------

    long newTable() {
        nextTable += 0x1000;
        return nextTable - 0x1000;
    }

    /** Where the entry is that maps 2^shift bytes; makes the tables that lead there. */
    long slot(
            final long root,
            final int levels,
            final int shift,
            final long address,
            final long tableBits) {
        long table = root;
        for (int at = 12 + 9 * (levels - 1); ; at -= 9) {
            final long place = table + 8 * (address >>> at & 0x1ff);
            if (at == shift) {
                return place;
            }
            if (memory.readLong(place) == 0) {
                memory.writeLong(place, newTable() | tableBits);
            }
            table = memory.readLong(place) & PagingEntry.ADDRESS_MASK;
        }
    }

    long firstSlot(final int shift, final long iova) {
        return slot(FIRST, 4, shift, iova, LEAF);
    }

    long secondSlot(final int shift, final long address) {
        return slot(SECOND, 4, shift, address, LEAF_2);
    }

    void mapFirst(final long iova, final long leaf) {
        memory.writeLong(firstSlot(12, iova), leaf);
    }

    void mapSecond(final long address, final long leaf) {
        memory.writeLong(secondSlot(12, address), leaf);
    }

    void mapNested(final long iova, final long leaf) {
        memory.writeLong(nestedSlot(12, iova), leaf);
    }

    /** The same with tables of the first stage that the second stage gets to know. */
    long nestedSlot(final int shift, final long iova) {
        long table = FIRST;
        for (int at = 39; ; at -= 9) {
            mapSecond(IPA + table, table | LEAF_2);
            final long place = table + 8 * (iova >>> at & 0x1ff);
            if (at == shift) {
                return place;
            }
            if (memory.readLong(place) == 0) {
                memory.writeLong(place, IPA + newTable() | LEAF);
            }
            table = (memory.readLong(place) & PagingEntry.ADDRESS_MASK) - IPA;
        }
    }

    // ---- Lookups --------------------------------------------------------------------------------

    boolean translate(final int pasid, final long iova, final int perm) {
        return translator.translate(SID, pasid, iova, perm, FaultRecord.AT_UNTRANSLATED);
    }

    void assertTranslates(
            final long expected, final int sid, final int pasid, final long iova, final int perm) {
        final boolean isTranslated =
                translator.translate(sid, pasid, iova, perm, FaultRecord.AT_UNTRANSLATED);
        assertTrue(isTranslated, () -> "reason 0x" + Integer.toHexString(result.reason));
        assertEquals(expected, result.output);
        assertEquals(0, result.reason);
    }

    void assertTranslates(final long expected, final int pasid, final long iova, final int perm) {
        assertTranslates(expected, SID, pasid, iova, perm);
    }

    void assertFaults(final int reason, final int pasid, final long iova, final int perm) {
        assertFalse(translate(pasid, iova, perm), "translated");
        assertEquals(Integer.toHexString(reason), Integer.toHexString(result.reason));
    }
}
