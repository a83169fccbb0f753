/* SPDX-License-Identifier: Apache-2.0 */
#include "bridge.h"

#include <string.h>

#include <linux/iommu.h>
#include <linux/slab.h>

/* A walk over a list of the library's that is longer than this goes round in circles. */
#define LONGEST 1000000

/* The functions that a fault core defines. */
struct core_ops {
	int (*report)(struct device *dev, struct iopf_fault *evt);
	void (*respond)(struct iopf_group *group, enum iommu_page_response_code status);
	void (*free_group)(struct iopf_group *group);
	struct iopf_queue *(*queue_alloc)(const char *name);
	void (*queue_free)(struct iopf_queue *queue);
	int (*add_device)(struct iopf_queue *queue, struct device *dev);
	void (*remove_device)(struct iopf_queue *queue, struct device *dev);
	int (*flush_dev)(struct device *dev);
	int (*discard_partial)(struct iopf_queue *queue);
};

struct iommu_group {
	int id; /* each device is in a group of its own, which is called as the device */
};

/* A device of the bench as the library sees it. */
struct bench_device {
	struct device dev;
	struct dev_iommu iommu;
	struct iommu_device iommu_dev;
	struct iommu_ops ops;
	struct iommu_group group;
};

/* An attachment of the bench as the library sees it. */
struct bench_handle {
	struct iommu_attach_handle handle;
	struct iommu_domain domain;
	int id;
};

static const struct core_ops *core_of(struct library *library)
{
	return library->ops;
}

/* ---- What the library calls ---- */

static const struct bench_handle *handle_of(const struct iommu_attach_handle *handle)
{
	const struct bench_handle *bench = (const struct bench_handle *)handle;

	if (!handle)
		iopf4j_bug(__FILE__, __LINE__, "a group without an attach handle");
	/* Only of ours is that so, and nothing beyond what the library knows is read. */
	if (handle->domain != &bench->domain)
		iopf4j_bug(__FILE__, __LINE__, "no attach handle of this bench");
	return bench;
}

/* The bench puts its group together from these, in the order in which they come. */
static void tell_fault(const struct iommu_fault *fault)
{
	UPCALL_VOID(add_fault, (jint)fault->type, (jint)fault->prm.flags, (jint)fault->prm.pasid,
		    (jint)fault->prm.grpid, (jint)fault->prm.perm, (jlong)fault->prm.addr,
		    (jlong)fault->prm.private_data[0], (jlong)fault->prm.private_data[1]);
}

/* The iopf_handler of every domain: hands a group to whoever consumes the domain's faults. */
static int deliver(struct iopf_group *group)
{
	const struct bench_handle *handle;
	struct iopf_fault *at;
	unsigned long count = 0;

	if (!group || !group->fault_param || !group->fault_param->dev)
		iopf4j_bug(__FILE__, __LINE__, "a group that is NULL, or without fault_param or device");
	handle = handle_of(group->attach_handle);
	list_for_each_entry(at, &group->faults, list) {
		if (++count > LONGEST)
			iopf4j_bug(__FILE__, __LINE__, "the list of a group's faults has no end");
		tell_fault(&at->fault);
	}
	if (count == 0 || list_last_entry(&group->faults, struct iopf_fault, list) != &group->last_fault)
		iopf4j_bug(__FILE__, __LINE__, "a group whose faults do not end with its last_fault");
	return UPCALL(Int, deliver, (jint)group->fault_param->dev->id, (jint)handle->id,
		      (jlong)(uintptr_t)group, (jint)count);
}

/* The page_response of every driver. */
static void page_response(struct device *dev, struct iopf_fault *evt,
			  struct iommu_page_response *msg)
{
	if (!dev || !evt || !msg)
		iopf4j_bug(__FILE__, __LINE__, "page_response of NULL");
	UPCALL_VOID(page_response, (jint)dev->id, (jlong)(uintptr_t)evt, (jint)evt->fault.prm.flags,
		    (jint)evt->fault.prm.pasid, (jint)evt->fault.prm.grpid,
		    (jint)evt->fault.prm.perm, (jlong)evt->fault.prm.addr, (jint)msg->pasid,
		    (jint)msg->grpid, (jint)msg->code);
}

/* Java gives the mirror of what is attached, and in bit 0 whether its domain has a handler. */
struct iommu_attach_handle *iopf4j_attach_handle_get(struct iommu_group *group, ioasid_t pasid,
						     unsigned int type)
{
	struct bench_handle *handle;
	jlong found;

	if (!group)
		iopf4j_bug(__FILE__, __LINE__, "attach handle of no group");
	found = UPCALL(Long, attach_handle, (jint)group->id, (jint)pasid);
	if (!found)
		return ERR_PTR(-ENOENT);
	handle = (struct bench_handle *)(uintptr_t)(found & ~1LL);
	handle->domain.iopf_handler = found & 1 ? deliver : NULL;
	if (type && handle->domain.type != type)
		return ERR_PTR(-EBUSY);
	return &handle->handle;
}

/* By the kernel's own name too: a file of a kernel tree is compiled with the tree's iommu-priv.h. */
IOPF4J_API struct iommu_attach_handle *iommu_attach_handle_get(struct iommu_group *group,
							       ioasid_t pasid, unsigned int type);

struct iommu_attach_handle *iommu_attach_handle_get(struct iommu_group *group, ioasid_t pasid,
						    unsigned int type)
{
	return iopf4j_attach_handle_get(group, pasid, type);
}

/* ---- Loading ---- */

static void *need(JNIEnv *env, struct library *library, const char *name)
{
	void *function = (*env)->ExceptionCheck(env) ? NULL : symbol(library, name);

	if (!function && !(*env)->ExceptionCheck(env))
		throw_error(env, "java/lang/IllegalArgumentException",
			    "%s: no fault core: it defines no %s()", library->name, name);
	return function;
}

NATIVE(void, coreOpen, jlong handle)
{
	struct library *library = (struct library *)handle;
	struct core_ops *ops = own_for(env, library, sizeof(*ops), "a core");

	if (!ops)
		return;
	ops->report = need(env, library, "iommu_report_device_fault");
	ops->respond = need(env, library, "iopf_group_response");
	ops->free_group = need(env, library, "iopf_free_group");
	ops->queue_alloc = need(env, library, "iopf_queue_alloc");
	ops->queue_free = need(env, library, "iopf_queue_free");
	ops->add_device = need(env, library, "iopf_queue_add_device");
	ops->remove_device = need(env, library, "iopf_queue_remove_device");
	ops->flush_dev = need(env, library, "iopf_queue_flush_dev");
	ops->discard_partial = need(env, library, "iopf_queue_discard_partial");
	library->ops = ops;
}

NATIVE(jlong, coreDevice, jlong handle, jint id, jstring name, jboolean answers, jboolean user_pasids)
{
	struct library *library = (struct library *)handle;
	struct bench_device *bench = own_for(env, library, sizeof(*bench), "a device");

	if (!bench)
		return 0;
	bench->ops.page_response = answers ? page_response : NULL;
	bench->ops.user_pasid_table = user_pasids;
	bench->iommu_dev.ops = &bench->ops;
	bench->iommu_dev.dev = &bench->dev;
	bench->iommu.iommu_dev = &bench->iommu_dev;
	bench->group.id = id;
	bench->dev.init_name = own_string(library, env, name);
	bench->dev.iommu = &bench->iommu;
	bench->dev.iommu_group = &bench->group;
	bench->dev.id = id;
	return (jlong)(uintptr_t)bench;
}

NATIVE(jlong, coreHandle, jlong handle, jint id, jint domain_type)
{
	struct library *library = (struct library *)handle;
	struct bench_handle *bench = own_for(env, library, sizeof(*bench), "an attachment");

	if (!bench)
		return 0;
	bench->domain.type = (unsigned int)domain_type;
	bench->handle.domain = &bench->domain;
	bench->id = id;
	return (jlong)(uintptr_t)bench;
}

/* ---- Faults and answers ---- */

struct core_call {
	struct library *library;
	struct bench_device *device;
	struct iopf_fault fault;
	struct iopf_group *group;
	struct iopf_queue *queue;
	const char *name;
	u32 code;
	jint result;
};

static void report_body(void *argument)
{
	struct core_call *call = argument;

	call->result = core_of(call->library)->report(&call->device->dev, &call->fault);
}

NATIVE(jint, coreReport, jlong handle, jlong device, jint type, jint flags, jint pasid, jint grpid,
       jint perm, jlong addr, jlong private0, jlong private1)
{
	struct core_call call = {
		.library = (struct library *)handle,
		.device = (struct bench_device *)device,
		.fault.fault = {
			.type = (u32)type,
			.prm = {
				.flags = (u32)flags,
				.pasid = (u32)pasid,
				.grpid = (u32)grpid,
				.perm = (u32)perm,
				.addr = (u64)addr,
				.private_data = { (u64)private0, (u64)private1 },
			},
		},
	};

	INIT_LIST_HEAD(&call.fault.list);
	guarded(env, call.library, report_body, &call);
	return call.result;
}

static void respond_body(void *argument)
{
	struct core_call *call = argument;

	core_of(call->library)->respond(call->group, call->code);
}

NATIVE(void, coreRespond, jlong handle, jlong group, jint code)
{
	struct core_call call = { .library = (struct library *)handle,
				  .group = (struct iopf_group *)group,
				  .code = (u32)code };

	guarded(env, call.library, respond_body, &call);
}

static void free_body(void *argument)
{
	struct core_call *call = argument;

	core_of(call->library)->free_group(call->group);
}

NATIVE(void, coreFreeGroup, jlong handle, jlong group)
{
	struct core_call call = { .library = (struct library *)handle,
				  .group = (struct iopf_group *)group };

	guarded(env, call.library, free_body, &call);
}

/* ---- What a mitigation needs, by the kernel's own lists ---- */

struct list_call {
	struct bench_device *device;
	bool is_any;
	u32 grpid;
	jint count;
};

static struct iommu_fault_param *lock_param(struct bench_device *device)
{
	struct iommu_fault_param *param = rcu_dereference(device->iommu.fault_param);

	if (param)
		mutex_lock(&param->lock);
	return param;
}

static void pending_body(void *argument)
{
	struct list_call *call = argument;
	struct iommu_fault_param *param = lock_param(call->device);
	struct list_head *at;

	if (!param)
		return;
	list_for_each(at, &param->faults) {
		if (++call->count > LONGEST)
			iopf4j_bug(__FILE__, __LINE__, "the list of a device's faults has no end");
	}
	mutex_unlock(&param->lock);
}

/* Groups of a device that wait for their answer. */
NATIVE(jint, corePending, jlong handle, jlong device)
{
	struct list_call call = { .device = (struct bench_device *)device };

	guarded(env, (struct library *)handle, pending_body, &call);
	return call.count;
}

static void drop_body(void *argument)
{
	struct list_call *call = argument;
	struct iommu_fault_param *param = lock_param(call->device);
	struct iopf_fault *at, *next;

	if (!param)
		return;
	list_for_each_entry_safe(at, next, &param->partial, list) {
		if (call->is_any || at->fault.prm.grpid == call->grpid) {
			list_del(&at->list);
			kfree(at);
		}
	}
	mutex_unlock(&param->lock);
}

/* Drops the requests of a device, or of one group of it, that wait for their last one. */
NATIVE(void, coreDropPartials, jlong handle, jlong device, jboolean is_any, jint grpid)
{
	struct list_call call = { .device = (struct bench_device *)device,
				  .is_any = is_any,
				  .grpid = (u32)grpid };

	guarded(env, (struct library *)handle, drop_body, &call);
}

/* ---- Queues ---- */

static void queue_alloc_body(void *argument)
{
	struct core_call *call = argument;

	call->queue = core_of(call->library)->queue_alloc(call->name);
}

NATIVE(jlong, queueAlloc, jlong handle, jstring name)
{
	struct core_call call = { .library = (struct library *)handle };

	call.name = own_string(call.library, env, name);
	guarded(env, call.library, queue_alloc_body, &call);
	return (jlong)(uintptr_t)call.queue;
}

static void queue_free_body(void *argument)
{
	struct core_call *call = argument;

	core_of(call->library)->queue_free(call->queue);
}

NATIVE(void, queueFree, jlong handle, jlong queue)
{
	struct core_call call = { .library = (struct library *)handle,
				  .queue = (struct iopf_queue *)queue };

	guarded(env, call.library, queue_free_body, &call);
}

static void add_device_body(void *argument)
{
	struct core_call *call = argument;

	call->result = core_of(call->library)->add_device(call->queue, &call->device->dev);
}

NATIVE(jint, queueAddDevice, jlong handle, jlong queue, jlong device)
{
	struct core_call call = { .library = (struct library *)handle,
				  .queue = (struct iopf_queue *)queue,
				  .device = (struct bench_device *)device };

	guarded(env, call.library, add_device_body, &call);
	return call.result;
}

static void remove_device_body(void *argument)
{
	struct core_call *call = argument;

	core_of(call->library)->remove_device(call->queue, &call->device->dev);
}

NATIVE(void, queueRemoveDevice, jlong handle, jlong queue, jlong device)
{
	struct core_call call = { .library = (struct library *)handle,
				  .queue = (struct iopf_queue *)queue,
				  .device = (struct bench_device *)device };

	guarded(env, call.library, remove_device_body, &call);
}

static void flush_body(void *argument)
{
	struct core_call *call = argument;

	call->result = core_of(call->library)->flush_dev(&call->device->dev);
}

NATIVE(jint, queueFlushDev, jlong handle, jlong device)
{
	struct core_call call = { .library = (struct library *)handle,
				  .device = (struct bench_device *)device };

	guarded(env, call.library, flush_body, &call);
	return call.result;
}

static void discard_body(void *argument)
{
	struct core_call *call = argument;

	call->result = core_of(call->library)->discard_partial(call->queue);
}

NATIVE(jint, queueDiscardPartial, jlong handle, jlong queue)
{
	struct core_call call = { .library = (struct library *)handle,
				  .queue = (struct iopf_queue *)queue };

	guarded(env, call.library, discard_body, &call);
	return call.result;
}
