/* SPDX-License-Identifier: Apache-2.0 */
/* Faults: raised, read, answered. */
#include "embed.h"

#include <errno.h>

/* More than a device of any bench can have outstanding. */
#define MOST_PAGES 512
/* More is read by the next call. */
#define MOST_RECORDS 65536

_Static_assert(sizeof(struct iopf4j_pgfault) == 40, "as in the UAPI");

static int end_raised(struct embed_call *call, jint row, uint64_t *fault)
{
	int ret = embed_end(call);

	if (!ret && fault)
		*fault = (uint64_t)row;
	return ret;
}

int iopf4j_fault(struct iopf4j_device *device, uint32_t pasid, uint64_t iova, uint32_t perm,
		 uint64_t *fault)
{
	struct embed_call call;
	jint row;
	int ret = embed_begin(&call, device, EMBED_DEVICE);

	if (ret)
		return ret;
	row = EMBED_CALL(&call, Int, raise, (jint)call.object.index, (jint)pasid, (jlong)iova,
			 (jint)perm);
	return end_raised(&call, row, fault);
}

/* As Java has them: all addresses, all permissions. False if an exception is pending. */
static bool split(JNIEnv *env, const struct iopf4j_page *pages, size_t count, jlongArray *iovas,
		  jintArray *perms)
{
	jlong iova[MOST_PAGES];
	jint perm[MOST_PAGES];

	for (size_t i = 0; i < count; i++) {
		iova[i] = (jlong)pages[i].iova;
		perm[i] = (jint)pages[i].perm;
	}
	*iovas = (*env)->NewLongArray(env, (jsize)count);
	if (*iovas)
		(*env)->SetLongArrayRegion(env, *iovas, 0, (jsize)count, iova);
	if ((*env)->ExceptionCheck(env))
		return false;
	*perms = (*env)->NewIntArray(env, (jsize)count);
	if (*perms)
		(*env)->SetIntArrayRegion(env, *perms, 0, (jsize)count, perm);
	return !(*env)->ExceptionCheck(env);
}

int iopf4j_fault_group(struct iopf4j_device *device, uint32_t pasid, const struct iopf4j_page *pages,
		       size_t count, uint64_t *fault)
{
	struct embed_call call;
	jlongArray iovas;
	jintArray perms;
	jint row = 0;
	int ret;

	if (!pages)
		return embed_fail(EINVAL, "pages: NULL");
	if (count < 1 || count > MOST_PAGES)
		return embed_fail(EINVAL, "a group has 1 to %d pages, not %zu", MOST_PAGES, count);
	for (size_t i = 0; i < count; i++) {
		if (pages[i].reserved)
			return embed_fail(EINVAL, "pages[%zu].reserved must be 0", i);
	}
	ret = embed_begin(&call, device, EMBED_DEVICE);
	if (ret)
		return ret;
	if (split(call.env, pages, count, &iovas, &perms))
		row = EMBED_CALL(&call, Int, raise_group, (jint)call.object.index, (jint)pasid, iovas,
				 perms);
	return end_raised(&call, row, fault);
}

int iopf4j_vm_read(struct iopf4j_vm *vm, struct iopf4j_pgfault *records, size_t capacity,
		   size_t *count)
{
	struct embed_call call;
	jobject buffer;
	jint got = 0;
	int ret;

	if (!count)
		return embed_fail(EINVAL, "count: NULL");
	*count = 0;
	if (!records || !capacity)
		return embed_fail(EINVAL, "no room for a record");
	if (capacity > MOST_RECORDS)
		capacity = MOST_RECORDS;
	ret = embed_begin(&call, vm, EMBED_VM);
	if (ret)
		return ret;
	buffer = (*call.env)->NewDirectByteBuffer(call.env, records,
						  (jlong)(capacity * sizeof(*records)));
	if (buffer)
		got = EMBED_CALL(&call, Int, read, (jint)call.object.index, buffer);
	ret = embed_end(&call);
	if (!ret)
		*count = (size_t)got;
	return ret;
}

int iopf4j_vm_answer(struct iopf4j_vm *vm, uint32_t cookie, uint32_t code)
{
	struct embed_call call;
	int ret = embed_begin(&call, vm, EMBED_VM);

	if (ret)
		return ret;
	EMBED_CALL(&call, Void, answer, (jint)call.object.index, (jint)cookie, (jint)code);
	return embed_end(&call);
}

int iopf4j_vm_close_queue(struct iopf4j_vm *vm)
{
	struct embed_call call;
	int ret = embed_begin(&call, vm, EMBED_VM);

	if (ret)
		return ret;
	EMBED_CALL(&call, Void, close_queue, (jint)call.object.index);
	return embed_end(&call);
}
