// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import java.io.IOException;

/** The ring buffer pages of one CPU, one at a time. */
abstract class PageFeed {
    /** The size of a whole page, bytes. */
    final int pageSize;

    /** Whether pages are packed, so that places on them are not places in the file. */
    final boolean packed;

    /** Holds the current page. */
    byte[] bytes;

    /** Where the page begins in {@link #bytes}. */
    int start;

    /** How much of the page there is, bytes. */
    int length;

    /** Where the page, or the packed chunk it came in, lies in the file. */
    long fileOffset;

    PageFeed(final int pageSize, final boolean packed) {
        this.pageSize = pageSize;
        this.packed = packed;
    }

    /**
     * Goes to the next page.
     *
     * @return false at the end; nothing is held any more
     */
    abstract boolean next() throws IOException;

    /** How many bytes of the file are done with. */
    abstract long consumed();
}
