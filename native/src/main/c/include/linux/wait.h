/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting for a condition. In a simulation nothing else runs while a function waits: the condition
 * has to come true by the hardware's own doing or by another thread, and who waits for ever is told
 * so after ten virtual seconds by BUG().
 */
#ifndef IOPF4J_LINUX_WAIT_H
#define IOPF4J_LINUX_WAIT_H

#include <linux/bug.h>
#include <linux/delay.h>
#include <linux/jiffies.h>

typedef struct wait_queue_head {
	int unused;
} wait_queue_head_t;

#define DECLARE_WAIT_QUEUE_HEAD(name) wait_queue_head_t name = { 0 }

static inline void init_waitqueue_head(wait_queue_head_t *head)
{
	head->unused = 0;
}

static inline void wake_up(wait_queue_head_t *head __always_unused) { }
#define wake_up_all(head) wake_up(head)
#define wake_up_interruptible(head) wake_up(head)

/* What is left of the time, at least 1, or 0 if the condition did not come true in time. */
#define wait_event_timeout(head, condition, ticks) ({			\
	(void)&(head);							\
	unsigned long wait_until = jiffies + (unsigned long)(ticks);	\
	bool wait_met;							\
	while (!(wait_met = !!(condition)) && time_before(jiffies, wait_until))	\
		cpu_relax();						\
	!wait_met ? 0L :						\
	time_before(jiffies, wait_until) ? (long)(wait_until - jiffies) : 1L; })

#define wait_event(head, condition) do {				\
	if (!wait_event_timeout(head, condition, 10 * HZ))		\
		iopf4j_bug(__FILE__, __LINE__, "waits for ever: %s", #condition);	\
} while (0)

#define wait_event_interruptible(head, condition) ({ wait_event(head, condition); 0; })

#endif
