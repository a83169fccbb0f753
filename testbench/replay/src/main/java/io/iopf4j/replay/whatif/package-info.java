// SPDX-License-Identifier: Apache-2.0
/** What if: the same faults under other rules, side by side or over a range. */
package io.iopf4j.replay.whatif;
