/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of the library under test. Each piece knows that it is one: a second kfree(), or one of
 * something else, is a BUG(). What is freed is filled with a pattern and kept a while, so that a use
 * of it is seen. What is left when the library is unloaded is told to the log. Allocations fail
 * when the bench says so, and at iopf4j_fail_alloc().
 */
#ifndef IOPF4J_LINUX_SLAB_H
#define IOPF4J_LINUX_SLAB_H

#include <string.h>

#include <iopf4j/abi.h>
#include <linux/gfp.h>
#include <linux/types.h>

IOPF4J_API void *iopf4j_alloc(size_t bytes, gfp_t flags)
	__attribute__((malloc, alloc_size(1)));
IOPF4J_API void iopf4j_free(const void *ptr, const char *file, int line);
IOPF4J_API void iopf4j_free_later(const void *ptr);

/* Makes the nth allocation from now on fail: 1 is the next one; 0 lets all succeed again. */
IOPF4J_API void iopf4j_fail_alloc(unsigned long nth);

#define kfree(ptr) iopf4j_free(ptr, __FILE__, __LINE__)
#define kvfree(ptr) kfree(ptr)

static inline void *kmalloc(size_t bytes, gfp_t flags)
{
	return iopf4j_alloc(bytes, flags);
}

static inline void *kzalloc(size_t bytes, gfp_t flags)
{
	return iopf4j_alloc(bytes, flags | __GFP_ZERO);
}

static inline void *kmalloc_array(size_t n, size_t bytes, gfp_t flags)
{
	size_t all;

	return __builtin_mul_overflow(n, bytes, &all) ? NULL : iopf4j_alloc(all, flags);
}

static inline void *kcalloc(size_t n, size_t bytes, gfp_t flags)
{
	return kmalloc_array(n, bytes, flags | __GFP_ZERO);
}

static inline void *kmemdup(const void *from, size_t bytes, gfp_t flags)
{
	void *copy = iopf4j_alloc(bytes, flags);

	return copy ? memcpy(copy, from, bytes) : NULL;
}

static inline char *kstrdup(const char *from, gfp_t flags)
{
	return from ? (char *)kmemdup(from, strlen(from) + 1, flags) : NULL;
}

#endif
