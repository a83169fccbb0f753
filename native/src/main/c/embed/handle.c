/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handles: a slot's number and its generation, which is another each time the slot is taken. What a
 * caller hands in is looked up, never followed.
 */
#include "embed.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#define SLOT_BITS 20
#define MOST_SLOTS (1u << SLOT_BITS)

_Static_assert(sizeof(void *) == 8, "a handle needs 64 bits");

struct slot {
	struct embed_object object;
	uint64_t generation; /* odd while it is taken; of 44 bits */
	uint32_t next_free;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct slot *slots;
static uint32_t slot_count, slot_room;
static uint32_t first_free = UINT32_MAX;

static uint64_t last_thread;
static _Thread_local uint64_t this_thread;

static const char *const kind_names[] = { "nothing", "a bench", "a VM", "a device" };

/* Not pthread_self(): that is used again for another thread. */
static uint64_t thread_number(void)
{
	if (!this_thread)
		this_thread = __atomic_add_fetch(&last_thread, 1, __ATOMIC_RELAXED);
	return this_thread;
}

static void *encode(uint32_t slot)
{
	return (void *)(uintptr_t)(slots[slot].generation << SLOT_BITS | slot);
}

static struct slot *decode(const void *handle)
{
	uintptr_t bits = (uintptr_t)handle;
	uint32_t slot = (uint32_t)(bits & (MOST_SLOTS - 1));
	uint64_t generation = bits >> SLOT_BITS;

	return slot < slot_count && (generation & 1) && slots[slot].generation == generation
		       ? &slots[slot]
		       : NULL;
}

static uint32_t take(void)
{
	uint32_t slot = first_free;

	if (slot != UINT32_MAX) {
		first_free = slots[slot].next_free;
		return slot;
	}
	if (slot_count == slot_room) {
		uint32_t room = slot_room ? slot_room * 2 : 64;
		struct slot *grown = room > MOST_SLOTS
					     ? NULL
					     : realloc(slots, room * sizeof(*grown));

		if (!grown)
			return UINT32_MAX;
		slots = grown;
		slot_room = room;
	}
	slots[slot_count].generation = 0;
	return slot_count++;
}

void *embed_handle(const struct embed_object *object)
{
	void *handle = NULL;
	uint32_t slot;

	pthread_mutex_lock(&lock);
	slot = take();
	if (slot == UINT32_MAX) {
		embed_fail(ENOMEM, "no room for another handle");
	} else {
		slots[slot].object = *object;
		slots[slot].generation++;
		if (object->kind == EMBED_BENCH) {
			slots[slot].object.owner = slot;
			slots[slot].object.thread = thread_number();
		}
		handle = encode(slot);
	}
	pthread_mutex_unlock(&lock);
	return handle;
}

static int check(const struct embed_object *object, const void *handle, enum embed_kind kind)
{
	if (object->kind != kind)
		return embed_fail(EINVAL, "handle %p is that of %s, not of %s", handle,
				  kind_names[object->kind], kind_names[kind]);
	if (object->thread != thread_number())
		return embed_fail(EPERM, "the bench belongs to another thread, which created it");
	return 0;
}

int embed_find(const void *handle, enum embed_kind kind, struct embed_object *found)
{
	const struct slot *slot;
	int ret;

	if (!handle)
		return embed_fail(EINVAL, "NULL is not the handle of %s", kind_names[kind]);
	pthread_mutex_lock(&lock);
	slot = decode(handle);
	if (!slot) {
		ret = embed_fail(EINVAL, "handle %p: %s that was destroyed, or never was", handle,
				 kind_names[kind]);
	} else {
		ret = check(&slot->object, handle, kind);
		*found = slot->object;
		found->is_broken = slots[slot->object.owner].object.is_broken;
	}
	pthread_mutex_unlock(&lock);
	return ret;
}

static void release(uint32_t slot)
{
	slots[slot].generation++;
	slots[slot].object.kind = EMBED_NONE;
	slots[slot].next_free = first_free;
	first_free = slot;
}

void embed_forget(uint32_t owner)
{
	pthread_mutex_lock(&lock);
	for (uint32_t slot = 0; slot < slot_count; slot++) {
		if (slots[slot].object.kind != EMBED_NONE && slots[slot].object.owner == owner)
			release(slot);
	}
	pthread_mutex_unlock(&lock);
}

void embed_break(uint32_t owner)
{
	pthread_mutex_lock(&lock);
	slots[owner].object.is_broken = true;
	pthread_mutex_unlock(&lock);
}

void embed_forget_all(void)
{
	pthread_mutex_lock(&lock);
	for (uint32_t slot = 0; slot < slot_count; slot++) {
		if (slots[slot].object.kind != EMBED_NONE)
			release(slot);
	}
	pthread_mutex_unlock(&lock);
}
