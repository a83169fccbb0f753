/* SPDX-License-Identifier: Apache-2.0 */
/* The bench's clock: virtual nanoseconds in a simulation. */
#ifndef IOPF4J_LINUX_KTIME_H
#define IOPF4J_LINUX_KTIME_H

#include <iopf4j/abi.h>
#include <linux/time64.h>

typedef s64 ktime_t;

IOPF4J_API u64 iopf4j_now_ns(void);

static inline ktime_t ktime_get(void)
{
	return (ktime_t)iopf4j_now_ns();
}

static inline u64 ktime_get_ns(void)
{
	return iopf4j_now_ns();
}

static inline s64 ktime_to_ns(ktime_t time)
{
	return time;
}

static inline s64 ktime_to_us(ktime_t time)
{
	return time / NSEC_PER_USEC;
}

static inline s64 ktime_to_ms(ktime_t time)
{
	return time / NSEC_PER_MSEC;
}

static inline ktime_t ktime_add_ns(ktime_t time, u64 ns)
{
	return time + (s64)ns;
}

static inline ktime_t ktime_add_us(ktime_t time, u64 us)
{
	return time + (s64)us * NSEC_PER_USEC;
}

static inline ktime_t ktime_sub(ktime_t later, ktime_t earlier)
{
	return later - earlier;
}

static inline bool ktime_after(ktime_t a, ktime_t b)
{
	return a > b;
}

#endif
