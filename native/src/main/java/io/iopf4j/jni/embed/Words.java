// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni.embed;

import io.iopf4j.api.Errno;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Strings on their way from and to C, which are bytes of UTF-8 there. */
final class Words {
    private static final Pattern NAME = Pattern.compile("[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]{1,64}");
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}+|[\\x80-\\x9f]+");

    private Words() {}

    /** Any text. */
    static String text(final String what, final byte[] utf8) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
        } catch (final CharacterCodingException e) {
            throw new EmbeddingException(Errno.EINVAL, what + ": not UTF-8");
        }
    }

    /** What a report can show in a column. */
    static String name(final String what, final byte[] utf8) {
        final String name = text(what, utf8);
        if (!NAME.matcher(name).matches()) {
            throw new EmbeddingException(
                    Errno.EINVAL, what + ": needs 1 to 64 characters, none of them a control");
        }
        return name;
    }

    /** A message as one line. */
    static byte[] line(final String text) {
        return CONTROL.matcher(text).replaceAll(" ").getBytes(StandardCharsets.UTF_8);
    }
}
