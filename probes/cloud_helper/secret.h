/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys in memory: what held one is wiped before it is given back. secret_hooks() makes the JSON
 * reader and libcurl do the same with all that they allocate.
 */
#ifndef PROBES_CLOUD_HELPER_SECRET_H
#define PROBES_CLOUD_HELPER_SECRET_H

#include "rules/text.h"

#include <stddef.h>

/* Longest key, secret or session token. */
#define SECRET_MAX 8192

struct cloud_credential {
	char *key_id, *secret;
	char *token; /* of STS; NULL: a key of its own */
};

/* 0 or negative errno; once, before anything else. */
int secret_hooks(void);
/* A copy; NULL when out of memory, too long, or where a byte cannot stand in a header. */
char *secret_copy(const char *bytes, size_t length);
/* Wipes and frees. */
void secret_free(char *secret);
/*
 * A text that secrets go through: it has room for them from the beginning, for a text that grows
 * leaves a copy where it was; and it is wiped.
 */
void secret_text_init(struct text *text, size_t limit);
void secret_text_release(struct text *text);
void credential_release(struct cloud_credential *credential);

#endif
