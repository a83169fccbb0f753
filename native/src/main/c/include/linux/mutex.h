/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lock that may sleep. Its owner is known: who takes it twice, or gives back another's, hears of
 * it by BUG() instead of hanging. Zeroed memory is an unlocked mutex.
 */
#ifndef IOPF4J_LINUX_MUTEX_H
#define IOPF4J_LINUX_MUTEX_H

#include <iopf4j/abi.h>
#include <linux/lockdep.h>
#include <linux/types.h>

struct mutex {
	int owner; /* a thread's number, 0: nobody's */
	int line;  /* where it was taken */
	const char *file;
};

#define DEFINE_MUTEX(name) struct mutex name = { 0 }

IOPF4J_API void iopf4j_lock(struct mutex *lock, const char *file, int line);
IOPF4J_API bool iopf4j_trylock(struct mutex *lock, const char *file, int line);
IOPF4J_API void iopf4j_unlock(struct mutex *lock, const char *file, int line);

static inline void mutex_init(struct mutex *lock)
{
	*lock = (struct mutex){ 0 };
}

static inline void mutex_destroy(struct mutex *lock __always_unused) { }

#define mutex_lock(lock) iopf4j_lock(lock, __FILE__, __LINE__)
#define mutex_trylock(lock) iopf4j_trylock(lock, __FILE__, __LINE__)
#define mutex_unlock(lock) iopf4j_unlock(lock, __FILE__, __LINE__)

static inline bool mutex_is_locked(const struct mutex *lock)
{
	return READ_ONCE(lock->owner) != 0;
}

#endif
