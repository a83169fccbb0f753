// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.vtd.ExtendedContextEntry;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.PasidEntry;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdFaultReason;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.parts.SpanIndex;
import java.util.Arrays;

/**
 * From a context and a PASID to the PASID's entry: a directory and tables of 64, or in extended
 * mode one flat table. What is present and valid is kept, found by source id and PASID, and goes
 * with an invalidation of its PASID in its domain, of its domain, or of all; one of contexts leaves
 * it. What is not present is kept with CAP.CM alone, and goes with its PASID whatever the domain,
 * since it has none. Directory entries are not kept. Intel VT-d specification, 6.2 and 6.5.2.2.
 */
final class PasidTable {
    private static final int ENTRIES = 4096;
    private static final long DIRECTORY_RESERVED = 0xffc;
    private static final long FLAT_RESERVED = 0x5e6;
    private static final int FIVE_LEVELS = 5;
    private static final int FOUR_LEVELS = 4;

    private final PhysicalMemory memory;
    private final PasidRules rules;
    private final boolean keepsAbsent;
    private final boolean hasFiveLevels;
    private final SpanIndex index = new SpanIndex(ENTRIES);

    /** Made when a slot is first taken. */
    private Regime[] entries = new Regime[0];

    private Regime spare = new Regime();

    PasidTable(final PhysicalMemory memory, final VtdConfig config) {
        this.memory = memory;
        rules = new PasidRules(config);
        keepsAbsent = config.capabilities().hasCap(VtdCapabilities.CM);
        hasFiveLevels = config.capabilities().hasCap(VtdCapabilities.FL5LP);
    }

    /**
     * Finds the entry of a PASID below the limit of the access's context, which is not a legacy
     * one: 0, or the reason why there is none.
     */
    int find(final Access access, final int pasid) {
        final Context context = access.context;
        final Regime regime;
        if (context.ofPasidNumber == pasid
                && context.ofPasidSid == access.sid
                && context.ofPasidFoundAt == index.changes(access.sid)) {
            regime = context.ofPasid;
        } else {
            final int slot = index.find(access.sid, pasid);
            if (slot >= 0) {
                regime = remembered(entries[slot], access, pasid);
            } else {
                final int reason = fetchAny(access, pasid);
                if (reason != 0 && !(keepsAbsent && isAbsence(reason))) {
                    return reason;
                }
                spare.absence = reason;
                regime = keep(access.sid, pasid);
            }
        }
        access.regime = regime;
        access.isSilenced |= regime.isSilent;
        return regime.absence;
    }

    private Regime remembered(final Regime regime, final Access access, final int pasid) {
        final Context context = access.context;
        context.ofPasid = regime;
        context.ofPasidNumber = pasid;
        context.ofPasidSid = access.sid;
        context.ofPasidFoundAt = index.changes(access.sid);
        return regime;
    }

    /** Reads into the spare one. */
    private int fetchAny(final Access access, final int pasid) {
        spare.clear();
        return access.context.form == Context.Form.SCALABLE
                ? fetch(access, pasid)
                : fetchFlat(access, pasid);
    }

    private static boolean isAbsence(final int reason) {
        return reason == VtdFaultReason.DIRECTORY_NOT_PRESENT
                || reason == VtdFaultReason.PASID_NOT_PRESENT;
    }

    private int fetch(final Access access, final int pasid) {
        final long directory =
                access.context.pasids
                        + (pasid >>> PasidEntry.TABLE_LOG2) * (long) PasidEntry.DIRECTORY_BYTES;
        if (!memory.contains(directory, PasidEntry.DIRECTORY_BYTES)) {
            return VtdFaultReason.DIRECTORY_ACCESS;
        }
        final long pointer = memory.readLong(directory);
        noteSilence(access, pointer);
        if ((pointer & PasidEntry.PRESENT) == 0) {
            return VtdFaultReason.DIRECTORY_NOT_PRESENT;
        }
        if ((pointer & DIRECTORY_RESERVED) != 0) {
            return VtdFaultReason.DIRECTORY_RESERVED;
        }
        final long position = pasid & ((1 << PasidEntry.TABLE_LOG2) - 1);
        final long address = (pointer & PasidEntry.TABLE_MASK) + position * PasidEntry.BYTES;
        if (!memory.contains(address, PasidEntry.BYTES)) {
            return VtdFaultReason.PASID_ACCESS;
        }
        final long word0 = memory.readLong(address);
        noteSilence(access, word0);
        return (word0 & PasidEntry.PRESENT) == 0
                ? VtdFaultReason.PASID_NOT_PRESENT
                : rules.apply(memory, address, spare);
    }

    private void noteSilence(final Access access, final long entry) {
        final boolean isSilent = (entry & PasidEntry.FPD) != 0;
        access.isSilenced |= isSilent;
        spare.isSilent |= isSilent;
    }

    /** The first stage on what the context says of the second. */
    private int fetchFlat(final Access access, final int pasid) {
        final Context context = access.context;
        final long address = context.pasids + pasid * (long) ExtendedContextEntry.PASID_BYTES;
        // From the top of the address space a table does not go on at the bottom.
        if (context.pasids < 0 || !memory.contains(address, ExtendedContextEntry.PASID_BYTES)) {
            return VtdFaultReason.PASID_ACCESS;
        }
        final long entry = memory.readLong(address);
        if ((entry & ExtendedContextEntry.PASID_PRESENT) == 0) {
            return VtdFaultReason.PASID_NOT_PRESENT;
        }
        if ((entry & FLAT_RESERVED) != 0) {
            return VtdFaultReason.PASID_RESERVED;
        }
        final boolean isWide = (entry & ExtendedContextEntry.PASID_FIVE_LEVELS) != 0;
        if (isWide && !hasFiveLevels) {
            return VtdFaultReason.PASID_INVALID;
        }
        spare.kind =
                (context.word0 & ExtendedContextEntry.NESTE) != 0
                        ? PasidEntry.PGTT_NESTED
                        : PasidEntry.PGTT_FIRST;
        spare.did = context.regime.did;
        spare.firstRoot = entry & ExtendedContextEntry.PASID_ROOT_MASK;
        spare.firstLevels = isWide ? FIVE_LEVELS : FOUR_LEVELS;
        spare.controls =
                context.regime.controls
                        | ((entry & ExtendedContextEntry.PASID_SRE) != 0 ? PasidEntry.SRE : 0);
        spare.secondRoot = context.regime.secondRoot;
        spare.secondLevels = context.regime.secondLevels;
        spare.hasSecondExecute = context.regime.hasSecondExecute;
        return 0;
    }

    private Regime keep(final int sid, final int pasid) {
        final int slot = index.take(sid, pasid, 0);
        if (slot >= entries.length) {
            entries = Arrays.copyOf(entries, index.room());
        }
        final Regime kept = spare;
        spare = entries[slot] == null ? new Regime() : entries[slot];
        entries[slot] = kept;
        return kept;
    }

    // ---- Invalidation ---------------------------------------------------------------------------

    void forgetAll() {
        index.removeTagged(0, 0);
    }

    void forget(final int granularity, final int did, final int pasid) {
        for (int slot = 0; slot < index.end(); slot++) {
            if (index.isUsed(slot) && isMeant(slot, granularity, did, pasid)) {
                index.remove(slot);
            }
        }
    }

    private boolean isMeant(final int slot, final int granularity, final int did, final int pasid) {
        final boolean isOfDomain = entries[slot].did == did || entries[slot].did == Regime.ANY_DID;
        return switch (granularity) {
            case Invalidation.PC_GLOBAL -> true;
            case Invalidation.PC_DOMAIN -> isOfDomain;
            case Invalidation.PC_PASID -> isOfDomain && index.start(slot) == pasid;
            default -> false;
        };
    }
}
