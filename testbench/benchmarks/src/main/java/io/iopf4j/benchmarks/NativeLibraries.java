// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

/** Where {@code testbench/benchmarks/native-speed.sh} puts what it compiles. */
final class NativeLibraries {
    /** The folder. */
    static final String PROPERTY = "iopf4j.benchmarks.libraries";

    private NativeLibraries() {}

    /** A word of a command line in which LIBS stands for the folder. */
    static String in(final String word) {
        return word.replace("LIBS", System.getProperty(PROPERTY, "."));
    }
}
