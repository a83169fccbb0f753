/* SPDX-License-Identifier: Apache-2.0 */
/* Threaded interrupts: the hard half runs when the line is raised, its thread as a task. */
#ifndef IOPF4J_LINUX_INTERRUPT_H
#define IOPF4J_LINUX_INTERRUPT_H

#include <iopf4j/abi.h>
#include <linux/device.h>

typedef enum {
	IRQ_NONE,
	IRQ_HANDLED,
	IRQ_WAKE_THREAD,
} irqreturn_t;

typedef irqreturn_t (*irq_handler_t)(int irq, void *dev_id);

#define IRQF_ONESHOT 0x2000ul
#define IRQF_SHARED 0x80ul

IOPF4J_API int iopf4j_request_irq(unsigned int irq, irq_handler_t handler, irq_handler_t thread,
				  void *dev_id);
IOPF4J_API void iopf4j_free_irq(unsigned int irq);
IOPF4J_API void iopf4j_synchronize_irq(unsigned int irq);

/* 0; -EBUSY if the line is claimed; -EINVAL if there is no such line. */
static inline int request_threaded_irq(unsigned int irq, irq_handler_t handler,
				       irq_handler_t thread,
				       unsigned long flags __always_unused,
				       const char *name __always_unused, void *dev_id)
{
	return iopf4j_request_irq(irq, handler, thread, dev_id);
}

static inline int devm_request_threaded_irq(struct device *dev __always_unused, unsigned int irq,
					    irq_handler_t handler, irq_handler_t thread,
					    unsigned long flags, const char *name, void *dev_id)
{
	return request_threaded_irq(irq, handler, thread, flags, name, dev_id);
}

static inline void free_irq(unsigned int irq, void *dev_id __always_unused)
{
	iopf4j_free_irq(irq);
}

static inline void synchronize_irq(unsigned int irq)
{
	iopf4j_synchronize_irq(irq);
}

#endif
