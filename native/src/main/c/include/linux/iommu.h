/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults and their answers as Linux 6.12 has them: the part of include/linux/iommu.h that
 * drivers/iommu/io-pgfault.c and a driver's fault path are written against.
 */
#ifndef IOPF4J_LINUX_IOMMU_H
#define IOPF4J_LINUX_IOMMU_H

#include <linux/device.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/workqueue.h>

#define IOMMU_NO_PASID 0u
#define IOMMU_FIRST_GLOBAL_PASID 1u
#define IOMMU_PASID_INVALID (~0u)

/* ---- Faults ---- */

#define IOMMU_FAULT_PERM_READ (1 << 0)
#define IOMMU_FAULT_PERM_WRITE (1 << 1)
#define IOMMU_FAULT_PERM_EXEC (1 << 2)
#define IOMMU_FAULT_PERM_PRIV (1 << 3)

enum iommu_fault_type {
	IOMMU_FAULT_PAGE_REQ = 1,
};

#define IOMMU_FAULT_PAGE_REQUEST_PASID_VALID (1 << 0)
#define IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE (1 << 1)
#define IOMMU_FAULT_PAGE_RESPONSE_NEEDS_PASID (1 << 2)
/* From here on the bench's own, of what 6.12 has no place for: to be carried along unseen. */
#define IOPF4J_FAULT_PRIVATE_DATA (1u << 30)
#define IOPF4J_FAULT_STREAM_RESPONSE (1u << 31)

struct iommu_fault_page_request {
	u32 flags;
	u32 pasid;
	u32 grpid; /* page request group index, or a stall's tag */
	u32 perm;
	u64 addr; /* I/O virtual address in bytes, as the hardware gave it */
	u64 private_data[2];
};

struct iommu_fault {
	u32 type;
	struct iommu_fault_page_request prm;
};

enum iommu_page_response_code {
	IOMMU_PAGE_RESP_SUCCESS = 0,
	IOMMU_PAGE_RESP_INVALID,
	IOMMU_PAGE_RESP_FAILURE,
};

struct iommu_page_response {
	u32 pasid;
	u32 grpid;
	u32 code;
};

/* ---- Groups ---- */

struct iommu_attach_handle;
struct iommu_fault_param;

struct iopf_fault {
	struct iommu_fault fault;
	struct list_head list;
};

struct iopf_group {
	struct iopf_fault last_fault; /* the bench knows an answered group by this address */
	struct list_head faults;      /* in the order of arrival, last_fault at the end */
	size_t fault_count;
	struct list_head pending_node; /* in fault_param->faults until it is answered */
	struct work_struct work;
	struct iommu_attach_handle *attach_handle;
	struct iommu_fault_param *fault_param;
	struct list_head node; /* its consumer's */
	u32 cookie;
};

struct iopf_queue {
	struct workqueue_struct *wq;
	struct list_head devices;
	struct mutex lock;
};

struct iommu_fault_param {
	struct mutex lock;
	refcount_t users;
	struct rcu_head rcu;
	struct device *dev;
	struct iopf_queue *queue;
	struct list_head queue_list;
	struct list_head partial; /* requests of groups whose last one has not come */
	struct list_head faults;  /* groups that wait for their answer, newest first */
};

/* ---- Domains and devices ---- */

#define __IOMMU_DOMAIN_PAGING (1u << 0)
#define __IOMMU_DOMAIN_PT (1u << 2)
#define __IOMMU_DOMAIN_SVA (1u << 4)
#define __IOMMU_DOMAIN_NESTED (1u << 6)

#define IOMMU_DOMAIN_BLOCKED 0u
#define IOMMU_DOMAIN_IDENTITY __IOMMU_DOMAIN_PT
#define IOMMU_DOMAIN_UNMANAGED __IOMMU_DOMAIN_PAGING
#define IOMMU_DOMAIN_SVA __IOMMU_DOMAIN_SVA
#define IOMMU_DOMAIN_NESTED __IOMMU_DOMAIN_NESTED

struct iommu_domain {
	unsigned int type;
	/* 0: the group is the handler's, who owes it an answer and its end. */
	int (*iopf_handler)(struct iopf_group *group);
	void *fault_data;
};

struct iommu_attach_handle {
	struct iommu_domain *domain;
};

struct iommu_ops {
	void (*page_response)(struct device *dev, struct iopf_fault *evt,
			      struct iommu_page_response *msg);
	bool user_pasid_table;
};

struct iommu_device {
	const struct iommu_ops *ops;
	struct device *dev;
};

/* What firmware says of a device: nothing on this bench, but a tree's iommu-priv.h looks in it. */
struct iommu_fwspec {
	struct fwnode_handle *iommu_fwnode;
};

struct dev_iommu {
	struct mutex lock;
	struct iommu_fault_param __rcu *fault_param;
	struct iommu_device *iommu_dev;
	void *priv;
	u32 max_pasids;
};

static inline void *dev_iommu_priv_get(struct device *dev)
{
	return dev->iommu ? dev->iommu->priv : NULL;
}

static inline void dev_iommu_priv_set(struct device *dev, void *priv)
{
	dev->iommu->priv = priv;
}

/*
 * What is attached at a PASID, or at the RID (IOMMU_NO_PASID): -ENOENT if nothing is, -EBUSY if type
 * is not 0 and the domain is of another.
 */
IOPF4J_API struct iommu_attach_handle *iopf4j_attach_handle_get(struct iommu_group *group,
								ioasid_t pasid, unsigned int type);

/* ---- What a fault core defines ---- */

int iommu_report_device_fault(struct device *dev, struct iopf_fault *evt);
void iopf_group_response(struct iopf_group *group, enum iommu_page_response_code status);
void iopf_free_group(struct iopf_group *group);
struct iopf_queue *iopf_queue_alloc(const char *name);
void iopf_queue_free(struct iopf_queue *queue);
int iopf_queue_add_device(struct iopf_queue *queue, struct device *dev);
void iopf_queue_remove_device(struct iopf_queue *queue, struct device *dev);
int iopf_queue_flush_dev(struct device *dev);
int iopf_queue_discard_partial(struct iopf_queue *queue);

#endif
