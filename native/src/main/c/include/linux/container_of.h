/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IOPF4J_LINUX_CONTAINER_OF_H
#define IOPF4J_LINUX_CONTAINER_OF_H

#include <stddef.h>

/* The structure that a member is part of. The pointer to the member is evaluated once. */
#define container_of(ptr, type, member) ({				\
	const __typeof__(((type *)0)->member) *member_of_it = (ptr);	\
	(type *)((char *)member_of_it - offsetof(type, member)); })

#endif
