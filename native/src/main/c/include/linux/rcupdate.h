/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers that are not in each other's way. A pointer is published and read with the order that
 * this takes. Readers are inside a call into the library: what is freed after a grace period is freed
 * once no such call is running.
 */
#ifndef IOPF4J_LINUX_RCUPDATE_H
#define IOPF4J_LINUX_RCUPDATE_H

#include <linux/slab.h>

static inline void rcu_read_lock(void) { }
static inline void rcu_read_unlock(void) { }

#define rcu_dereference(p) smp_load_acquire(&(p))
#define rcu_dereference_check(p, condition) ({ (void)(condition); smp_load_acquire(&(p)); })
#define rcu_dereference_protected(p, condition) rcu_dereference_check(p, condition)
#define rcu_access_pointer(p) READ_ONCE(p)
#define rcu_assign_pointer(p, value) smp_store_release(&(p), value)

#define kfree_rcu(ptr, member) do { (void)&(ptr)->member; iopf4j_free_later(ptr); } while (0)

#endif
