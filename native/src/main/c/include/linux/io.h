/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registers of the emulated hardware. An __iomem pointer names a window and an offset in it; it is
 * no address of memory, and whoever dereferences it crashes.
 */
#ifndef IOPF4J_LINUX_IO_H
#define IOPF4J_LINUX_IO_H

#include <iopf4j/abi.h>
#include <linux/bug.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/types.h>

IOPF4J_API u32 iopf4j_readl(const volatile void __iomem *reg);
IOPF4J_API void iopf4j_writel(u32 value, volatile void __iomem *reg);
IOPF4J_API u64 iopf4j_readq(const volatile void __iomem *reg);
IOPF4J_API void iopf4j_writeq(u64 value, volatile void __iomem *reg);

/* Accesses of the model are ordered as they are written: the relaxed forms are the same. */
#define readl(reg) iopf4j_readl(reg)
#define readl_relaxed(reg) iopf4j_readl(reg)
#define readq(reg) iopf4j_readq(reg)
#define readq_relaxed(reg) iopf4j_readq(reg)
#define writel(value, reg) iopf4j_writel(value, reg)
#define writel_relaxed(value, reg) iopf4j_writel(value, reg)
#define writeq(value, reg) iopf4j_writeq(value, reg)
#define writeq_relaxed(value, reg) iopf4j_writeq(value, reg)

/*
 * Reads a register until a condition holds: 0, or -ETIMEDOUT. A timeout of 0 is none: who polls for
 * ever is told so after ten virtual seconds by BUG().
 */
#define readl_poll_timeout(reg, value, condition, sleep_us, timeout_us) ({	\
	unsigned long poll_ticks = (timeout_us);			\
	unsigned long poll_until = jiffies + (poll_ticks ? poll_ticks : 10ul * HZ);	\
	bool poll_met;							\
	while ((value) = readl(reg), !(poll_met = !!(condition)) &&	\
	       time_before(jiffies, poll_until))			\
		udelay((sleep_us) ? (sleep_us) : 1);			\
	if (!poll_met && !poll_ticks)					\
		iopf4j_bug(__FILE__, __LINE__, "polls for ever: %s", #condition);	\
	poll_met ? 0 : -ETIMEDOUT; })
#define readl_relaxed_poll_timeout(reg, value, condition, sleep_us, timeout_us)	\
	readl_poll_timeout(reg, value, condition, sleep_us, timeout_us)

#define cpu_to_le32(x) ((__le32)(x))
#define cpu_to_le64(x) ((__le64)(x))
#define le32_to_cpu(x) ((u32)(x))
#define le64_to_cpu(x) ((u64)(x))
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the emulated hardware is little-endian");

#endif
