// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

/** A command that is answered with FAIL, and why. */
final class BadCommandException extends Exception {
    private static final long serialVersionUID = 1L;

    /** The reason is one line of printable ASCII. */
    BadCommandException(final String reason) {
        super(reason, null, false, false);
    }
}
