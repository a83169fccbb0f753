// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import java.io.IOException;

/** Reads the first bytes of a trace.dat and hands over to the reader of its version. */
final class FrontMatter {
    private static final String MAGIC = "\u0017\bDtracing";

    private FrontMatter() {}

    /**
     * Reads all but the pages.
     *
     * @throws io.iopf4j.trace.TraceFormatException if the file is of another version, or too
     *     damaged to find anything in it
     */
    static void read(final DatFile file) throws IOException {
        DatInput in = file.input(0, file.source.size());
        in.expect(MAGIC, "the start of a trace.dat");
        final String version = in.string(8, "trace.dat version");
        if (!version.equals("6") && !version.equals("7")) {
            throw in.bad("trace.dat version 6 or 7", "version " + version);
        }
        file.version = Integer.parseInt(version);
        final int order = in.u8("byte order");
        if (order > 1) {
            throw in.bad("byte order 0 (little) or 1 (big)", Integer.toString(order));
        }
        file.bigEndian = order == 1;
        in = in.in(file.bigEndian);
        file.longSize = in.u8("size of long");
        if (file.longSize != 4 && file.longSize != 8) {
            throw in.bad("longs of 4 or 8 bytes", Integer.toString(file.longSize));
        }
        final long pageSize = in.u32("page size");
        if (pageSize < 64 || pageSize > DatFile.PAGE_SIZE_MAX) {
            throw in.bad("a page size of a kernel", Long.toString(pageSize));
        }
        file.pageSize = (int) pageSize;
        if (file.version == 6) {
            file.decompressor = Decompressor.of("none");
            new Version6(file).read(in);
        } else {
            new Version7(file).read(in);
        }
    }
}
