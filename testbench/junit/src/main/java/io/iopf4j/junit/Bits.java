// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

/** Names of the bits that are set. */
final class Bits {
    private Bits() {}

    /**
     * Names bits.
     *
     * @param value a register
     * @param names from bit 0 on; empty where a bit has none
     * @return the names of those that are set, or {@code none}
     */
    static String named(final int value, final String... names) {
        final StringBuilder text = new StringBuilder();
        for (int bit = 0; bit < names.length; bit++) {
            if ((value >>> bit & 1) != 0 && !names[bit].isEmpty()) {
                text.append(text.length() == 0 ? "" : " ").append(names[bit]);
            }
        }
        return text.length() == 0 ? "none" : text.toString();
    }
}
