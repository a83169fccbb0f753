/* SPDX-License-Identifier: Apache-2.0 */
/* The last error of each thread. */
#include "embed.h"

#include <stdarg.h>
#include <stdio.h>

#define LINE 512

static _Thread_local char line[LINE];

int embed_fail(int error, const char *fmt, ...)
{
	char text[LINE];
	va_list args;

	/* Beside first: an argument may be the line itself. */
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);

	size_t at = 0;

	for (; text[at]; at++) {
		unsigned char byte = (unsigned char)text[at];

		line[at] = byte < ' ' || byte == 0x7f ? ' ' : text[at];
	}
	while (at > 0 && line[at - 1] == ' ')
		at--;
	line[at] = '\0';
	return -error;
}

const char *iopf4j_error(void)
{
	return line;
}
