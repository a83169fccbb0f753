/* SPDX-License-Identifier: Apache-2.0 */
/* A device behind the IOMMU, or the IOMMU itself. */
#ifndef IOPF4J_LINUX_DEVICE_H
#define IOPF4J_LINUX_DEVICE_H

#include <linux/bug.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/types.h>

struct dev_iommu;
struct iommu_group;
struct bus_type;
struct notifier_block;
struct fwnode_handle;

struct device {
	const char *init_name;
	void *driver_data;
	struct dev_iommu *iommu;
	struct iommu_group *iommu_group;
	int id; /* the bench's number of it */
};

static inline const char *dev_name(const struct device *dev)
{
	return dev->init_name;
}

static inline void *dev_get_drvdata(const struct device *dev)
{
	return dev->driver_data;
}

static inline void dev_set_drvdata(struct device *dev, void *data)
{
	dev->driver_data = data;
}

#define dev_err(dev, fmt, ...) iopf4j_log(IOPF4J_ERR, dev_name(dev), fmt, ##__VA_ARGS__)
#define dev_warn(dev, fmt, ...) iopf4j_log(IOPF4J_WARN, dev_name(dev), fmt, ##__VA_ARGS__)
#define dev_info(dev, fmt, ...) iopf4j_log(IOPF4J_INFO, dev_name(dev), fmt, ##__VA_ARGS__)
#define dev_dbg(dev, fmt, ...) ((void)(dev), no_printk(fmt, ##__VA_ARGS__))
#define dev_err_ratelimited dev_err
#define dev_warn_ratelimited dev_warn
#define dev_info_ratelimited dev_info
#define dev_warn_once(dev, fmt, ...) do {				\
	static bool warned_once;					\
	if (!warned_once) {						\
		warned_once = true;					\
		dev_warn(dev, fmt, ##__VA_ARGS__);			\
	}								\
} while (0)
#define dev_WARN(dev, fmt, ...) dev_warn(dev, fmt, ##__VA_ARGS__)

#endif
