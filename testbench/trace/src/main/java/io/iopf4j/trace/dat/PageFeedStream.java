// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import java.io.IOException;
import java.io.InputStream;

/** The contents of pages as one stream: for files that hold text where others hold pages. */
final class PageFeedStream extends InputStream {
    private final PageFeed pages;
    private int done;
    private boolean ended;

    PageFeedStream(final PageFeed pages) {
        this.pages = pages;
    }

    @Override
    public int read() throws IOException {
        final byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(final byte[] target, final int offset, final int count) throws IOException {
        while (!ended && done == pages.length) {
            ended = !pages.next();
            done = 0;
        }
        if (ended) {
            return -1;
        }
        final int got = Math.min(count, pages.length - done);
        System.arraycopy(pages.bytes, pages.start + done, target, offset, got);
        done += got;
        return got;
    }
}
