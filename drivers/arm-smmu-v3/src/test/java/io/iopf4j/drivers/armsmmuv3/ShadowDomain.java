// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import java.util.Arrays;

/** What a random run knows to be mapped in a domain: few pages, each found by looking at all. */
abstract class ShadowDomain {
    static final long NO_PAGE = -1;
    static final long PAGE_MASK = 0xfff;

    /** Where it is attached, counted. */
    int uses;

    /** The physical page at an address, or {@link #NO_PAGE}. */
    abstract long page(long iova, boolean before);

    /** {@code PERM_} bits that a page that is there allows. */
    abstract int perm(long iova, boolean before);

    /** Whether it can be at PASIDs, and others at PASIDs beside it. */
    boolean takesPasids() {
        return true;
    }

    /** Whether a device that can may ask for its translations and keep them. */
    boolean isCachedBy(final ShadowDevice device) {
        return true;
    }

    /** log2 of the addresses that get as far as to its tables; the others abort. */
    int inputBits() {
        return Long.SIZE;
    }

    /** Nothing leads anywhere, in silence. */
    boolean isDead(final boolean before) {
        return false;
    }

    /** Whether an access to a page of some permissions is refused. */
    static boolean isRefused(final int allowed, final int access) {
        if ((access & IommuFault.PERM_WRITE) != 0) {
            return (allowed & IommuFault.PERM_WRITE) == 0;
        }
        return (access & IommuFault.PERM_EXEC) != 0 && (allowed & IommuFault.PERM_EXEC) == 0;
    }

    /** Remembers what there is, as what was before. */
    abstract void remember();

    /** A domain that the run maps by itself. */
    static final class Paging extends ShadowDomain {
        final IommuDomain domain;
        private final int stage2Bits;
        private final long[] iovas;
        private final long[] pages;
        private final int[] perms;
        private final long[] pagesBefore;
        private final int[] permsBefore;

        Paging(final IommuDomain domain, final long[] iovas) {
            this(domain, iovas, 0);
        }

        /** With the bits of its addresses if it is of stage 2, or 0. */
        Paging(final IommuDomain domain, final long[] iovas, final int stage2Bits) {
            this.domain = domain;
            this.stage2Bits = stage2Bits;
            this.iovas = iovas;
            pages = new long[iovas.length];
            perms = new int[iovas.length];
            Arrays.fill(pages, NO_PAGE);
            pagesBefore = pages.clone();
            permsBefore = perms.clone();
        }

        @Override
        boolean takesPasids() {
            return stage2Bits == 0;
        }

        @Override
        int inputBits() {
            return stage2Bits == 0 ? Long.SIZE : stage2Bits;
        }

        /** At stage 2 no device may have both stalls and translations. */
        @Override
        boolean isCachedBy(final ShadowDevice device) {
            return takesPasids() || !device.mayStall;
        }

        /** Whether its tables can lead an address anywhere. */
        boolean canMap(final int index) {
            return takesPasids() || iovas[index] >>> stage2Bits == 0;
        }

        boolean isMapped(final int index) {
            return pages[index] != NO_PAGE;
        }

        void map(final int index, final long page, final int perm) {
            pages[index] = page;
            perms[index] = perm;
        }

        void unmap(final int index) {
            pages[index] = NO_PAGE;
        }

        @Override
        void remember() {
            System.arraycopy(pages, 0, pagesBefore, 0, pages.length);
            System.arraycopy(perms, 0, permsBefore, 0, perms.length);
        }

        private int index(final long iova) {
            for (int i = 0; i < iovas.length; i++) {
                if (iovas[i] == (iova & ~PAGE_MASK)) {
                    return i;
                }
            }
            return -1;
        }

        @Override
        long page(final long iova, final boolean before) {
            final int index = index(iova);
            return index < 0 ? NO_PAGE : (before ? pagesBefore : pages)[index];
        }

        @Override
        int perm(final long iova, final boolean before) {
            return (before ? permsBefore : perms)[index(iova)];
        }
    }
}
