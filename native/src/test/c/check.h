/* SPDX-License-Identifier: Apache-2.0 */
/* What the test programs have in common: checks that say what they saw, and cases by name. */
#ifndef CHECK_H
#define CHECK_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <iopf4j.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The same as expected, else the program ends. */
#define SAME(expected, actual) do {							\
	long long is = (long long)(actual), be = (long long)(expected);			\
	if (is != be) {									\
		fprintf(stderr, "%s:%d: %s is %lld, not %lld: %s\n", __FILE__, __LINE__,	\
			#actual, is, be, iopf4j_error());				\
		exit(1);								\
	}										\
} while (0)

#define OK(call) SAME(0, call)

#define TRUE(condition) SAME(1, !!(condition))

/* The last error has these words, in one line. */
#define SAYS(words) do {								\
	const char *line = iopf4j_error();						\
	if (!strstr(line, words) || strchr(line, '\n')) {				\
		fprintf(stderr, "%s:%d: it says '%s', not '%s'\n", __FILE__, __LINE__, line, \
			words);								\
		exit(1);								\
	}										\
} while (0)

/* Refused, and why. */
#define REFUSED(error, words, call) do {						\
	SAME(-(error), call);								\
	SAYS(words);									\
} while (0)

/* No handle, and why. */
#define NO_HANDLE(words, call) do {							\
	TRUE((call) == NULL);								\
	SAYS(words);									\
} while (0)

struct test_case {
	const char *name;
	void (*run)(void);
};

/* Runs the case that is named; each has a process of its own, since each starts a JVM. */
static inline int run_case(const struct test_case *cases, size_t count, int argc, char **argv)
{
	for (size_t i = 0; i < count; i++) {
		if (argc == 2 && !strcmp(cases[i].name, argv[1])) {
			cases[i].run();
			printf("%s: ok\n", argv[1]);
			return 0;
		}
	}
	fprintf(stderr, "no such case\n");
	return 2;
}

/* More heap than that no test needs; so a test can also run out of it. */
static inline void start(void)
{
	static const char *const jvm_options[] = { "-Xmx64m", NULL };
	struct iopf4j_start_options options = {
		.size = sizeof(options),
		.jvm_options = jvm_options,
	};

	OK(iopf4j_start(IOPF4J_API_VERSION, &options));
}

static inline struct iopf4j_bench *bench_of(const char *iommu, const char *semantics,
					    const char *policy)
{
	struct iopf4j_bench_options options = {
		.size = sizeof(options),
		.iommu = iommu,
		.semantics = semantics,
		.policy = policy,
	};
	struct iopf4j_bench *bench = iopf4j_bench_create(&options);

	TRUE(bench);
	return bench;
}

#endif
