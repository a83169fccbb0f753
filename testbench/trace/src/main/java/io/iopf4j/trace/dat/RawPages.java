// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import io.iopf4j.trace.input.ByteSource;
import java.io.IOException;

/** Pages that lie in the file as the kernel gave them. */
final class RawPages extends PageFeed {
    private final ByteSource source;
    private final DatFile.CpuData data;
    private final DatFile file;
    private long position;

    RawPages(final DatFile file, final DatFile.CpuData data, final int pageSize) {
        super(pageSize, false);
        this.file = file;
        this.source = file.source;
        this.data = data;
    }

    @Override
    boolean next() throws IOException {
        if (position >= data.size()) {
            return end();
        }
        if (bytes == null) {
            if (!file.budget.take(pageSize)) {
                file.warnings.at(data.offset(), "pages that fit the memory", "one of " + pageSize);
                position = data.size();
                return false;
            }
            bytes = new byte[pageSize];
        }
        fileOffset = data.offset() + position;
        final int wanted = (int) Math.min(pageSize, data.size() - position);
        length = source.read(fileOffset, bytes, 0, wanted);
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

    private boolean end() {
        if (bytes != null) {
            file.budget.giveBack(pageSize);
            bytes = null;
        }
        return false;
    }

    @Override
    long consumed() {
        return position;
    }
}
