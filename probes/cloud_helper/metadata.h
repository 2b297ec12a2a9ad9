/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The metadata service of the instance: a session token first (hardened mode), plain questions
 * where the service gives none, one second for each, and never through a proxy.
 */
#ifndef PROBES_CLOUD_HELPER_METADATA_H
#define PROBES_CLOUD_HELPER_METADATA_H

#include "probes/cloud_helper/secret.h"
#include "probes/cloud_request.h"
#include "rules/facts.h"
#include "rules/text.h"

#include <stdbool.h>
#include <stdint.h>

#define METADATA_URL "http://100.100.100.200"
#define METADATA_MS 1000u
#define METADATA_ITEM_MAX ((size_t)64 * 1024)

struct metadata {
	char *base;
	char *token; /* NULL: it gave none */
	uint64_t deadline_ms;
};

/*
 * Asks for the token. `base` NULL: METADATA_URL. `strict`: without a token there is no going on.
 * 0; -ETIMEDOUT, -EIO: nobody answers; -EACCES: refused. metadata_close() in any case.
 */
int metadata_open(struct metadata *metadata, const char *base, bool strict, uint64_t deadline_ms,
		  struct fault *fault);
/* One item, "meta-data/instance-id". 0; -ENOENT: there is none (404); else an error with words. */
int metadata_get(const struct metadata *metadata, const char *item, struct text *out,
		 struct fault *fault);
void metadata_close(struct metadata *metadata);

/* Fills the section "metadata". 0 or negative errno with words. */
int metadata_look(const struct cloud_request *request, struct facts *facts, struct fault *fault);

#endif
