/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BUG() ends the call into the library: the bench reports its line as an error and calls the
 * library no more. WARN() writes to the bench's log and goes on.
 */
#ifndef IOPF4J_LINUX_BUG_H
#define IOPF4J_LINUX_BUG_H

#include <iopf4j/abi.h>
#include <linux/compiler.h>
#include <linux/types.h>

IOPF4J_API void iopf4j_bug(const char *file, int line, const char *fmt, ...)
	__noreturn __printf(3, 4);
IOPF4J_API void iopf4j_warn(const char *file, int line, const char *fmt, ...) __printf(3, 4);

#define BUG() iopf4j_bug(__FILE__, __LINE__, "BUG")
#define BUG_ON(condition) do {						\
	if (unlikely(condition))					\
		iopf4j_bug(__FILE__, __LINE__, "BUG_ON(%s)", #condition);	\
} while (0)

#define WARN(condition, ...) ({						\
	bool warn_now = !!(condition);					\
	if (unlikely(warn_now))						\
		iopf4j_warn(__FILE__, __LINE__, __VA_ARGS__);		\
	warn_now; })
#define WARN_ON(condition) WARN(condition, "WARN_ON(%s)", #condition)
#define WARN_ONCE(condition, ...) ({					\
	static bool warned_once;					\
	bool warn_now = !!(condition);					\
	if (unlikely(warn_now && !warned_once)) {			\
		warned_once = true;					\
		iopf4j_warn(__FILE__, __LINE__, __VA_ARGS__);		\
	}								\
	warn_now; })
#define WARN_ON_ONCE(condition) WARN_ONCE(condition, "WARN_ON_ONCE(%s)", #condition)

#define BUILD_BUG_ON(condition) _Static_assert(!(condition), "BUILD_BUG_ON(" #condition ")")

#endif
