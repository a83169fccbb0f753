// SPDX-License-Identifier: Apache-2.0
/**
 * Synthetic runs: a file says which machines there are, what their devices do and how their guests
 * behave; this reads it, and draws accesses and answers from a seed. What runs them is elsewhere.
 */
package io.iopf4j.replay.scenario;
