/* SPDX-License-Identifier: Apache-2.0 */
/* One-shot timers on the bench's clock. */
#ifndef IOPF4J_LINUX_TIMER_H
#define IOPF4J_LINUX_TIMER_H

#include <time.h> /* has another timer_delete(), which must be known before ours hides it */

#include <iopf4j/abi.h>
#include <linux/container_of.h>
#include <linux/jiffies.h>

struct timer_list {
	unsigned long expires; /* as jiffies count, while it is pending */
	void (*function)(struct timer_list *timer);
	unsigned int flags;
	int id; /* the bench's number of it, 0: none yet */
	bool pending;
	u32 magic;
};

IOPF4J_API void iopf4j_timer_setup(struct timer_list *timer,
				   void (*function)(struct timer_list *timer), unsigned int flags);
IOPF4J_API int iopf4j_mod_timer(struct timer_list *timer, unsigned long expires);
IOPF4J_API int iopf4j_timer_delete(struct timer_list *timer);

#define timer_setup(timer, function, flags) iopf4j_timer_setup(timer, function, flags)

/* Whether the timer was pending before: 1 or 0. */
static inline int mod_timer(struct timer_list *timer, unsigned long expires)
{
	return iopf4j_mod_timer(timer, expires);
}

static inline void add_timer(struct timer_list *timer)
{
	iopf4j_mod_timer(timer, timer->expires);
}

#define timer_delete(timer) iopf4j_timer_delete(timer)
#define timer_delete_sync(timer) iopf4j_timer_delete(timer)
#define del_timer(timer) iopf4j_timer_delete(timer)
#define del_timer_sync(timer) iopf4j_timer_delete(timer)

static inline int timer_pending(const struct timer_list *timer)
{
	return timer->pending;
}

#define from_timer(var, timer, member) container_of(timer, __typeof__(*var), member)
#define timer_container_of(var, timer, member) container_of(timer, __typeof__(*var), member)

#endif
