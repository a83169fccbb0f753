/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's log, which lands in the bench's. */
#ifndef IOPF4J_LINUX_PRINTK_H
#define IOPF4J_LINUX_PRINTK_H

#include <iopf4j/abi.h>
#include <linux/compiler.h>

enum iopf4j_level {
	IOPF4J_ERR,
	IOPF4J_WARN,
	IOPF4J_INFO,
};

/* One line, with or without its newline. who may be NULL: the library's name. */
IOPF4J_API void iopf4j_log(enum iopf4j_level level, const char *who, const char *fmt, ...)
	__printf(3, 4);

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif

#define pr_err(fmt, ...) iopf4j_log(IOPF4J_ERR, NULL, pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...) iopf4j_log(IOPF4J_WARN, NULL, pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...) iopf4j_log(IOPF4J_INFO, NULL, pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err_ratelimited pr_err
#define pr_warn_ratelimited pr_warn
#define pr_info_ratelimited pr_info

static inline __printf(1, 2) void no_printk(const char *fmt __always_unused, ...) { }
#define pr_debug no_printk

#endif
