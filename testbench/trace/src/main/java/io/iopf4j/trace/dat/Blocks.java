// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The blocks that version 6 strings together and version 7 puts in sections of their own. */
final class Blocks {
    /** Format files are some KiB; all texts are bounded so that a length cannot fill the memory. */
    private static final int FORMAT_MAX = 1 << 20;

    private static final int TEXT_MAX = 1 << 24;
    private static final int NAME_MAX = 256;

    private Blocks() {}

    /** {@code header_page} and {@code header_event}. */
    static void headerInfo(final DatFile file, final DatInput in) throws IOException {
        in.expect("header_page\0", "\"header_page\"");
        final long size = in.u64("header_page size");
        if (size == 0) {
            throw in.bad("a header_page", "none, as before Linux 2.6.31");
        }
        final byte[] text = in.bytes(size, FORMAT_MAX, "header_page");
        file.headerPage = HeaderPage.parse(new String(text, StandardCharsets.ISO_8859_1));
        if (file.headerPage == null) {
            throw in.bad("a header_page with timestamp, commit and data", "another text");
        }
        in.expect("header_event\0", "\"header_event\"");
        in.skip(in.u64("header_event size"), "header_event");
    }

    /** Formats of the kernel's own events, which belong to no system: {@code ftrace}. */
    static void ftraceFormats(final DatFile file, final DatInput in) throws IOException {
        formats(file, in, "ftrace");
    }

    /** Formats by system. */
    static void eventFormats(final DatFile file, final DatInput in) throws IOException {
        final long systems = in.u32("number of event systems");
        for (long i = 0; i < systems; i++) {
            formats(file, in, in.string(NAME_MAX, "event system"));
        }
    }

    private static void formats(final DatFile file, final DatInput in, final String system)
            throws IOException {
        final long count = in.u32("number of event formats");
        for (long i = 0; i < count; i++) {
            final long size = in.u64("event format size");
            final byte[] text = in.bytes(size, FORMAT_MAX, "event format");
            if (!file.budget.take(text.length)) {
                throw in.bad("event formats that fit the memory", "more");
            }
            file.formats.add(system, text);
        }
    }

    /** {@code saved_cmdlines}. */
    static void cmdlines(final DatFile file, final DatInput in) throws IOException {
        final long size = in.u64("saved_cmdlines size");
        file.comms.parse(in.bytes(size, TEXT_MAX, "saved_cmdlines"));
    }
}
