/* SPDX-License-Identifier: Apache-2.0 */
#include "bridge.h"

#include <stdlib.h>
#include <string.h>

#include <linux/slab.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(memory, bytes) ((void)(memory), (void)(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(memory, bytes) ((void)(memory), (void)(bytes))
#endif

#define ALLOCATED 0xa110ca7eda110ca7ULL
#define FREED 0xf4eef4eef4eef4eeULL
#define POISON 0x6b

/* A piece that is larger is not kept once it is freed. */
#define QUARANTINE_BYTES 4096

/* In front of each piece of memory that a library has. */
struct piece {
	u64 mark;
	size_t bytes;
	struct library *library;
	struct piece *next; /* of those that are freed later */
};

void memory_init(struct library *library)
{
	pthread_mutex_init(&library->memory_lock, NULL);
}

/* The nth allocation from now on fails, or whichever Java says. */
static bool fails(struct library *library)
{
	unsigned long left = __atomic_load_n(&library->fail_in, __ATOMIC_RELAXED);

	if (left > 0 && __atomic_sub_fetch(&library->fail_in, 1, __ATOMIC_RELAXED) == 0)
		return true;
	return library->has_failslab && UPCALL(Boolean, alloc_fails);
}

void iopf4j_fail_alloc(unsigned long nth)
{
	__atomic_store_n(&here()->library->fail_in, nth, __ATOMIC_RELAXED);
}

void *iopf4j_alloc(size_t bytes, gfp_t flags)
{
	struct library *library = here()->library;
	struct piece *piece;

	if (fails(library) || bytes > SIZE_MAX - sizeof(*piece))
		return NULL;
	piece = flags & __GFP_ZERO ? calloc(1, sizeof(*piece) + bytes)
				   : malloc(sizeof(*piece) + bytes);
	if (!piece)
		return NULL;
	if (!(flags & __GFP_ZERO))
		memset(piece + 1, POISON, bytes); /* so that nobody relies on what was there */
	piece->mark = ALLOCATED;
	piece->bytes = bytes;
	piece->library = library;
	__atomic_add_fetch(&library->pieces, 1, __ATOMIC_RELAXED);
	__atomic_add_fetch(&library->bytes, bytes, __ATOMIC_RELAXED);
	return piece + 1;
}

/* Marks a piece as freed; what is wrong with it ends the call. */
static struct piece *take_back(const void *ptr, const char *file, int line)
{
	struct library *library = here()->library;
	struct piece *piece = (struct piece *)((uintptr_t)ptr - sizeof(*piece));

	if ((uintptr_t)ptr % sizeof(void *) != 0)
		iopf4j_bug(file, line, "kfree of %p, which kmalloc never gave", ptr);
	if (piece->mark == FREED)
		iopf4j_bug(file, line, "kfree of %p, which is free already", ptr);
	if (piece->mark != ALLOCATED || piece->library != library)
		iopf4j_bug(file, line, "kfree of %p, which kmalloc never gave", ptr);
	piece->mark = FREED;
	__atomic_sub_fetch(&library->pieces, 1, __ATOMIC_RELAXED);
	__atomic_sub_fetch(&library->bytes, piece->bytes, __ATOMIC_RELAXED);
	return piece;
}

static void give_back(struct piece *piece)
{
	if (!piece)
		return;
	ASAN_UNPOISON_MEMORY_REGION(piece + 1, piece->bytes);
	free(piece);
}

static void release(struct library *library, struct piece *piece)
{
	struct piece *oldest = piece;

	memset(piece + 1, POISON, piece->bytes);
	if (piece->bytes <= QUARANTINE_BYTES) {
		ASAN_POISON_MEMORY_REGION(piece + 1, piece->bytes);
		pthread_mutex_lock(&library->memory_lock);
		unsigned int slot = library->quarantined++ % QUARANTINE;

		oldest = library->quarantine[slot];
		library->quarantine[slot] = piece;
		pthread_mutex_unlock(&library->memory_lock);
	}
	give_back(oldest);
}

void iopf4j_free(const void *ptr, const char *file, int line)
{
	if (ptr)
		release(here()->library, take_back(ptr, file, line));
}

void iopf4j_free_later(const void *ptr)
{
	struct library *library = here()->library;
	struct piece *piece;

	if (!ptr)
		return;
	piece = take_back(ptr, "kfree_rcu", 0);
	pthread_mutex_lock(&library->memory_lock);
	piece->next = library->later;
	library->later = piece;
	pthread_mutex_unlock(&library->memory_lock);
}

/* No call into the library is running: its readers are gone. */
void memory_settle(struct library *library)
{
	if (likely(!__atomic_load_n(&library->later, __ATOMIC_RELAXED)))
		return;
	pthread_mutex_lock(&library->memory_lock);
	struct piece *piece = library->later;

	library->later = NULL;
	pthread_mutex_unlock(&library->memory_lock);
	while (piece) {
		struct piece *next = piece->next;

		release(library, piece);
		piece = next;
	}
}

void memory_end(struct library *library)
{
	memory_settle(library);
	for (unsigned int i = 0; i < QUARANTINE; i++)
		give_back(library->quarantine[i]);
	pthread_mutex_destroy(&library->memory_lock);
}
