/* SPDX-License-Identifier: Apache-2.0 */
/* What the headers promise, each promise a BUG_ON: run by iopf_queue_alloc(), see HeadersTest. */
#include <linux/bitfield.h>
#include <linux/completion.h>
#include <linux/iommu.h>
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>

struct item {
	int number;
	struct list_head node;
};

/* The numbers of a list, as digits. */
static int digits(struct list_head *list)
{
	struct item *item;
	int number = 0;

	list_for_each_entry(item, list, node)
		number = number * 10 + item->number;
	return number;
}

static void lists(void)
{
	LIST_HEAD(list);
	LIST_HEAD(other);
	struct item items[4] = { { .number = 1 }, { .number = 2 }, { .number = 3 }, { .number = 4 } };
	struct item *item, *next;

	BUG_ON(!list_empty(&list) || list_first_entry_or_null(&list, struct item, node));
	list_add(&items[1].node, &list);
	BUG_ON(!list_is_singular(&list));
	list_add(&items[0].node, &list);
	list_add_tail(&items[2].node, &list);
	BUG_ON(digits(&list) != 123 || list_is_singular(&list) || list_count_nodes(&list) != 3);
	BUG_ON(list_first_entry(&list, struct item, node) != &items[0]);
	BUG_ON(list_last_entry(&list, struct item, node) != &items[2]);
	BUG_ON(list_next_entry(&items[0], node) != &items[1]);
	BUG_ON(list_prev_entry(&items[2], node) != &items[1]);
	list_move(&items[2].node, &list);
	BUG_ON(digits(&list) != 312);
	list_move_tail(&items[3 - 3].node, &list);
	BUG_ON(digits(&list) != 321);
	list_add(&items[3].node, &other);
	list_splice_init(&list, &other);
	BUG_ON(digits(&other) != 3214 || !list_empty(&list));
	list_splice_init(&list, &other);
	BUG_ON(digits(&other) != 3214);
	list_for_each_entry_safe(item, next, &other, node) {
		if (item->number % 2)
			list_del_init(&item->node);
	}
	BUG_ON(digits(&other) != 24 || !list_empty(&items[0].node));
	list_for_each_entry_reverse(item, &other, node)
		BUG_ON(item->number != 4 && item->number != 2);
	list_del(&items[1].node);
	BUG_ON(items[1].node.next != LIST_POISON1 || digits(&other) != 4);
}

static void numbers(void)
{
	u64 word = FIELD_PREP(GENMASK_ULL(15, 8), 0xab) | FIELD_PREP(BIT_ULL(63), 1);

	BUG_ON(word != 0x800000000000ab00ULL);
	BUG_ON(FIELD_GET(GENMASK_ULL(15, 8), word) != 0xab || FIELD_GET(BIT_ULL(63), word) != 1);
	BUG_ON(FIELD_PREP(GENMASK(3, 0), 0x1f) != 0xf || FIELD_MAX(GENMASK(7, 4)) != 0xf);
	BUG_ON(FIELD_FIT(GENMASK(3, 0), 0x10) || !FIELD_FIT(GENMASK(3, 0), 0xf));
	BUG_ON(GENMASK_ULL(63, 0) != ~0ULL || GENMASK(0, 0) != 1 || BIT(5) != 32);
	BUG_ON(min(3, 2) != 2 || max(3, 2) != 3 || clamp(7, 1, 5) != 5 ||
	       min_t(unsigned int, -1, 2) != 2 || max_t(int, -1, 2u) != 2);
	BUG_ON(round_up(13u, 8) != 16 || round_up(16u, 8) != 16 || round_down(13u, 8) != 8);
	BUG_ON(DIV_ROUND_UP(9, 4) != 3 || upper_32_bits(word) != 0x80000000 ||
	       lower_32_bits(word) != 0xab00);
	BUG_ON(!IS_ERR(ERR_PTR(-EINVAL)) || PTR_ERR(ERR_PTR(-EINVAL)) != -EINVAL);
	BUG_ON(IS_ERR(&word) || IS_ERR(NULL) || !IS_ERR_OR_NULL(NULL));
	BUG_ON(PTR_ERR_OR_ZERO(&word) || PTR_ERR_OR_ZERO(ERR_PTR(-EBUSY)) != -EBUSY);
	BUG_ON(!time_after(1ul, ~0ul) || time_after(~0ul, 1ul) || !time_before_eq(5ul, 5ul));
	BUG_ON(msecs_to_jiffies(3) != usecs_to_jiffies(3000) || jiffies_to_msecs(3999) != 3);
}

static void counts(void)
{
	atomic_t n = ATOMIC_INIT(5);
	refcount_t users;

	BUG_ON(atomic_inc_return(&n) != 6 || atomic_cmpxchg(&n, 6, 1) != 6 || atomic_read(&n) != 1);
	BUG_ON(atomic_cmpxchg(&n, 6, 2) != 1 || !atomic_dec_and_test(&n));
	refcount_set(&users, 1);
	BUG_ON(!refcount_inc_not_zero(&users) || refcount_read(&users) != 2);
	BUG_ON(refcount_dec_and_test(&users) || !refcount_dec_and_test(&users));
	BUG_ON(refcount_inc_not_zero(&users));
}

static void locks(void)
{
	DEFINE_SPINLOCK(spin);
	DEFINE_MUTEX(mutex);
	unsigned long flags;

	spin_lock_irqsave(&spin, flags);
	lockdep_assert_held(&spin);
	BUG_ON(mutex_trylock(&spin.lock));
	spin_unlock_irqrestore(&spin, flags);
	BUG_ON(lockdep_is_held(&spin) || mutex_is_locked(&mutex));
	mutex_lock(&mutex);
	BUG_ON(!mutex_is_locked(&mutex) || !lockdep_is_held(&mutex));
	mutex_unlock(&mutex);
}

static void memory(void)
{
	char *zeroed = kzalloc(100, GFP_KERNEL);
	char *copy = kmemdup("four", 5, GFP_KERNEL);
	char *string = kstrdup(copy, GFP_KERNEL);
	volatile size_t many = SIZE_MAX; /* so that the compiler does not say it first */

	for (int i = 0; i < 100; i++)
		BUG_ON(zeroed[i]);
	BUG_ON(strcmp(copy, "four") || strcmp(string, "four") || kstrdup(NULL, GFP_KERNEL));
	BUG_ON(kcalloc(many / 2, 3, GFP_KERNEL) || kmalloc(many, GFP_KERNEL));
	kfree(NULL);
	kfree(zeroed);
	kfree(copy);
	kfree_rcu((struct item *)string, node);
	iopf4j_fail_alloc(2);
	zeroed = kzalloc(1, GFP_KERNEL);
	BUG_ON(!zeroed || kzalloc(1, GFP_KERNEL));
	copy = kzalloc(1, GFP_KERNEL);
	BUG_ON(!copy);
	kfree(copy);
	kfree(zeroed);
}

/* ---- What waits ---- */

static int fired;

static void fire(struct timer_list *timer)
{
	fired++;
	if (fired == 1)
		mod_timer(timer, jiffies + 10);
}

static struct timer_list timer;

static void timers(void)
{
	timer_setup(&timer, fire, 0);
	BUG_ON(timer_pending(&timer) || timer_delete(&timer));
	BUG_ON(mod_timer(&timer, jiffies + 100) || !timer_pending(&timer));
	BUG_ON(!mod_timer(&timer, jiffies + 50) || !timer_delete_sync(&timer) || timer_pending(&timer));
	mod_timer(&timer, jiffies + 5);
}

static int worked;

static void do_work(struct work_struct *work)
{
	BUG_ON(work_pending(work));
	worked++;
}

static void works(void)
{
	struct workqueue_struct *queue = alloc_workqueue("headers-%d", WQ_UNBOUND, 0, 7);
	struct work_struct work;

	INIT_WORK(&work, do_work);
	BUG_ON(!queue_work(queue, &work) || queue_work(queue, &work) || !work_pending(&work));
	BUG_ON(worked);
	flush_workqueue(queue);
	BUG_ON(worked != 1 || !queue_work(queue, &work));
	destroy_workqueue(queue);
	BUG_ON(worked != 2);
}

static void waits(void)
{
	DECLARE_WAIT_QUEUE_HEAD(head);
	struct completion done;
	unsigned long before = jiffies;
	u64 start = ktime_get_ns();

	udelay(3);
	mdelay(1);
	BUG_ON(ktime_get_ns() - start != 1003000 || ktime_to_us(ktime_get()) != (s64)jiffies);
	before = jiffies;
	BUG_ON(wait_event_timeout(head, false, 40) || jiffies != before + 40);
	BUG_ON(wait_event_timeout(head, jiffies >= before + 50, 20) != 10);
	BUG_ON(wait_event_timeout(head, true, 0) != 1);
	init_completion(&done);
	BUG_ON(wait_for_completion_timeout(&done, 5) || try_wait_for_completion(&done));
	complete(&done);
	wait_for_completion(&done);
	BUG_ON(try_wait_for_completion(&done));
}

/* ---- The bench calls these ---- */

struct iopf_queue *iopf_queue_alloc(const char *name)
{
	BUG_ON(strcmp(name, "headers"));
	lists();
	numbers();
	counts();
	locks();
	memory();
	works();
	waits();
	timers();
	return kzalloc(sizeof(struct iopf_queue), GFP_KERNEL);
}

/* How often the timer has expired. */
int iopf_queue_discard_partial(struct iopf_queue *queue __always_unused)
{
	return fired;
}

void iopf_queue_free(struct iopf_queue *queue)
{
	kfree(queue);
}

int iopf_queue_add_device(struct iopf_queue *queue __always_unused,
			  struct device *dev __always_unused)
{
	return -ENODEV;
}

void iopf_queue_remove_device(struct iopf_queue *queue __always_unused,
			      struct device *dev __always_unused)
{
}

int iopf_queue_flush_dev(struct device *dev __always_unused)
{
	return 0;
}

int iommu_report_device_fault(struct device *dev __always_unused,
			      struct iopf_fault *evt __always_unused)
{
	return -EINVAL;
}

void iopf_group_response(struct iopf_group *group __always_unused,
			 enum iommu_page_response_code status __always_unused)
{
}

void iopf_free_group(struct iopf_group *group __always_unused)
{
}
