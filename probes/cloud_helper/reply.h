/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading replies: case-sensitive look-ups, numbers that may be strings and strings that may be
 * numbers, everything cleaned and bounded. A path is "A.B.C".
 */
#ifndef PROBES_CLOUD_HELPER_REPLY_H
#define PROBES_CLOUD_HELPER_REPLY_H

#include "probes/cloud_helper/call.h"

#include <stdbool.h>
#include <stdint.h>

struct cJSON;

/* The value at `path`; NULL where something on the way is missing or null. */
const struct cJSON *reply_at(const struct cJSON *json, const char *path);
/*
 * A copy of a string, number or bool there, cleaned and without secrets (scrub.h), for a facts
 * struct; NULL where there is none or it is empty. Failure latches in `run`.
 */
char *reply_text(struct cloud_run *run, const struct cJSON *json, const char *path);
/* The string itself, uncleaned, for comparisons and further calls; "" where there is none. */
const char *reply_word(const struct cJSON *json, const char *path);
/* A whole number of 0..4294967295, written as a number or as a string; else unknown. */
struct maybe reply_number(const struct cJSON *json, const char *path);
/* A bool, or "true"/"false" in any case; `otherwise` where it is neither. */
bool reply_flag(const struct cJSON *json, const char *path, bool otherwise);
/* A bool as 1 or 0; unknown where there is none: false and "not said" differ. */
struct maybe reply_maybe_flag(const struct cJSON *json, const char *path);
/* An IPv4 address or prefix; none, unknown where it does not parse. A prefix may be an address. */
struct address reply_address(const struct cJSON *json, const char *path);
struct prefix reply_prefix(const struct cJSON *json, const char *path);
/* Adds the strings of a list there, at most `most`, cleaned. Failure latches in `run`. */
void reply_strings(struct cloud_run *run, const struct cJSON *json, const char *path, size_t most,
		   struct strings *out);
/*
 * The list at `path`: an array itself, or NULL where there is none ("not there" and "empty" look
 * the same in these replies). Walk it with cJSON_ArrayForEach.
 */
const struct cJSON *reply_list(const struct cJSON *json, const char *path);

#endif
