/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets in texts that others wrote: userinfo of URLs, values of names that sound secret
 * ("PRIVATE-TOKEN: x", "--token=x", "DB_PASSWORD=x"), and words that look like a token. What is
 * hidden too much costs a word of a message; what is not hidden costs the secret.
 */
#ifndef PROBES_CLOUD_HELPER_SCRUB_H
#define PROBES_CLOUD_HELPER_SCRUB_H

#include "rules/text.h"

struct cJSON;
struct cloud_credential;

/* Adds the text without its secrets; it is not cleaned. */
void scrub_add(struct text *out, const char *string);
/* text_clean() of the same; NULL when out of memory. */
char *scrub_clean(const char *string);
/* The run's own key, wherever a reply echoes it: stars in its place. */
void scrub_own(struct cJSON *json, const struct cloud_credential *credential);

#endif
