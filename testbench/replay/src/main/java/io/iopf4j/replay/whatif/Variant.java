// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.whatif;

/**
 * One of the ways in which the same faults are run.
 *
 * @param label what tells it from the others, such as {@code vm-quota=half}
 * @param rules under which they are run
 */
public record Variant(String label, Rules rules) {}
