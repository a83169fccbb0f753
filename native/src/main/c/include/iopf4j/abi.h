/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract between a library under test and the bench: its version, and how a library says
 * what it is. Every header of this family includes this one.
 */
#ifndef IOPF4J_ABI_H
#define IOPF4J_ABI_H

/* Raised whenever a structure or a function of this family changes its shape. */
#define IOPF4J_ABI 1

/* What the bench's own library offers to a library under test. */
#define IOPF4J_API extern __attribute__((visibility("default")))

/*
 * The version of the headers that a library was compiled against. Weak, so that all of its files
 * share one; the bench looks it up before anything else.
 */
#ifndef IOPF4J_BRIDGE
__attribute__((weak, visibility("default"))) extern const unsigned int iopf4j_abi;
__attribute__((weak, visibility("default"))) const unsigned int iopf4j_abi = IOPF4J_ABI;
#endif

#endif
