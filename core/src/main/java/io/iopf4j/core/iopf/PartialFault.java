// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iopf;

import io.iopf4j.api.IommuFault;

/** A request that waits for the rest of its group: {@code struct iopf_fault} of Linux 6.12. */
public final class PartialFault {
    private final IommuFault fault = new IommuFault();
    PartialFault next;

    // Of the first one of a group:
    private int chainLength;

    /** Where the last look-up ended: a walk from the first to the last takes one step for each. */
    private PartialFault cursor;

    private int cursorIndex;

    PartialFault() {}

    /**
     * The request.
     *
     * @return the core's copy
     */
    public IommuFault fault() {
        return fault;
    }

    /** Says that a group begins with this request; those behind it are linked. */
    void beginChain() {
        cursor = this;
        cursorIndex = 0;
        chainLength = 0;
        for (PartialFault at = this; at != null; at = at.next) {
            chainLength++;
        }
    }

    int chainLength() {
        return chainLength;
    }

    /** One request of the group that begins with this one. */
    IommuFault inChain(final int index) {
        if (index < cursorIndex) {
            cursor = this;
            cursorIndex = 0;
        }
        for (; cursorIndex < index; cursorIndex++) {
            cursor = cursor.next;
        }
        return cursor.fault;
    }
}
