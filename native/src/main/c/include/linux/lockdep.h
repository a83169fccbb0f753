/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IOPF4J_LINUX_LOCKDEP_H
#define IOPF4J_LINUX_LOCKDEP_H

#include <linux/bug.h>
#include <linux/types.h>

struct mutex;
IOPF4J_API bool iopf4j_lock_is_mine(const struct mutex *lock);

/* Of a mutex or a spinlock: both know their owner. */
#define lockdep_is_held(lock) iopf4j_lock_is_mine((const struct mutex *)(lock))
#define lockdep_assert_held(lock) do {					\
	if (!lockdep_is_held(lock))					\
		iopf4j_bug(__FILE__, __LINE__, "%s is not held", #lock);	\
} while (0)

#endif
