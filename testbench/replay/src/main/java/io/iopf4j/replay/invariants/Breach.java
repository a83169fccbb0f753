// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.invariants;

/**
 * A check that failed.
 *
 * @param name the invariant's name
 * @param timeNs when, virtual nanoseconds
 * @param text what was found, one line
 */
public record Breach(String name, long timeNs, String text) {}
