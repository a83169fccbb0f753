// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.Requester;

/**
 * One access of a device, from its issue to its end; then it is used for another.
 *
 * <p>What there is to know of a page lies side by side in one array, since hundreds of accesses
 * wait at a time and each is met again when it has left the processor's cache.
 */
final class PciAccess implements Requester {
    private static final int USUAL_PAGES = 4;

    // What lies in the array for each page.
    private static final int IOVA = 0;
    private static final int ADDRESS = 1;
    private static final int PERM = 2;
    private static final int WORDS = 3;

    /** Beside the permissions. */
    private static final long MISSING = 1L << 32;

    private final PciEndpoint endpoint;
    private long[] pages = new long[USUAL_PAGES * WORDS];

    int id;
    int pasid;
    int count;

    /** How many are missing. */
    int missing;

    /** Group index of the requests that are outstanding. */
    int group;

    /** How many groups it has sent, ever. */
    int groupsSent;

    /** The worst answer to its requests yet, if each is answered on its own. */
    int code;

    /** The device has stopped using its PASID: answers give back what they hold, and no more. */
    boolean isStale;

    /** The device was reset meanwhile; it is stale as well. */
    boolean isForgotten;

    long dueNs;
    PciAccess next;

    private int pendingPages;
    private AccessResult worst = AccessResult.DONE;

    PciAccess(final PciEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    void begin(final int newId, final int newPasid, final int pageCount) {
        id = newId;
        pasid = newPasid;
        count = pageCount;
        isStale = false;
        isForgotten = false;
        pendingPages = 0;
        if (pageCount * WORDS > pages.length) {
            pages = new long[pageCount * WORDS];
        }
    }

    /** Says what one of its pages is, and what it asks for there. */
    void setPage(final int page, final long iova, final int perm) {
        pages[page * WORDS + IOVA] = iova;
        pages[page * WORDS + PERM] = Integer.toUnsignedLong(perm);
    }

    long iova(final int page) {
        return pages[page * WORDS + IOVA];
    }

    int perm(final int page) {
        return (int) pages[page * WORDS + PERM];
    }

    /** Translated address of a page that is not missing. */
    long address(final int page) {
        return pages[page * WORDS + ADDRESS];
    }

    void translated(final int page, final long address) {
        pages[page * WORDS + ADDRESS] = address;
        pages[page * WORDS + PERM] &= ~MISSING;
    }

    /** A page is without translation: to be asked for, or asked for and not answered. */
    boolean isMissing(final int page) {
        return (pages[page * WORDS + PERM] & MISSING) != 0;
    }

    void misses(final int page) {
        pages[page * WORDS + PERM] |= MISSING;
        missing++;
    }

    /** A missing page is answered, whether or not it will be there. */
    void answered(final int page) {
        pages[page * WORDS + PERM] &= ~MISSING;
        missing--;
    }

    /** Its pages are about to be accessed: one more end than pages, the last by the issuer. */
    void expectEnds() {
        pendingPages = count + 1;
        worst = AccessResult.DONE;
    }

    /** One of the ends came, or all were issued. */
    void endOne(final AccessResult result) {
        if (severity(result) > severity(worst)) {
            worst = result;
        }
        if (--pendingPages == 0) {
            endpoint.end(this, worst);
        }
    }

    private static int severity(final AccessResult result) {
        return switch (result) {
            case DONE -> 0;
            case RAZ_WI -> 1;
            case ABORTED -> 2;
        };
    }

    @Override
    public void reached(final int accessId, final long address) {
        endpoint.reached(this, address);
    }

    @Override
    public void ended(final int accessId, final AccessResult result) {
        if (accessId != id || pendingPages == 0) {
            throw new AssertionError("an access ended twice: id=" + accessId);
        }
        endOne(result);
    }
}
