// SPDX-License-Identifier: Apache-2.0
/** Every fault's life, and the invariants that are checked against it at each step. */
package io.iopf4j.replay.ledger;
