/* SPDX-License-Identifier: Apache-2.0 */
#include "bridge.h"

#include <sched.h>

#include <linux/mutex.h>

static int thread_number(void)
{
	static int last;
	static __thread int mine;

	if (!mine)
		mine = __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
	return mine;
}

bool iopf4j_lock_is_mine(const struct mutex *lock)
{
	if (!lock)
		iopf4j_bug(__FILE__, __LINE__, "a lock that is NULL");
	return __atomic_load_n(&lock->owner, __ATOMIC_RELAXED) == thread_number();
}

bool iopf4j_trylock(struct mutex *lock, const char *file, int line)
{
	int nobody = 0;

	if (!lock)
		iopf4j_bug(file, line, "lock of NULL");
	if (!__atomic_compare_exchange_n(&lock->owner, &nobody, thread_number(), false,
					 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return false;
	lock->file = file;
	lock->line = line;
	return true;
}

void iopf4j_lock(struct mutex *lock, const char *file, int line)
{
	while (!iopf4j_trylock(lock, file, line)) {
		if (iopf4j_lock_is_mine(lock))
			iopf4j_bug(file, line, "taken twice by one thread, first at line %d",
				   lock->line);
		if (__atomic_load_n(&here()->library->dead, __ATOMIC_RELAXED))
			iopf4j_bug(file, line, "waits for a lock whose owner failed");
		sched_yield();
	}
}

void iopf4j_unlock(struct mutex *lock, const char *file, int line)
{
	if (!iopf4j_lock_is_mine(lock))
		iopf4j_bug(file, line, "unlock of what this thread has not locked");
	__atomic_store_n(&lock->owner, 0, __ATOMIC_RELEASE);
}
