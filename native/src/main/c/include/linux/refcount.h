/* SPDX-License-Identifier: Apache-2.0 */
/* A count of references that cries instead of wrapping round or rising from the dead. */
#ifndef IOPF4J_LINUX_REFCOUNT_H
#define IOPF4J_LINUX_REFCOUNT_H

#include <linux/atomic.h>
#include <linux/bug.h>

typedef struct {
	atomic_t refs;
} refcount_t;

#define REFCOUNT_INIT(n) { .refs = ATOMIC_INIT(n) }

static inline void refcount_set(refcount_t *r, int n)
{
	atomic_set(&r->refs, n);
}

static inline unsigned int refcount_read(const refcount_t *r)
{
	return (unsigned int)atomic_read(&r->refs);
}

/* False if there was no reference left: what it counts is being freed. */
static inline bool __must_check refcount_inc_not_zero(refcount_t *r)
{
	int old = atomic_read(&r->refs);

	while (old != 0) {
		int seen = atomic_cmpxchg(&r->refs, old, old + 1);

		if (seen == old) {
			BUG_ON(old < 0);
			return true;
		}
		old = seen;
	}
	return false;
}

static inline void refcount_inc(refcount_t *r)
{
	if (atomic_inc_return(&r->refs) <= 1)
		iopf4j_bug(__FILE__, __LINE__, "refcount_inc of what is free already");
}

static inline bool __must_check refcount_dec_and_test(refcount_t *r)
{
	int left = atomic_dec_return(&r->refs);

	if (left < 0)
		iopf4j_bug(__FILE__, __LINE__, "refcount_dec of what is free already");
	return left == 0;
}

static inline void refcount_dec(refcount_t *r)
{
	if (refcount_dec_and_test(r))
		iopf4j_bug(__FILE__, __LINE__, "refcount_dec dropped the last reference");
}

#endif
