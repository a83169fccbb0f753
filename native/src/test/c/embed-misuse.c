/* SPDX-License-Identifier: Apache-2.0 */
/* All that a program can do wrong with iopf4j.h: each is refused in one line, and all goes on. */
#include "check.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- Start and stop ---- */

static void before_start(void)
{
	SAME(0, strlen(iopf4j_error()));
	NO_HANDLE("the JVM is not running: call iopf4j_start() first", iopf4j_bench_create(NULL));
	REFUSED(ESHUTDOWN, "not running", iopf4j_run(NULL, 0));
	REFUSED(ESHUTDOWN, "not running", iopf4j_stop());
}

static void wrong_version(void)
{
	REFUSED(EPROTONOSUPPORT, "built for version 99 of iopf4j.h, the library has 1",
		iopf4j_start(99, NULL));
	start();
	OK(iopf4j_stop());
}

static void no_jvm(void)
{
	struct iopf4j_start_options options = { .size = sizeof(options) };

	options.java_home = "/nowhere";
	REFUSED(ENOENT, "java_home is /nowhere, which has no lib/server/libjvm.so",
		iopf4j_start(IOPF4J_API_VERSION, &options));
	setenv("JAVA_HOME", "/nowhere/else", 1);
	REFUSED(ENOENT, "JAVA_HOME is /nowhere/else", iopf4j_start(IOPF4J_API_VERSION, NULL));
	unsetenv("JAVA_HOME");

	char *path = strdup(getenv("PATH"));

	setenv("PATH", "/nowhere", 1);
	REFUSED(ENOENT, "no java_home, no JAVA_HOME, no java on the PATH",
		iopf4j_start(IOPF4J_API_VERSION, NULL));
	unsetenv("PATH");
	REFUSED(ENOENT, "no java on the PATH", iopf4j_start(IOPF4J_API_VERSION, NULL));
	setenv("PATH", path, 1);
	free(path);
	start();
	OK(iopf4j_stop());
}

/* FAKE_JVM has a lib/server/libjvm.so that is none. */
static void fake_jvm(void)
{
	struct iopf4j_start_options options = {
		.size = sizeof(options),
		.java_home = getenv("FAKE_JVM"),
	};

	REFUSED(ELIBBAD, "libjvm.so", iopf4j_start(IOPF4J_API_VERSION, &options));
	start();
	OK(iopf4j_stop());
}

static void no_jar(void)
{
	struct iopf4j_start_options options = { .size = sizeof(options) };
	char *jar = strdup(getenv("IOPF4J_JAR"));

	options.jar = "/nowhere/iopf4j.jar";
	REFUSED(ENOENT, "no jar: jar is /nowhere/iopf4j.jar: No such file or directory",
		iopf4j_start(IOPF4J_API_VERSION, &options));
	options.jar = "";
	REFUSED(ENOENT, "no jar: jar is empty", iopf4j_start(IOPF4J_API_VERSION, &options));
	setenv("IOPF4J_JAR", "/tmp:/nowhere/iopf4j.jar", 1);
	REFUSED(ENOENT, "IOPF4J_JAR is /nowhere/iopf4j.jar", iopf4j_start(IOPF4J_API_VERSION, NULL));
	unsetenv("IOPF4J_JAR");
	REFUSED(ENOENT, "the one beside the library is /", iopf4j_start(IOPF4J_API_VERSION, NULL));
	setenv("IOPF4J_JAR", jar, 1);
	free(jar);
	start();
	OK(iopf4j_stop());
}

/* OTHER_JAR is a class path without the class that is needed, or with another one of its name. */
static void other_jar(void)
{
	struct iopf4j_start_options options = {
		.size = sizeof(options),
		.jar = getenv("OTHER_JAR"),
	};

	REFUSED(ELIBBAD, " is no iopf4j.jar of this version: java.lang.",
		iopf4j_start(IOPF4J_API_VERSION, &options));
	SAYS(getenv("OTHER_JAR_SAYS"));
	REFUSED(EALREADY, "a process can start the JVM once, and this one did",
		iopf4j_start(IOPF4J_API_VERSION, NULL));
	NO_HANDLE("stopped", iopf4j_bench_create(NULL));
}

static void bad_options(void)
{
	const char *words[] = { "-Xnonsense", NULL };
	const char *endless[400];
	struct iopf4j_start_options options = {
		.size = sizeof(options),
		.jvm_options = endless,
	};
	struct {
		struct iopf4j_start_options options;
		size_t more;
	} newer = { .options = { .size = sizeof(newer) } };

	for (size_t i = 0; i < COUNT(endless); i++)
		endless[i] = "-Da=b";
	REFUSED(E2BIG, "jvm_options: more than 256", iopf4j_start(IOPF4J_API_VERSION, &options));
	options.size = 0;
	REFUSED(EINVAL, "start options: size is 0", iopf4j_start(IOPF4J_API_VERSION, &options));
	newer.more = 1;
	REFUSED(E2BIG, "start options: has fields that this version does not know",
		iopf4j_start(IOPF4J_API_VERSION, &newer.options));
	newer.more = 0;
	newer.options.jvm_options = words;
	REFUSED(EINVAL, "the JVM does not start: Unrecognized option: -Xnonsense",
		iopf4j_start(IOPF4J_API_VERSION, &newer.options));
	REFUSED(EALREADY, "a process can start the JVM once", iopf4j_start(IOPF4J_API_VERSION, NULL));
}

static void twice(void)
{
	struct iopf4j_bench *bench;
	struct iopf4j_vm *vm;

	start();
	REFUSED(EALREADY, "the JVM is running already", iopf4j_start(IOPF4J_API_VERSION, NULL));
	bench = iopf4j_bench_create(NULL);
	vm = iopf4j_vm_add(bench, "vm");
	TRUE(vm);
	OK(iopf4j_stop());
	REFUSED(ESHUTDOWN, "the JVM was stopped, and all benches with it", iopf4j_run(bench, 0));
	REFUSED(ESHUTDOWN, "stopped", iopf4j_bench_destroy(bench));
	REFUSED(ESHUTDOWN, "stopped", iopf4j_vm_close_queue(vm));
	REFUSED(ESHUTDOWN, "stopped", iopf4j_stop());
	REFUSED(EALREADY, "a process can start the JVM once", iopf4j_start(IOPF4J_API_VERSION, NULL));
}

static void after_fork(void)
{
	struct iopf4j_bench *bench;
	pid_t child;
	int status;

	start();
	bench = iopf4j_bench_create(NULL);
	child = fork();
	if (child == 0) {
		REFUSED(ESHUTDOWN, "it does not survive fork()", iopf4j_run(bench, 0));
		REFUSED(ESHUTDOWN, "fork", iopf4j_stop());
		_exit(0);
	}
	SAME(child, waitpid(child, &status, 0));
	SAME(0, status);
	OK(iopf4j_run(bench, 0));
	OK(iopf4j_stop());
}

/* ---- Handles ---- */

#define AS(type, handle) ((struct type *)(void *)(handle))

/* Every function, with something in place of its handle. */
static void refuse_all(const void *handle, const char *words)
{
	struct iopf4j_bench *bench = AS(iopf4j_bench, (uintptr_t)handle);
	struct iopf4j_vm *vm = AS(iopf4j_vm, (uintptr_t)handle);
	struct iopf4j_device *device = AS(iopf4j_device, (uintptr_t)handle);
	struct iopf4j_page page = { .iova = 0x1000, .perm = IOPF4J_PERM_READ };
	struct iopf4j_fates fates = { .size = sizeof(fates) };
	struct iopf4j_state state = { .size = sizeof(state) };
	struct iopf4j_pgfault record;
	enum iopf4j_outcome outcome;
	uint32_t id;
	size_t count;

	REFUSED(EINVAL, words, iopf4j_bench_destroy(bench));
	REFUSED(EINVAL, words, iopf4j_run(bench, 0));
	REFUSED(EINVAL, words, iopf4j_bench_check(bench));
	REFUSED(EINVAL, words, iopf4j_bench_fates(bench, &fates));
	REFUSED(EINVAL, words, iopf4j_bench_state(bench, &state));
	REFUSED(EINVAL, words, iopf4j_fault_outcome(bench, 0, &outcome));
	REFUSED(EINVAL, words, iopf4j_bench_print(bench, IOPF4J_LEDGER_JSONL, NULL, 0, NULL));
	REFUSED(EINVAL, words, iopf4j_bench_write(bench, IOPF4J_LEDGER_JSONL, "/dev/null"));
	NO_HANDLE(words, iopf4j_vm_add(bench, "vm"));
	NO_HANDLE(words, iopf4j_device_add(vm, "device", NULL, 0));
	REFUSED(EINVAL, words, iopf4j_vm_read(vm, &record, 1, &count));
	REFUSED(EINVAL, words, iopf4j_vm_answer(vm, 1, 0));
	REFUSED(EINVAL, words, iopf4j_vm_close_queue(vm));
	REFUSED(EINVAL, words, iopf4j_vm_fates(vm, &fates));
	REFUSED(EINVAL, words, iopf4j_device_id(device, &id));
	REFUSED(EINVAL, words, iopf4j_device_attach(device));
	REFUSED(EINVAL, words, iopf4j_device_replace(device));
	REFUSED(EINVAL, words, iopf4j_device_detach(device));
	REFUSED(EINVAL, words, iopf4j_device_move(device, vm));
	REFUSED(EINVAL, words, iopf4j_device_remove(device));
	REFUSED(EINVAL, words, iopf4j_device_map(device, IOPF4J_NO_PASID, 0));
	REFUSED(EINVAL, words, iopf4j_device_unmap(device, IOPF4J_NO_PASID, 0));
	REFUSED(EINVAL, words, iopf4j_fault(device, IOPF4J_NO_PASID, 0, IOPF4J_PERM_READ, NULL));
	REFUSED(EINVAL, words, iopf4j_fault_group(device, IOPF4J_NO_PASID, &page, 1, NULL));
}

static void handles(void)
{
	struct iopf4j_bench *bench, *other;
	struct iopf4j_vm *vm;
	struct iopf4j_device *device;
	int local;

	start();
	refuse_all(NULL, "NULL is not the handle of ");
	refuse_all(&local, "destroyed, or never was");
	refuse_all((void *)1, "destroyed, or never was");
	refuse_all((void *)UINTPTR_MAX, "destroyed, or never was");

	bench = iopf4j_bench_create(NULL);
	vm = iopf4j_vm_add(bench, "vm");
	device = iopf4j_device_add(vm, "device", NULL, 0);
	TRUE(device);
	REFUSED(EINVAL, "is that of a bench, not of a VM", iopf4j_vm_close_queue(AS(iopf4j_vm, bench)));
	REFUSED(EINVAL, "is that of a VM, not of a device", iopf4j_device_attach(AS(iopf4j_device, vm)));
	REFUSED(EINVAL, "is that of a device, not of a bench",
		iopf4j_bench_destroy(AS(iopf4j_bench, device)));
	OK(iopf4j_bench_destroy(bench));
	refuse_all(bench, "destroyed");
	refuse_all(vm, "destroyed");
	refuse_all(device, "destroyed");

	/* What takes their place is not taken for them. */
	other = iopf4j_bench_create(NULL);
	vm = iopf4j_vm_add(other, "vm");
	device = iopf4j_device_add(vm, "device", NULL, 0);
	TRUE(device);
	refuse_all(bench, "destroyed");
	OK(iopf4j_device_attach(device));

	bench = iopf4j_bench_create(NULL);
	vm = iopf4j_vm_add(bench, "vm");
	REFUSED(EXDEV, "of two benches", iopf4j_device_move(device, vm));
	REFUSED(EINVAL, "NULL", iopf4j_device_move(device, NULL));
	OK(iopf4j_run(other, 0));
	OK(iopf4j_bench_check(other));
	OK(iopf4j_stop());
}

/* ---- Values ---- */

static struct iopf4j_bench *create(const char *iommu, const char *semantics, const char *policy,
				   uint32_t queue, uint32_t stalls)
{
	struct iopf4j_bench_options options = {
		.size = sizeof(options),
		.iommu = iommu,
		.semantics = semantics,
		.policy = policy,
		.queue_entries = queue,
		.stall_entries = stalls,
	};

	return iopf4j_bench_create(&options);
}

static void bench_values(void)
{
	struct iopf4j_bench_options options = { .size = 12 };
	char *endless = malloc(10000);

	start();
	memset(endless, 'x', 9999);
	endless[9999] = '\0';
	NO_HANDLE("bench options: size is 12: set it to sizeof", iopf4j_bench_create(&options));
	NO_HANDLE("unknown iommu 'smmuv2'", create("smmuv2", NULL, NULL, 0, 0));
	NO_HANDLE("mainline-6.12", create(NULL, "mainline-7", NULL, 0, 0));
	NO_HANDLE("vm-quota", create(NULL, NULL, "vm-quota=lots", 0, 0));
	NO_HANDLE("no-such policy", create(NULL, NULL, "no-such policy", 0, 0));
	NO_HANDLE("policy: not UTF-8", create(NULL, NULL, "\xff\xfe", 0, 0));
	NO_HANDLE("policy: 4096 bytes or more", create(NULL, NULL, endless, 0, 0));
	NO_HANDLE("power of two in [1, 131072], not 3", create(NULL, NULL, NULL, 3, 0));
	NO_HANDLE("power of two", create(NULL, NULL, NULL, UINT32_MAX, 0));
	NO_HANDLE("stall entries must be in [1, 65535], not 65536", create(NULL, NULL, NULL, 0, 65536));
	NO_HANDLE("VT-d has no stall buffer", create("vtd", NULL, NULL, 0, 16));
	free(endless);
	OK(iopf4j_stop());
}

static void names_and_pasids(void)
{
	static const uint32_t pasids[] = { 1, 2, 3 };
	static const uint32_t zero[] = { 0 }, large[] = { 1u << 20 };
	struct iopf4j_bench *bench;
	struct iopf4j_vm *vm;
	struct iopf4j_device *device;
	char name[80];

	start();
	bench = iopf4j_bench_create(NULL);
	memset(name, 'n', sizeof(name));
	name[65] = '\0';
	NO_HANDLE("name of a VM: NULL", iopf4j_vm_add(bench, NULL));
	NO_HANDLE("name of a VM: needs 1 to 64 characters", iopf4j_vm_add(bench, ""));
	NO_HANDLE("name of a VM: needs 1 to 64 characters", iopf4j_vm_add(bench, name));
	NO_HANDLE("name of a VM: needs", iopf4j_vm_add(bench, "a\nb"));
	NO_HANDLE("name of a VM: not UTF-8", iopf4j_vm_add(bench, "\xc3"));
	vm = iopf4j_vm_add(bench, "j\xc3\xbcrg");
	TRUE(vm);
	NO_HANDLE("there is a VM 'j\xc3\xbcrg' already", iopf4j_vm_add(bench, "j\xc3\xbcrg"));
	NO_HANDLE("dev: pasids: NULL", iopf4j_device_add(vm, "dev", NULL, 1));
	NO_HANDLE("more PASIDs than there are", iopf4j_device_add(vm, "dev", pasids, SIZE_MAX));
	NO_HANDLE("a PASID must be in [1, 1048575], not 0", iopf4j_device_add(vm, "dev", zero, 1));
	NO_HANDLE("not 1048576", iopf4j_device_add(vm, "dev", large, 1));
	device = iopf4j_device_add(vm, "dev", pasids, 2);
	TRUE(device);
	NO_HANDLE("there is a device 'dev' already", iopf4j_device_add(vm, "dev", NULL, 0));
	REFUSED(EINVAL, "dev: PASID 3 is none of those",
		iopf4j_fault(device, 3, 0, IOPF4J_PERM_READ, NULL));
	REFUSED(EINVAL, "dev: no PASID: 4294967294",
		iopf4j_fault(device, UINT32_MAX - 1, 0, IOPF4J_PERM_READ, NULL));
	REFUSED(EINVAL, "PASID 3", iopf4j_device_map(device, 3, 0));
	REFUSED(EINVAL, "PASID 3", iopf4j_device_unmap(device, 3, 0));
	REFUSED(EINVAL, "dev_id: NULL", iopf4j_device_id(device, NULL));
	OK(iopf4j_stop());
}

static void fault_values(void)
{
	struct iopf4j_page pages[2] = {
		{ .iova = 0x1000, .perm = IOPF4J_PERM_READ },
		{ .iova = 0x2000, .perm = IOPF4J_PERM_READ },
	};
	struct iopf4j_bench *bench;
	struct iopf4j_vm *vm;
	struct iopf4j_device *device;
	struct iopf4j_pgfault record;
	enum iopf4j_outcome outcome;
	uint64_t fault = 77;
	size_t count = 77;

	start();
	bench = iopf4j_bench_create(NULL);
	vm = iopf4j_vm_add(bench, "vm");
	device = iopf4j_device_add(vm, "dev", NULL, 0);
	REFUSED(EINVAL, "READ, WRITE, EXEC, perhaps PRIV, not 0x0",
		iopf4j_fault(device, IOPF4J_NO_PASID, 0, 0, &fault));
	REFUSED(EINVAL, "not 0x8", iopf4j_fault(device, IOPF4J_NO_PASID, 0, IOPF4J_PERM_PRIV, &fault));
	REFUSED(EINVAL, "not 0x11", iopf4j_fault(device, IOPF4J_NO_PASID, 0, 0x11, &fault));
	REFUSED(EOPNOTSUPP, "groups of several need VT-d",
		iopf4j_fault_group(device, IOPF4J_NO_PASID, pages, 2, &fault));
	REFUSED(EINVAL, "pages: NULL", iopf4j_fault_group(device, IOPF4J_NO_PASID, NULL, 2, &fault));
	REFUSED(EINVAL, "1 to 512 pages, not 0",
		iopf4j_fault_group(device, IOPF4J_NO_PASID, pages, 0, &fault));
	REFUSED(EINVAL, "1 to 512 pages",
		iopf4j_fault_group(device, IOPF4J_NO_PASID, pages, SIZE_MAX, &fault));
	pages[0].reserved = 1;
	REFUSED(EINVAL, "pages[0].reserved",
		iopf4j_fault_group(device, IOPF4J_NO_PASID, pages, 1, &fault));
	SAME(77, fault);
	REFUSED(ERANGE, "0x1000000000000 has more bits",
		iopf4j_device_map(device, IOPF4J_NO_PASID, 1ull << 48));
	REFUSED(EINVAL, "no domain is attached", iopf4j_device_replace(device));
	OK(iopf4j_device_detach(device));

	REFUSED(EINVAL, "no room for a record", iopf4j_vm_read(vm, NULL, 1, &count));
	REFUSED(EINVAL, "no room for a record", iopf4j_vm_read(vm, &record, 0, &count));
	REFUSED(EINVAL, "count: NULL", iopf4j_vm_read(vm, &record, 1, NULL));
	OK(iopf4j_vm_read(vm, &record, 1, &count));
	SAME(0, count);
	REFUSED(EINVAL, "vm: answer 0 to cookie 4294967295: refused, -EINVAL",
		iopf4j_vm_answer(vm, UINT32_MAX, 0));
	OK(iopf4j_vm_close_queue(vm));
	REFUSED(EBADF, "vm: read: refused, -EBADF", iopf4j_vm_read(vm, &record, 1, &count));
	REFUSED(EBADF, "refused, -EBADF", iopf4j_vm_answer(vm, 1, 0));

	REFUSED(ENOENT, "no fault 0: 0 were raised", iopf4j_fault_outcome(bench, 0, &outcome));
	REFUSED(ENOENT, "no fault 18446744073709551615",
		iopf4j_fault_outcome(bench, UINT64_MAX, &outcome));
	REFUSED(EINVAL, "outcome: NULL", iopf4j_fault_outcome(bench, 0, NULL));
	REFUSED(EINVAL, "virtual time ends", iopf4j_run(bench, UINT64_MAX));
	OK(iopf4j_run(bench, INT64_MAX - 1));
	REFUSED(EINVAL, "virtual time ends", iopf4j_run(bench, 2));
	OK(iopf4j_bench_check(bench));
	OK(iopf4j_stop());
}

static void output_values(void)
{
	struct iopf4j_fates fates = { .size = 7 };
	struct iopf4j_bench *bench;
	char buffer[8];

	start();
	bench = iopf4j_bench_create(NULL);
	TRUE(iopf4j_vm_add(bench, "vm"));
	REFUSED(EINVAL, "fates: size is 7", iopf4j_bench_fates(bench, &fates));
	REFUSED(EINVAL, "fates: NULL", iopf4j_bench_fates(bench, NULL));
	REFUSED(EINVAL, "state: NULL", iopf4j_bench_state(bench, NULL));
	REFUSED(EINVAL, "buffer: NULL", iopf4j_bench_print(bench, 0, NULL, 8, NULL));
	REFUSED(EINVAL, "no form of output: 9", iopf4j_bench_print(bench, 9, buffer, 8, NULL));
	REFUSED(ENOSPC, "and there are 8", iopf4j_bench_print(bench, IOPF4J_LEDGER_CSV, buffer, 8, NULL));
	TRUE(!strcmp(buffer, "fault,v"));
	REFUSED(EINVAL, "path: NULL", iopf4j_bench_write(bench, 0, NULL));
	REFUSED(ENOENT, "/nowhere/x: No such file or directory",
		iopf4j_bench_write(bench, 0, "/nowhere/x"));
	REFUSED(ENOSPC, "/dev/full: No space left on device",
		iopf4j_bench_write(bench, IOPF4J_LEDGER_CSV, "/dev/full"));
	OK(iopf4j_stop());
}

/* ---- Threads, and a JVM in need ---- */

static struct iopf4j_bench *shared;

static void *other_thread(void *unused)
{
	struct iopf4j_bench *own = iopf4j_bench_create(NULL);
	struct iopf4j_bench *leaked = iopf4j_bench_create(NULL);

	SAME(0, strlen(iopf4j_error()));
	TRUE(own);
	REFUSED(EPERM, "belongs to another thread, which created it", iopf4j_run(shared, 0));
	REFUSED(EPERM, "another thread", iopf4j_bench_destroy(shared));
	NO_HANDLE("another thread", iopf4j_vm_add(shared, "vm"));
	OK(iopf4j_run(own, 1000));
	OK(iopf4j_bench_destroy(own));
	(void)unused;
	return leaked;
}

static void *stopper(void *unused)
{
	OK(iopf4j_stop());
	return unused;
}

static void run_thread(void *(*body)(void *), void **result)
{
	pthread_t thread;

	OK(pthread_create(&thread, NULL, body, NULL));
	OK(pthread_join(thread, result));
}

static void threads(void)
{
	void *leaked;

	start();
	shared = iopf4j_bench_create(NULL);
	for (int i = 0; i < 20; i++) {
		run_thread(other_thread, &leaked);
		/* Its thread is gone, and nobody else's number is its own. */
		REFUSED(EPERM, "another thread", iopf4j_run(leaked, 0));
	}
	OK(iopf4j_run(shared, 0));
	run_thread(stopper, NULL);
	REFUSED(ESHUTDOWN, "stopped", iopf4j_run(shared, 0));
}

static void out_of_memory(void)
{
	struct iopf4j_bench *bench;
	struct iopf4j_device *device;
	uint64_t page = 0;
	int ret;

	start();
	bench = iopf4j_bench_create(NULL);
	device = iopf4j_device_add(iopf4j_vm_add(bench, "vm"), "dev", NULL, 0);
	TRUE(device);
	/* A table for each 2 MiB, until the JVM has no room for one. */
	do
		ret = iopf4j_device_map(device, IOPF4J_NO_PASID, page++ << 21);
	while (!ret);
	REFUSED(ENOMEM, "the JVM is out of memory: give it more with the option -Xmx", ret);
	REFUSED(EIO, "the bench broke in an earlier call", iopf4j_run(bench, 0));
	REFUSED(EIO, "broke", iopf4j_device_attach(device));
	OK(iopf4j_bench_destroy(bench));
	bench = iopf4j_bench_create(NULL);
	TRUE(bench);
	OK(iopf4j_run(bench, 1000));
	OK(iopf4j_stop());
}

int main(int argc, char **argv)
{
	static const struct test_case cases[] = {
		{ "before_start", before_start },
		{ "wrong_version", wrong_version },
		{ "no_jvm", no_jvm },
		{ "fake_jvm", fake_jvm },
		{ "no_jar", no_jar },
		{ "other_jar", other_jar },
		{ "bad_options", bad_options },
		{ "twice", twice },
		{ "after_fork", after_fork },
		{ "handles", handles },
		{ "bench_values", bench_values },
		{ "names_and_pasids", names_and_pasids },
		{ "fault_values", fault_values },
		{ "output_values", output_values },
		{ "threads", threads },
		{ "out_of_memory", out_of_memory },
	};

	return run_case(cases, COUNT(cases), argc, argv);
}
