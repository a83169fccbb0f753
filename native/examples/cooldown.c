/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rule that no kernel has: a virtual machine that lets more than limit groups pile up gets no
 * faults for a while, and then another chance.
 *
 *	cc -shared -fPIC -I native/src/main/c/include -o cooldown.so native/examples/cooldown.c
 *	./iopf4j run shared-stall-buffer --policy 'native:./cooldown.so limit=16 ms=5'
 *
 * It shows what a policy may keep and how it waits: memory of its own for each machine, and a timer.
 */
#include <iopf4j/policy.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/timer.h>

static unsigned int limit = 16;
module_param(limit, uint, 0444);

static unsigned int ms = 5;
module_param(ms, uint, 0444);

struct machine {
	const struct iopf_account *account;
	struct timer_list timer;
	struct list_head node;
};

static LIST_HEAD(machines);

static struct machine *find(const struct iopf_account *account)
{
	struct machine *machine;

	list_for_each_entry(machine, &machines, node) {
		if (machine->account == account)
			return machine;
	}
	return NULL;
}

static void cooled_down(struct timer_list *timer)
{
	struct machine *machine = from_timer(machine, timer, timer);

	iopf_enable(machine->account);
}

static int cooldown_assigned(const struct iopf_account *device __always_unused,
			     const struct iopf_account *vm,
			     unsigned int capacity __always_unused)
{
	struct machine *machine;

	if (vm->index == IOPF_HOST || find(vm))
		return 0;
	machine = kzalloc(sizeof(*machine), GFP_KERNEL);
	if (!machine)
		return -ENOMEM;
	machine->account = vm;
	timer_setup(&machine->timer, cooled_down, 0);
	list_add_tail(&machine->node, &machines);
	return 0;
}

static bool cooldown_admit(const struct iopf_request *request)
{
	struct machine *machine = find(request->vm);

	if (!machine || !request->opens_group || request->vm->groups < limit)
		return true;
	iopf_disable(request->vm);
	mod_timer(&machine->timer, jiffies + msecs_to_jiffies(ms));
	return false;
}

static void cooldown_exit(void)
{
	struct machine *machine, *next;

	list_for_each_entry_safe(machine, next, &machines, node) {
		timer_delete(&machine->timer);
		kfree(machine);
	}
}

const struct iopf_policy_ops iopf_policy = {
	.exit = cooldown_exit,
	.assigned = cooldown_assigned,
	.admit = cooldown_admit,
};
