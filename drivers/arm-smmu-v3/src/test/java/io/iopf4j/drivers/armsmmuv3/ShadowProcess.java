// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.core.sva.MmStruct;

/**
 * An address space of few pages that devices share. Which pages are there only the address space
 * itself knows, since faults bring them in; it is the core's, and what is tested is whether devices
 * reach what it has.
 */
final class ShadowProcess extends ShadowDomain {
    static final long START = 0x7f00_0000_0000L;
    static final int PAGES = 16;
    static final int NO_AREA = -1;

    final MmStruct mm;

    /** What each page's area allows. */
    final int[] areas = new int[PAGES];

    boolean isReleased;

    /** Devices that share it, counted once for each time. */
    int bonds;

    private final long[] pagesBefore = new long[PAGES];
    private final int[] areasBefore = new int[PAGES];
    private boolean wasReleased;

    ShadowProcess(final MmStruct mm) {
        this.mm = mm;
        java.util.Arrays.fill(areas, NO_AREA);
    }

    static long address(final int page) {
        return START + page * (PAGE_MASK + 1);
    }

    private static boolean isOutside(final long iova) {
        return iova < START || iova >= address(PAGES);
    }

    private static int index(final long iova) {
        return (int) ((iova - START) >>> 12);
    }

    @Override
    void remember() {
        for (int i = 0; i < PAGES; i++) {
            pagesBefore[i] = mm.physicalAddress(address(i));
            areasBefore[i] = areas[i];
        }
        wasReleased = isReleased;
    }

    @Override
    long page(final long iova, final boolean before) {
        if (isOutside(iova)) {
            return NO_PAGE;
        }
        return before ? pagesBefore[index(iova)] : mm.physicalAddress(iova);
    }

    @Override
    int perm(final long iova, final boolean before) {
        return (before ? areasBefore : areas)[index(iova)];
    }

    @Override
    boolean isDead(final boolean before) {
        return before ? wasReleased : isReleased;
    }
}
