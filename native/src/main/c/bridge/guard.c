/* SPDX-License-Identifier: Apache-2.0 */
#include "bridge.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NATIVE_CODE_EXCEPTION "io/iopf4j/jni/NativeCodeException"

static __thread struct frame *running;

JavaVM *jvm;

struct owned {
	struct owned *next;
	max_align_t memory[];
};

/*
 * A constructor or destructor of the library, or main(), cannot be left by an exception, and what
 * it asks for is not there: to end its thread would leave the linker's lock taken, and the JVM
 * without that thread, for ever.
 */
static void __noreturn no_call(void)
{
	void *env;

	if ((jvm && (*jvm)->GetEnv(jvm, &env, JNI_VERSION_1_8) == JNI_OK) ||
	    syscall(SYS_gettid) == getpid()) {
		fprintf(stderr, "iopf4j: C called the bench outside of all calls, such as in a "
				"constructor: the process is ended\n");
		_exit(2);
	}
	fprintf(stderr, "iopf4j: a thread of the library's own called the bench; "
			"threads come from the bench alone: it is ended\n");
	pthread_exit(NULL);
}

struct frame *here(void)
{
	if (unlikely(!running))
		no_call();
	return running;
}

static void throw_text(JNIEnv *env, const char *class_name, const char *text)
{
	jclass class = (*env)->FindClass(env, class_name);

	if (!class)
		return; /* a NoClassDefFoundError is pending instead */
	(*env)->ThrowNew(env, class, text);
	(*env)->DeleteLocalRef(env, class);
}

void throw_error(JNIEnv *env, const char *class_name, const char *fmt, ...)
{
	char text[MESSAGE];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	throw_text(env, class_name, text);
}

bool guarded(JNIEnv *env, struct library *library, void (*body)(void *), void *argument)
{
	struct frame frame = { .env = env, .library = library, .outer = running };

	if (__atomic_load_n(&library->dead, __ATOMIC_RELAXED)) {
		throw_error(env, NATIVE_CODE_EXCEPTION, "%s: it failed before and is called no more",
			    library->name);
		return false;
	}
	__atomic_add_fetch(&library->running, 1, __ATOMIC_ACQUIRE);
	running = &frame;
	bool left = _setjmp(frame.out) != 0;
	if (left)
		/* Its locks and lists are as they happened to be. */
		__atomic_store_n(&library->dead, true, __ATOMIC_RELAXED);
	else
		body(argument);
	running = frame.outer;
	if (__atomic_sub_fetch(&library->running, 1, __ATOMIC_RELEASE) == 0)
		memory_settle(library);
	return !left;
}

static void __noreturn leave(struct frame *frame)
{
	_longjmp(frame->out, 1);
}

void check(struct frame *frame)
{
	if (unlikely((*frame->env)->ExceptionCheck(frame->env)))
		leave(frame);
}

static const char *base_name(const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash ? slash + 1 : file;
}

void iopf4j_bug(const char *file, int line, const char *fmt, ...)
{
	struct frame *frame = here();
	char what[MESSAGE];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	throw_error(frame->env, NATIVE_CODE_EXCEPTION, "%s: %s:%d: %s", frame->library->name,
		    base_name(file), line, what);
	leave(frame);
}

static void log_line(enum iopf4j_level level, const char *who, char *text)
{
	struct frame *frame = here();
	JNIEnv *env = frame->env;
	size_t length = strlen(text);

	if (length > 0 && text[length - 1] == '\n')
		text[length - 1] = '\0';
	jstring who_string = (*env)->NewStringUTF(env, who ? who : frame->library->name);
	check(frame);
	jstring line = (*env)->NewStringUTF(env, text);
	check(frame);
	(*env)->CallVoidMethod(env, frame->library->services, methods.log, (jint)level, who_string,
			       line);
	check(frame);
	(*env)->DeleteLocalRef(env, line);
	(*env)->DeleteLocalRef(env, who_string);
}

/* What is no ASCII may be no UTF-8 either, which the JVM would choke on. */
static void only_ascii(char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text >= 0x80 || ((unsigned char)*text < ' ' && *text != '\n'))
			*text = '?';
	}
}

void iopf4j_warn(const char *file, int line, const char *fmt, ...)
{
	char what[MESSAGE];
	char text[MESSAGE * 2];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	snprintf(text, sizeof(text), "WARNING: %s:%d: %s", base_name(file), line, what);
	only_ascii(text);
	log_line(IOPF4J_WARN, NULL, text);
}

void iopf4j_log(enum iopf4j_level level, const char *who, const char *fmt, ...)
{
	char text[MESSAGE];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	only_ascii(text);
	log_line(level, who, text);
}

void *own(struct library *library, size_t bytes)
{
	struct owned *owned = calloc(1, sizeof(*owned) + bytes);

	if (!owned)
		return NULL;
	pthread_mutex_lock(&library->memory_lock);
	owned->next = library->owned;
	library->owned = owned;
	pthread_mutex_unlock(&library->memory_lock);
	return owned->memory;
}

void *own_for(JNIEnv *env, struct library *library, size_t bytes, const char *what)
{
	void *memory = own(library, bytes);

	if (!memory)
		throw_error(env, "java/lang/OutOfMemoryError", "no native memory for %s", what);
	return memory;
}

char *own_string(struct library *library, JNIEnv *env, jstring text)
{
	const char *chars = (*env)->GetStringUTFChars(env, text, NULL);
	char *copy;

	if (!chars)
		return NULL;
	copy = own(library, strlen(chars) + 1);
	if (copy)
		strcpy(copy, chars);
	(*env)->ReleaseStringUTFChars(env, text, chars);
	return copy;
}

void disown(struct library *library)
{
	while (library->owned) {
		struct owned *next = library->owned->next;

		free(library->owned);
		library->owned = next;
	}
}
