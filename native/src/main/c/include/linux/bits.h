/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IOPF4J_LINUX_BITS_H
#define IOPF4J_LINUX_BITS_H

#include <linux/types.h>

#define BIT(nr) (1UL << (nr))
#define BIT_ULL(nr) (1ULL << (nr))
#define GENMASK_ULL(high, low) ((~0ULL >> (63 - (high))) & (~0ULL << (low)))
#define GENMASK(high, low) ((unsigned long)GENMASK_ULL(high, low))

#endif
