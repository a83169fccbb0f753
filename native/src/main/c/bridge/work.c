/* SPDX-License-Identifier: Apache-2.0 */
#include "bridge.h"

#include <stdarg.h>
#include <stdio.h>

#include <linux/workqueue.h>

#define QUEUE_MAGIC 0x90eeb00cu

struct workqueue_struct {
	u32 magic; /* 0 once it was destroyed; it stays until the library goes */
	int id;
};

static LOOKS_AT_MARKS void check_work(const struct work_struct *work)
{
	if (!work)
		iopf4j_bug(__FILE__, __LINE__, "work that is NULL");
	if (work->magic != WORK_MAGIC)
		iopf4j_bug(__FILE__, __LINE__,
			   "work that was never initialised, or whose memory was freed");
}

static int check_queue(const struct workqueue_struct *queue)
{
	if (!queue)
		iopf4j_bug(__FILE__, __LINE__, "a workqueue that is NULL");
	if (queue->magic != QUEUE_MAGIC)
		iopf4j_bug(__FILE__, __LINE__, "a workqueue that was destroyed");
	return queue->id;
}

void iopf4j_init_work(struct work_struct *work, work_func_t func)
{
	if (!work || !func)
		iopf4j_bug(__FILE__, __LINE__, "INIT_WORK of NULL");
	*work = (struct work_struct){ .func = func, .magic = WORK_MAGIC };
}

struct workqueue_struct *iopf4j_alloc_workqueue(const char *fmt, ...)
{
	struct frame *frame = here();
	JNIEnv *env = frame->env;
	struct workqueue_struct *queue = own(frame->library, sizeof(*queue));
	char name[64];
	va_list args;

	if (!queue)
		return NULL;
	va_start(args, fmt);
	vsnprintf(name, sizeof(name), fmt, args);
	va_end(args);
	jstring string = (*env)->NewStringUTF(env, name);
	check(frame);
	queue->id = UPCALL(Int, workqueue_alloc, string);
	queue->magic = QUEUE_MAGIC;
	(*env)->DeleteLocalRef(env, string);
	return queue;
}

bool iopf4j_queue_work(struct workqueue_struct *queue, struct work_struct *work)
{
	int id = check_queue(queue);

	check_work(work);
	if (work->pending)
		return false;
	work->pending = true;
	UPCALL_VOID(work_queue, (jint)id, (jlong)(uintptr_t)work);
	return true;
}

void iopf4j_flush_workqueue(struct workqueue_struct *queue)
{
	UPCALL_VOID(workqueue_flush, (jint)check_queue(queue));
}

void iopf4j_destroy_workqueue(struct workqueue_struct *queue)
{
	int id = check_queue(queue);

	UPCALL_VOID(workqueue_destroy, (jint)id);
	queue->magic = 0;
}

static void run(void *argument)
{
	struct work_struct *work = argument;

	check_work(work);
	work->pending = false;
	work->func(work);
}

NATIVE(void, workRun, jlong library, jlong work)
{
	guarded(env, (struct library *)library, run, (void *)work);
}
