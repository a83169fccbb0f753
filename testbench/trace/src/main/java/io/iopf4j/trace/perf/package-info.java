// SPDX-License-Identifier: Apache-2.0
/** Reads what {@code perf record} writes. */
package io.iopf4j.trace.perf;
