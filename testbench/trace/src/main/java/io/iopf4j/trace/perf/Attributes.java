// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.perf;

import io.iopf4j.trace.dat.RawRecord;

/**
 * Which attribute a record belongs to, by the id in it. A hash table of plain numbers, so that
 * asking makes no boxed one.
 */
final class Attributes {
    /** A thousand events on a thousand CPUs. */
    private static final int IDS_MAX = 1 << 20;

    private long[] ids = new long[64];
    private Attribute[] byId = new Attribute[64];
    private int count;
    private Attribute first;

    /** The first one, or null. */
    Attribute first() {
        return first;
    }

    void add(final Attribute attribute) {
        if (first == null) {
            first = attribute;
        }
    }

    /** Makes an id stand for an attribute; the first one wins. Beyond a great many, it is lost. */
    void add(final long id, final Attribute attribute) {
        if (2 * (count + 1) > ids.length) {
            if (count >= IDS_MAX) {
                return;
            }
            grow();
        }
        final int slot = slot(id);
        if (byId[slot] == null) {
            ids[slot] = id;
            byId[slot] = attribute;
            count++;
        }
    }

    private void grow() {
        final long[] oldIds = ids;
        final Attribute[] old = byId;
        ids = new long[2 * oldIds.length];
        byId = new Attribute[ids.length];
        for (int i = 0; i < old.length; i++) {
            if (old[i] != null) {
                final int slot = slot(oldIds[i]);
                ids[slot] = oldIds[i];
                byId[slot] = old[i];
            }
        }
    }

    private int slot(final long id) {
        final int mask = ids.length - 1;
        int slot = (int) ((id * 0x9e3779b97f4a7c15L) >>> 40) & mask;
        while (byId[slot] != null && ids[slot] != id) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    /** The attribute of a sample: with several, all have the id at the same place. Or null. */
    Attribute ofSample(final RawRecord record) {
        if (count == 0 || first == null) {
            return first;
        }
        final int at = Sample.idBefore(first.sampleType());
        return at < 0 || at + 8 > record.length ? first : of(record.longAt(record.record + at));
    }

    /** The attribute of another record, or null. */
    Attribute ofOther(final RawRecord record) {
        if (count == 0 || first == null || !first.isIdentified()) {
            return first;
        }
        final int fromEnd = Sample.idFromEnd(first.sampleType());
        if (fromEnd < 0 || fromEnd > record.length) {
            return first;
        }
        final Attribute found = of(record.longAt(record.record + record.length - fromEnd));
        return found == null ? first : found; // made by perf itself, with the id 0
    }

    private Attribute of(final long id) {
        return byId[slot(id)];
    }
}
