/* SPDX-License-Identifier: Apache-2.0 */
/* A fault core that does nothing but be called, and call: see NativeCallBenchmark. */
#include <linux/iommu.h>
#include <linux/ktime.h>
#include <linux/slab.h>

#define UPCALLS 1000

int iopf_queue_flush_dev(struct device *dev __always_unused)
{
	return 0;
}

int iopf_queue_discard_partial(struct iopf_queue *queue __always_unused)
{
	u64 sum = 0;

	for (int i = 0; i < UPCALLS; i++)
		sum |= ktime_get_ns();
	return sum == 1;
}

struct iopf_queue *iopf_queue_alloc(const char *name __always_unused)
{
	return kzalloc(sizeof(struct iopf_queue), GFP_KERNEL);
}

void iopf_queue_free(struct iopf_queue *queue)
{
	kfree(queue);
}

int iopf_queue_add_device(struct iopf_queue *queue __always_unused,
			  struct device *dev __always_unused)
{
	return -ENODEV;
}

void iopf_queue_remove_device(struct iopf_queue *queue __always_unused,
			      struct device *dev __always_unused)
{
}

int iommu_report_device_fault(struct device *dev __always_unused,
			      struct iopf_fault *evt __always_unused)
{
	return -EINVAL;
}

void iopf_group_response(struct iopf_group *group __always_unused,
			 enum iommu_page_response_code status __always_unused)
{
}

void iopf_free_group(struct iopf_group *group __always_unused)
{
}
