/* SPDX-License-Identifier: Apache-2.0 */
/* Deferred work: it runs as tasks of the bench's scheduler. */
#ifndef IOPF4J_LINUX_WORKQUEUE_H
#define IOPF4J_LINUX_WORKQUEUE_H

#include <iopf4j/abi.h>
#include <linux/container_of.h>
#include <linux/types.h>

struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);

struct work_struct {
	work_func_t func;
	int id; /* the bench's number of it, 0: none yet */
	bool pending;
	u32 magic;
};

struct workqueue_struct;

#define WQ_UNBOUND 2u
#define WQ_HIGHPRI 16u
#define WQ_MEM_RECLAIM 8u

IOPF4J_API void iopf4j_init_work(struct work_struct *work, work_func_t func);
IOPF4J_API struct workqueue_struct *iopf4j_alloc_workqueue(const char *fmt, ...)
	__printf(1, 2);
IOPF4J_API bool iopf4j_queue_work(struct workqueue_struct *queue, struct work_struct *work);
IOPF4J_API void iopf4j_flush_workqueue(struct workqueue_struct *queue);
IOPF4J_API void iopf4j_destroy_workqueue(struct workqueue_struct *queue);

#define INIT_WORK(work, func) iopf4j_init_work(work, func)

/* NULL without memory. */
#define alloc_workqueue(fmt, flags, max_active, ...)			\
	((void)(flags), (void)(max_active), iopf4j_alloc_workqueue(fmt, ##__VA_ARGS__))
#define alloc_ordered_workqueue(fmt, flags, ...) alloc_workqueue(fmt, flags, 1, ##__VA_ARGS__)

/* False if the work is queued already. */
static inline bool queue_work(struct workqueue_struct *queue, struct work_struct *work)
{
	return iopf4j_queue_work(queue, work);
}

static inline void flush_workqueue(struct workqueue_struct *queue)
{
	iopf4j_flush_workqueue(queue);
}

static inline void destroy_workqueue(struct workqueue_struct *queue)
{
	iopf4j_destroy_workqueue(queue);
}

static inline bool work_pending(const struct work_struct *work)
{
	return work->pending;
}

#endif
