/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Behind iopf4j.h: the JVM that was started (jvm.c), the handles (handle.c), calls into Java
 * (call.c), and the functions of the API (bench.c, fault.c, output.c).
 */
#ifndef IOPF4J_EMBED_H
#define IOPF4J_EMBED_H

#define IOPF4J_PUBLIC extern __attribute__((visibility("default")))

#include <jni.h>
#include <stdbool.h>
#include <stdint.h>

#include <iopf4j.h>

/* Of the methods below: io.iopf4j.jni.embed.Embedding. */
#define EMBED_JAVA_VERSION 1

#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* ---- error.c ---- */

/* Keeps the line, without control characters, and returns errno negated: "return fail(EINVAL, ...)". */
int embed_fail(int error, const char *fmt, ...) PRINTF(2, 3);

/* ---- jvm.c ---- */

/*
 * Between these two the JVM runs, and the thread is attached to it. An error, and nothing to leave,
 * if there is no JVM.
 */
int embed_enter(JNIEnv **env);
void embed_leave(void);

/* ---- handle.c ---- */

enum embed_kind { EMBED_NONE, EMBED_BENCH, EMBED_VM, EMBED_DEVICE };

/* What a handle stands for. */
struct embed_object {
	enum embed_kind kind;
	jobject bench;	   /* a global reference, the bench's own */
	uint32_t owner;	   /* handle of the bench, to itself too */
	uint64_t thread;   /* whose bench it is */
	int index;	   /* in Java: of a machine or device */
	bool is_broken;	   /* of its bench: Java failed in the middle of a call */
};

/* Registers; NULL if there is no memory. A bench's owner is itself. */
void *embed_handle(const struct embed_object *object);

/* What a handle stands for, if this thread may use it; else an error. */
int embed_find(const void *handle, enum embed_kind kind, struct embed_object *found);

/* Of a bench, and all handles of it. */
void embed_forget(uint32_t owner);
void embed_break(uint32_t owner);
void embed_forget_all(void);

/* ---- call.c ---- */

struct embed_methods {
	jclass embedding, bench;
	jmethodID begin, error, is_refusal, line;
	jmethodID create;
	jmethodID add_vm, add_device, attach, replace, detach, remove, move;
	jmethodID raise, raise_group, map, unmap, run, read, answer, close_queue, close;
	jmethodID outcome, fates, state, check, output;
};

extern struct embed_methods embed_methods;

/* Looks up all classes and methods; what is missing is told as a jar that does not fit. */
int embed_look_up(JNIEnv *env, const char *jar);

/* A call of the API while it runs. */
struct embed_call {
	JNIEnv *env;
	struct embed_object object;
};

/* Begins a call with a handle; 0, or an error and nothing to end. */
int embed_begin(struct embed_call *call, const void *handle, enum embed_kind kind);

/* Ends it: 0, or the error of what Java threw. Local references are gone afterwards. */
int embed_end(struct embed_call *call);

/* A thrown exception as an error, which is cleared; 0 if there is none. */
int embed_thrown(JNIEnv *env, bool *is_refusal);

/* A Java byte array of a string; NULL if an exception is pending, or is already. */
jbyteArray embed_bytes(JNIEnv *env, const char *text);

/* Calls a method of the running call's bench. What it returns is good if nothing was thrown. */
#define EMBED_CALL(call, type, method, ...)							\
	(*(call)->env)->Call##type##Method((call)->env, (call)->object.bench,			\
					   embed_methods.method, ##__VA_ARGS__)

/* ---- options.c ---- */

/*
 * A structure of the caller's, which may be older or newer: what it lacks is 0, what it has beyond
 * must be 0. what: its name, for the error.
 */
int embed_read_struct(void *to, size_t size, const void *from, const char *what);

/* Fills a caller's structure from one of ours, as far as it goes; its size stays. */
int embed_write_struct(void *to, const void *from, size_t size, const char *what);

/* A string of the caller's is not longer than this; longer ones are refused. */
#define EMBED_MOST_TEXT 4096
int embed_check_text(const char *text, const char *what);

#endif
