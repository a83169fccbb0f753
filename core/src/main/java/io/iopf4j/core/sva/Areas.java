// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.sva;

import java.util.ArrayList;
import java.util.List;

/**
 * The mapped ranges of an address space, in order and without overlap: {@code mm->mm_mt} of Linux
 * 6.12. A look-up allocates nothing. Its owner serialises calls.
 */
final class Areas {
    /** {@code struct vm_area_struct}: from start up to end, with the accesses that are allowed. */
    record Area(long start, long end, int perm) {}

    private final List<Area> areas = new ArrayList<>();

    /** The area that an address lies in ({@code vma_lookup}), or null. */
    Area find(final long addr) {
        final int at = firstEndingAfter(addr);
        return at < areas.size() && areas.get(at).start <= addr ? areas.get(at) : null;
    }

    /** Adds an area; false, and nothing has happened, if it overlaps another. */
    boolean add(final Area area) {
        final int at = firstEndingAfter(area.start);
        if (at < areas.size() && areas.get(at).start < area.end) {
            return false;
        }
        areas.add(at, area);
        return true;
    }

    /** Removes whatever lies in a range; areas that reach out of it are cut. */
    void remove(final long start, final long end) {
        int at = firstEndingAfter(start);
        while (at < areas.size() && areas.get(at).start < end) {
            final Area area = areas.remove(at);
            if (area.start < start) {
                areas.add(at++, new Area(area.start, start, area.perm));
            }
            if (area.end > end) {
                areas.add(at++, new Area(end, area.end, area.perm));
            }
        }
    }

    void clear() {
        areas.clear();
    }

    private int firstEndingAfter(final long addr) {
        int low = 0;
        int high = areas.size();
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (areas.get(middle).end > addr) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
