/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fault core in C: what drivers/iommu does in Linux 6.12 from a fault's report to its answer, by
 * the kernel's names and over its structures, written anew.
 *
 *	cc -shared -fPIC -I native/src/main/c/include -o core.so native/examples/core.c
 *	./iopf4j run shared-stall-buffer --semantics native:./core.so
 *
 * A device that is on a fault queue has an iommu_fault_param. Its partial list keeps requests whose
 * group is not complete; a complete group is on its faults list, newest first, until it is answered.
 */
#include <linux/iommu.h>
#include <linux/slab.h>

#define pages(evt) (&(evt)->fault.prm)

/* ---- A device's fault parameters ---- */

/* With a reference, so that they outlive a device that leaves its queue meanwhile; or NULL. */
static struct iommu_fault_param *param_get(struct device *dev)
{
	struct iommu_fault_param *param;

	rcu_read_lock();
	param = rcu_dereference(dev->iommu->fault_param);
	if (param && !refcount_inc_not_zero(&param->users))
		param = NULL;
	rcu_read_unlock();
	return param;
}

static void param_put(struct iommu_fault_param *param)
{
	if (refcount_dec_and_test(&param->users))
		kfree_rcu(param, rcu);
}

static void drop_partials(struct iommu_fault_param *param)
{
	struct iopf_fault *evt, *next;

	list_for_each_entry_safe(evt, next, &param->partial, list) {
		list_del(&evt->list);
		kfree(evt);
	}
}

static void drop_partials_of(struct iommu_fault_param *param, u32 grpid)
{
	struct iopf_fault *evt, *next;

	list_for_each_entry_safe(evt, next, &param->partial, list) {
		if (pages(evt)->grpid != grpid)
			continue;
		list_del(&evt->list);
		kfree(evt);
	}
}

/* ---- Answers ---- */

static void answer(struct device *dev, struct iopf_fault *evt, u32 code)
{
	struct iommu_page_response msg = {
		.pasid = pages(evt)->pasid,
		.grpid = pages(evt)->grpid,
		.code = code,
	};

	dev->iommu->iommu_dev->ops->page_response(dev, evt, &msg);
}

/* The device's lock is held; false if the group was answered already. */
static bool answer_pending(struct iopf_group *group, u32 code)
{
	if (list_empty(&group->pending_node))
		return false;
	list_del_init(&group->pending_node);
	answer(group->fault_param->dev, &group->last_fault, code);
	return true;
}

void iopf_group_response(struct iopf_group *group, enum iommu_page_response_code status)
{
	struct mutex *lock = &group->fault_param->lock;

	mutex_lock(lock);
	answer_pending(group, status);
	mutex_unlock(lock);
}

void iopf_free_group(struct iopf_group *group)
{
	struct iopf_fault *evt, *next;

	list_for_each_entry_safe(evt, next, &group->faults, list) {
		if (evt != &group->last_fault)
			kfree(evt);
	}
	param_put(group->fault_param);
	kfree(group);
}

/* ---- Reports ---- */

/*
 * Where a fault goes: to what is attached at its PASID; failing that, if a guest's tables cover all
 * PASIDs, to the nested domain at the RID. NULL if nobody there takes faults.
 */
static struct iommu_attach_handle *receiver(struct device *dev, struct iopf_fault *evt)
{
	bool has_pasid = pages(evt)->flags & IOMMU_FAULT_PAGE_REQUEST_PASID_VALID;
	struct iommu_attach_handle *handle = iopf4j_attach_handle_get(
		dev->iommu_group, has_pasid ? pages(evt)->pasid : IOMMU_NO_PASID, 0);

	if (IS_ERR(handle) && has_pasid && dev->iommu->iommu_dev->ops->user_pasid_table)
		handle = iopf4j_attach_handle_get(dev->iommu_group, IOMMU_NO_PASID,
						  IOMMU_DOMAIN_NESTED);
	return IS_ERR(handle) || !handle->domain->iopf_handler ? NULL : handle;
}

static int keep_partial(struct iommu_fault_param *param, struct iopf_fault *evt)
{
	struct iopf_fault *kept = kzalloc(sizeof(*kept), GFP_KERNEL);

	if (!kept)
		return -ENOMEM; /* the request is lost, and nobody answers it */
	kept->fault = evt->fault;
	mutex_lock(&param->lock);
	list_add(&kept->list, &param->partial);
	mutex_unlock(&param->lock);
	return 0;
}

/* Takes over the caller's reference of param. The device's lock is held. */
static struct iopf_group *open_group(struct iommu_fault_param *param, struct iopf_fault *last,
				     struct iommu_attach_handle *handle)
{
	struct iopf_group *group = kzalloc(sizeof(*group), GFP_KERNEL);
	struct iopf_fault *evt, *next;

	if (!group)
		return NULL;
	group->fault_param = param;
	group->attach_handle = handle;
	group->last_fault.fault = last->fault;
	INIT_LIST_HEAD(&group->node);
	INIT_LIST_HEAD(&group->faults);
	list_add(&group->last_fault.list, &group->faults);
	/* The partial list has the newest first: each one goes in front of those before it. */
	list_for_each_entry_safe(evt, next, &param->partial, list) {
		if (pages(evt)->grpid == pages(last)->grpid)
			list_move(&evt->list, &group->faults);
	}
	group->fault_count = list_count_nodes(&group->faults);
	list_add(&group->pending_node, &param->faults);
	return group;
}

static int report_group(struct iommu_fault_param *param, struct iopf_fault *evt,
			struct iommu_attach_handle *handle)
{
	struct iopf_group *group;

	mutex_lock(&param->lock);
	group = open_group(param, evt, handle);
	if (!group)
		drop_partials_of(param, pages(evt)->grpid);
	mutex_unlock(&param->lock);
	if (!group) {
		answer(param->dev, evt, IOMMU_PAGE_RESP_FAILURE);
		param_put(param);
		return 0;
	}
	if (handle->domain->iopf_handler(group)) {
		iopf_group_response(group, IOMMU_PAGE_RESP_FAILURE);
		iopf_free_group(group);
	}
	return 0;
}

int iommu_report_device_fault(struct device *dev, struct iopf_fault *evt)
{
	struct iommu_attach_handle *handle = receiver(dev, evt);
	struct iommu_fault_param *param = handle ? param_get(dev) : NULL;
	int ret;

	if (!param) {
		if (handle)
			dev_warn(dev, "fault of a device that is on no fault queue\n");
		if (evt->fault.type == IOMMU_FAULT_PAGE_REQ)
			answer(dev, evt, IOMMU_PAGE_RESP_INVALID);
		return -EINVAL;
	}
	if (pages(evt)->flags & IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE)
		return report_group(param, evt, handle);
	ret = keep_partial(param, evt);
	param_put(param);
	return ret;
}

/* ---- Fault queues ---- */

struct iopf_queue *iopf_queue_alloc(const char *name)
{
	struct iopf_queue *queue = kzalloc(sizeof(*queue), GFP_KERNEL);

	if (!queue)
		return NULL;
	INIT_LIST_HEAD(&queue->devices);
	mutex_init(&queue->lock);
	queue->wq = alloc_workqueue("iopf_queue/%s", WQ_UNBOUND, 0, name);
	if (!queue->wq) {
		kfree(queue);
		return NULL;
	}
	return queue;
}

int iopf_queue_add_device(struct iopf_queue *queue, struct device *dev)
{
	struct iommu_fault_param *param;
	int ret = 0;

	if (!dev->iommu->iommu_dev->ops->page_response)
		return -ENODEV;
	mutex_lock(&queue->lock);
	mutex_lock(&dev->iommu->lock);
	if (rcu_access_pointer(dev->iommu->fault_param)) {
		ret = -EBUSY;
		goto unlock;
	}
	param = kzalloc(sizeof(*param), GFP_KERNEL);
	if (!param) {
		ret = -ENOMEM;
		goto unlock;
	}
	mutex_init(&param->lock);
	refcount_set(&param->users, 1);
	INIT_LIST_HEAD(&param->partial);
	INIT_LIST_HEAD(&param->faults);
	param->dev = dev;
	param->queue = queue;
	list_add_tail(&param->queue_list, &queue->devices);
	rcu_assign_pointer(dev->iommu->fault_param, param);
unlock:
	mutex_unlock(&dev->iommu->lock);
	mutex_unlock(&queue->lock);
	return ret;
}

void iopf_queue_remove_device(struct iopf_queue *queue, struct device *dev)
{
	struct iommu_fault_param *param;
	struct iopf_group *group, *next;

	mutex_lock(&queue->lock);
	mutex_lock(&dev->iommu->lock);
	param = rcu_dereference(dev->iommu->fault_param);
	if (!param || param->queue != queue) {
		dev_warn(dev, "not on this fault queue\n");
		goto unlock;
	}
	mutex_lock(&param->lock);
	drop_partials(param);
	/* Whoever else held these groups was drained: they are this function's to free. */
	list_for_each_entry_safe(group, next, &param->faults, pending_node) {
		answer_pending(group, IOMMU_PAGE_RESP_INVALID);
		iopf_free_group(group);
	}
	mutex_unlock(&param->lock);
	list_del(&param->queue_list);
	rcu_assign_pointer(dev->iommu->fault_param, NULL);
	param_put(param);
unlock:
	mutex_unlock(&dev->iommu->lock);
	mutex_unlock(&queue->lock);
}

int iopf_queue_flush_dev(struct device *dev)
{
	struct iommu_fault_param *param = rcu_dereference(dev->iommu->fault_param);

	if (!param) {
		dev_warn(dev, "flush of a device that is on no fault queue\n");
		return -ENODEV;
	}
	flush_workqueue(param->queue->wq);
	return 0;
}

int iopf_queue_discard_partial(struct iopf_queue *queue)
{
	struct iommu_fault_param *param;

	if (!queue)
		return -EINVAL;
	mutex_lock(&queue->lock);
	list_for_each_entry(param, &queue->devices, queue_list) {
		mutex_lock(&param->lock);
		drop_partials(param);
		mutex_unlock(&param->lock);
	}
	mutex_unlock(&queue->lock);
	return 0;
}

void iopf_queue_free(struct iopf_queue *queue)
{
	struct iommu_fault_param *param, *next;

	if (!queue)
		return;
	list_for_each_entry_safe(param, next, &queue->devices, queue_list)
		iopf_queue_remove_device(queue, param->dev);
	destroy_workqueue(queue->wq);
	kfree(queue);
}
