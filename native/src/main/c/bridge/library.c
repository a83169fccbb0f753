/* SPDX-License-Identifier: Apache-2.0 */
#include "bridge.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/module.h>

#define ILLEGAL_ARGUMENT "java/lang/IllegalArgumentException"

struct methods methods;

static jmethodID method(JNIEnv *env, jclass class, const char *name, const char *signature)
{
	/* After one that was not found the JVM must not be asked for another. */
	return (*env)->ExceptionCheck(env) ? NULL
					   : (*env)->GetMethodID(env, class, name, signature);
}

/* Looks all methods up, once; and lets what is loaded later find this library's functions. */
NATIVE(void, init, jclass services, jstring path)
{
#define METHOD(field, name, signature) methods.field = method(env, services, name, signature)
	METHOD(now_ns, "nowNs", "()J");
	METHOD(udelay, "udelay", "(J)V");
	METHOD(log, "log", "(ILjava/lang/String;Ljava/lang/String;)V");
	METHOD(alloc_fails, "allocFails", "()Z");
	METHOD(timer_arm, "timerArm", "(IJJ)I");
	METHOD(timer_cancel, "timerCancel", "(I)V");
	METHOD(workqueue_alloc, "workqueueAlloc", "(Ljava/lang/String;)I");
	METHOD(work_queue, "workQueue", "(IJ)V");
	METHOD(workqueue_flush, "workqueueFlush", "(I)V");
	METHOD(workqueue_destroy, "workqueueDestroy", "(I)V");
	METHOD(readl, "readl", "(IJ)I");
	METHOD(writel, "writel", "(IJI)V");
	METHOD(readq, "readq", "(IJ)J");
	METHOD(writeq, "writeq", "(IJJ)V");
	METHOD(irq_request, "irqRequest", "(IJZZ)I");
	METHOD(irq_free, "irqFree", "(I)V");
	METHOD(irq_synchronize, "irqSynchronize", "(I)V");
	METHOD(dma_alloc, "dmaAlloc", "(J)I");
	METHOD(dma_buffer, "dmaBuffer", "(I)Ljava/nio/ByteBuffer;");
	METHOD(dma_address, "dmaAddress", "(I)J");
	METHOD(dma_free, "dmaFree", "(I)V");
	METHOD(set_quota, "setQuota", "(ZII)V");
	METHOD(set_disabled, "setDisabled", "(ZIZ)V");
	METHOD(attach_handle, "attachHandle", "(II)J");
	METHOD(add_fault, "addFault", "(IIIIIJJJ)V");
	METHOD(deliver, "deliver", "(IIJI)I");
	METHOD(page_response, "pageResponse", "(IJIIIIJIII)V");
	METHOD(find_master, "findMaster", "(I)J");
	METHOD(issue_command, "issueCommand", "(JJ)I");
	METHOD(report_fault, "reportFault", "(IIIIIJ)I");
#undef METHOD
	if ((*env)->ExceptionCheck(env) || (*env)->GetJavaVM(env, &jvm) != JNI_OK)
		return;

	const char *chars = (*env)->GetStringUTFChars(env, path, NULL);

	if (!chars)
		return;
	if (!dlopen(chars, RTLD_NOW | RTLD_GLOBAL | RTLD_NOLOAD))
		throw_error(env, ILLEGAL_ARGUMENT, "%s: %s", chars, dlerror());
	(*env)->ReleaseStringUTFChars(env, path, chars);
}

/* ---- Opening ---- */

/* What the linker says of a file, without the file, which may be a copy. */
static const char *without_path(const char *error, const char *path)
{
	size_t length = strlen(path);

	return strncmp(error, path, length) == 0 && error[length] == ':' ? error + length + 2
									 : error;
}

static bool set_param(const struct iopf4j_param *param, const char *value)
{
	char *end = NULL;
	long long number;

	if (param->type == IOPF4J_PARAM_charp) {
		*(const char **)param->value = value;
		return true;
	}
	if (param->type == IOPF4J_PARAM_bool && (!strcmp(value, "Y") || !strcmp(value, "y"))) {
		*(bool *)param->value = true;
		return true;
	}
	if (param->type == IOPF4J_PARAM_bool && (!strcmp(value, "N") || !strcmp(value, "n"))) {
		*(bool *)param->value = false;
		return true;
	}
	errno = 0;
	number = strtoll(value, &end, 0);
	if (end == value || *end || errno)
		return false;
	switch (param->type) {
	case IOPF4J_PARAM_int:
		*(int *)param->value = (int)number;
		return number >= INT32_MIN && number <= INT32_MAX;
	case IOPF4J_PARAM_uint:
		*(unsigned int *)param->value = (unsigned int)number;
		return number >= 0 && number <= UINT32_MAX;
	case IOPF4J_PARAM_long:
		*(long *)param->value = (long)number;
		return true;
	case IOPF4J_PARAM_ulong:
		*(unsigned long *)param->value = (unsigned long)number;
		return number >= 0;
	case IOPF4J_PARAM_bool:
		*(bool *)param->value = number == 1;
		return number == 0 || number == 1;
	default:
		return false;
	}
}

static const char *type_name(enum iopf4j_param_type type)
{
	static const char *const names[] = { "an int", "a uint", "a long", "a ulong", "Y or N", "" };

	return names[type];
}

/* Names of all parameters, for a message. */
static void list_params(const struct iopf4j_params *params, char *text, size_t bytes)
{
	size_t at = 0;

	text[0] = '\0';
	for (; params && at < bytes; params = params->next)
		at += (size_t)snprintf(text + at, bytes - at, "%s%s", at ? ", " : "",
				       params->param.name);
	if (at == 0)
		snprintf(text, bytes, "none");
}

/* One word "name=value"; it stays, since a string parameter points into it. */
static bool read_param(JNIEnv *env, struct library *library, const struct iopf4j_params *params,
		       char *word)
{
	char known[MESSAGE / 2];
	char *equals = strchr(word, '=');

	if (!equals) {
		throw_error(env, ILLEGAL_ARGUMENT, "%s: '%s' must be name=value", library->name, word);
		return false;
	}
	*equals = '\0';
	for (const struct iopf4j_params *at = params; at; at = at->next) {
		if (strcmp(at->param.name, word) != 0)
			continue;
		if (!set_param(&at->param, equals + 1)) {
			throw_error(env, ILLEGAL_ARGUMENT, "%s: %s=%s: must be %s", library->name, word,
				    equals + 1, type_name(at->param.type));
			return false;
		}
		return true;
	}
	list_params(params, known, sizeof(known));
	throw_error(env, ILLEGAL_ARGUMENT, "%s: no parameter '%s'; there is: %s", library->name, word,
		    known);
	return false;
}

static bool read_params(JNIEnv *env, struct library *library, char *text)
{
	struct iopf4j_params **params = dlsym(library->image, "iopf4j_params");
	char *state = NULL;

	for (char *word = strtok_r(text, " ", &state); word; word = strtok_r(NULL, " ", &state)) {
		if (!read_param(env, library, params ? *params : NULL, word))
			return false;
	}
	return true;
}

static void *load(JNIEnv *env, struct library *library, const char *path)
{
	const unsigned int *abi;

	library->image = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!library->image) {
		throw_error(env, ILLEGAL_ARGUMENT, "%s: %s", library->name,
			    without_path(dlerror(), path));
		return NULL;
	}
	abi = dlsym(library->image, "iopf4j_abi");
	if (!abi)
		throw_error(env, ILLEGAL_ARGUMENT,
			    "%s: not built with the headers of iopf4j: it has no iopf4j_abi",
			    library->name);
	else if (*abi != IOPF4J_ABI)
		throw_error(env, ILLEGAL_ARGUMENT,
			    "%s: built with version %u of the headers, this is version %d: build it again",
			    library->name, *abi, IOPF4J_ABI);
	else
		return library->image;
	dlclose(library->image);
	return NULL;
}

static void unload(JNIEnv *env, struct library *library)
{
	if (library->image)
		dlclose(library->image);
	if (library->services)
		(*env)->DeleteGlobalRef(env, library->services);
	disown(library);
	memory_end(library);
	free(library);
}

NATIVE(jlong, open, jstring path, jstring name, jstring params, jobject services, jboolean failslab)
{
	struct library *library = calloc(1, sizeof(*library));
	const char *chars;
	char *words;
	bool is_open = false;

	if (!library) {
		throw_error(env, "java/lang/OutOfMemoryError", "no native memory for a library");
		return 0;
	}
	memory_init(library);
	library->name = own_string(library, env, name);
	words = own_string(library, env, params);
	library->services = (*env)->NewGlobalRef(env, services);
	library->has_failslab = failslab;
	chars = (*env)->GetStringUTFChars(env, path, NULL);
	if (library->name && words && library->services && chars)
		is_open = load(env, library, chars) && read_params(env, library, words);
	if (chars)
		(*env)->ReleaseStringUTFChars(env, path, chars);
	if (!is_open) {
		unload(env, library);
		return 0;
	}
	return (jlong)(uintptr_t)library;
}

/* Bytes that the library has not given back; -1 if a call into it is running. */
NATIVE(jlong, close, jlong handle)
{
	struct library *library = (struct library *)handle;
	jlong left = (jlong)library->bytes;

	if (__atomic_load_n(&library->running, __ATOMIC_ACQUIRE) != 0)
		return -1;
	unload(env, library);
	return left;
}

NATIVE(void, failAlloc, jlong handle, jlong nth)
{
	__atomic_store_n(&((struct library *)handle)->fail_in, (unsigned long)nth, __ATOMIC_RELAXED);
}

void *symbol(struct library *library, const char *name)
{
	return dlsym(library->image, name);
}
