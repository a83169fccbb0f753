/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of a register or a record, named by their masks. */
#ifndef IOPF4J_LINUX_BITFIELD_H
#define IOPF4J_LINUX_BITFIELD_H

#include <linux/bits.h>

#define FIELD_SHIFT(mask) __builtin_ctzll(mask)

/* A value that would not fit is a mistake that the compiler can see if the value is constant. */
#define FIELD_FIT(mask, value) (!(((u64)(value) << FIELD_SHIFT(mask)) & ~(u64)(mask)))

#define FIELD_MAX(mask) ((__typeof__(mask))((mask) >> FIELD_SHIFT(mask)))

#define FIELD_PREP(mask, value)						\
	((__typeof__(mask))(((__typeof__(mask))(value) << FIELD_SHIFT(mask)) & (mask)))

#define FIELD_GET(mask, reg) ((__typeof__(mask))(((reg) & (mask)) >> FIELD_SHIFT(mask)))

#endif
