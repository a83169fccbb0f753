// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.Requester;
import java.util.Arrays;

/** One access of a device, from its issue to its end; then it is used for another. */
final class PciAccess implements Requester {
    private static final int USUAL_PAGES = 4;

    private final PciEndpoint endpoint;
    long[] iovas = new long[USUAL_PAGES];
    int[] perms = new int[USUAL_PAGES];

    /** Translated addresses, of the pages that are not missing. */
    long[] addresses = new long[USUAL_PAGES];

    /** Pages without translation, to be asked for, or asked for and not answered. */
    boolean[] isMissing = new boolean[USUAL_PAGES];

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

    void begin(final int newId, final int newPasid, final int pages) {
        id = newId;
        pasid = newPasid;
        count = pages;
        isStale = false;
        isForgotten = false;
        pendingPages = 0;
        if (pages > iovas.length) {
            iovas = Arrays.copyOf(iovas, pages);
            perms = Arrays.copyOf(perms, pages);
            addresses = Arrays.copyOf(addresses, pages);
            isMissing = Arrays.copyOf(isMissing, pages);
        }
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
