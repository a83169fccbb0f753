// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.sva;

import io.iopf4j.api.hw.DmaMemory;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Pages by their virtual address: a hash table without boxes, so that neither a look-up nor a page
 * that comes and goes allocates. Its owner serialises calls.
 */
final class PageMap {
    private static final int PAGE_SHIFT = 12;
    private static final long USED = 1;
    private static final long GOLDEN_RATIO = 0x9e37_79b9_7f4a_7c15L;

    /** Address and {@link #USED}, whose bit no page-aligned address has; 0 is free. */
    private long[] keys = new long[16];

    private DmaMemory[] pages = new DmaMemory[16];
    private int size;

    int size() {
        return size;
    }

    DmaMemory get(final long addr) {
        return pages[slot(addr)];
    }

    void put(final long addr, final DmaMemory page) {
        if (size * 2 >= keys.length) {
            grow();
        }
        insert(addr | USED, page);
        size++;
    }

    /** Address and page of one entry after the other, in no order, until the visitor is done. */
    int forEach(final Visitor visitor) {
        for (int at = 0; at < keys.length; at++) {
            if (keys[at] != 0) {
                final int ret = visitor.visit(keys[at] & ~USED, pages[at]);
                if (ret != 0) {
                    return ret;
                }
            }
        }
        return 0;
    }

    /** Takes every page of a range out and adds address by address to two lists. */
    void removeRange(
            final long start,
            final long end,
            final LongConsumer addresses,
            final List<DmaMemory> removed) {
        if ((end - start) >>> PAGE_SHIFT <= size) {
            for (long addr = start; addr < end; addr += 1L << PAGE_SHIFT) {
                remove(slot(addr), addresses, removed);
            }
            return;
        }
        for (int at = 0; at < keys.length; ) {
            final long addr = keys[at] & ~USED;
            // After a removal another entry may have moved here.
            if (keys[at] == 0 || addr < start || addr >= end) {
                at++;
            } else {
                remove(at, addresses, removed);
            }
        }
    }

    private void remove(final int at, final LongConsumer addresses, final List<DmaMemory> removed) {
        if (keys[at] == 0) {
            return;
        }
        addresses.accept(keys[at] & ~USED);
        removed.add(pages[at]);
        size--;
        // Entries that were pushed past this slot come back, so that no search ends at the hole.
        int hole = at;
        for (int next = next(hole); keys[next] != 0; next = next(next)) {
            final int distance = next - home(keys[next]) & (keys.length - 1);
            if (distance >= (next - hole & (keys.length - 1))) {
                keys[hole] = keys[next];
                pages[hole] = pages[next];
                hole = next;
            }
        }
        keys[hole] = 0;
        pages[hole] = null;
    }

    private void grow() {
        final long[] oldKeys = keys;
        final DmaMemory[] oldPages = pages;
        keys = new long[oldKeys.length * 2];
        pages = new DmaMemory[keys.length];
        for (int at = 0; at < oldKeys.length; at++) {
            if (oldKeys[at] != 0) {
                insert(oldKeys[at], oldPages[at]);
            }
        }
    }

    private void insert(final long key, final DmaMemory page) {
        final int at = slot(key & ~USED);
        keys[at] = key;
        pages[at] = page;
    }

    /** Where an address is, or the free slot where it would be. */
    private int slot(final long addr) {
        final long key = addr | USED;
        int at = home(key);
        while (keys[at] != 0 && keys[at] != key) {
            at = next(at);
        }
        return at;
    }

    private int home(final long key) {
        final long hash = (key >>> PAGE_SHIFT) * GOLDEN_RATIO;
        return (int) (hash >>> 32) & (keys.length - 1);
    }

    private int next(final int at) {
        return at + 1 & (keys.length - 1);
    }

    /** Sees a page. */
    interface Visitor {
        /** Returns 0 to go on; anything else ends the walk. */
        int visit(long addr, DmaMemory page);
    }
}
