// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

/**
 * The replay's fates against the recorded ones.
 *
 * @param matched same response code, or unanswered in both
 * @param diverged something else
 * @param spoiled not compared: lost events may hide what was recorded
 * @param firstDivergence the first fault whose fate differs, in one line, or null
 */
public record Comparison(long matched, long diverged, long spoiled, String firstDivergence) {}
