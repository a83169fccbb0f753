// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

import io.iopf4j.emulation.smmuv3.SmmuFuzz;
import io.iopf4j.emulation.vtd.VtdFuzz;
import java.util.Locale;

/** What a fuzzer of the kind of libFuzzer calls; it needs no type of the fuzzer's. */
public final class Fuzzer {
    private static final String VTD = "vtd_";
    private static FuzzTarget target;

    private Fuzzer() {}

    /**
     * Chooses what is fuzzed.
     *
     * @param args the name of one {@link SmmuFuzz}, or {@code vtd_} and that of a {@link VtdFuzz}
     */
    public static void fuzzerInitialize(final String[] args) {
        final String name = args[0].toUpperCase(Locale.ROOT);
        target =
                args[0].startsWith(VTD)
                        ? VtdFuzz.valueOf(name.substring(VTD.length()))
                        : SmmuFuzz.valueOf(name);
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
