/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a library defines without static can be found in it: nothing is to be done. */
#ifndef IOPF4J_LINUX_EXPORT_H
#define IOPF4J_LINUX_EXPORT_H

#include <iopf4j/abi.h>

#define EXPORT_SYMBOL(symbol) _Static_assert(1, "")
#define EXPORT_SYMBOL_GPL(symbol) _Static_assert(1, "")
#define EXPORT_SYMBOL_NS_GPL(symbol, ns) _Static_assert(1, "")

#endif
