/* SPDX-License-Identifier: Apache-2.0 */
/* What a caller hands in: structures that begin with their size, and strings. */
#include "embed.h"

#include <errno.h>
#include <string.h>

/* No structure of this API will ever come near: a size beyond is a stray number. */
#define MOST_STRUCT 4096

/* What a caller's structure says its size is; 0 with an error kept. */
static size_t size_of(const void *structure, const char *what)
{
	size_t size;

	if (!structure) {
		embed_fail(EINVAL, "%s: NULL", what);
		return 0;
	}
	memcpy(&size, structure, sizeof(size));
	/* All grow by whole words: half a pointer is none. */
	if (size < sizeof(size) || size > MOST_STRUCT || size % sizeof(size)) {
		embed_fail(EINVAL, "%s: size is %zu: set it to sizeof the structure", what, size);
		return 0;
	}
	return size;
}

int embed_read_struct(void *to, size_t size, const void *from, const char *what)
{
	const unsigned char *bytes = from;
	size_t its = size_of(from, what);

	if (!its)
		return -EINVAL;
	for (size_t i = size; i < its; i++) {
		if (bytes[i])
			return embed_fail(E2BIG, "%s: has fields that this version does not know", what);
	}
	memset(to, 0, size);
	memcpy(to, from, its < size ? its : size);
	return 0;
}

int embed_write_struct(void *to, const void *from, size_t size, const char *what)
{
	size_t its = size_of(to, what);
	size_t common = its < size ? its : size;

	if (!its)
		return -EINVAL;
	memcpy((char *)to + sizeof(its), (const char *)from + sizeof(its), common - sizeof(its));
	memset((char *)to + common, 0, its - common);
	return 0;
}

int embed_check_text(const char *text, const char *what)
{
	if (!text)
		return embed_fail(EINVAL, "%s: NULL", what);
	if (strnlen(text, EMBED_MOST_TEXT) == EMBED_MOST_TEXT)
		return embed_fail(ENAMETOOLONG, "%s: %d bytes or more", what, EMBED_MOST_TEXT);
	return 0;
}
