// SPDX-License-Identifier: Apache-2.0
/*
 * The limit: a whole fault cycle as small as it can honestly be in C, for the benchmarks' ratios.
 *
 *   cc -O2 -o cycle src/main/c/cycle.c
 *   ./cycle [--outstanding=N] [--devices=N] [--batch=N] [--in-order] [--timer] [--core] [--huge]
 *           [--cycles=N] [--rounds=N]
 *
 * Prints the CPU time of one cycle in nanoseconds, the median of some rounds. One process and one
 * thread are the device, its driver, the fault core, the virtual machines' queues and the guests:
 *
 *   device   takes a tag, remembers the page, writes a record of 32 bytes to the event queue
 *   driver   decodes it, finds the device of its StreamID, reports
 *   core     checks the machine's quota, fills the tag's slot, arms its timer if there is one, and
 *            writes a record of 40 bytes to the machine's ring
 *   guest    reads the record and keeps it; answers one of those that it keeps, in 16 bytes
 *   core     decodes the answer, matches it with the slot, disarms the timer, frees the slot
 *   driver   writes a RESUME of 16 bytes to the command queue
 *   device   decodes it, finds the stalled page, frees the tag
 *
 * What the core takes from a driver or a guest is checked: indexes, numbers and states. There are no
 * page tables, no caches of them, no permissions, no groups of several requests, no locks, no
 * policies but a quota, and one thread: a device and its slots are found by plain indexes. With
 * --core the device, its queues and the driver's decoding are left out, and what is left is the way
 * from a decoded report to the response that the driver is handed, with a tag for each.
 */
#include <getopt.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;

#define inlined inline __attribute__((always_inline))

#define QUEUE_LOG2 12
#define QUEUE_ENTRIES (1u << QUEUE_LOG2)
#define EVENT_BYTES 32
#define COMMAND_BYTES 16
#define RING_ENTRIES 256u
#define RECORD_BYTES 40
#define ANSWER_BYTES 16
#define MACHINES_MAX 64u
#define BATCH_MAX 64u
#define SIDS_OF_A_DEVICE 8u
#define PASID_MASK 0xfffffu
#define PAGE_SHIFT 12
#define PAGE_SIZE 4096u
#define HUGE_PAGE (2ul << 20)

#define EVT_TRANSLATION 0x10u
#define EVT_SSV (1ull << 11)
#define EVT_SSID_SHIFT 12
#define EVT_SID_SHIFT 32
#define EVT_STALL (1ull << 31)
#define EVT_READ (1ull << 35)
#define EVT_CLASS_IN (2ull << 40)
#define CMD_RESUME 0x44u
#define CMD_RETRY (1ull << 12)
#define CMD_ABORT (1ull << 13)
#define CMD_SID_SHIFT 32

/* STAG has 16 bits; for a million tags of a device what lies above them is put where nothing is. */
#define TAG_LOW 0xffffull
#define TAG_HIGH_SHIFT 48

#define FAULT_FLAGS 3u
#define PERM_READ 1u
#define PERM_WRITE 2u
#define CODE_SUCCESS 0u
#define CODE_LAST 2u

#define NOBODY UINT32_MAX
#define WHEEL_SPOKES 4096u
#define CYCLES_OF_A_TICK_LOG2 12

/* What is left out or added; constant in each of the loops that main() chooses from. */
struct variant {
	bool core_alone;
	bool in_order;
	bool timer;
};

struct device {
	u32 sid;
	u32 machine;
	u32 first_slot;
	u32 tags;
	u32 tags_free;
};

/* A decoded event, as a driver reports it. */
struct report {
	u32 device;
	u32 pasid;
	u32 tag;
	u32 perm;
	u64 addr;
};

/* What the core knows of a tag: 48 bytes. */
struct slot {
	bool pending;
	u32 pasid;
	u32 tag;
	u32 device;
	u64 addr;
	u32 machine;
	u32 perm;
	u32 before;
	u32 after;
	u32 spoke;
};

/* A virtual machine: its quota, and its two rings in memory that it shares with the host. */
struct machine {
	u32 outstanding;
	u32 quota;
	_Atomic u32 written;
	_Atomic u32 read;
	_Atomic u32 answered;
	u32 taken;
	u8 *records;
	u8 *answers;
};

/* A fault that a guest has read. */
struct known {
	u32 machine;
	u32 device;
	u32 pasid;
	u32 tag;
};

static struct {
	_Atomic u32 evt_prod, evt_cons;
	_Atomic u32 cmd_prod, cmd_cons;
	bool interrupt;
	u8 *events;
	u8 *commands;
} hw;

static struct device *devices;
static u32 device_count;
static u32 *free_tags;		/* of each device a stack, at its first slot */
static u32 *stalled;		/* of each slot's tag the page, marked as taken */

static u32 *device_of_sid;
static u32 sid_count;
static struct slot *slots;
static struct machine machines[MACHINES_MAX];
static u32 machine_count;

static u32 wheel[WHEEL_SPOKES];
static u32 ticks;
static u64 cycles_done;
static u64 expired;

/* All that guests have read, oldest first, in a circle. */
static struct known *knowns;
static u32 knowns_mask;
static u32 oldest;
static u32 known_count;

static u64 random_state = 1;
static u64 pages_issued;
static u64 checksum;

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "cycle: %s\n", what);
	exit(1);
}

/* ---- Bytes and numbers ---- */

static inlined u64 get64(const u8 *at)
{
	u64 value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static inlined void put64(u8 *at, u64 value)
{
	memcpy(at, &value, sizeof(value));
}

static inlined u32 peek(_Atomic u32 *own)
{
	return atomic_load_explicit(own, memory_order_relaxed);
}

static inlined u32 look(_Atomic u32 *others)
{
	return atomic_load_explicit(others, memory_order_acquire);
}

static inlined void publish(_Atomic u32 *own, u32 value)
{
	atomic_store_explicit(own, value, memory_order_release);
}

/* Like the pointers of an SMMU: an index and one bit more, which tells full from empty. */
static inlined u32 advance(u32 pointer)
{
	return (pointer + 1) & (2 * QUEUE_ENTRIES - 1);
}

static inlined bool is_full(u32 prod, u32 cons)
{
	return (prod ^ cons) == QUEUE_ENTRIES;
}

static inlined u8 *entry(u8 *queue, u32 pointer, u32 bytes)
{
	return queue + (u64)(pointer & (QUEUE_ENTRIES - 1)) * bytes;
}

/* A linear congruence: its high bits are as random as is needed, and cost the least. */
static inlined u64 next_random(void)
{
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return random_state;
}

static inlined u32 random_below(u32 bound)
{
	return (next_random() >> 32) * bound >> 32;
}

/* ---- Timers: a wheel of lists through the slots ---- */

static inlined void arm(u32 index)
{
	struct slot *slot = &slots[index];
	u32 spoke = (ticks + WHEEL_SPOKES - 1) % WHEEL_SPOKES;

	slot->spoke = spoke;
	slot->before = NOBODY;
	slot->after = wheel[spoke];
	if (slot->after != NOBODY)
		slots[slot->after].before = index;
	wheel[spoke] = index;
}

static inlined void disarm(const struct slot *slot)
{
	if (slot->before == NOBODY)
		wheel[slot->spoke] = slot->after;
	else
		slots[slot->before].after = slot->after;
	if (slot->after != NOBODY)
		slots[slot->after].before = slot->before;
}

/* Counts what has waited too long and lets it wait once more, so that guests can still answer. */
static void tick(void)
{
	u32 spoke = ++ticks % WHEEL_SPOKES;
	u32 index = wheel[spoke];
	u32 next;

	wheel[spoke] = NOBODY;
	for (; index != NOBODY; index = next) {
		next = slots[index].after;
		expired++;
		arm(index);
	}
}

static inlined void let_time_pass(u32 cycles)
{
	u64 before = cycles_done;

	cycles_done += cycles;
	if (before >> CYCLES_OF_A_TICK_LOG2 != cycles_done >> CYCLES_OF_A_TICK_LOG2)
		tick();
}

/* ---- The fault core ---- */

static inlined void core_report(const struct report *report, struct variant variant)
{
	const struct device *device = &devices[report->device];
	struct machine *machine = &machines[device->machine];
	u32 index = device->first_slot + report->tag;
	struct slot *slot = &slots[index];
	u32 written = peek(&machine->written);
	u8 *record;

	if (report->tag >= device->tags || slot->pending)
		die("a report of a tag that is none, or pending");
	if (machine->outstanding >= machine->quota)
		die("a quota is used up");
	if (written - look(&machine->read) == RING_ENTRIES)
		die("a machine's ring is full");
	machine->outstanding++;
	slot->addr = report->addr;
	slot->pasid = report->pasid;
	slot->tag = report->tag;
	slot->device = report->device;
	slot->machine = device->machine;
	slot->perm = report->perm;
	slot->pending = true;
	if (variant.timer)
		arm(index);

	record = machine->records + (u64)(written % RING_ENTRIES) * RECORD_BYTES;
	put64(record, FAULT_FLAGS | (u64)report->device << 32);
	put64(record + 8, report->pasid | (u64)report->tag << 32);
	put64(record + 16, report->perm);
	put64(record + 24, report->addr & ~(u64)(PAGE_SIZE - 1));
	put64(record + 32, PAGE_SIZE);
	publish(&machine->written, written + 1);
}

static inlined void driver_resume(u32 device, u32 tag, u32 code);
static inlined void put_tag(struct device *device, u32 tag);

/* Takes all answers of one machine. */
static inlined void core_answers(u32 of, struct variant variant)
{
	struct machine *machine = &machines[of];
	u32 answered = look(&machine->answered);

	while (machine->taken != answered) {
		const u8 *answer = machine->answers +
				   (u64)(machine->taken % RING_ENTRIES) * ANSWER_BYTES;
		u64 who = get64(answer);
		u64 what = get64(answer + 8);
		u32 device = (u32)who, pasid = who >> 32;
		u32 tag = (u32)what, code = what >> 32;
		struct slot *slot;

		machine->taken++;
		if (device >= device_count || tag >= devices[device].tags || code > CODE_LAST)
			die("an answer of no sense");
		slot = &slots[devices[device].first_slot + tag];
		if (!slot->pending || slot->machine != of || slot->device != device ||
		    slot->pasid != pasid || slot->tag != tag)
			die("an answer to nothing that is pending");
		if (variant.timer)
			disarm(slot);
		slot->pending = false;
		machine->outstanding--;
		if (variant.core_alone)
			put_tag(&devices[device], tag);
		else
			driver_resume(device, tag, code);
	}
}

/* ---- The driver ---- */

static inlined void decode(const u8 *event, struct report *report)
{
	u64 low = get64(event);
	u64 high = get64(event + 8);
	u32 sid = low >> EVT_SID_SHIFT;

	if ((low & 0xff) != EVT_TRANSLATION || !(high & EVT_STALL))
		die("an event that is no stall");
	if (sid >= sid_count || device_of_sid[sid] == NOBODY)
		die("an event of no device");
	report->device = device_of_sid[sid];
	report->pasid = low & EVT_SSV ? (u32)(low >> EVT_SSID_SHIFT) & PASID_MASK : NOBODY;
	report->tag = (high & TAG_LOW) | (u32)(high >> TAG_HIGH_SHIFT) << 16;
	report->perm = high & EVT_READ ? PERM_READ : PERM_WRITE;
	report->addr = get64(event + 16);
}

/* The interrupt's thread: reports all that is queued. */
static inlined void driver_events(struct variant variant)
{
	u32 cons = peek(&hw.evt_cons);
	u32 prod = look(&hw.evt_prod);
	struct report report;

	hw.interrupt = false;
	for (; cons != prod; cons = advance(cons)) {
		decode(entry(hw.events, cons, EVENT_BYTES), &report);
		core_report(&report, variant);
	}
	publish(&hw.evt_cons, cons);
}

static inlined void driver_resume(u32 device, u32 tag, u32 code)
{
	u32 prod = peek(&hw.cmd_prod);
	u8 *command = entry(hw.commands, prod, COMMAND_BYTES);

	if (is_full(prod, look(&hw.cmd_cons)))
		die("the command queue is full");
	put64(command, CMD_RESUME | (code == CODE_SUCCESS ? CMD_RETRY : CMD_ABORT) |
			       (u64)devices[device].sid << CMD_SID_SHIFT);
	put64(command + 8, (tag & TAG_LOW) | (u64)(tag >> 16) << TAG_HIGH_SHIFT);
	publish(&hw.cmd_prod, advance(prod));
}

/* ---- The device ---- */

static inlined u32 take_tag(struct device *device)
{
	return free_tags[device->first_slot + --device->tags_free];
}

static inlined void put_tag(struct device *device, u32 tag)
{
	free_tags[device->first_slot + device->tags_free++] = tag;
}

static inlined void device_access(struct device *device, u64 addr)
{
	u32 prod = peek(&hw.evt_prod);
	u8 *event = entry(hw.events, prod, EVENT_BYTES);
	u32 pasid = (addr >> PAGE_SHIFT) & 0xff;
	u32 tag;

	if (is_full(prod, look(&hw.evt_cons)))
		die("the event queue is full");
	tag = take_tag(device);
	stalled[device->first_slot + tag] = (u32)(addr >> PAGE_SHIFT) | 1u << 31;
	put64(event, EVT_TRANSLATION | EVT_SSV | (u64)pasid << EVT_SSID_SHIFT |
			     (u64)device->sid << EVT_SID_SHIFT);
	put64(event + 8, (tag & TAG_LOW) | EVT_STALL | EVT_READ | EVT_CLASS_IN |
				 (u64)(tag >> 16) << TAG_HIGH_SHIFT);
	put64(event + 16, addr);
	put64(event + 24, 0);
	publish(&hw.evt_prod, advance(prod));
	hw.interrupt = true;
}

/* Rung by the doorbell: does all commands that are queued. */
static inlined void device_commands(void)
{
	u32 cons = peek(&hw.cmd_cons);
	u32 prod = look(&hw.cmd_prod);

	for (; cons != prod; cons = advance(cons)) {
		const u8 *command = entry(hw.commands, cons, COMMAND_BYTES);
		u64 low = get64(command);
		u64 high = get64(command + 8);
		u32 number = (u32)(low >> CMD_SID_SHIFT) / SIDS_OF_A_DEVICE;
		u32 tag = (high & TAG_LOW) | (u32)(high >> TAG_HIGH_SHIFT) << 16;
		struct device *device = &devices[number];
		u32 *page;

		if ((low & 0xff) != CMD_RESUME || number >= device_count || tag >= device->tags)
			die("a command of no sense");
		page = &stalled[device->first_slot + tag];
		if (!*page)
			die("a RESUME of what is not stalled");
		checksum ^= *page;
		*page = 0;
		put_tag(device, tag);
	}
	publish(&hw.cmd_cons, cons);
}

/* ---- The guests ---- */

static inlined void guest_read(u32 of)
{
	struct machine *machine = &machines[of];
	u32 read = peek(&machine->read);
	u32 written = look(&machine->written);

	for (; read != written; read++) {
		const u8 *record = machine->records + (u64)(read % RING_ENTRIES) * RECORD_BYTES;
		struct known *known = &knowns[(oldest + known_count++) & knowns_mask];
		u64 names = get64(record + 8);

		known->machine = of;
		known->device = get64(record) >> 32;
		known->pasid = (u32)names;
		known->tag = names >> 32;
		checksum += get64(record + 24);
	}
	publish(&machine->read, read);
}

/* Answers the oldest, or any, with the oldest in its place; the machine whose guest did. */
static inlined u32 guest_answer(struct variant variant)
{
	struct known *first = &knowns[oldest & knowns_mask];
	struct known known = *first;
	struct machine *machine;
	u32 answered;
	u8 *answer;

	if (!variant.in_order) {
		struct known *any = &knowns[(oldest + random_below(known_count)) & knowns_mask];

		known = *any;
		*any = *first;
	}
	oldest++;
	known_count--;

	machine = &machines[known.machine];
	answered = peek(&machine->answered);
	answer = machine->answers + (u64)(answered % RING_ENTRIES) * ANSWER_BYTES;
	put64(answer, known.device | (u64)known.pasid << 32);
	put64(answer + 8, known.tag | (u64)CODE_SUCCESS << 32);
	publish(&machine->answered, answered + 1);
	return known.machine;
}

/* ---- The cycle ---- */

static inlined struct device *any_device(void)
{
	u32 number = device_count == 1 ? 0 : random_below(device_count);

	while (!devices[number].tags_free)
		number = number + 1 == device_count ? 0 : number + 1;
	return &devices[number];
}

static inlined u64 next_page(void)
{
	return (++pages_issued & 0xfffffff) << PAGE_SHIFT | 1ull << 44;
}

/* One fault up to its machine's ring, or to the event queue; the machine. */
static inlined u32 fault(struct variant variant)
{
	struct device *device = any_device();
	u64 addr = next_page();

	if (variant.core_alone) {
		const struct report report = {
			.device = device - devices,
			.pasid = (addr >> PAGE_SHIFT) & 0xff,
			.tag = take_tag(device),
			.perm = PERM_READ,
			.addr = addr,
		};
		core_report(&report, variant);
	} else {
		device_access(device, addr);
	}
	return device->machine;
}

static inlined void faults(u32 count, struct variant variant)
{
	u32 of[BATCH_MAX];
	u32 i;

	for (i = 0; i < count; i++)
		of[i] = fault(variant);
	if (!variant.core_alone)
		driver_events(variant);
	for (i = 0; i < count; i++)
		guest_read(of[i]);
}

static inlined void answers(u32 count, struct variant variant)
{
	u32 by[BATCH_MAX];
	u32 i;

	for (i = 0; i < count; i++)
		by[i] = guest_answer(variant);
	for (i = 0; i < count; i++)
		core_answers(by[i], variant);
	if (!variant.core_alone)
		device_commands();
}

static inlined void repeat(u64 cycles, u32 batch, struct variant variant)
{
	for (u64 done = 0; done < cycles; done += batch) {
		faults(batch, variant);
		answers(batch, variant);
		if (variant.timer)
			let_time_pass(batch);
	}
}

static inlined void fill(u64 count, struct variant variant)
{
	while (count--)
		faults(1, variant);
}

struct loop {
	struct variant variant;
	void (*fill)(u64 count);
	void (*repeat)(u64 cycles, u32 batch);
};

#define LOOP(name, ...)                                                                   \
	static __attribute__((noinline)) void fill_##name(u64 count)                      \
	{                                                                                 \
		fill(count, (struct variant){ __VA_ARGS__ });                             \
	}                                                                                 \
	static __attribute__((noinline)) void repeat_##name(u64 cycles, u32 batch)        \
	{                                                                                 \
		repeat(cycles, batch, (struct variant){ __VA_ARGS__ });                   \
	}                                                                                 \
	static const struct loop name = { { __VA_ARGS__ }, fill_##name, repeat_##name }

LOOP(whole_any, false, false, false);
LOOP(whole_any_timer, false, false, true);
LOOP(whole_oldest, false, true, false);
LOOP(whole_oldest_timer, false, true, true);
LOOP(core_any, true, false, false);
LOOP(core_any_timer, true, false, true);
LOOP(core_oldest, true, true, false);
LOOP(core_oldest_timer, true, true, true);

static const struct loop *const loops[] = {
	&whole_any, &whole_any_timer, &whole_oldest, &whole_oldest_timer,
	&core_any,  &core_any_timer,  &core_oldest,  &core_oldest_timer,
};

/* ---- Setting it up ---- */

static bool huge_pages;

static void *table(u64 bytes)
{
	void *memory;

	bytes = (bytes + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
	memory = aligned_alloc(HUGE_PAGE, bytes);
	if (!memory)
		die("no memory");
	if (huge_pages)
		madvise(memory, bytes, MADV_HUGEPAGE);
	memset(memory, 0, bytes);
	return memory;
}

static void make_devices(u32 outstanding)
{
	u32 tags = 2 * (outstanding / device_count) + 64;
	u64 all = (u64)device_count * tags;

	if (all > UINT32_MAX)
		die("too many outstanding");
	devices = table(device_count * sizeof(*devices));
	free_tags = table(all * sizeof(*free_tags));
	stalled = table(all * sizeof(*stalled));
	slots = table(all * sizeof(*slots));
	sid_count = device_count * SIDS_OF_A_DEVICE;
	device_of_sid = table(sid_count * sizeof(*device_of_sid));
	memset(device_of_sid, 0xff, sid_count * sizeof(*device_of_sid));
	for (u32 i = 0; i < device_count; i++) {
		struct device *device = &devices[i];

		device->sid = i * SIDS_OF_A_DEVICE;
		device->machine = i % machine_count;
		device->first_slot = i * tags;
		device->tags = tags;
		device_of_sid[device->sid] = i;
		for (u32 tag = tags; tag--;)
			put_tag(device, tag);
	}
}

static void make_machines(u32 outstanding)
{
	const u64 ring = RING_ENTRIES * (RECORD_BYTES + ANSWER_BYTES);
	u8 *memory = table(machine_count * ring);

	for (u32 i = 0; i < machine_count; i++, memory += ring) {
		machines[i].quota = outstanding + BATCH_MAX;
		machines[i].records = memory;
		machines[i].answers = memory + RING_ENTRIES * RECORD_BYTES;
	}
}

static void make_everything(u32 outstanding)
{
	u32 room = 1;

	machine_count = device_count < MACHINES_MAX ? device_count : MACHINES_MAX;
	make_devices(outstanding);
	make_machines(outstanding);
	hw.events = table(QUEUE_ENTRIES * (EVENT_BYTES + COMMAND_BYTES));
	hw.commands = hw.events + QUEUE_ENTRIES * EVENT_BYTES;
	memset(wheel, 0xff, sizeof(wheel));
	while (room < outstanding + BATCH_MAX)
		room *= 2;
	knowns = table(room * sizeof(*knowns));
	knowns_mask = room - 1;
}

/* ---- Measuring ---- */

static double cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static double median_of_rounds(const struct loop *loop, u32 rounds, u64 cycles, u32 batch)
{
	double *ns = calloc(rounds, sizeof(*ns));
	double median;

	if (!ns)
		die("no memory");
	for (u32 i = 0; i < rounds; i++) {
		double start = cpu_ns();

		loop->repeat(cycles, batch);
		ns[i] = (cpu_ns() - start) / cycles;
	}
	qsort(ns, rounds, sizeof(*ns), ascending);
	median = ns[rounds / 2];
	free(ns);
	return median;
}

static const struct loop *loop_of(struct variant wanted)
{
	size_t i = 0;

	while (loops[i]->variant.core_alone != wanted.core_alone ||
	       loops[i]->variant.in_order != wanted.in_order ||
	       loops[i]->variant.timer != wanted.timer)
		i++;
	return loops[i];
}

/* A number of an option, which has to lie in [1, most]. */
static u32 number(const char *name, const char *text, unsigned long most)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || value < 1 || value > most) {
		fprintf(stderr, "cycle: --%s must be in [1, %lu]: %s\n", name, most, text);
		exit(2);
	}
	return value;
}

static const struct option options[] = {
	{ "outstanding", required_argument, NULL, 'o' },
	{ "devices", required_argument, NULL, 'd' },
	{ "batch", required_argument, NULL, 'b' },
	{ "cycles", required_argument, NULL, 'c' },
	{ "rounds", required_argument, NULL, 'r' },
	{ "in-order", no_argument, NULL, 'f' },
	{ "timer", no_argument, NULL, 't' },
	{ "core", no_argument, NULL, 'a' },
	{ "huge", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

int main(int argc, char **argv)
{
	u32 outstanding = 1000, batch = 1, cycles = 200000, rounds = 15;
	struct variant variant = { false, false, false };
	const struct loop *loop;
	int option, at;

	device_count = 64;
	while ((option = getopt_long(argc, argv, "", options, &at)) != -1) {
		const char *name = options[option == '?' ? 0 : at].name;

		switch (option) {
		case 'o':
			outstanding = number(name, optarg, 1ul << 24);
			break;
		case 'd':
			device_count = number(name, optarg, 1ul << 16);
			break;
		case 'b':
			batch = number(name, optarg, BATCH_MAX);
			break;
		case 'c':
			cycles = number(name, optarg, 1ul << 30);
			break;
		case 'r':
			rounds = number(name, optarg, 1000);
			break;
		case 'f':
			variant.in_order = true;
			break;
		case 't':
			variant.timer = true;
			break;
		case 'a':
			variant.core_alone = true;
			break;
		case 'h':
			huge_pages = true;
			break;
		default:
			return 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "cycle: no such option: %s\n", argv[optind]);
		return 2;
	}
	cycles -= cycles % batch;
	make_everything(outstanding);
	loop = loop_of(variant);
	loop->fill(outstanding - 1);
	loop->repeat(cycles > outstanding ? cycles : outstanding / batch * batch, batch);
	printf("%.1f ns, expired %llu, checksum %llx\n",
	       median_of_rounds(loop, rounds, cycles, batch), (unsigned long long)expired,
	       (unsigned long long)checksum);
	return 0;
}
