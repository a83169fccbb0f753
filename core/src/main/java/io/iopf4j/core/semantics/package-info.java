// SPDX-License-Identifier: Apache-2.0
/**
 * Semantics profiles: what a kernel does with a fault from the report to the answer, each in one
 * file. To prototype a patch is to extend one.
 */
package io.iopf4j.core.semantics;
