// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** Bytes of ASCII to a writer that hides its failures, which come to light at the next flush. */
final class AsciiOutput extends OutputStream {
    private final PrintWriter out;

    AsciiOutput(final PrintWriter out) {
        this.out = out;
    }

    @Override
    public void write(final int ascii) {
        out.write(ascii & 0x7f);
    }

    @Override
    public void write(final byte[] bytes, final int from, final int length) {
        out.write(new String(bytes, from, length, StandardCharsets.US_ASCII));
    }

    @Override
    public void flush() throws IOException {
        if (out.checkError()) {
            throw new IOException("standard output cannot be written");
        }
    }
}
