/* SPDX-License-Identifier: Apache-2.0 */
#include "bridge.h"

#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/io.h>

/* An __iomem pointer: no canonical address, so that dereferencing it is a fault. */
#define IOMEM_TAG 0xf4a0000000000000ULL
#define IOMEM_TAG_MASK 0xfff0000000000000ULL
#define IOMEM_WINDOW_SHIFT 40

static jint window(const volatile void __iomem *reg)
{
	if (((uintptr_t)reg & IOMEM_TAG_MASK) != IOMEM_TAG)
		iopf4j_bug(__FILE__, __LINE__, "%p is no register", (const void *)reg);
	return (jint)(((uintptr_t)reg & ~IOMEM_TAG_MASK) >> IOMEM_WINDOW_SHIFT);
}

static jlong offset(const volatile void __iomem *reg)
{
	return (jlong)((uintptr_t)reg & ((1ULL << IOMEM_WINDOW_SHIFT) - 1));
}

void __iomem *iomem(int window)
{
	return (void __iomem *)(IOMEM_TAG | (u64)window << IOMEM_WINDOW_SHIFT);
}

u32 iopf4j_readl(const volatile void __iomem *reg)
{
	return (u32)UPCALL(Int, readl, window(reg), offset(reg));
}

void iopf4j_writel(u32 value, volatile void __iomem *reg)
{
	UPCALL_VOID(writel, window(reg), offset(reg), (jint)value);
}

u64 iopf4j_readq(const volatile void __iomem *reg)
{
	return (u64)UPCALL(Long, readq, window(reg), offset(reg));
}

void iopf4j_writeq(u64 value, volatile void __iomem *reg)
{
	UPCALL_VOID(writeq, window(reg), offset(reg), (jlong)value);
}

/* ---- Memory that a device sees ---- */

struct dma_piece {
	void *memory; /* NULL once it was freed */
	jint number;
	struct dma_piece *next;
};

/* One that was freed, or a new one. */
static struct dma_piece *dma_slot(struct library *library)
{
	struct dma_piece *piece = library->dma;

	while (piece && piece->memory)
		piece = piece->next;
	if (piece)
		return piece;
	piece = own(library, sizeof(*piece));
	if (piece) {
		piece->next = library->dma;
		library->dma = piece;
	}
	return piece;
}

void *iopf4j_dma_alloc(size_t bytes, dma_addr_t *dma)
{
	struct frame *frame = here();
	struct dma_piece *piece;
	jint number;
	jobject buffer;

	if (!bytes || !dma)
		iopf4j_bug(__FILE__, __LINE__, "dma_alloc_coherent of nothing, or without an address");
	piece = dma_slot(frame->library);
	number = piece && bytes <= INT64_MAX ? UPCALL(Int, dma_alloc, (jlong)bytes) : -1;
	if (number < 0)
		return NULL;
	buffer = UPCALL(Object, dma_buffer, number);
	piece->memory = (*frame->env)->GetDirectBufferAddress(frame->env, buffer);
	(*frame->env)->DeleteLocalRef(frame->env, buffer);
	piece->number = number;
	*dma = (dma_addr_t)UPCALL(Long, dma_address, number);
	return piece->memory;
}

void iopf4j_dma_free(void *memory)
{
	if (!memory)
		return;
	for (struct dma_piece *piece = here()->library->dma; piece; piece = piece->next) {
		if (piece->memory != memory)
			continue;
		piece->memory = NULL;
		UPCALL_VOID(dma_free, piece->number);
		return;
	}
	iopf4j_bug(__FILE__, __LINE__, "dma_free_coherent of %p, which is no such memory", memory);
}

/* ---- Interrupts ---- */

struct action {
	unsigned int irq;
	irq_handler_t handler;
	irq_handler_t thread;
	void *dev_id;
	irqreturn_t result;
};

int iopf4j_request_irq(unsigned int irq, irq_handler_t handler, irq_handler_t thread, void *dev_id)
{
	struct action *action;

	if (!handler && !thread)
		iopf4j_bug(__FILE__, __LINE__, "an interrupt without a handler");
	action = own(here()->library, sizeof(*action));
	if (!action)
		return -ENOMEM;
	*action = (struct action){
		.irq = irq, .handler = handler, .thread = thread, .dev_id = dev_id };
	return UPCALL(Int, irq_request, (jint)irq, (jlong)(uintptr_t)action, handler != NULL,
		      thread != NULL);
}

void iopf4j_free_irq(unsigned int irq)
{
	UPCALL_VOID(irq_free, (jint)irq);
}

void iopf4j_synchronize_irq(unsigned int irq)
{
	UPCALL_VOID(irq_synchronize, (jint)irq);
}

static void run_handler(void *argument)
{
	struct action *action = argument;

	action->result = action->handler((int)action->irq, action->dev_id);
}

static void run_thread(void *argument)
{
	struct action *action = argument;

	action->thread((int)action->irq, action->dev_id);
}

NATIVE(jboolean, irqHandler, jlong library, jlong action)
{
	return guarded(env, (struct library *)library, run_handler, (void *)action) &&
	       ((struct action *)action)->result == IRQ_WAKE_THREAD;
}

NATIVE(void, irqThread, jlong library, jlong action)
{
	guarded(env, (struct library *)library, run_thread, (void *)action);
}
