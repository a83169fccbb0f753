// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import io.iopf4j.trace.input.ByteSource;
import java.io.IOException;

/** Pages that lie in the file as the kernel gave them. */
final class RawPages extends PageFeed {
    private final ByteSource source;
    private final DatFile.CpuData data;
    private final DatFile file;
    private final int pagesAtOnce;
    private long position;
    private long readFrom;
    private int read;

    /**
     * Before the first page.
     *
     * @param file where they lie
     * @param data where in it
     * @param pageSize of a whole page, bytes
     * @param pagesAtOnce how many are read at once: a call of the system for each page takes longer
     *     than to read its events
     */
    RawPages(
            final DatFile file,
            final DatFile.CpuData data,
            final int pageSize,
            final int pagesAtOnce) {
        super(pageSize, false);
        this.file = file;
        this.source = file.source;
        this.data = data;
        this.pagesAtOnce = pagesAtOnce;
    }

    @Override
    boolean next() throws IOException {
        if (position >= data.size()) {
            return end();
        }
        if (bytes == null && !takeRoom()) {
            file.warnings.at(data.offset(), "pages that fit the memory", "one of " + pageSize);
            position = data.size();
            return false;
        }
        fileOffset = data.offset() + position;
        final int wanted = (int) Math.min(pageSize, data.size() - position);
        start = (int) (position - readFrom);
        if (read - start < wanted) {
            final int most = (int) Math.min(bytes.length, data.size() - position);
            read = source.read(fileOffset, bytes, 0, most);
            readFrom = position;
            start = 0;
        }
        length = Math.min(wanted, read - start);
        if (length < wanted) {
            file.warnings.at(
                    fileOffset + length,
                    (data.size() - position - length) + " more bytes of CPU " + data.cpu(),
                    "the end of the file");
            position = data.size();
            return length > 0 || end();
        }
        position += length;
        return true;
    }

    private boolean takeRoom() {
        final int room = pagesAtOnce * pageSize;
        if (!file.budget.take(room)) {
            return false;
        }
        bytes = new byte[room];
        return true;
    }

    private boolean end() {
        if (bytes != null) {
            file.budget.giveBack(bytes.length);
            bytes = null;
        }
        return false;
    }

    @Override
    long consumed() {
        return position;
    }
}
