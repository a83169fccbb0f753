/* SPDX-License-Identifier: Apache-2.0 */
#include "bridge.h"

#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/timer.h>

u64 iopf4j_now_ns(void)
{
	return (u64)UPCALL(Long, now_ns);
}

void iopf4j_udelay(unsigned long us)
{
	UPCALL_VOID(udelay, (jlong)us);
}

static LOOKS_AT_MARKS void check_timer(const struct timer_list *timer)
{
	if (!timer)
		iopf4j_bug(__FILE__, __LINE__, "a timer that is NULL");
	if (timer->magic != TIMER_MAGIC)
		iopf4j_bug(__FILE__, __LINE__,
			   "a timer that was never set up, or whose memory was freed");
}

void iopf4j_timer_setup(struct timer_list *timer, void (*function)(struct timer_list *timer),
			unsigned int flags)
{
	if (!timer || !function)
		iopf4j_bug(__FILE__, __LINE__, "timer_setup of NULL");
	*timer = (struct timer_list){ .function = function, .flags = flags, .magic = TIMER_MAGIC };
}

/* A time that is too far for nanoseconds never comes. */
static jlong to_ns(unsigned long expires)
{
	return expires > (unsigned long)(INT64_MAX / NSEC_PER_USEC)
		       ? INT64_MAX
		       : (jlong)(expires * (unsigned long)NSEC_PER_USEC);
}

/* Java has a timer for each one that is pending, and gives it a number. */
int iopf4j_mod_timer(struct timer_list *timer, unsigned long expires)
{
	bool was_pending;

	check_timer(timer);
	was_pending = timer->pending;
	timer->id = UPCALL(Int, timer_arm, (jint)(was_pending ? timer->id : 0),
			   (jlong)(uintptr_t)timer, to_ns(expires));
	timer->expires = expires;
	timer->pending = true;
	return was_pending;
}

int iopf4j_timer_delete(struct timer_list *timer)
{
	check_timer(timer);
	if (!timer->pending)
		return 0;
	timer->pending = false;
	UPCALL_VOID(timer_cancel, (jint)timer->id);
	return 1;
}

static void expire(void *argument)
{
	struct timer_list *timer = argument;

	check_timer(timer);
	timer->pending = false;
	timer->function(timer);
}

NATIVE(void, timerExpired, jlong library, jlong timer)
{
	guarded(env, (struct library *)library, expire, (void *)timer);
}
