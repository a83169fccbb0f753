/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "find.h"

#include "embed.h"

#include <dlfcn.h>
#include <errno.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIBJVM "lib/server/libjvm.so"
#define JAR "iopf4j.jar"

char *embed_print(const char *fmt, ...)
{
	char *text = NULL;
	va_list args;
	int length;

	va_start(args, fmt);
	length = vasprintf(&text, fmt, args);
	va_end(args);
	if (length < 0) {
		embed_fail(ENOMEM, "no memory for a string");
		return NULL;
	}
	return text;
}

/* ---- The JVM ---- */

static int jvm_of(const char *home, const char *said_by, char **libjvm)
{
	char *file = embed_print("%s/" LIBJVM, home);

	if (!file)
		return -ENOMEM;
	if (access(file, R_OK)) {
		free(file);
		return embed_fail(ENOENT, "no JVM: %s is %s, which has no " LIBJVM, said_by, home);
	}
	*libjvm = file;
	return 0;
}

/* The file of a command, or NULL. */
static char *on_path(const char *command)
{
	const char *path = getenv("PATH");
	char *parts = strdup(path ? path : "");
	char *found = NULL;
	char *state = NULL;

	for (char *part = parts ? strtok_r(parts, ":", &state) : NULL; part && !found;
	     part = strtok_r(NULL, ":", &state)) {
		char *file = embed_print("%s/%s", part, command);

		if (file && !access(file, X_OK))
			found = realpath(file, NULL);
		free(file);
	}
	free(parts);
	return found;
}

int embed_find_jvm(const char *java_home, char **libjvm)
{
	const char *set = getenv("JAVA_HOME");
	char *java;
	int ret;

	if (java_home)
		return jvm_of(java_home, "java_home", libjvm);
	if (set && *set)
		return jvm_of(set, "JAVA_HOME", libjvm);
	java = on_path("java");
	if (!java)
		return embed_fail(ENOENT, "no JVM: no java_home, no JAVA_HOME, no java on the PATH");
	/* HOME/bin/java */
	ret = jvm_of(dirname(dirname(java)), "the home of java on the PATH", libjvm);
	free(java);
	return ret;
}

/* ---- The jar ---- */

int embed_find_self(char **file)
{
	Dl_info info;

	if (!dladdr((void *)(uintptr_t)embed_find_self, &info) || !info.dli_fname)
		return embed_fail(ENOENT, "cannot tell which file libiopf4j.so is");
	*file = realpath(info.dli_fname, NULL);
	if (!*file)
		return embed_fail(errno, "%s: %m", info.dli_fname);
	return 0;
}

static int jar_beside(char **jar)
{
	char *self;
	int ret = embed_find_self(&self);

	if (ret)
		return ret;
	*jar = embed_print("%s/" JAR, dirname(self));
	free(self);
	return *jar ? 0 : -ENOMEM;
}

/* All parts must be there: the JVM says nothing of one that is not. */
static int check_parts(const char *class_path, const char *said_by)
{
	char *parts = strdup(class_path);
	char *state = NULL;
	int ret = 0;
	int count = 0;

	if (!parts)
		return embed_fail(ENOMEM, "no memory for a string");
	for (char *part = strtok_r(parts, ":", &state); part && !ret;
	     part = strtok_r(NULL, ":", &state)) {
		count++;
		if (access(part, R_OK)) {
			int error = errno;

			ret = embed_fail(error == EACCES ? EACCES : ENOENT, "no jar: %s is %s: %m",
					 said_by, part);
		}
	}
	free(parts);
	if (!ret && !count)
		ret = embed_fail(ENOENT, "no jar: %s is empty", said_by);
	return ret;
}

int embed_find_jar(const char *jar, char **class_path)
{
	const char *set = getenv("IOPF4J_JAR");
	const char *said_by = "jar";
	int ret;

	if (jar) {
		*class_path = strdup(jar);
	} else if (set && *set) {
		said_by = "IOPF4J_JAR";
		*class_path = strdup(set);
	} else {
		said_by = "the one beside the library";
		ret = jar_beside(class_path);
		if (ret)
			return ret;
	}
	if (!*class_path)
		return embed_fail(ENOMEM, "no memory for a string");
	ret = check_parts(*class_path, said_by);
	if (ret)
		free(*class_path);
	return ret;
}
