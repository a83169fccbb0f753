/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy: who may have how many faults outstanding, and what ends them. A library that is one
 * defines
 *
 *	const struct iopf_policy_ops iopf_policy = { .admit = my_admit };
 *
 * and is loaded by --policy native:./my.so. Counting is not its work: the accounts that it is
 * handed are exact at that moment. admit, answered and timers run one at a time, under the lock
 * of whoever asks; assigned and timeout under none.
 */
#ifndef IOPF4J_POLICY_H
#define IOPF4J_POLICY_H

#include <iopf4j/abi.h>
#include <linux/iommu.h>
#include <linux/kernel.h>
#include <linux/module.h>

/* What a device or a virtual machine has outstanding. Lives as long as the library is loaded. */
struct iopf_account {
	const char *name;
	int index;	   /* counted from 0, devices and machines apart; IOPF_HOST */
	unsigned int groups;   /* page request groups from their first request on */
	unsigned int requests; /* requests of these groups */
	unsigned int quota;    /* what iopf_set_quota() said, 0: nothing */
};

/* index of the account of devices that belong to no virtual machine. */
#define IOPF_HOST (-1)

/* A request that asks, or the last one of a group that has ended. Valid during the call. */
struct iopf_request {
	const struct iommu_fault *fault;
	const struct iopf_account *device;
	const struct iopf_account *vm; /* whom its group is charged to */
	u64 now_ns;
	bool opens_group;  /* the first request of its group */
	bool was_admitted; /* of answered: false if the group was refused at its first request */
};

enum iopf_end {
	IOPF_ANSWERED,   /* by its consumer, whatever it said */
	IOPF_TERMINATED, /* by a policy, the driver, a missing handler or want of memory */
	IOPF_TIMED_OUT,
	IOPF_DRAINED, /* the host took its device, domain or queue away: no guest's fault */
};

struct iopf_policy_ops {
	/* Once, after the parameters are set. 0, or a negative errno: the library is not loaded. */
	int (*init)(void);

	/* Once, before the library is unloaded. */
	void (*exit)(void);

	/*
	 * A device belongs to a machine, or to the host, from now on. capacity: how many faults may
	 * be outstanding over all devices that share its hardware queue, 0 if nobody knows. 0, or a
	 * negative errno: the rule cannot be kept for this device, and the run ends.
	 */
	int (*assigned)(const struct iopf_account *device, const struct iopf_account *vm,
			unsigned int capacity);

	/* Whether a request may go on; false refuses it with its whole group. */
	bool (*admit)(const struct iopf_request *request);

	/* A group has ended, or was refused: once for each group that was asked about. */
	void (*answered)(const struct iopf_request *request, enum iopf_end end);

	/*
	 * How long a device's groups may wait for their answer, in ns; 0: for ever. driver_ns is
	 * what its driver holds for right. Asked once for each device.
	 */
	u64 (*timeout)(const char *device, u64 driver_ns);
};

extern const struct iopf_policy_ops iopf_policy;

/* Says what a quota comes to, for reports. groups is at least 1. */
IOPF4J_API void iopf_set_quota(const struct iopf_account *account, unsigned int groups);

/*
 * Refuses an account's new faults and ends those that are outstanding, as soon as the caller's lock
 * is free; and lets them in again.
 */
IOPF4J_API void iopf_disable(const struct iopf_account *account);
IOPF4J_API void iopf_enable(const struct iopf_account *account);

#endif
