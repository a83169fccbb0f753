/* SPDX-License-Identifier: Apache-2.0 */
/* Where the JVM and the jar are. All strings are the caller's to free. */
#ifndef IOPF4J_EMBED_FIND_H
#define IOPF4J_EMBED_FIND_H

/* libjvm.so of a Java home, or of where there is one; 0 or an error. */
int embed_find_jvm(const char *java_home, char **libjvm);

/* The class path, all parts of which can be read; 0 or an error. */
int embed_find_jar(const char *jar, char **class_path);

/* The file that this library was loaded from. */
int embed_find_self(char **file);

/* A string of what printf says; NULL, and an error kept, without memory. */
char *embed_print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
