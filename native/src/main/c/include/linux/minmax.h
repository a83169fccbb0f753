/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IOPF4J_LINUX_MINMAX_H
#define IOPF4J_LINUX_MINMAX_H

#define min_t(type, a, b) ({ type min_a = (a), min_b = (b); min_a < min_b ? min_a : min_b; })
#define max_t(type, a, b) ({ type max_a = (a), max_b = (b); max_a > max_b ? max_a : max_b; })

/* Both sides have to be of one type, as the kernel asks. */
#define min(a, b) ({							\
	__auto_type min_a = (a); __auto_type min_b = (b);		\
	(void)(&min_a == &min_b); min_a < min_b ? min_a : min_b; })
#define max(a, b) ({							\
	__auto_type max_a = (a); __auto_type max_b = (b);		\
	(void)(&max_a == &max_b); max_a > max_b ? max_a : max_b; })
#define clamp(value, low, high) min(max(value, low), high)

#define swap(a, b) do { __auto_type swap_a = (a); (a) = (b); (b) = swap_a; } while (0)

#endif
