// SPDX-License-Identifier: Apache-2.0
/**
 * The mirrored types of the kernel's I/O page fault interface: what a driver reports, what a
 * consumer answers, and the operations on both sides.
 */
package io.iopf4j.api;
