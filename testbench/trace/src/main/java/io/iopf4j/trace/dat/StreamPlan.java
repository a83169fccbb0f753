// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import java.util.ArrayList;
import java.util.List;

/** Which streams a file is read as: drops what the file only claims to have. */
final class StreamPlan {
    private static final int READ_AT_ONCE = 64 << 10;

    /** All streams together read ahead in an eighth of the memory; each holds a page at least. */
    private static final int SHARE = 8;

    private final List<CpuStream> streams = new ArrayList<>();
    private long dataSize;

    private final long roomForEach;

    StreamPlan(final DatFile file) {
        final int claimed = file.buffers.stream().mapToInt(buffer -> buffer.cpus().size()).sum();
        roomForEach = Math.min(READ_AT_ONCE, file.budget.left() / SHARE / Math.max(1, claimed));
        for (final DatFile.Buffer buffer : file.buffers) {
            for (final DatFile.CpuData data : buffer.cpus()) {
                add(file, buffer, data);
            }
        }
    }

    private void add(final DatFile file, final DatFile.Buffer buffer, final DatFile.CpuData data) {
        if (data.size() == 0) {
            return;
        }
        final long fileSize = file.source.size();
        final boolean inside = data.offset() > 0 && data.offset() < fileSize && data.size() > 0;
        if (!inside) {
            file.warnings.at(
                    data.offset(), "the data of CPU " + data.cpu(), "a place outside the file");
            return;
        }
        final long there = Math.min(data.size(), fileSize - data.offset());
        // Regions that overlap could make a small file endless.
        if (dataSize + there > fileSize || streams.size() >= DatFile.STREAMS_MAX) {
            file.warnings.at(
                    data.offset(), "the data of CPU " + data.cpu(), "more data than the file has");
            return;
        }
        dataSize += there;
        final PageFeed pages =
                buffer.packed()
                        ? new ChunkedPages(file, data, buffer.pageSize())
                        : new RawPages(
                                file, data, buffer.pageSize(), pagesAtOnce(buffer.pageSize()));
        streams.add(new CpuStream(file, pages, buffer.name(), data.cpu(), streams.size()));
    }

    private int pagesAtOnce(final int pageSize) {
        return (int) Math.max(1, roomForEach / pageSize);
    }

    CpuStream[] streams() {
        return streams.toArray(new CpuStream[0]);
    }

    /** How many bytes of the file the streams cover. */
    long dataSize() {
        return dataSize;
    }
}
