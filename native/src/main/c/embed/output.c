/* SPDX-License-Identifier: Apache-2.0 */
/* What has become of the faults: outcomes, counts, ledger and report. */
#define _GNU_SOURCE
#include "embed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define ALL_MACHINES (-1)

int iopf4j_fault_outcome(struct iopf4j_bench *bench, uint64_t fault, enum iopf4j_outcome *outcome)
{
	struct embed_call call;
	jint its;
	int ret;

	if (!outcome)
		return embed_fail(EINVAL, "outcome: NULL");
	ret = embed_begin(&call, bench, EMBED_BENCH);
	if (ret)
		return ret;
	its = EMBED_CALL(&call, Int, outcome, (jlong)fault);
	ret = embed_end(&call);
	if (!ret)
		*outcome = (enum iopf4j_outcome)its;
	return ret;
}

/* ---- Counts ---- */

/* Ends a call that returned so many numbers. */
static int end_numbers(struct embed_call *call, jlongArray numbers, uint64_t *to, size_t count)
{
	if (!(*call->env)->ExceptionCheck(call->env))
		(*call->env)->GetLongArrayRegion(call->env, numbers, 0, (jsize)count, (jlong *)to);
	return embed_end(call);
}

/* A structure of ours is its size and then numbers, in Java's order. */
#define NUMBERS(type) (sizeof(type) / sizeof(uint64_t) - 1)

static int fates(const void *handle, enum embed_kind kind, struct iopf4j_fates *to)
{
	struct iopf4j_fates ours = { .size = sizeof(ours) };
	struct embed_call call;
	int ret = embed_write_struct(to, &ours, sizeof(ours), "fates");

	if (!ret)
		ret = embed_begin(&call, handle, kind);
	if (ret)
		return ret;
	ret = end_numbers(&call,
			  EMBED_CALL(&call, Object, fates,
				     kind == EMBED_VM ? (jint)call.object.index : ALL_MACHINES),
			  &ours.raised, NUMBERS(ours));
	return ret ? ret : embed_write_struct(to, &ours, sizeof(ours), "fates");
}

int iopf4j_bench_fates(struct iopf4j_bench *bench, struct iopf4j_fates *to)
{
	return fates(bench, EMBED_BENCH, to);
}

int iopf4j_vm_fates(struct iopf4j_vm *vm, struct iopf4j_fates *to)
{
	return fates(vm, EMBED_VM, to);
}

int iopf4j_bench_state(struct iopf4j_bench *bench, struct iopf4j_state *to)
{
	struct iopf4j_state ours = { .size = sizeof(ours) };
	struct embed_call call;
	int ret = embed_write_struct(to, &ours, sizeof(ours), "state");

	if (!ret)
		ret = embed_begin(&call, bench, EMBED_BENCH);
	if (ret)
		return ret;
	ret = end_numbers(&call, EMBED_CALL(&call, Object, state), &ours.now_ns, NUMBERS(ours));
	return ret ? ret : embed_write_struct(to, &ours, sizeof(ours), "state");
}

/* ---- Ledger and report ---- */

/* Begins a call and has it written; the array lives until the call ends. NULL: it threw. */
static int begin_output(struct embed_call *call, struct iopf4j_bench *bench, enum iopf4j_form form,
			jbyteArray *bytes, jsize *length)
{
	int ret = embed_begin(call, bench, EMBED_BENCH);

	if (ret)
		return ret;
	*bytes = EMBED_CALL(call, Object, output, (jint)form);
	if ((*call->env)->ExceptionCheck(call->env))
		return embed_end(call);
	*length = (*call->env)->GetArrayLength(call->env, *bytes);
	return 0;
}

int iopf4j_bench_print(struct iopf4j_bench *bench, enum iopf4j_form form, char *buffer,
		       size_t capacity, size_t *length)
{
	struct embed_call call;
	jbyteArray bytes;
	jsize all;
	int ret;

	if (capacity && !buffer)
		return embed_fail(EINVAL, "buffer: NULL");
	ret = begin_output(&call, bench, form, &bytes, &all);
	if (ret)
		return ret;
	if (capacity) {
		jsize part = (size_t)all < capacity ? all : (jsize)(capacity - 1);

		(*call.env)->GetByteArrayRegion(call.env, bytes, 0, part, (jbyte *)buffer);
		buffer[part] = '\0';
	}
	ret = embed_end(&call);
	if (ret)
		return ret;
	if (length)
		*length = (size_t)all;
	if ((size_t)all >= capacity)
		return embed_fail(ENOSPC, "it takes %zu bytes, and there are %zu", (size_t)all + 1,
				  capacity);
	return 0;
}

static int write_all(int file, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t done = write(file, bytes, length);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return errno;
		bytes += done;
		length -= (size_t)done;
	}
	return 0;
}

static int write_file(const char *path, const char *bytes, size_t length)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int error;

	if (file < 0)
		return embed_fail(errno, "%s: %m", path);
	error = write_all(file, bytes, length);
	if (close(file) && !error)
		error = errno;
	errno = error;
	return error ? embed_fail(error, "%s: %m", path) : 0;
}

int iopf4j_bench_write(struct iopf4j_bench *bench, enum iopf4j_form form, const char *path)
{
	struct embed_call call;
	jbyteArray bytes;
	char *copy;
	jsize length;
	int ret = embed_check_text(path, "path");

	if (!ret)
		ret = begin_output(&call, bench, form, &bytes, &length);
	if (ret)
		return ret;
	copy = malloc((size_t)length + 1);
	if (copy)
		(*call.env)->GetByteArrayRegion(call.env, bytes, 0, length, (jbyte *)copy);
	ret = embed_end(&call);
	if (!ret)
		ret = copy ? write_file(path, copy, (size_t)length)
			   : embed_fail(ENOMEM, "no memory for %d bytes", (int)length);
	free(copy);
	return ret;
}
