/* SPDX-License-Identifier: Apache-2.0 */
/* So many messages in an interval, and silence until it is over. */
#ifndef IOPF4J_LINUX_RATELIMIT_H
#define IOPF4J_LINUX_RATELIMIT_H

#include <linux/jiffies.h>

#define DEFAULT_RATELIMIT_INTERVAL ((unsigned long)(5 * HZ))
#define DEFAULT_RATELIMIT_BURST 10

struct ratelimit_state {
	unsigned long interval; /* in ticks of jiffies */
	int burst;
	int printed;
	bool begun;
	u64 begin_ns;
};

#define DEFINE_RATELIMIT_STATE(name, its_interval, its_burst)		\
	struct ratelimit_state name = { .interval = (its_interval), .burst = (its_burst) }

/* Whether one more message may be printed; if so, it counts. */
static inline bool __ratelimit(struct ratelimit_state *state)
{
	u64 now = ktime_get_ns();

	if (!state->begun || now - state->begin_ns > state->interval * (u64)NSEC_PER_USEC) {
		state->begun = true;
		state->begin_ns = now;
		state->printed = 0;
	}
	if (state->printed >= state->burst)
		return false;
	state->printed++;
	return true;
}

#endif
