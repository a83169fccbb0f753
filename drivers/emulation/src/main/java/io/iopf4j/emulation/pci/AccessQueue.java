// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

/** Accesses in order, linked through themselves: each is in one queue at most. */
final class AccessQueue {
    private PciAccess first;
    private PciAccess last;
    private int size;

    PciAccess first() {
        return first;
    }

    int size() {
        return size;
    }

    void add(final PciAccess access) {
        access.next = null;
        if (first == null) {
            first = access;
        } else {
            last.next = access;
        }
        last = access;
        size++;
    }

    /** Takes the first, or null. */
    PciAccess poll() {
        final PciAccess access = first;
        if (access != null) {
            first = access.next;
            access.next = null;
            size--;
        }
        return access;
    }
}
