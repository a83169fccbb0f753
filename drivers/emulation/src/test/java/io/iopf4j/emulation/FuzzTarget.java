// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

/** Something that is fuzzed. */
@FunctionalInterface
public interface FuzzTarget {
    /**
     * Runs one input.
     *
     * @param bytes any
     * @return what has happened, in one number: the same for the same bytes
     */
    long run(byte[] bytes);
}
