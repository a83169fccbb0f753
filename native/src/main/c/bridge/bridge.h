/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the JVM and a library under test. Java calls in by the native methods of Bridge; each
 * call runs guarded(): the frame says on whose behalf and where to leave by, and the library's
 * calls back find both in it. No frame, no call: a thread of the library's own gets nothing.
 */
#ifndef IOPF4J_BRIDGE_H
#define IOPF4J_BRIDGE_H

#define IOPF4J_BRIDGE 1

#include <jni.h>
#include <pthread.h>
#include <setjmp.h>

#include <iopf4j/abi.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/types.h>

/* The head of a native method of Bridge. */
#define NATIVE(type, name, ...)							\
	JNIEXPORT type JNICALL Java_io_iopf4j_jni_Bridge_##name(			\
		JNIEnv *env __maybe_unused, jclass bridge __always_unused, ##__VA_ARGS__)

#define QUARANTINE 256
#define MESSAGE 512

/* A library that Java has opened. */
struct library {
	void *image;
	jobject services; /* io.iopf4j.jni.KernelServices */
	char *name;
	bool dead; /* it was left in the middle: nothing is called any more */
	int running; /* calls into it that have not come back */

	/* memory.c */
	pthread_mutex_t memory_lock;
	struct piece *quarantine[QUARANTINE];
	unsigned int quarantined;
	struct piece *later;
	unsigned long pieces;
	unsigned long bytes;
	unsigned long fail_in;
	bool has_failslab;

	struct dma_piece *dma; /* hardware.c */

	/* What else belongs to it and goes with it: queues, devices, accounts. */
	struct owned *owned;

	const void *smmu; /* smmu.c: that of a fault path */
	const void *ops;  /* what the library defined: policy.c, core.c, smmu.c */
};

struct frame {
	JNIEnv *env;
	struct library *library;
	struct frame *outer;
	jmp_buf out;
};

/* ---- guard.c ---- */

/*
 * Calls body(argument) for a library. False if it did not come to its end: an exception is pending
 * then, and the library is dead.
 */
bool guarded(JNIEnv *env, struct library *library, void (*body)(void *), void *argument);

/* The frame of the call that is running; ends a thread that has none, or the process. */
struct frame *here(void);

/* After each call into Java: leaves the library if Java threw. */
void check(struct frame *frame);

/* Throws an exception of ours with a message of one line. */
void throw_error(JNIEnv *env, const char *class_name, const char *fmt, ...) __printf(3, 4);

/* Memory that is freed with the library. */
void *own(struct library *library, size_t bytes);
char *own_string(struct library *library, JNIEnv *env, jstring text);

/* The same for a native method, which returns if it gets NULL: an exception is pending then. */
void *own_for(JNIEnv *env, struct library *library, size_t bytes, const char *what);
void disown(struct library *library);

/* ---- library.c ---- */

/* What a library defines under a name, or NULL. */
void *symbol(struct library *library, const char *name);

/* ---- hardware.c ---- */

/* The register window that Java has under a number, as C holds it. */
void __iomem *iomem(int window);

/* ---- memory.c ---- */

void memory_init(struct library *library);
void memory_end(struct library *library);
void memory_settle(struct library *library);

/* Marks of what the bench keeps a pointer to: memory that was freed carries them no more. */
#define TIMER_MAGIC 0x71e4a11du
#define WORK_MAGIC 0x3041eedcu

/* Looks at a mark, in memory that may have been freed and waits in the quarantine. */
#define LOOKS_AT_MARKS __attribute__((no_sanitize("address")))

/* ---- Methods of KernelServices ---- */

struct methods {
	jmethodID now_ns, udelay, log;
	jmethodID alloc_fails;
	jmethodID timer_arm, timer_cancel;
	jmethodID workqueue_alloc, work_queue, workqueue_flush, workqueue_destroy;
	jmethodID readl, writel, readq, writeq;
	jmethodID irq_request, irq_free, irq_synchronize;
	jmethodID dma_alloc, dma_buffer, dma_address, dma_free;
	jmethodID set_quota, set_disabled;
	jmethodID attach_handle, add_fault, deliver, page_response;
	jmethodID find_master, issue_command, report_fault;
};

extern struct methods methods;

/* NULL before init(). */
extern JavaVM *jvm;

/* Calls a method of the running library's services; does not come back if it throws. */
#define UPCALL(kind, method, ...) ({						\
	struct frame *up_frame = here();					\
	__auto_type up_value = (*up_frame->env)->Call##kind##Method(		\
		up_frame->env, up_frame->library->services, methods.method, ##__VA_ARGS__);	\
	check(up_frame);							\
	up_value; })

#define UPCALL_VOID(method, ...) do {						\
	struct frame *up_frame = here();					\
	(*up_frame->env)->CallVoidMethod(up_frame->env, up_frame->library->services,	\
					 methods.method, ##__VA_ARGS__);	\
	check(up_frame);							\
} while (0)

#endif
