/* SPDX-License-Identifier: Apache-2.0 */
/* Faults through iopf4j.h from beginning to end, on both models and under old rules. */
#include "check.h"

#define IOVA 0x12345000ull
#define MS 1000000ull

static struct iopf4j_bench *bench;
static struct iopf4j_vm *vm;
static struct iopf4j_device *device;

static void set_up(const char *iommu, const char *semantics, const char *policy)
{
	static const uint32_t pasids[] = { 5, 7 };

	bench = bench_of(iommu, semantics, policy);
	vm = iopf4j_vm_add(bench, "vm");
	device = iopf4j_device_add(vm, "dev", pasids, COUNT(pasids));
	TRUE(device);
	OK(iopf4j_device_attach(device));
}

static uint64_t raise(uint32_t pasid, uint64_t iova)
{
	uint64_t fault;

	OK(iopf4j_fault(device, pasid, iova, IOPF4J_PERM_WRITE, &fault));
	OK(iopf4j_run(bench, MS));
	return fault;
}

static enum iopf4j_outcome outcome_of(uint64_t fault)
{
	enum iopf4j_outcome outcome;

	OK(iopf4j_fault_outcome(bench, fault, &outcome));
	return outcome;
}

static struct iopf4j_pgfault read_one(struct iopf4j_vm *from)
{
	struct iopf4j_pgfault record;
	size_t count;

	OK(iopf4j_vm_read(from, &record, 1, &count));
	SAME(1, count);
	return record;
}

static size_t waiting(void)
{
	struct iopf4j_pgfault records[64];
	size_t count;

	OK(iopf4j_vm_read(vm, records, COUNT(records), &count));
	return count;
}

/* Down and up once, as 6.12 has it. */
static void cycle(const char *iommu)
{
	struct iopf4j_state state = { .size = sizeof(state) };
	struct iopf4j_pgfault record;
	uint64_t fault;
	uint32_t id;

	set_up(iommu, NULL, NULL);
	fault = raise(5, IOVA);
	SAME(IOPF4J_OUTSTANDING, outcome_of(fault));
	OK(iopf4j_bench_state(bench, &state));
	SAME(1, state.stalled);
	SAME(0, state.waiting);
	SAME(MS, state.now_ns);

	record = read_one(vm);
	OK(iopf4j_device_id(device, &id));
	SAME(IOPF4J_PGFAULT_PASID_VALID | IOPF4J_PGFAULT_LAST_PAGE, record.flags & 3);
	SAME(id, record.dev_id);
	SAME(5, record.pasid);
	SAME(IOPF4J_PERM_WRITE, record.perm & IOPF4J_PERM_WRITE);
	SAME(IOVA, record.addr);
	SAME(0, record.reserved);
	TRUE(record.cookie);

	/* A wrong code costs nothing, a wrong cookie neither. */
	REFUSED(EINVAL, "refused", iopf4j_vm_answer(vm, record.cookie, 9));
	REFUSED(EINVAL, "refused", iopf4j_vm_answer(vm, record.cookie + 1, IOPF4J_RESP_SUCCESS));

	/* Nothing is mapped: the access faults again, under another cookie. */
	OK(iopf4j_vm_answer(vm, record.cookie, IOPF4J_RESP_SUCCESS));
	OK(iopf4j_run(bench, 2 * MS));
	record = read_one(vm);
	OK(iopf4j_device_map(device, 5, IOVA));
	OK(iopf4j_vm_answer(vm, record.cookie, IOPF4J_RESP_SUCCESS));
	OK(iopf4j_run(bench, MS));
	SAME(IOPF4J_ANSWERED, outcome_of(fault));
	REFUSED(EINVAL, "refused", iopf4j_vm_answer(vm, record.cookie, IOPF4J_RESP_SUCCESS));

	/* What is mapped faults no more, until it is taken away. */
	raise(5, IOVA);
	SAME(0, waiting());
	OK(iopf4j_device_unmap(device, 5, IOVA));
	raise(5, IOVA);
	SAME(1, waiting());
	OK(iopf4j_bench_state(bench, &state));
	SAME(1, state.stalled);
	SAME(0, state.command_errors);
	OK(iopf4j_bench_check(bench));
	OK(iopf4j_bench_destroy(bench));
}

static void both_models(void)
{
	start();
	cycle("smmuv3");
	cycle("vtd");
	OK(iopf4j_stop());
}

static void group(void)
{
	struct iopf4j_page pages[3];
	struct iopf4j_pgfault records[3];
	uint64_t fault;
	size_t count;

	start();
	set_up("vtd", NULL, NULL);
	for (size_t i = 0; i < COUNT(pages); i++)
		pages[i] = (struct iopf4j_page){ .iova = IOVA + i * 0x1000, .perm = IOPF4J_PERM_READ };
	REFUSED(EINVAL, "READ, WRITE or both, not 0x4",
		iopf4j_fault(device, 5, IOVA, IOPF4J_PERM_EXEC, NULL));
	OK(iopf4j_fault_group(device, IOPF4J_NO_PASID, pages, COUNT(pages), &fault));
	OK(iopf4j_run(bench, 0));
	SAME(0, waiting());
	OK(iopf4j_run(bench, MS));
	REFUSED(EINVAL, "the next group has more records than the 2", iopf4j_vm_read(vm, records, 2,
										     &count));
	SAME(0, count);
	OK(iopf4j_vm_read(vm, records, 3, &count));
	SAME(3, count);
	for (size_t i = 0; i < count; i++) {
		SAME(pages[i].iova, records[i].addr);
		SAME(records[0].cookie, records[i].cookie);
		SAME(records[0].grpid, records[i].grpid);
		SAME(i == 2, !!(records[i].flags & IOPF4J_PGFAULT_LAST_PAGE));
		OK(iopf4j_device_map(device, IOPF4J_NO_PASID, records[i].addr));
	}
	OK(iopf4j_vm_answer(vm, records[0].cookie, IOPF4J_RESP_SUCCESS));
	OK(iopf4j_run(bench, MS));
	SAME(IOPF4J_ANSWERED, outcome_of(fault));
	SAME(0, waiting());
	OK(iopf4j_bench_check(bench));
	OK(iopf4j_stop());
}

static void domain_changes(void)
{
	struct iopf4j_fates fates = { .size = sizeof(fates) };
	struct iopf4j_fates short_fates = { .size = 2 * sizeof(uint64_t), .answered = 99 };
	struct iopf4j_vm *next;
	uint64_t fault;

	start();
	set_up("smmuv3", NULL, NULL);
	next = iopf4j_vm_add(bench, "next");
	fault = raise(7, IOVA);
	OK(iopf4j_device_replace(device));
	OK(iopf4j_run(bench, 0));
	SAME(IOPF4J_DRAINED, outcome_of(fault));
	fault = raise(7, IOVA);
	OK(iopf4j_device_detach(device));
	OK(iopf4j_run(bench, 0));
	SAME(IOPF4J_DRAINED, outcome_of(fault));
	SAME(IOPF4J_TERMINATED, outcome_of(raise(7, IOVA)));
	OK(iopf4j_device_attach(device));
	fault = raise(IOPF4J_NO_PASID, IOVA);
	OK(iopf4j_device_move(device, next));
	OK(iopf4j_run(bench, 0));
	SAME(IOPF4J_DRAINED, outcome_of(fault));
	SAME(0, waiting());
	fault = raise(IOPF4J_NO_PASID, IOVA);
	SAME(IOVA, read_one(next).addr);
	OK(iopf4j_device_remove(device));
	OK(iopf4j_run(bench, 0));
	SAME(IOPF4J_DRAINED, outcome_of(fault));

	OK(iopf4j_vm_fates(vm, &fates));
	SAME(4, fates.raised);
	SAME(3, fates.drained);
	SAME(1, fates.terminated);
	OK(iopf4j_bench_fates(bench, &fates));
	SAME(5, fates.raised);
	/* A program that is older than a field is not given it. */
	OK(iopf4j_bench_fates(bench, &short_fates));
	SAME(5, short_fates.raised);
	SAME(99, short_fates.answered);
	OK(iopf4j_bench_check(bench));
	OK(iopf4j_stop());
}

static void timeouts(void)
{
	uint64_t fault;

	start();
	set_up("smmuv3", NULL, "vm-quota=1,timeout=10ms");
	fault = raise(5, IOVA);
	SAME(IOPF4J_TERMINATED, outcome_of(raise(5, IOVA + 0x1000)));
	OK(iopf4j_run(bench, 7 * MS));
	SAME(IOPF4J_OUTSTANDING, outcome_of(fault));
	OK(iopf4j_run(bench, 7 * MS));
	SAME(IOPF4J_TIMED_OUT, outcome_of(fault));
	OK(iopf4j_bench_check(bench));
	OK(iopf4j_stop());
}

/* Kernels that have no cookies. */
static void old_rules(void)
{
	static const char *const profiles[] = { "v3-2017", "v5-2018", "mainline-5.x" };

	start();
	for (size_t i = 0; i < COUNT(profiles); i++) {
		struct iopf4j_pgfault first, second;
		uint64_t fault, other;

		set_up("smmuv3", profiles[i], NULL);
		fault = raise(5, IOVA);
		first = read_one(vm);
		other = raise(7, IOVA);
		second = read_one(vm);
		SAME(5, first.pasid);
		SAME(7, second.pasid);
		SAME(IOVA, first.addr);
		TRUE(first.cookie && second.cookie && first.cookie != second.cookie);
		REFUSED(EINVAL, "cookie 99: no such record was read", iopf4j_vm_answer(vm, 99, 0));
		OK(iopf4j_device_map(device, 7, IOVA));
		OK(iopf4j_vm_answer(vm, second.cookie, IOPF4J_RESP_SUCCESS));
		OK(iopf4j_vm_answer(vm, first.cookie, IOPF4J_RESP_INVALID));
		OK(iopf4j_run(bench, MS));
		SAME(IOPF4J_ANSWERED, outcome_of(fault));
		SAME(IOPF4J_ANSWERED, outcome_of(other));
		REFUSED(EINVAL, "no such record", iopf4j_vm_answer(vm, first.cookie, 0));
		OK(iopf4j_bench_check(bench));
		OK(iopf4j_bench_destroy(bench));
	}
	OK(iopf4j_stop());
}

/* The same calls, the same bytes; in a buffer and in the file that OUTPUT names. */
static char *ledger(uint64_t seed)
{
	struct iopf4j_bench_options options = { .size = sizeof(options), .seed = seed };
	size_t length, same;
	char *text;

	bench = iopf4j_bench_create(&options);
	vm = iopf4j_vm_add(bench, "vm");
	device = iopf4j_device_add(vm, "dev", NULL, 0);
	OK(iopf4j_device_attach(device));
	for (uint64_t i = 0; i < 100; i++)
		raise(IOPF4J_NO_PASID, IOVA + i * 0x1000);
	REFUSED(ENOSPC, "it takes", iopf4j_bench_print(bench, IOPF4J_LEDGER_JSONL, NULL, 0, &length));
	text = malloc(length + 1);
	OK(iopf4j_bench_print(bench, IOPF4J_LEDGER_JSONL, text, length + 1, &same));
	SAME(length, same);
	SAME(length, strlen(text));
	OK(iopf4j_bench_write(bench, IOPF4J_LEDGER_JSONL, getenv("OUTPUT")));
	OK(iopf4j_bench_destroy(bench));
	return text;
}

static void outputs(void)
{
	char *first, *second, *line;
	size_t lines = 0;

	start();
	first = ledger(3);
	second = ledger(3);
	TRUE(!strcmp(first, second));
	for (line = strchr(first, '\n'); line; line = strchr(line + 1, '\n'))
		lines++;
	SAME(100, lines);
	TRUE(!strncmp(first, "{\"fault\":0,\"vm\":\"vm\",\"device\":\"dev\",\"pasid\":null,", 49));
	free(first);
	free(second);
	OK(iopf4j_stop());
}

int main(int argc, char **argv)
{
	static const struct test_case cases[] = {
		{ "both_models", both_models },
		{ "group", group },
		{ "domain_changes", domain_changes },
		{ "timeouts", timeouts },
		{ "old_rules", old_rules },
		{ "outputs", outputs },
	};

	return run_case(cases, COUNT(cases), argc, argv);
}
