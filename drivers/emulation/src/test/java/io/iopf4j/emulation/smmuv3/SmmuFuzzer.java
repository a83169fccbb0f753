// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import java.util.Locale;

/** What a fuzzer of the kind of libFuzzer calls; it needs no type of the fuzzer's. */
public final class SmmuFuzzer {
    private static SmmuFuzz target;

    private SmmuFuzzer() {}

    /**
     * Chooses what is fuzzed.
     *
     * @param args the name of one {@link SmmuFuzz}
     */
    public static void fuzzerInitialize(final String[] args) {
        target = SmmuFuzz.valueOf(args[0].toUpperCase(Locale.ROOT));
    }

    /**
     * Runs one input.
     *
     * @param bytes any
     */
    public static void fuzzerTestOneInput(final byte[] bytes) {
        target.run(bytes);
    }
}
