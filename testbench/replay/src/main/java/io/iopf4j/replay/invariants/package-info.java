// SPDX-License-Identifier: Apache-2.0
/** What must hold in every run: one class for each sentence, and all of them together. */
package io.iopf4j.replay.invariants;
