// SPDX-License-Identifier: Apache-2.0
/** The replay of a recording: the run, its settings, its result and the comparison. */
package io.iopf4j.replay;
