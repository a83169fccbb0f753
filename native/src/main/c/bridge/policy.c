/* SPDX-License-Identifier: Apache-2.0 */
#include "bridge.h"

#include <iopf4j/policy.h>

struct bench_account {
	struct iopf_account account;
	bool is_vm;
	char name[];
};

static const struct iopf_policy_ops *policy_of(struct library *library)
{
	return library->ops;
}

static const struct bench_account *account_of(const struct iopf_account *account)
{
	const struct bench_account *bench = (const struct bench_account *)account;

	if (!account)
		iopf4j_bug(__FILE__, __LINE__, "an account that is NULL");
	/* Only of ours is that so, and nothing beyond what the library knows is read. */
	if (account->name != bench->name)
		iopf4j_bug(__FILE__, __LINE__, "no account of this bench");
	return bench;
}

void iopf_set_quota(const struct iopf_account *account, unsigned int groups)
{
	const struct bench_account *bench = account_of(account);

	if (groups < 1 || groups > INT32_MAX)
		iopf4j_bug(__FILE__, __LINE__, "a quota of %u", groups);
	((struct bench_account *)bench)->account.quota = groups;
	UPCALL_VOID(set_quota, bench->is_vm, (jint)account->index, (jint)groups);
}

static void set_disabled(const struct iopf_account *account, bool is_disabled)
{
	const struct bench_account *bench = account_of(account);

	UPCALL_VOID(set_disabled, bench->is_vm, (jint)account->index, is_disabled);
}

void iopf_disable(const struct iopf_account *account)
{
	set_disabled(account, true);
}

void iopf_enable(const struct iopf_account *account)
{
	set_disabled(account, false);
}

/* ---- Loading ---- */

struct number_call {
	struct library *library;
	const char *device;
	const struct iopf_account *account, *vm;
	unsigned int capacity;
	u64 ns;
	jint errno_value;
};

static void init_body(void *argument)
{
	struct number_call *call = argument;

	call->errno_value = policy_of(call->library)->init();
}

NATIVE(void, policyOpen, jlong handle)
{
	struct library *library = (struct library *)handle;
	const struct iopf_policy_ops *ops = symbol(library, "iopf_policy");

	if (!ops) {
		throw_error(env, "java/lang/IllegalArgumentException",
			    "%s: no policy: it defines no 'const struct iopf_policy_ops iopf_policy'",
			    library->name);
		return;
	}
	if (!ops->admit && !ops->answered && !ops->timeout && !ops->assigned && !ops->init) {
		throw_error(env, "java/lang/IllegalArgumentException",
			    "%s: iopf_policy is empty: set .admit, .answered or .timeout",
			    library->name);
		return;
	}
	library->ops = ops;
}

/* 0, or what init() said. */
NATIVE(jint, policyInit, jlong handle)
{
	struct number_call call = { .library = (struct library *)handle };

	if (policy_of(call.library)->init)
		guarded(env, call.library, init_body, &call);
	return call.errno_value;
}

static void exit_body(void *argument)
{
	policy_of(argument)->exit();
}

NATIVE(void, policyExit, jlong handle)
{
	struct library *library = (struct library *)handle;

	if (!library->dead && policy_of(library)->exit)
		guarded(env, library, exit_body, library);
}

NATIVE(jlong, policyAccount, jlong handle, jboolean is_vm, jint index, jstring name)
{
	struct library *library = (struct library *)handle;
	jsize length = (*env)->GetStringUTFLength(env, name);
	struct bench_account *bench =
		own_for(env, library, sizeof(*bench) + (size_t)length + 1, "an account");

	if (!bench)
		return 0;
	(*env)->GetStringUTFRegion(env, name, 0, (*env)->GetStringLength(env, name), bench->name);
	bench->account.index = index;
	bench->account.name = bench->name;
	bench->is_vm = is_vm;
	return (jlong)(uintptr_t)bench;
}

static void assigned_body(void *argument)
{
	struct number_call *call = argument;

	call->errno_value =
		policy_of(call->library)->assigned(call->account, call->vm, call->capacity);
}

NATIVE(jint, policyAssigned, jlong handle, jlong device, jlong vm, jint capacity)
{
	struct number_call call = {
		.library = (struct library *)handle,
		.account = (const struct iopf_account *)device,
		.vm = (const struct iopf_account *)vm,
		.capacity = (unsigned int)capacity,
	};

	if (policy_of(call.library)->assigned)
		guarded(env, call.library, assigned_body, &call);
	return call.errno_value;
}

static void timeout_body(void *argument)
{
	struct number_call *call = argument;

	call->ns = policy_of(call->library)->timeout(call->device, call->ns);
}

NATIVE(jlong, policyTimeout, jlong handle, jstring device, jlong driver_ns)
{
	struct number_call call = { .library = (struct library *)handle, .ns = (u64)driver_ns };

	if (!policy_of(call.library)->timeout)
		return 0;
	call.device = (*env)->GetStringUTFChars(env, device, NULL);
	if (!call.device)
		return 0;
	guarded(env, call.library, timeout_body, &call);
	(*env)->ReleaseStringUTFChars(env, device, call.device);
	return (jlong)call.ns;
}

/* ---- Requests ---- */

struct request_call {
	struct library *library;
	struct iopf_request request;
	struct iommu_fault fault;
	enum iopf_end end;
	bool result;
};

static const struct iopf_account *count(jlong account, jint groups, jint requests)
{
	struct iopf_account *known = (struct iopf_account *)account;

	known->groups = (unsigned int)groups;
	known->requests = (unsigned int)requests;
	return known;
}

static void admit_body(void *argument)
{
	struct request_call *call = argument;

	call->result = policy_of(call->library)->admit(&call->request);
}

static void answered_body(void *argument)
{
	struct request_call *call = argument;

	policy_of(call->library)->answered(&call->request, call->end);
}

/* One entry for both, since they are told the same. end: an iopf_end, or -1 to ask for admission. */
NATIVE(jboolean, policyRequest, jlong handle, jint end, jlong device, jint device_groups,
       jint device_requests, jlong vm, jint vm_groups, jint vm_requests, jint flags, jint pasid,
       jint grpid, jint perm, jlong addr, jlong now_ns, jboolean opens_group, jboolean was_admitted)
{
	struct library *library = (struct library *)handle;
	struct request_call call = {
		.library = library,
		.request = {
			.device = count(device, device_groups, device_requests),
			.vm = count(vm, vm_groups, vm_requests),
			.now_ns = (u64)now_ns,
			.opens_group = opens_group,
			.was_admitted = was_admitted,
		},
		.fault = {
			.type = IOMMU_FAULT_PAGE_REQ,
			.prm = {
				.flags = (u32)flags,
				.pasid = (u32)pasid,
				.grpid = (u32)grpid,
				.perm = (u32)perm,
				.addr = (u64)addr,
			},
		},
		.end = (enum iopf_end)end,
		.result = true,
	};

	call.request.fault = &call.fault;
	if (end < 0 ? policy_of(library)->admit != NULL : policy_of(library)->answered != NULL)
		guarded(env, library, end < 0 ? admit_body : answered_body, &call);
	return call.result;
}
