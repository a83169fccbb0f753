/* SPDX-License-Identifier: Apache-2.0 */
/* Benches, virtual machines, devices. */
#include "embed.h"

#include <errno.h>

#define MOST_PASIDS (1 << 20)

static const char *or(const char *text, const char *otherwise)
{
	return text ? text : otherwise;
}

/* ---- Benches ---- */

static jobject create(JNIEnv *env, const struct iopf4j_bench_options *options)
{
	jbyteArray iommu = embed_bytes(env, or(options->iommu, "smmuv3"));
	jbyteArray semantics = embed_bytes(env, or(options->semantics, "mainline-6.12"));
	jbyteArray policy = embed_bytes(env, or(options->policy, "none"));
	jobject local;

	if (!policy)
		return NULL;
	local = (*env)->CallStaticObjectMethod(env, embed_methods.bench, embed_methods.create, iommu,
					       semantics, policy,
					       (jlong)(options->seed ? options->seed : 1),
					       (jint)options->queue_entries,
					       (jint)options->stall_entries);
	return (*env)->ExceptionCheck(env) || !local ? NULL : (*env)->NewGlobalRef(env, local);
}

static struct iopf4j_bench *made(JNIEnv *env, jobject bench)
{
	struct embed_object object = { .kind = EMBED_BENCH, .bench = bench };
	struct iopf4j_bench *handle;
	bool is_refusal;

	if (!bench) {
		if (!embed_thrown(env, &is_refusal))
			embed_fail(ENOMEM, "the JVM has no room for another bench");
		return NULL;
	}
	handle = embed_handle(&object);
	if (!handle)
		(*env)->DeleteGlobalRef(env, bench);
	return handle;
}

static int check_words(const struct iopf4j_bench_options *options)
{
	int ret = embed_check_text(or(options->iommu, ""), "iommu");

	if (!ret)
		ret = embed_check_text(or(options->semantics, ""), "semantics");
	if (!ret)
		ret = embed_check_text(or(options->policy, ""), "policy");
	return ret;
}

struct iopf4j_bench *iopf4j_bench_create(const struct iopf4j_bench_options *theirs)
{
	struct iopf4j_bench_options options = { .size = 0 };
	struct iopf4j_bench *bench = NULL;
	bool is_refusal;
	JNIEnv *env;

	if (theirs && embed_read_struct(&options, sizeof(options), theirs, "bench options"))
		return NULL;
	if (check_words(&options) || embed_enter(&env))
		return NULL;
	if ((*env)->PushLocalFrame(env, 16)) {
		embed_thrown(env, &is_refusal);
	} else {
		bench = made(env, create(env, &options));
		(*env)->PopLocalFrame(env, NULL);
	}
	embed_leave();
	return bench;
}

int iopf4j_bench_destroy(struct iopf4j_bench *bench)
{
	struct embed_object object;
	JNIEnv *env;
	int ret = embed_enter(&env);

	if (ret)
		return ret;
	ret = embed_find(bench, EMBED_BENCH, &object);
	if (!ret) {
		/* What its end throws changes nothing: it is gone all the same. */
		(*env)->CallVoidMethod(env, object.bench, embed_methods.close);
		(*env)->ExceptionClear(env);
		embed_forget(object.owner);
		(*env)->DeleteGlobalRef(env, object.bench);
	}
	embed_leave();
	return ret;
}

int iopf4j_run(struct iopf4j_bench *bench, uint64_t ns)
{
	struct embed_call call;
	int ret = embed_begin(&call, bench, EMBED_BENCH);

	if (ret)
		return ret;
	EMBED_CALL(&call, Void, run, (jlong)ns);
	return embed_end(&call);
}

int iopf4j_bench_check(struct iopf4j_bench *bench)
{
	struct embed_call call;
	int ret = embed_begin(&call, bench, EMBED_BENCH);

	if (ret)
		return ret;
	EMBED_CALL(&call, Void, check);
	return embed_end(&call);
}

/* ---- What belongs to a bench ---- */

/* Ends a call that made something; its handle, or NULL. */
static void *end_made(struct embed_call *call, enum embed_kind kind, int index)
{
	struct embed_object object = call->object;
	void *handle;

	if (embed_end(call))
		return NULL;
	object.kind = kind;
	object.index = index;
	handle = embed_handle(&object);
	if (!handle)
		embed_break(object.owner);
	return handle;
}

struct iopf4j_vm *iopf4j_vm_add(struct iopf4j_bench *bench, const char *name)
{
	struct embed_call call;
	jbyteArray bytes;
	int index = 0;

	if (embed_check_text(name, "name of a VM") || embed_begin(&call, bench, EMBED_BENCH))
		return NULL;
	bytes = embed_bytes(call.env, name);
	if (bytes)
		index = EMBED_CALL(&call, Int, add_vm, bytes);
	return end_made(&call, EMBED_VM, index);
}

static jintArray ints(JNIEnv *env, const uint32_t *values, size_t count)
{
	jintArray array;

	if ((*env)->ExceptionCheck(env))
		return NULL;
	array = (*env)->NewIntArray(env, (jsize)count);
	if (array && count)
		(*env)->SetIntArrayRegion(env, array, 0, (jsize)count, (const jint *)values);
	return (*env)->ExceptionCheck(env) ? NULL : array;
}

struct iopf4j_device *iopf4j_device_add(struct iopf4j_vm *vm, const char *name,
					const uint32_t *pasids, size_t count)
{
	struct embed_call call;
	jbyteArray bytes;
	jintArray uses;
	int index = 0;

	if (embed_check_text(name, "name of a device"))
		return NULL;
	if (count > MOST_PASIDS || (count && !pasids)) {
		embed_fail(EINVAL, "%s: %s", name, pasids ? "more PASIDs than there are" : "pasids: NULL");
		return NULL;
	}
	if (embed_begin(&call, vm, EMBED_VM))
		return NULL;
	bytes = embed_bytes(call.env, name);
	uses = ints(call.env, pasids, count);
	if (uses)
		index = EMBED_CALL(&call, Int, add_device, (jint)call.object.index, bytes, uses);
	return end_made(&call, EMBED_DEVICE, index);
}

int iopf4j_device_id(struct iopf4j_device *device, uint32_t *dev_id)
{
	struct embed_call call;
	int ret;

	if (!dev_id)
		return embed_fail(EINVAL, "dev_id: NULL");
	ret = embed_begin(&call, device, EMBED_DEVICE);
	if (ret)
		return ret;
	*dev_id = (uint32_t)call.object.index;
	return embed_end(&call);
}

/* Calls a method that a device does as a whole. */
static int of_device(struct iopf4j_device *device, const jmethodID *method)
{
	struct embed_call call;
	int ret = embed_begin(&call, device, EMBED_DEVICE);

	if (ret)
		return ret;
	(*call.env)->CallVoidMethod(call.env, call.object.bench, *method, (jint)call.object.index);
	return embed_end(&call);
}

int iopf4j_device_attach(struct iopf4j_device *device)
{
	return of_device(device, &embed_methods.attach);
}

int iopf4j_device_replace(struct iopf4j_device *device)
{
	return of_device(device, &embed_methods.replace);
}

int iopf4j_device_detach(struct iopf4j_device *device)
{
	return of_device(device, &embed_methods.detach);
}

int iopf4j_device_remove(struct iopf4j_device *device)
{
	return of_device(device, &embed_methods.remove);
}

int iopf4j_device_move(struct iopf4j_device *device, struct iopf4j_vm *vm)
{
	struct embed_object owner;
	struct embed_call call;
	int ret = embed_begin(&call, device, EMBED_DEVICE);

	if (ret)
		return ret;
	ret = embed_find(vm, EMBED_VM, &owner);
	if (!ret && owner.owner != call.object.owner)
		ret = embed_fail(EXDEV, "device and VM are of two benches");
	if (!ret)
		EMBED_CALL(&call, Void, move, (jint)call.object.index, (jint)owner.index);

	int thrown = embed_end(&call);

	return ret ? ret : thrown;
}

static int map(struct iopf4j_device *device, const jmethodID *method, uint32_t pasid, uint64_t iova)
{
	struct embed_call call;
	int ret = embed_begin(&call, device, EMBED_DEVICE);

	if (ret)
		return ret;
	(*call.env)->CallVoidMethod(call.env, call.object.bench, *method, (jint)call.object.index,
				    (jint)pasid, (jlong)iova);
	return embed_end(&call);
}

int iopf4j_device_map(struct iopf4j_device *device, uint32_t pasid, uint64_t iova)
{
	return map(device, &embed_methods.map, pasid, iova);
}

int iopf4j_device_unmap(struct iopf4j_device *device, uint32_t pasid, uint64_t iova)
{
	return map(device, &embed_methods.unmap, pasid, iova);
}
