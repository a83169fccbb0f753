/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fault path of an SMMUv3 driver in C, as Linux 6.12 has it: records of the event queue become
 * faults, and answers become CMD_RESUME.
 *
 *	cc -shared -fPIC -I native/src/main/c/include -o smmu-faults.so native/examples/smmu-faults.c
 *	./iopf4j run shared-stall-buffer --driver native:./smmu-faults.so
 *
 * At the end stands what kernels before 6.12 did otherwise; who does not care leaves that part away,
 * and .page_response_errno with it.
 */
#include <iopf4j/smmu.h>
#include <linux/ratelimit.h>

/* ---- The queue: index, a wrap bit above it, and an overflow flag in bit 31 ---- */

static u32 entries(const struct arm_smmu_ll_queue *llq)
{
	return 1u << llq->max_n_shift;
}

static bool is_empty(const struct arm_smmu_ll_queue *llq)
{
	return ((llq->prod ^ llq->cons) & (2 * entries(llq) - 1)) == 0;
}

static void advance_cons(struct arm_smmu_ll_queue *llq)
{
	u32 next = (llq->cons + 1) & (2 * entries(llq) - 1);

	llq->cons = (llq->cons & Q_OVERFLOW_FLAG) | next;
}

/* Looks where the hardware is: -EOVERFLOW if it has dropped records since the last time. */
static int sync_prod(struct arm_smmu_queue *q)
{
	u32 prod = readl_relaxed(q->prod_reg);
	bool lost = (prod ^ q->llq.prod) & Q_OVERFLOW_FLAG;

	/* No record may be read before the pointer that says it is there. */
	dma_rmb();
	q->llq.prod = prod;
	return lost ? -EOVERFLOW : 0;
}

static void acknowledge_overflow(struct arm_smmu_queue *q)
{
	if (!((q->llq.prod ^ q->llq.cons) & Q_OVERFLOW_FLAG))
		return;
	q->llq.cons ^= Q_OVERFLOW_FLAG;
	writel(q->llq.cons, q->cons_reg);
}

/* Copies the next record and gives its slot back at once: to handle it may take long. */
static bool pop(struct arm_smmu_queue *q, u64 *evt)
{
	const __le64 *entry;
	size_t i;

	if (is_empty(&q->llq))
		return false;
	entry = q->base + (q->llq.cons & (entries(&q->llq) - 1)) * q->ent_dwords;
	for (i = 0; i < q->ent_dwords; i++)
		evt[i] = le64_to_cpu(entry[i]);
	advance_cons(&q->llq);
	writel(q->llq.cons, q->cons_reg);
	return true;
}

static void smmu_reset(struct arm_smmu_device *smmu)
{
	struct arm_smmu_queue *q = &smmu->evtq.q;

	q->llq.prod = 0;
	q->llq.cons = 0;
	writeq_relaxed(Q_BASE_RWA | (q->base_dma & Q_BASE_ADDR_MASK) |
			       FIELD_PREP(Q_BASE_LOG2SIZE, q->llq.max_n_shift),
		       smmu->base + ARM_SMMU_EVTQ_BASE);
	writel_relaxed(q->llq.prod, q->prod_reg);
	writel_relaxed(q->llq.cons, q->cons_reg);
}

/* ---- Faults ---- */

static void answer_failed_report(struct arm_smmu_master *master, struct iopf_fault *fault);

static void read_fault(const u64 *evt, struct iommu_fault *fault)
{
	struct iommu_fault_page_request *request = &fault->prm;

	fault->type = IOMMU_FAULT_PAGE_REQ;
	request->flags = IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE;
	request->grpid = (u32)FIELD_GET(EVTQ_1_STAG, evt[1]);
	request->perm = evt[1] & EVTQ_1_RnW ? IOMMU_FAULT_PERM_READ : IOMMU_FAULT_PERM_WRITE;
	if (evt[1] & EVTQ_1_InD)
		request->perm |= IOMMU_FAULT_PERM_EXEC;
	if (evt[1] & EVTQ_1_PnU)
		request->perm |= IOMMU_FAULT_PERM_PRIV;
	request->addr = FIELD_GET(EVTQ_2_ADDR, evt[2]);
	if (evt[0] & EVTQ_0_SSV) {
		request->flags |= IOMMU_FAULT_PAGE_REQUEST_PASID_VALID;
		request->pasid = (u32)FIELD_GET(EVTQ_0_SSID, evt[0]);
	}
}

/* 0 if the record was a stall that the core has taken; anything else is dumped. */
static int handle_evt(struct arm_smmu_device *smmu, const u64 *evt)
{
	struct iopf_fault fault = { 0 };
	struct arm_smmu_master *master;
	int err;

	switch (FIELD_GET(EVTQ_0_ID, evt[0])) {
	case EVT_ID_TRANSLATION_FAULT:
	case EVT_ID_ADDR_SIZE_FAULT:
	case EVT_ID_ACCESS_FAULT:
	case EVT_ID_PERMISSION_FAULT:
		break;
	default:
		return -EOPNOTSUPP;
	}
	/* 6.12 reports a fault of stage 2 as if it were the guest's; before it stayed stalled. */
	if ((evt[1] & EVTQ_1_S2) && smmu->rules != ARM_SMMU_RULES_6_12)
		return -EFAULT;
	if (!(evt[1] & EVTQ_1_STALL))
		return -EOPNOTSUPP;
	read_fault(evt, &fault.fault);
	master = arm_smmu_find_master(smmu, (u32)FIELD_GET(EVTQ_0_SID, evt[0]));
	if (!master)
		return -EINVAL; /* nobody can resume it: it stays stalled */
	err = iommu_report_device_fault(master->dev, &fault);
	if (err && smmu->rules != ARM_SMMU_RULES_6_12)
		answer_failed_report(master, &fault);
	return err;
}

static void dump_evt(struct arm_smmu_device *smmu, const u64 *evt)
{
	static DEFINE_RATELIMIT_STATE(dumps, DEFAULT_RATELIMIT_INTERVAL, DEFAULT_RATELIMIT_BURST);

	if (!__ratelimit(&dumps))
		return;
	dev_info(smmu->dev, "event 0x%02x received: 0x%016llx 0x%016llx 0x%016llx 0x%016llx\n",
		 (unsigned int)FIELD_GET(EVTQ_0_ID, evt[0]), evt[0], evt[1], evt[2], evt[3]);
}

static irqreturn_t smmu_evtq_thread(int irq __always_unused, void *dev_id)
{
	struct arm_smmu_device *smmu = dev_id;
	struct arm_smmu_queue *q = &smmu->evtq.q;
	u64 evt[EVTQ_ENT_DWORDS];

	do {
		while (pop(q, evt)) {
			if (handle_evt(smmu, evt))
				dump_evt(smmu, evt);
		}
		if (sync_prod(q) == -EOVERFLOW) {
			smmu->events_lost++;
			dev_err(smmu->dev, "EVTQ overflow detected -- events lost\n");
		}
	} while (!is_empty(&q->llq));
	/* Only now: while the flags differ the hardware writes no record that would be lost too. */
	acknowledge_overflow(q);
	return IRQ_HANDLED;
}

/* ---- Answers ---- */

/* The master that an answer is for, or NULL, with a warning, if it cannot have stalled. */
static struct arm_smmu_master *stalled_master(struct device *dev)
{
	struct arm_smmu_master *master = dev_iommu_priv_get(dev);

	if (master && master->stall_enabled)
		return master;
	dev_warn(dev, "page response without stall\n");
	return NULL;
}

/* Without CMD_SYNC: once consumed the command has been obeyed, and the access may stall again. */
static void resume(struct arm_smmu_master *master, u32 stag, u64 action)
{
	u64 cmd[CMDQ_ENT_DWORDS] = {
		FIELD_PREP(CMDQ_0_OP, CMDQ_OP_RESUME) | FIELD_PREP(CMDQ_RESUME_0_RESP, action) |
			FIELD_PREP(CMDQ_RESUME_0_SID, master->streams[0].id),
		FIELD_PREP(CMDQ_RESUME_1_STAG, stag),
	};

	arm_smmu_cmdq_issue_cmd(master->smmu, cmd);
}

static void smmu_page_response(struct device *dev, struct iopf_fault *evt __always_unused,
			       struct iommu_page_response *resp)
{
	struct arm_smmu_master *master = stalled_master(dev);
	u64 action;

	if (!master)
		return;
	switch (resp->code) {
	case IOMMU_PAGE_RESP_SUCCESS:
		action = CMDQ_RESUME_0_RESP_RETRY;
		break;
	case IOMMU_PAGE_RESP_INVALID:
	case IOMMU_PAGE_RESP_FAILURE:
		action = CMDQ_RESUME_0_RESP_ABORT;
		break;
	default:
		action = CMDQ_RESUME_0_RESP_TERM; /* a code that is none reads zero */
	}
	resume(master, resp->grpid, action);
}

/* ---- Before 6.12: an answer can fail, and who reports in vain owes one ---- */

static u32 failure_code(const struct arm_smmu_device *smmu)
{
	return smmu->rules == ARM_SMMU_RULES_2017 ? IOPF4J_PAGE_RESP_FAILURE_2017
						  : IOMMU_PAGE_RESP_FAILURE;
}

static int smmu_page_response_errno(struct device *dev, struct iopf_fault *evt __always_unused,
				    struct iommu_page_response *resp, bool of_stream)
{
	struct arm_smmu_master *master = stalled_master(dev);

	if (!master)
		return -ENODEV;
	if (resp->code != IOMMU_PAGE_RESP_SUCCESS && resp->code != IOMMU_PAGE_RESP_INVALID &&
	    resp->code != failure_code(master->smmu))
		return -EINVAL;
	/* A stall is a group of one: in 2017 an answer had to say so. */
	if (of_stream && master->smmu->rules == ARM_SMMU_RULES_2017)
		return -EINVAL;
	resume(master, resp->grpid,
	       resp->code == IOMMU_PAGE_RESP_SUCCESS ? CMDQ_RESUME_0_RESP_RETRY
						     : CMDQ_RESUME_0_RESP_ABORT);
	return 0;
}

static void answer_failed_report(struct arm_smmu_master *master, struct iopf_fault *fault)
{
	struct iommu_page_response resp = {
		.pasid = fault->fault.prm.pasid,
		.grpid = fault->fault.prm.grpid,
		.code = failure_code(master->smmu),
	};

	smmu_page_response_errno(master->dev, fault, &resp, false);
}

const struct arm_smmu_fault_ops iopf4j_smmu_fault_path = {
	.reset = smmu_reset,
	.evtq_thread = smmu_evtq_thread,
	.page_response = smmu_page_response,
	.page_response_errno = smmu_page_response_errno,
	.logs_as_linux = true,
};
