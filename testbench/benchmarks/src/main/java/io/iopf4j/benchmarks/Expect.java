// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

/** What must hold while something is measured: a figure of a cycle that went wrong is none. */
final class Expect {
    private Expect() {}

    static void zero(final String what, final int ret) {
        equal(what, 0, ret);
    }

    static void equal(final String what, final int expected, final int actual) {
        if (actual != expected) {
            throw new IllegalStateException(what + " must be " + expected + ": " + actual);
        }
    }
}
