// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

/**
 * C under test did what it must not do, and was left in the middle: {@code BUG()}, a lock taken
 * twice, memory freed twice, NULL where none is allowed. The message is one line that names the
 * library and, where it is known, the place. The library is called no more.
 */
public final class NativeCodeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * A mistake of C under test.
     *
     * @param message one line
     */
    public NativeCodeException(final String message) {
        super(message);
    }
}
