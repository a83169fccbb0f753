/* SPDX-License-Identifier: Apache-2.0 */
/* DMA memory and interrupts, as a driver has them: run by .init, see HardwareServicesTest. */
#include <iopf4j/policy.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>

static unsigned int hard, threaded;
static u64 *seen;

static irqreturn_t handler(int irq, void *dev_id)
{
	BUG_ON(irq != 0 || dev_id != &seen);
	return ++hard % 2 ? IRQ_WAKE_THREAD : IRQ_HANDLED;
}

static irqreturn_t thread(int irq, void *dev_id)
{
	BUG_ON(irq != 0 || dev_id != &seen);
	seen[0] = hard;
	seen[1] = ++threaded;
	return IRQ_HANDLED;
}

static int init(void)
{
	dma_addr_t dma = 0, first;

	BUG_ON(dma_alloc_coherent(NULL, SIZE_MAX, &dma, GFP_KERNEL));
	BUG_ON(dma_alloc_coherent(NULL, 1ul << 41, &dma, GFP_KERNEL));
	seen = dma_alloc_coherent(NULL, 100, &first, GFP_KERNEL);
	BUG_ON(!seen || seen[0] || first % 4096);
	seen[0] = 7;
	dma_free_coherent(NULL, 100, seen, first);
	seen = dma_alloc_coherent(NULL, 100, &dma, GFP_KERNEL);
	BUG_ON(!seen || seen[0] || dma != first);

	BUG_ON(request_threaded_irq(9, handler, thread, 0, "none", &seen) != -EINVAL);
	BUG_ON(request_threaded_irq(0, handler, thread, IRQF_ONESHOT, "line", &seen));
	BUG_ON(request_threaded_irq(0, handler, thread, 0, "line", &seen) != -EBUSY);
	return 0;
}

static void leave(void)
{
	synchronize_irq(0);
	free_irq(0, &seen);
	dma_free_coherent(NULL, 100, seen, 0);
	dma_free_coherent(NULL, 100, seen, 0);
}

const struct iopf_policy_ops iopf_policy = { .init = init, .exit = leave };
