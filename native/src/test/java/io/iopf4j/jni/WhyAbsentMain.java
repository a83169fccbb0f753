// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

/** Says why the bridge is not there, for {@link BridgeLibraryTest}. */
final class WhyAbsentMain {
    private WhyAbsentMain() {}

    /** Takes nothing. */
    public static void main(final String[] args) {
        final String absent = BridgeLibrary.whyAbsent();
        System.out.println(absent == null ? "it is there" : absent);
    }
}
