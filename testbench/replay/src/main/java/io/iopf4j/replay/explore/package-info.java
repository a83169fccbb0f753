// SPDX-License-Identifier: Apache-2.0
/**
 * The simulation that looks for what nobody thought of: scenarios drawn from a seed, each a storm
 * and then calm, with every invariant checked at every step; and small state spaces, exhausted.
 * What breaks is shrunk to the few events that it takes.
 */
package io.iopf4j.replay.explore;
