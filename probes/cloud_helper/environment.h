/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The environment variables that the credential chain reads, out of the descriptor that the main
 * program filled: "NAME=VALUE" strings, each ended by NUL.
 */
#ifndef PROBES_CLOUD_HELPER_ENVIRONMENT_H
#define PROBES_CLOUD_HELPER_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

#define ENVIRONMENT_MAX ((size_t)256 * 1024)

struct environment {
	char *bytes; /* NULL: empty */
	size_t length;
};

/* Reads the descriptor to its end. 0 or negative errno. */
int environment_read(int fd, struct environment *environment);
/* Takes a copy of such bytes. */
int environment_copy(const char *bytes, size_t length, struct environment *environment);
/* The value, NULL where it is not set or empty. */
const char *environment_get(const struct environment *environment, const char *name);
/* "true" or "1" in any case. */
bool environment_flag(const struct environment *environment, const char *name);
/* Wipes and frees. */
void environment_release(struct environment *environment);

#endif
