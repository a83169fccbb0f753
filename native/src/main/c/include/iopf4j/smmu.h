/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fault path of an SMMUv3 driver: from a record in the event queue to the fault that the core
 * is told of, and from an answer to CMD_RESUME. A library that is one defines
 *
 *	const struct arm_smmu_fault_ops iopf4j_smmu_fault_path = {
 *		.reset = my_reset,
 *		.evtq_thread = my_evtq_thread,
 *		.page_response = my_page_response,
 *	};
 *
 * and is loaded by --driver native:./my.so, which puts it in the place of the bench's own; the rest
 * of the driver stays. Structures and names are those of Linux 6.12 as far as a fault path meets
 * them; values are those of the architecture (IHI 0070).
 *
 * reset and evtq_thread run on one thread at a time, page_response on any.
 */
#ifndef IOPF4J_SMMU_H
#define IOPF4J_SMMU_H

#include <iopf4j/abi.h>
#include <linux/bitfield.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/kernel.h>
#include <linux/module.h>

/* ---- Registers; offsets of PROD and CONS are in page 1 ---- */

#define ARM_SMMU_EVTQ_BASE 0xa0
#define ARM_SMMU_EVTQ_PROD 0xa8
#define ARM_SMMU_EVTQ_CONS 0xac

#define Q_BASE_RWA BIT_ULL(62)
#define Q_BASE_ADDR_MASK GENMASK_ULL(51, 5)
#define Q_BASE_LOG2SIZE GENMASK_ULL(4, 0)

#define Q_OVERFLOW_FLAG (1u << 31) /* of PROD and CONS: they differ where entries were lost */

/* ---- A record of the event queue, by doublewords ---- */

#define EVTQ_ENT_DWORDS 4

#define EVTQ_0_ID GENMASK_ULL(7, 0)
#define EVTQ_0_SSV BIT_ULL(11)
#define EVTQ_0_SSID GENMASK_ULL(31, 12)
#define EVTQ_0_SID GENMASK_ULL(63, 32)
#define EVTQ_1_STAG GENMASK_ULL(15, 0)
#define EVTQ_1_STALL BIT_ULL(31)
#define EVTQ_1_PnU BIT_ULL(33)
#define EVTQ_1_InD BIT_ULL(34)
#define EVTQ_1_RnW BIT_ULL(35)
#define EVTQ_1_S2 BIT_ULL(39)
#define EVTQ_2_ADDR GENMASK_ULL(63, 0)

#define EVT_ID_TRANSLATION_FAULT 0x10
#define EVT_ID_ADDR_SIZE_FAULT 0x11
#define EVT_ID_ACCESS_FAULT 0x12
#define EVT_ID_PERMISSION_FAULT 0x13

/* ---- CMD_RESUME ---- */

#define CMDQ_ENT_DWORDS 2

#define CMDQ_0_OP GENMASK_ULL(7, 0)
#define CMDQ_OP_RESUME 0x44
#define CMDQ_RESUME_0_RESP GENMASK_ULL(13, 12)
#define CMDQ_RESUME_0_RESP_TERM 0ULL
#define CMDQ_RESUME_0_RESP_RETRY 1ULL
#define CMDQ_RESUME_0_RESP_ABORT 2ULL
#define CMDQ_RESUME_0_SID GENMASK_ULL(63, 32)
#define CMDQ_RESUME_1_STAG GENMASK_ULL(15, 0)

/* ---- The SMMU ---- */

/* The driver's copies of PROD and CONS; max_n_shift is log2 of the entries. */
struct arm_smmu_ll_queue {
	u32 prod;
	u32 cons;
	u32 max_n_shift;
};

struct arm_smmu_queue {
	struct arm_smmu_ll_queue llq;
	__le64 *base; /* shared with the hardware: what is written is seen at once */
	dma_addr_t base_dma;
	size_t ent_dwords;
	u32 __iomem *prod_reg;
	u32 __iomem *cons_reg;
};

struct arm_smmu_evtq {
	struct arm_smmu_queue q;
};

/* Whose rules the core has: those of the bench's --semantics. */
enum arm_smmu_rules {
	ARM_SMMU_RULES_2017, /* the series of November 2017 */
	ARM_SMMU_RULES_2018, /* the series of 2018 */
	ARM_SMMU_RULES_5_X,  /* Linux 5.3 to 6.1 */
	ARM_SMMU_RULES_6_12,
};

/* Lives from probe to remove. The queue's memory and registers are there, its llq is zero. */
struct arm_smmu_device {
	struct device *dev; /* for the log */
	void __iomem *base;
	void __iomem *page1;
	struct arm_smmu_evtq evtq;
	enum arm_smmu_rules rules;
	unsigned long events_lost; /* to be counted by the library: how often it was told so */
	void *priv;		   /* the library's own */
};

struct arm_smmu_stream {
	u32 id;
};

/* A device behind the SMMU. Lives until the library is unloaded, known or not. */
struct arm_smmu_master {
	struct arm_smmu_device *smmu;
	struct device *dev;
	struct arm_smmu_stream *streams; /* a device with faults has exactly one */
	unsigned int num_streams;
	bool stall_enabled;
};

/* ---- What the library defines ---- */

struct arm_smmu_fault_ops {
	/* Before all others, once. 0, or a negative errno, with which the driver's probe fails. */
	int (*probe)(struct arm_smmu_device *smmu);

	/* After all others. */
	void (*remove)(struct arm_smmu_device *smmu);

	/* Programs the event queue's base, PROD and CONS; it is disabled. Must be there. */
	void (*reset)(struct arm_smmu_device *smmu);

	/*
	 * The threaded half of the event interrupt, its dev_id the SMMU; what it returns is not
	 * looked at. Must be there.
	 */
	irqreturn_t (*evtq_thread)(int irq, void *dev_id);

	/*
	 * Answers a stall. The master of dev is dev_iommu_priv_get(dev), NULL for a device that the
	 * driver has released. Must be there.
	 */
	void (*page_response)(struct device *dev, struct iopf_fault *evt,
			      struct iommu_page_response *resp);

	/*
	 * The same for a core of before 6.12, where it returns 0 or a negative errno; of_stream: the
	 * answer is for one request, and not for its group (2017, where evt is NULL). Without it the
	 * library knows 6.12 alone, and other rules are refused.
	 */
	int (*page_response_errno)(struct device *dev, struct iopf_fault *evt,
				   struct iommu_page_response *resp, bool of_stream);

	/* It logs what Linux logs, in its words: the driver's tests look for them. */
	bool logs_as_linux;
};

extern const struct arm_smmu_fault_ops iopf4j_smmu_fault_path;

/* FAILURE as the series of November 2017 numbers it. */
#define IOPF4J_PAGE_RESP_FAILURE_2017 0xfu

/* ---- What the bench offers ---- */

/* Who owns a stream, or NULL. Linux wants streams_mutex held; here no lock is needed. */
IOPF4J_API struct arm_smmu_master *arm_smmu_find_master(struct arm_smmu_device *smmu, u32 sid);

/*
 * Issues one command, CMDQ_ENT_DWORDS long, without CMD_SYNC: 0, -ETIMEDOUT if the command queue
 * stays full, or -ENODEV once the SMMU has been let go. (Linux takes a struct arm_smmu_cmdq_ent
 * and builds the command itself; here building is a part of what is tried.)
 */
IOPF4J_API int arm_smmu_cmdq_issue_cmd(struct arm_smmu_device *smmu, const u64 *cmd);

/*
 * Tells the core of a fault: 0, or a negative errno, see the rules in force. A macro and no
 * function, since a library that is a fault core has a function of this name. What has been ended
 * by CMD_STALL_TERM meanwhile is dropped, and 0 is returned.
 */
#define iommu_report_device_fault(dev, evt) iopf4j_report_device_fault(dev, evt)
IOPF4J_API int iopf4j_report_device_fault(struct device *dev, struct iopf_fault *evt);

#endif
