/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IOPF4J_LINUX_TIME64_H
#define IOPF4J_LINUX_TIME64_H

#include <linux/types.h>

#define NSEC_PER_USEC 1000LL
#define NSEC_PER_MSEC 1000000LL
#define NSEC_PER_SEC 1000000000LL
#define USEC_PER_MSEC 1000LL
#define USEC_PER_SEC 1000000LL
#define MSEC_PER_SEC 1000LL

#endif
