/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who starves whom: a silent VM and a well-behaved one share a stall buffer of 16. First as mainline
 * has it, then with a quota of half the buffer for each VM.
 *
 *	cc -I native/src/main/c/include -o starve native/examples/starve.c path/to/libiopf4j.so
 *	IOPF4J_JAR=testbench/cli/target/iopf4j.jar ./starve
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <iopf4j.h>

#define ROUNDS 20
#define ROUND_NS 1000000ull /* 1 ms */
#define RECORDS 64

static void die(const char *what)
{
	fprintf(stderr, "starve: %s: %s\n", what, iopf4j_error());
	exit(2);
}

static void must(const char *what, int ret)
{
	if (ret)
		die(what);
}

/* The guest that behaves: it maps each page that is asked for, and says so. */
static void answer_all(struct iopf4j_vm *vm, struct iopf4j_device *device)
{
	struct iopf4j_pgfault records[RECORDS];
	size_t count;

	must("read", iopf4j_vm_read(vm, records, RECORDS, &count));
	for (size_t i = 0; i < count; i++) {
		must("map", iopf4j_device_map(device, IOPF4J_NO_PASID, records[i].addr));
		/* Refused is what came too late; nothing of that sort happens here. */
		must("answer", iopf4j_vm_answer(vm, records[i].cookie, IOPF4J_RESP_SUCCESS));
	}
}

static void print_fates(const char *name, struct iopf4j_vm *vm)
{
	struct iopf4j_fates fates = { .size = sizeof(fates) };

	must("fates", iopf4j_vm_fates(vm, &fates));
	printf("  %-8s %2llu raised, %2llu answered, %2llu terminated, %2llu outstanding, %2llu held up\n",
	       name, (unsigned long long)fates.raised, (unsigned long long)fates.answered,
	       (unsigned long long)fates.terminated, (unsigned long long)fates.outstanding,
	       (unsigned long long)fates.unreported);
}

static void run(const char *policy)
{
	struct iopf4j_bench_options options = {
		.size = sizeof(options),
		.policy = policy,
		.stall_entries = 16,
	};
	struct iopf4j_bench *bench = iopf4j_bench_create(&options);
	struct iopf4j_vm *silent = bench ? iopf4j_vm_add(bench, "silent") : NULL;
	struct iopf4j_vm *good = silent ? iopf4j_vm_add(bench, "good") : NULL;
	struct iopf4j_device *of_silent = good ? iopf4j_device_add(silent, "nic0", NULL, 0) : NULL;
	struct iopf4j_device *of_good = of_silent ? iopf4j_device_add(good, "nic1", NULL, 0) : NULL;

	if (!of_good)
		die("bench");
	must("attach", iopf4j_device_attach(of_silent));
	must("attach", iopf4j_device_attach(of_good));

	/* Each millisecond each device writes to a page that it never wrote to before. */
	for (uint64_t round = 0; round < ROUNDS; round++) {
		uint64_t iova = 0x10000000 + round * 0x1000;

		must("fault", iopf4j_fault(of_silent, IOPF4J_NO_PASID, iova, IOPF4J_PERM_WRITE, NULL));
		must("fault", iopf4j_fault(of_good, IOPF4J_NO_PASID, iova, IOPF4J_PERM_WRITE, NULL));
		must("run", iopf4j_run(bench, ROUND_NS / 2));
		answer_all(good, of_good);
		must("run", iopf4j_run(bench, ROUND_NS / 2));
	}

	printf("policy %s\n", policy);
	print_fates("silent", silent);
	print_fates("good", good);
	must("check", iopf4j_bench_check(bench));
	must("destroy", iopf4j_bench_destroy(bench));
}

int main(void)
{
	must("start", iopf4j_start(IOPF4J_API_VERSION, NULL));
	run("none");
	run("vm-quota=half");
	must("stop", iopf4j_stop());
	return 0;
}
