/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters of a library, given after its name as insmod has them:
 * "native:./quota.so limit=4 strict=1". Descriptions are for whoever reads the source.
 */
#ifndef IOPF4J_LINUX_MODULE_H
#define IOPF4J_LINUX_MODULE_H

#include <iopf4j/abi.h>
#include <linux/export.h>
#include <linux/types.h>

enum iopf4j_param_type {
	IOPF4J_PARAM_int,
	IOPF4J_PARAM_uint,
	IOPF4J_PARAM_long,
	IOPF4J_PARAM_ulong,
	IOPF4J_PARAM_bool,
	IOPF4J_PARAM_charp,
};

struct iopf4j_param {
	const char *name;
	enum iopf4j_param_type type;
	void *value;
};

/* Chained, since a library may have several files. */
struct iopf4j_params {
	struct iopf4j_param param;
	struct iopf4j_params *next;
};

#ifndef IOPF4J_BRIDGE
/* Where the parameters of the library are strung together when it is loaded. */
__attribute__((weak, visibility("default"))) extern struct iopf4j_params *iopf4j_params;
__attribute__((weak, visibility("default"))) struct iopf4j_params *iopf4j_params;
#endif

/* What the types are called in C: a variable of another is an error that the compiler sees. */
#define IOPF4J_TYPE_int int
#define IOPF4J_TYPE_uint unsigned int
#define IOPF4J_TYPE_long long
#define IOPF4J_TYPE_ulong unsigned long
#define IOPF4J_TYPE_bool bool
#define IOPF4J_TYPE_charp char *

#define IOPF4J_ADD_PARAM(its_name, variable, its_type, type_in_c, perm)		\
	_Static_assert(__builtin_types_compatible_p(__typeof__(variable), type_in_c),	\
		       #variable " is of another type");		\
	__attribute__((constructor)) static void iopf4j_add_param_##its_name(void)	\
	{								\
		static struct iopf4j_params entry = {			\
			{ #its_name, its_type, &(variable) }, NULL };	\
		entry.next = iopf4j_params;				\
		iopf4j_params = &entry;					\
	}								\
	_Static_assert((perm) >= 0, "permissions")

/* Of type int, uint, long, ulong, bool or charp. */
#define module_param(variable, type, perm)				\
	IOPF4J_ADD_PARAM(variable, variable, IOPF4J_PARAM_##type, IOPF4J_TYPE_##type, perm)
#define module_param_named(name, variable, type, perm)			\
	IOPF4J_ADD_PARAM(name, variable, IOPF4J_PARAM_##type, IOPF4J_TYPE_##type, perm)

#define MODULE_PARM_DESC(name, description) _Static_assert(1, "")
#define MODULE_LICENSE(license) _Static_assert(1, "")
#define MODULE_AUTHOR(author) _Static_assert(1, "")
#define MODULE_DESCRIPTION(description) _Static_assert(1, "")

#endif
