/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IOPF4J_LINUX_COMPLETION_H
#define IOPF4J_LINUX_COMPLETION_H

#include <linux/atomic.h>
#include <linux/wait.h>

struct completion {
	atomic_t done;
	wait_queue_head_t wait;
};

static inline void init_completion(struct completion *x)
{
	atomic_set(&x->done, 0);
	init_waitqueue_head(&x->wait);
}

#define reinit_completion(x) init_completion(x)

static inline void complete(struct completion *x)
{
	atomic_inc(&x->done);
	wake_up(&x->wait);
}

static inline bool try_wait_for_completion(struct completion *x)
{
	int done = atomic_read(&x->done);

	return done > 0 && atomic_cmpxchg(&x->done, done, done - 1) == done;
}

#define wait_for_completion(x) wait_event((x)->wait, try_wait_for_completion(x))
#define wait_for_completion_timeout(x, ticks)				\
	((unsigned long)wait_event_timeout((x)->wait, try_wait_for_completion(x), ticks))

#endif
