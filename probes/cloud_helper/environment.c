/* SPDX-License-Identifier: Apache-2.0 */
/* Look-ups in a block of environment variables. */
#include "probes/cloud_helper/environment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

int environment_read(int fd, struct environment *environment)
{
	size_t length = 0;
	ssize_t got = 1;

	environment->bytes = calloc(1, ENVIRONMENT_MAX + 1);
	if (!environment->bytes)
		return -ENOMEM;
	while (got && length < ENVIRONMENT_MAX) {
		/* from the beginning, whoever read it before */
		got = pread(fd, environment->bytes + length, ENVIRONMENT_MAX - length,
			    (off_t)length);
		if (got < 0 && errno != EINTR)
			return -errno;
		length += got > 0 ? (size_t)got : 0;
	}
	environment->length = length;
	return 0;
}

int environment_copy(const char *bytes, size_t length, struct environment *environment)
{
	environment->bytes = calloc(1, length + 1);
	if (!environment->bytes)
		return -ENOMEM;
	if (length)
		memcpy(environment->bytes, bytes, length);
	environment->length = length;
	return 0;
}

const char *environment_get(const struct environment *environment, const char *name)
{
	size_t length = strlen(name), at = 0;

	while (at < environment->length) {
		const char *row = environment->bytes + at;

		if (!strncmp(row, name, length) && row[length] == '=')
			return row[length + 1] ? row + length + 1 : NULL;
		at += strlen(row) + 1;
	}
	return NULL;
}

bool environment_flag(const struct environment *environment, const char *name)
{
	const char *value = environment_get(environment, name);

	return value && (!strcasecmp(value, "true") || !strcmp(value, "1"));
}

void environment_release(struct environment *environment)
{
	if (environment->bytes)
		explicit_bzero(environment->bytes, environment->length);
	free(environment->bytes);
	*environment = (struct environment){ NULL, 0 };
}
