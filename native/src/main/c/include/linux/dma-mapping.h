/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that the library and the emulated device both see: the same bytes, at once. */
#ifndef IOPF4J_LINUX_DMA_MAPPING_H
#define IOPF4J_LINUX_DMA_MAPPING_H

#include <iopf4j/abi.h>
#include <linux/device.h>
#include <linux/gfp.h>

IOPF4J_API void *iopf4j_dma_alloc(size_t bytes, dma_addr_t *dma);
IOPF4J_API void iopf4j_dma_free(void *memory);

/* Zeroed, aligned to its size rounded up to a power of two and at least to 4 KiB; NULL without. */
static inline void *dma_alloc_coherent(struct device *dev __always_unused, size_t bytes,
				       dma_addr_t *dma, gfp_t flags __always_unused)
{
	return iopf4j_dma_alloc(bytes, dma);
}

static inline void dma_free_coherent(struct device *dev __always_unused,
				     size_t bytes __always_unused, void *memory,
				     dma_addr_t dma __always_unused)
{
	iopf4j_dma_free(memory);
}

#define dmam_alloc_coherent(dev, bytes, dma, flags) dma_alloc_coherent(dev, bytes, dma, flags)

#endif
