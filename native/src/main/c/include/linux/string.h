/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IOPF4J_LINUX_STRING_H
#define IOPF4J_LINUX_STRING_H

#include <string.h>

#include <linux/slab.h>

#endif
