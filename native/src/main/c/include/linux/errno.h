/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The numbers of the C library's own <linux/errno.h>, which glibc's <errno.h> reads by this name,
 * and those that the kernel keeps to itself.
 */
#ifndef IOPF4J_LINUX_ERRNO_H
#define IOPF4J_LINUX_ERRNO_H

#include_next <linux/errno.h>

#define EPROBE_DEFER 517
#define ENOTSUPP 524

#endif
