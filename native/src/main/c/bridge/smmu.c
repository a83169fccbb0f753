/* SPDX-License-Identifier: Apache-2.0 */
#include "bridge.h"

#include <iopf4j/smmu.h>

#define ILLEGAL_ARGUMENT "java/lang/IllegalArgumentException"
#define PAGE1 0x10000

/* What the Java side asks of a library that is a fault path: bits of smmuOps. */
#define KNOWS_EARLIER_RULES 1
#define LOGS_AS_LINUX 2

struct bench_smmu {
	struct arm_smmu_device smmu;
	struct device dev;
};

/* A device that faults, whether the driver has probed it or not. */
struct bench_client {
	struct device dev;
	struct dev_iommu iommu;
};

struct bench_master {
	struct arm_smmu_master master;
	struct arm_smmu_stream stream;
};

static const struct arm_smmu_fault_ops *ops_of(struct library *library)
{
	return library->ops;
}

/* ---- What the library calls ---- */

static void check_smmu(const struct arm_smmu_device *smmu)
{
	if (!smmu || smmu != here()->library->smmu)
		iopf4j_bug(__FILE__, __LINE__, "%p is no SMMU", (const void *)smmu);
}

struct arm_smmu_master *arm_smmu_find_master(struct arm_smmu_device *smmu, u32 sid)
{
	struct arm_smmu_master *master;

	check_smmu(smmu);
	master = (struct arm_smmu_master *)(uintptr_t)UPCALL(Long, find_master, (jint)sid);
	if (master)
		WRITE_ONCE(master->dev->iommu->priv, master);
	return master;
}

int arm_smmu_cmdq_issue_cmd(struct arm_smmu_device *smmu, const u64 *cmd)
{
	check_smmu(smmu);
	if (!cmd)
		iopf4j_bug(__FILE__, __LINE__, "a command that is NULL");
	return UPCALL(Int, issue_command, (jlong)cmd[0], (jlong)cmd[1]);
}

/* No device but a client has its dev_iommu behind it. */
static bool is_client(const struct device *dev)
{
	return dev && dev->iommu == &((const struct bench_client *)dev)->iommu;
}

int iopf4j_report_device_fault(struct device *dev, struct iopf_fault *evt)
{
	if (!is_client(dev))
		iopf4j_bug(__FILE__, __LINE__, "%p is no device behind the SMMU", (void *)dev);
	if (!evt || evt->fault.type != IOMMU_FAULT_PAGE_REQ)
		iopf4j_bug(__FILE__, __LINE__, "a fault of type %u, which is no page request",
			   evt ? evt->fault.type : 0);
	return UPCALL(Int, report_fault, (jint)dev->id, (jint)evt->fault.prm.flags,
		      (jint)evt->fault.prm.pasid, (jint)evt->fault.prm.grpid,
		      (jint)evt->fault.prm.perm, (jlong)evt->fault.prm.addr);
}

/* ---- Loading ---- */

/* Finds what the library defines, and says what it can. */
NATIVE(jint, smmuOps, jlong handle)
{
	struct library *library = (struct library *)handle;
	const struct arm_smmu_fault_ops *ops = symbol(library, "iopf4j_smmu_fault_path");

	if (!ops) {
		throw_error(env, ILLEGAL_ARGUMENT,
			    "%s: no fault path: it defines no 'const struct arm_smmu_fault_ops "
			    "iopf4j_smmu_fault_path'",
			    library->name);
		return 0;
	}
	if (!ops->reset || !ops->evtq_thread || !ops->page_response) {
		throw_error(env, ILLEGAL_ARGUMENT,
			    "%s: iopf4j_smmu_fault_path needs .reset, .evtq_thread and .page_response",
			    library->name);
		return 0;
	}
	library->ops = ops;
	return (ops->page_response_errno ? KNOWS_EARLIER_RULES : 0) |
	       (ops->logs_as_linux ? LOGS_AS_LINUX : 0);
}

NATIVE(jlong, smmuOpen, jlong handle, jstring name, jint window, jobject queue, jlong queue_dma,
       jint queue_shift, jint rules)
{
	struct library *library = (struct library *)handle;
	struct bench_smmu *bench = own_for(env, library, sizeof(*bench), "an SMMU");
	struct arm_smmu_queue *q;

	if (!bench)
		return 0;
	library->smmu = &bench->smmu;
	bench->dev.init_name = own_string(library, env, name);
	bench->smmu.dev = &bench->dev;
	bench->smmu.base = iomem(window);
	bench->smmu.page1 = bench->smmu.base + PAGE1;
	bench->smmu.rules = (enum arm_smmu_rules)rules;
	q = &bench->smmu.evtq.q;
	q->base = (*env)->GetDirectBufferAddress(env, queue);
	q->base_dma = (dma_addr_t)queue_dma;
	q->ent_dwords = EVTQ_ENT_DWORDS;
	q->llq.max_n_shift = (u32)queue_shift;
	q->prod_reg = bench->smmu.page1 + ARM_SMMU_EVTQ_PROD;
	q->cons_reg = bench->smmu.page1 + ARM_SMMU_EVTQ_CONS;
	return (jlong)(uintptr_t)bench;
}

NATIVE(jlong, smmuClient, jlong handle, jint id, jstring name)
{
	struct library *library = (struct library *)handle;
	struct bench_client *client = own_for(env, library, sizeof(*client), "a device");

	if (!client)
		return 0;
	client->dev.init_name = own_string(library, env, name);
	client->dev.iommu = &client->iommu;
	client->dev.id = id;
	return (jlong)(uintptr_t)client;
}

NATIVE(jlong, smmuMaster, jlong handle, jlong smmu, jlong client, jboolean stall_enabled, jint sid)
{
	struct bench_master *bench =
		own_for(env, (struct library *)handle, sizeof(*bench), "a device");

	if (!bench)
		return 0;
	bench->stream.id = (u32)sid;
	bench->master.smmu = &((struct bench_smmu *)smmu)->smmu;
	bench->master.dev = &((struct bench_client *)client)->dev;
	bench->master.streams = &bench->stream;
	bench->master.num_streams = 1;
	bench->master.stall_enabled = stall_enabled;
	return (jlong)(uintptr_t)bench;
}

/* ---- Calls ---- */

struct smmu_call {
	struct library *library;
	struct bench_smmu *bench;
	struct bench_client *client;
	struct iopf_fault fault;
	struct iommu_page_response resp;
	bool has_fault;
	bool of_stream;
	jint result;
};

static void probe_body(void *argument)
{
	struct smmu_call *call = argument;

	call->result = ops_of(call->library)->probe(&call->bench->smmu);
}

NATIVE(jint, smmuProbe, jlong handle, jlong smmu)
{
	struct smmu_call call = { .library = (struct library *)handle,
				  .bench = (struct bench_smmu *)smmu };

	if (ops_of(call.library)->probe)
		guarded(env, call.library, probe_body, &call);
	return call.result;
}

static void remove_body(void *argument)
{
	struct smmu_call *call = argument;

	ops_of(call->library)->remove(&call->bench->smmu);
}

/* How often the library was told that events were lost. */
NATIVE(jlong, smmuLost, jlong handle __always_unused, jlong smmu)
{
	return (jlong)((struct bench_smmu *)smmu)->smmu.events_lost;
}

NATIVE(void, smmuRemove, jlong handle, jlong smmu)
{
	struct smmu_call call = { .library = (struct library *)handle,
				  .bench = (struct bench_smmu *)smmu };

	if (!call.library->dead && ops_of(call.library)->remove)
		guarded(env, call.library, remove_body, &call);
}

static void reset_body(void *argument)
{
	struct smmu_call *call = argument;

	ops_of(call->library)->reset(&call->bench->smmu);
}

NATIVE(void, smmuReset, jlong handle, jlong smmu)
{
	struct smmu_call call = { .library = (struct library *)handle,
				  .bench = (struct bench_smmu *)smmu };

	guarded(env, call.library, reset_body, &call);
}

static void events_body(void *argument)
{
	struct smmu_call *call = argument;

	ops_of(call->library)->evtq_thread(0, &call->bench->smmu);
}

NATIVE(void, smmuEvents, jlong handle, jlong smmu)
{
	struct smmu_call call = { .library = (struct library *)handle,
				  .bench = (struct bench_smmu *)smmu };

	guarded(env, call.library, events_body, &call);
}

static void respond_body(void *argument)
{
	struct smmu_call *call = argument;
	const struct arm_smmu_fault_ops *ops = ops_of(call->library);
	struct device *dev = &call->client->dev;
	struct iopf_fault *fault = call->has_fault ? &call->fault : NULL;

	if (call->bench->smmu.rules == ARM_SMMU_RULES_6_12)
		ops->page_response(dev, fault, &call->resp);
	else
		call->result = ops->page_response_errno(dev, fault, &call->resp,
							call->of_stream);
}

/* master is 0 for a device that the driver does not know any more. */
NATIVE(jint, smmuRespond, jlong handle, jlong smmu, jlong client, jlong master,
       jboolean has_fault, jint flags, jint pasid, jint grpid, jint perm, jlong addr,
       jint resp_pasid, jint resp_grpid, jint code, jboolean of_stream)
{
	struct smmu_call call = {
		.library = (struct library *)handle,
		.bench = (struct bench_smmu *)smmu,
		.client = (struct bench_client *)client,
		.fault.fault = {
			.type = IOMMU_FAULT_PAGE_REQ,
			.prm = {
				.flags = (u32)flags,
				.pasid = (u32)pasid,
				.grpid = (u32)grpid,
				.perm = (u32)perm,
				.addr = (u64)addr,
			},
		},
		.resp = {
			.pasid = (u32)resp_pasid,
			.grpid = (u32)resp_grpid,
			.code = (u32)code,
		},
		.has_fault = has_fault,
		.of_stream = of_stream,
	};

	INIT_LIST_HEAD(&call.fault.list);
	WRITE_ONCE(call.client->iommu.priv, (void *)master);
	guarded(env, call.library, respond_body, &call);
	return call.result;
}
