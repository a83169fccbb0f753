/* SPDX-License-Identifier: Apache-2.0 */
/* Address spaces are the bench's own: files that name this header use nothing of it here. */
#ifndef IOPF4J_LINUX_SCHED_MM_H
#define IOPF4J_LINUX_SCHED_MM_H

#include <linux/types.h>

struct mm_struct;

#endif
