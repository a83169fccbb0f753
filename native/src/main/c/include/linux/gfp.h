/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IOPF4J_LINUX_GFP_H
#define IOPF4J_LINUX_GFP_H

#include <linux/types.h>

#define GFP_KERNEL 0u
#define GFP_ATOMIC 1u
#define GFP_KERNEL_ACCOUNT 0u
#define GFP_NOWAIT 1u
#define __GFP_ZERO 2u
#define __GFP_NOWARN 0u

#endif
