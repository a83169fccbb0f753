// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni.embed;

import io.iopf4j.api.Errno;
import java.util.Locale;

/** What C asks for before and beside a bench. Any thread. */
public final class Embedding {
    /** Of the methods in this package; raised with {@code EMBED_JAVA_VERSION} in embed.h. */
    private static final int VERSION = 1;

    private Embedding() {}

    /**
     * Begins: from now on reports are the same bytes whatever the user's language.
     *
     * @return the version of what C may call
     */
    public static int begin() {
        Locale.setDefault(Locale.ROOT);
        return VERSION;
    }

    /**
     * What a failed call returns to C.
     *
     * @param failure what it threw
     * @return an errno, positive: that of a refusal, which changed nothing; {@code ENOMEM} or
     *     {@code EIO} for all else, after which the bench is not to be trusted
     */
    public static int errno(final Throwable failure) {
        if (failure instanceof EmbeddingException refusal) {
            return refusal.errno();
        }
        return failure instanceof OutOfMemoryError ? Errno.ENOMEM : Errno.EIO;
    }

    /**
     * Whether a failed call only refused.
     *
     * @param failure what it threw
     * @return the bench is as it was
     */
    public static boolean isRefusal(final Throwable failure) {
        return failure instanceof EmbeddingException;
    }

    /**
     * What is said of a failed call.
     *
     * @param failure what it threw
     * @return one line of UTF-8
     */
    public static byte[] line(final Throwable failure) {
        if (failure instanceof OutOfMemoryError) {
            return Words.line("the JVM is out of memory: give it more with the option -Xmx");
        }
        return Words.line(
                isRefusal(failure) ? String.valueOf(failure.getMessage()) : failure.toString());
    }
}
