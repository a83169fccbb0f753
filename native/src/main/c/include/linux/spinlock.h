/* SPDX-License-Identifier: Apache-2.0 */
/* A lock that does not sleep; interrupts do not interrupt here, so that their forms are the same. */
#ifndef IOPF4J_LINUX_SPINLOCK_H
#define IOPF4J_LINUX_SPINLOCK_H

#include <linux/mutex.h>

typedef struct {
	struct mutex lock;
} spinlock_t;

#define DEFINE_SPINLOCK(name) spinlock_t name = { { 0 } }

static inline void spin_lock_init(spinlock_t *lock)
{
	mutex_init(&lock->lock);
}

#define spin_lock(l) mutex_lock(&(l)->lock)
#define spin_unlock(l) mutex_unlock(&(l)->lock)
#define spin_lock_irq(l) spin_lock(l)
#define spin_unlock_irq(l) spin_unlock(l)
#define spin_lock_irqsave(l, flags) do { (flags) = 0; spin_lock(l); } while (0)
#define spin_unlock_irqrestore(l, flags) do { (void)(flags); spin_unlock(l); } while (0)

#endif
