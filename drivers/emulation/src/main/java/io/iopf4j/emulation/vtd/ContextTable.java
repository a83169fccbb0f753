// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.RootEntry;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdFaultReason;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.parts.SpanIndex;
import java.util.Arrays;

/**
 * From a source id to its context entry, through the root table. What is present and valid is kept
 * until an invalidation names it; what is not present is kept with CAP.CM alone, as one of domain
 * 0. Root entries are not kept. A scalable-mode entry has no domain: an invalidation of a domain
 * drops every one. One of a device does not look at the domain. Intel VT-d specification, 6.2 and
 * 6.5.2.1.
 */
final class ContextTable {
    private static final int ENTRIES = 1024;
    private static final int RECENT = 256;
    private static final int DEVFN_BITS = 8;
    private static final int HALF = 0x80;
    private static final long ROOT_RESERVED = 0xffe;
    private static final int[] MASK_OF_FUNCTION = {0, 4, 6, 7};

    private final PhysicalMemory memory;
    private final ContextRules rules;
    private final boolean keepsAbsent;
    private final SpanIndex index = new SpanIndex(ENTRIES);

    /** Made when a slot is first taken. */
    private Context[] entries = new Context[0];

    private Context spare = new Context();

    /** By the low bits of a source id what was found for it last: shorter than by the index. */
    private final Context[] recent = new Context[RECENT];

    private long root;
    private Context.Form form = Context.Form.LEGACY;

    ContextTable(final PhysicalMemory memory, final VtdConfig config) {
        this.memory = memory;
        rules = new ContextRules(config);
        keepsAbsent = config.capabilities().hasCap(VtdCapabilities.CM);
    }

    /** From now on entries are read from there; nothing kept is forgotten. */
    void set(final long table, final Context.Form itsForm) {
        root = table;
        form = itsForm;
    }

    /** Finds the access's context: 0, or the reason why there is none. */
    int find(final Access access) {
        Context context = recent[access.sid & RECENT - 1];
        if (context == null
                || context.foundFor != access.sid
                || context.foundAt != index.changes(0)) {
            final int slot = index.find(0, access.sid);
            if (slot >= 0) {
                context = remembered(entries[slot], access.sid);
            } else {
                final int reason = fetch(access);
                if (reason != 0) {
                    return reason;
                }
                context = keep(access.sid);
            }
        }
        access.context = context;
        access.isSilenced |= context.isSilent();
        return context.isPresent() ? 0 : absence(context);
    }

    private Context remembered(final Context context, final int sid) {
        context.foundFor = sid;
        context.foundAt = index.changes(0);
        recent[sid & RECENT - 1] = context;
        return context;
    }

    private static int absence(final Context context) {
        return context.form == Context.Form.SCALABLE
                ? VtdFaultReason.SM_CONTEXT_NOT_PRESENT
                : VtdFaultReason.CONTEXT_NOT_PRESENT;
    }

    /** Reads into the spare one: 0 if it may be kept. */
    private int fetch(final Access access) {
        final boolean isScalable = form == Context.Form.SCALABLE;
        final boolean isSplit = form != Context.Form.LEGACY;
        final int devfn = access.sid & 0xff;
        final long rootEntry = root + (access.sid >>> DEVFN_BITS) * (long) RootEntry.BYTES;
        if (!memory.contains(rootEntry, RootEntry.BYTES)) {
            return isScalable ? VtdFaultReason.SM_ROOT_ACCESS : VtdFaultReason.ROOT_ACCESS;
        }
        final boolean isUpper = isSplit && devfn >= HALF;
        final long low = memory.readLong(rootEntry);
        final long high = memory.readLong(rootEntry + Long.BYTES);
        final long half = isUpper ? high : low;
        if ((half & RootEntry.PRESENT) == 0) {
            return isScalable
                    ? VtdFaultReason.SM_ROOT_NOT_PRESENT
                    : VtdFaultReason.ROOT_NOT_PRESENT;
        }
        if ((half & ROOT_RESERVED) != 0 || (!isSplit && high != 0)) {
            return isScalable ? VtdFaultReason.SM_ROOT_RESERVED : VtdFaultReason.ROOT_RESERVED;
        }
        final int position = isSplit ? devfn & (HALF - 1) : devfn;
        final long address = (half & RootEntry.TABLE_MASK) + (long) position * form.bytes;
        if (!memory.contains(address, form.bytes)) {
            return isScalable ? VtdFaultReason.SM_CONTEXT_ACCESS : VtdFaultReason.CONTEXT_ACCESS;
        }
        spare.fetch(memory, address, form);
        access.isSilenced |= spare.isSilent();
        if (!spare.isPresent()) {
            return keepsAbsent ? 0 : absence(spare);
        }
        return rules.apply(spare);
    }

    private Context keep(final int sid) {
        final int slot = index.take(0, sid, 0);
        if (slot >= entries.length) {
            entries = Arrays.copyOf(entries, index.room());
        }
        final Context kept = spare;
        spare = entries[slot] == null ? new Context() : entries[slot];
        entries[slot] = kept;
        return kept;
    }

    // ---- Invalidation ---------------------------------------------------------------------------

    void forgetAll() {
        index.removeTagged(0, 0);
    }

    void forget(final int granularity, final int did, final int sid, final int functionMask) {
        final int ignored = MASK_OF_FUNCTION[functionMask & 3];
        for (int slot = 0; slot < index.end(); slot++) {
            if (index.isUsed(slot) && isMeant(slot, granularity, did, sid & 0xffff, ignored)) {
                index.remove(slot);
            }
        }
    }

    private boolean isMeant(
            final int slot,
            final int granularity,
            final int did,
            final int sid,
            final int ignored) {
        return switch (granularity) {
            case Invalidation.CC_GLOBAL -> true;
            case Invalidation.CC_DOMAIN ->
                    entries[slot].form == Context.Form.SCALABLE || entries[slot].did() == did;
            case Invalidation.CC_DEVICE -> ((index.start(slot) ^ sid) & ~ignored) == 0;
            default -> false;
        };
    }
}
