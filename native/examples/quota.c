/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vm-quota in C: so many page request groups of all devices of a virtual machine may be outstanding;
 * one more is terminated at once, and those that wait are left alone.
 *
 *	cc -shared -fPIC -I native/src/main/c/include -o quota.so native/examples/quota.c
 *	./iopf4j run shared-stall-buffer --policy native:./quota.so
 *	./iopf4j run shared-stall-buffer --policy 'native:./quota.so limit=8'
 */
#include <stdlib.h>
#include <string.h>

#include <iopf4j/policy.h>

#define MOST 1000000

static char *limit = "half";
module_param(limit, charp, 0444);
MODULE_PARM_DESC(limit, "groups of a VM, or half of what the hardware queue holds");

/* 0: half of the queue, whose size each device's driver says. */
static unsigned int groups;

static int quota_init(void)
{
	char *end;
	long number;

	if (!strcmp(limit, "half"))
		return 0;
	number = strtol(limit, &end, 10);
	if (*end || number < 1 || number > MOST) {
		pr_err("limit=%s: must be in [1, %d] or half\n", limit, MOST);
		return -EINVAL;
	}
	groups = (unsigned int)number;
	return 0;
}

static int quota_assigned(const struct iopf_account *device, const struct iopf_account *vm,
			  unsigned int capacity)
{
	unsigned int quota = groups ? groups : max(capacity / 2, 1u);

	if (vm->index == IOPF_HOST)
		return 0;
	if (!groups && !capacity) {
		pr_err("the driver of %s does not say how many faults its hardware holds\n",
		       device->name);
		return -ENODATA;
	}
	/* Behind several IOMMUs the smallest one counts. */
	if (!vm->quota || quota < vm->quota)
		iopf_set_quota(vm, quota);
	return 0;
}

static bool quota_admit(const struct iopf_request *request)
{
	const struct iopf_account *vm = request->vm;

	return !request->opens_group || vm->index == IOPF_HOST || vm->groups < vm->quota;
}

const struct iopf_policy_ops iopf_policy = {
	.init = quota_init,
	.assigned = quota_assigned,
	.admit = quota_admit,
};
