// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

/** Which of the outstanding faults is answered next, as a benchmark's parameter. */
public enum Order {
    /** Any of them. */
    RANDOM,
    /** The oldest. */
    OLDEST
}
