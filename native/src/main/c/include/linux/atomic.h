/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IOPF4J_LINUX_ATOMIC_H
#define IOPF4J_LINUX_ATOMIC_H

#include <linux/types.h>

#define ATOMIC_INIT(value) { (value) }

static inline int atomic_read(const atomic_t *v)
{
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);
}

static inline void atomic_set(atomic_t *v, int value)
{
	__atomic_store_n(&v->counter, value, __ATOMIC_RELAXED);
}

static inline int atomic_add_return(int amount, atomic_t *v)
{
	return __atomic_add_fetch(&v->counter, amount, __ATOMIC_SEQ_CST);
}

static inline int atomic_sub_return(int amount, atomic_t *v)
{
	return __atomic_sub_fetch(&v->counter, amount, __ATOMIC_SEQ_CST);
}

static inline void atomic_add(int amount, atomic_t *v)
{
	atomic_add_return(amount, v);
}

static inline void atomic_sub(int amount, atomic_t *v)
{
	atomic_sub_return(amount, v);
}

static inline void atomic_inc(atomic_t *v)
{
	atomic_add(1, v);
}

static inline void atomic_dec(atomic_t *v)
{
	atomic_sub(1, v);
}

static inline int atomic_inc_return(atomic_t *v)
{
	return atomic_add_return(1, v);
}

static inline int atomic_dec_return(atomic_t *v)
{
	return atomic_sub_return(1, v);
}

static inline bool atomic_dec_and_test(atomic_t *v)
{
	return atomic_dec_return(v) == 0;
}

/* The value that was there: the exchange took place if it is the expected one. */
static inline int atomic_cmpxchg(atomic_t *v, int expected, int value)
{
	__atomic_compare_exchange_n(&v->counter, &expected, value, false, __ATOMIC_SEQ_CST,
				    __ATOMIC_SEQ_CST);
	return expected;
}

#endif
