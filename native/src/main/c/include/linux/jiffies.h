/* SPDX-License-Identifier: Apache-2.0 */
/* Time in ticks of a microsecond: fine enough for whatever a fault path waits for. */
#ifndef IOPF4J_LINUX_JIFFIES_H
#define IOPF4J_LINUX_JIFFIES_H

#include <linux/ktime.h>

#define HZ 1000000L
#define MAX_JIFFY_OFFSET ((unsigned long)(~0UL >> 1) - 1)

#define jiffies ((unsigned long)(iopf4j_now_ns() / (u64)NSEC_PER_USEC))

static inline unsigned long usecs_to_jiffies(unsigned int us)
{
	return us;
}

static inline unsigned long msecs_to_jiffies(unsigned int ms)
{
	return ms * (unsigned long)USEC_PER_MSEC;
}

static inline unsigned long nsecs_to_jiffies(u64 ns)
{
	return (unsigned long)(ns / (u64)NSEC_PER_USEC);
}

static inline unsigned int jiffies_to_msecs(unsigned long ticks)
{
	return (unsigned int)(ticks / (unsigned long)USEC_PER_MSEC);
}

#define time_after(a, b) ((long)((b) - (a)) < 0)
#define time_before(a, b) time_after(b, a)
#define time_after_eq(a, b) ((long)((a) - (b)) >= 0)
#define time_before_eq(a, b) time_after_eq(b, a)

#endif
