// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import java.io.Flushable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Base64;

/**
 * What goes back to the client, in lines. Interrupts come from within the hardware, which must not
 * see that a client has gone: a failure to write is kept until {@link #flush}, and nothing more is
 * written.
 */
final class Answers implements Flushable {
    private static final String DIGITS = "0123456789abcdef";

    private final OutputStream out;
    private final byte[] buffer = new byte[1 << 14];
    private int used;
    private IOException failure;

    Answers(final OutputStream out) {
        this.out = out;
    }

    void ok() {
        text("OK\n");
    }

    void ok(final String value) {
        text("OK ");
        text(value);
        text("\n");
    }

    /** A value: sixteen hexadecimal digits. */
    void ok(final long value) {
        text("OK 0x");
        for (int shift = 60; shift >= 0; shift -= 4) {
            put(DIGITS.charAt((int) (value >>> shift) & 0xf));
        }
        text("\n");
    }

    void fail(final String reason) {
        text("FAIL ");
        text(reason);
        text("\n");
    }

    /** An interrupt's edge. */
    void pulse(final int number) {
        text("IRQ raise " + number + "\n");
        text("IRQ lower " + number + "\n");
    }

    void text(final String ascii) {
        for (int i = 0; i < ascii.length(); i++) {
            put(ascii.charAt(i));
        }
    }

    /** Two digits a byte. */
    void hex(final byte[] bytes, final int length) {
        for (int i = 0; i < length; i++) {
            put(DIGITS.charAt(bytes[i] >> 4 & 0xf));
            put(DIGITS.charAt(bytes[i] & 0xf));
        }
    }

    /** All but the last of several pieces have a length that 3 divides. */
    void base64(final byte[] bytes, final int length) {
        final byte[] piece = length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
        for (final byte digit : Base64.getEncoder().encode(piece)) {
            put((char) digit);
        }
    }

    private void put(final char ascii) {
        if (used == buffer.length) {
            drain();
        }
        buffer[used++] = (byte) ascii;
    }

    private void drain() {
        try {
            if (failure == null) {
                out.write(buffer, 0, used);
            }
        } catch (final IOException e) {
            failure = e;
        }
        used = 0;
    }

    @Override
    public void flush() throws IOException {
        drain();
        if (failure != null) {
            throw failure;
        }
        out.flush();
    }
}
