// SPDX-License-Identifier: Apache-2.0
/** A second reader of trace.dat, on the kernel developers' own libraries. */
package io.iopf4j.tracecmd;
