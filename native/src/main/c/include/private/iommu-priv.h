/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What drivers/iommu shares among its own files. A file of a kernel tree finds the tree's header of
 * this name beside itself first.
 */
#ifndef IOPF4J_IOMMU_PRIV_H
#define IOPF4J_IOMMU_PRIV_H

#include <linux/iommu.h>

static inline const struct iommu_ops *dev_iommu_ops(struct device *dev)
{
	return dev->iommu->iommu_dev->ops;
}

static inline struct iommu_attach_handle *iommu_attach_handle_get(struct iommu_group *group,
								  ioasid_t pasid,
								  unsigned int type)
{
	return iopf4j_attach_handle_get(group, pasid, type);
}

#endif
