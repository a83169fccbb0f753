// SPDX-License-Identifier: Apache-2.0
/** A what-if over a range: which value keeps the others from harm. */
package io.iopf4j.replay.sweep;
