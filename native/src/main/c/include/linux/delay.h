/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IOPF4J_LINUX_DELAY_H
#define IOPF4J_LINUX_DELAY_H

#include <iopf4j/abi.h>
#include <linux/types.h>

/* Time moves on; in a simulation nothing else runs meanwhile. */
IOPF4J_API void iopf4j_udelay(unsigned long us);

static inline void udelay(unsigned long us)
{
	iopf4j_udelay(us);
}

static inline void mdelay(unsigned long ms)
{
	iopf4j_udelay(ms * 1000);
}

static inline void usleep_range(unsigned long least, unsigned long most __always_unused)
{
	iopf4j_udelay(least);
}

static inline void msleep(unsigned int ms)
{
	mdelay(ms);
}

static inline void cpu_relax(void)
{
	iopf4j_udelay(1);
}

#endif
