// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

/** Virtual times as a report shows them. */
final class Times {
    private static final int NS_PER_US = 1000;

    private Times() {}

    /** Microseconds with three places. */
    static String us(final long ns) {
        return String.format("%d.%03dus", ns / NS_PER_US, ns % NS_PER_US);
    }
}
