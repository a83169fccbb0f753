// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni.embed;

/** A call that is refused and leaves the bench as it was: an errno and one line for C. */
final class EmbeddingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    EmbeddingException(final int errno, final String line) {
        super(line);
        this.errno = errno;
    }

    /** Positive. */
    int errno() {
        return errno;
    }
}
