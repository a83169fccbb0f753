/* SPDX-License-Identifier: Apache-2.0 */
/* A policy that does, at the first request, what must not be done: what= says it. */
#include <string.h>

#include <iopf4j/policy.h>
#include <linux/completion.h>
#include <linux/io.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

static char *what = "";
module_param(what, charp, 0444);

static DEFINE_MUTEX(lock);
static u64 some_memory[16];
static struct timer_list never_set_up;
static struct work_struct never_made;
static const struct iopf_account own_accounts[2];
static bool is_done;

static void bug(const struct iopf_request *request __always_unused)
{
	BUG();
}

static void bug_on(const struct iopf_request *request)
{
	BUG_ON(request->opens_group);
}

static void warn(const struct iopf_request *request)
{
	WARN_ON(request->opens_group);
}

static void free_twice(const struct iopf_request *request __always_unused)
{
	void *memory = kmalloc(8, GFP_KERNEL);

	kfree(memory);
	kfree(memory);
}

static void free_static(const struct iopf_request *request __always_unused)
{
	kfree(&some_memory[8]);
}

static void free_odd(const struct iopf_request *request __always_unused)
{
	kfree((char *)&some_memory[8] + 1);
}

static void lock_twice(const struct iopf_request *request __always_unused)
{
	mutex_lock(&lock);
	mutex_lock(&lock);
}

static void trylock_null(const struct iopf_request *request __always_unused)
{
	struct mutex *volatile none = NULL;

	BUG_ON(mutex_trylock(none));
}

static void held_null(const struct iopf_request *request __always_unused)
{
	struct mutex *volatile none = NULL;

	lockdep_assert_held(none);
}

static void unlock(const struct iopf_request *request __always_unused)
{
	mutex_unlock(&lock);
}

static void assert_held(const struct iopf_request *request __always_unused)
{
	lockdep_assert_held(&lock);
}

static void null_account(const struct iopf_request *request __always_unused)
{
	iopf_disable(NULL);
}

static void own_account(const struct iopf_request *request __always_unused)
{
	iopf_disable(own_accounts);
}

static void quota_0(const struct iopf_request *request)
{
	iopf_set_quota(request->vm, 0);
}

static void timer_unset(const struct iopf_request *request __always_unused)
{
	mod_timer(&never_set_up, jiffies + 1);
}

static void timer_null(const struct iopf_request *request __always_unused)
{
	mod_timer(NULL, jiffies + 1);
}

static void nothing(struct timer_list *timer __always_unused) { }

static void timer_freed(const struct iopf_request *request __always_unused)
{
	struct timer_list *timer = kzalloc(sizeof(*timer), GFP_KERNEL);

	timer_setup(timer, nothing, 0);
	mod_timer(timer, jiffies + 1);
	kfree(timer);
}

static void work_no_queue(const struct iopf_request *request __always_unused)
{
	queue_work((struct workqueue_struct *)some_memory, &never_made);
}

static void work_null(const struct iopf_request *request __always_unused)
{
	INIT_WORK(&never_made, NULL);
}

static void workqueue(const struct iopf_request *request __always_unused)
{
	alloc_workqueue("none", 0, 0);
}

static void read_memory(const struct iopf_request *request __always_unused)
{
	readl((void __iomem *)some_memory);
}

static void refcount(const struct iopf_request *request __always_unused)
{
	refcount_t count = REFCOUNT_INIT(1);

	refcount_dec(&count);
}

static void wait(const struct iopf_request *request __always_unused)
{
	struct completion never;

	init_completion(&never);
	wait_for_completion(&never);
}

static void attach_handle(const struct iopf_request *request __always_unused)
{
	iopf4j_attach_handle_get((struct iommu_group *)some_memory, 0, 0);
}

#define MISUSE(function) { #function, function }

static const struct {
	const char *name;
	void (*function)(const struct iopf_request *request);
} misuses[] = {
	MISUSE(bug),	      MISUSE(bug_on),	   MISUSE(warn),	MISUSE(free_twice),
	MISUSE(free_static),  MISUSE(free_odd),	   MISUSE(lock_twice),	MISUSE(unlock),
	MISUSE(assert_held),  MISUSE(null_account), MISUSE(own_account), MISUSE(quota_0),
	MISUSE(timer_unset),  MISUSE(timer_null),  MISUSE(timer_freed), MISUSE(work_no_queue),
	MISUSE(work_null),    MISUSE(workqueue),   MISUSE(read_memory), MISUSE(refcount),
	MISUSE(wait),	      MISUSE(attach_handle), MISUSE(trylock_null), MISUSE(held_null),
};

static bool admit(const struct iopf_request *request)
{
	for (size_t i = 0; !is_done && i < ARRAY_SIZE(misuses); i++) {
		if (strcmp(misuses[i].name, what) == 0) {
			is_done = true;
			misuses[i].function(request);
		}
	}
	return true;
}

const struct iopf_policy_ops iopf_policy = {
	.admit = admit,
};
