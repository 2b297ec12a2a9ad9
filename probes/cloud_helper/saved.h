/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Saved replies: a directory of JSON files, PRODUCT-ACTION-NNN.json, each
 * {"request":{"product","action","parameters":{}},"status":200,"reply":{}}. They answer in place of
 * the API, found by product, action and parameters; RegionId and page sizes do not count, nor does
 * the number of a first page. What is saved is redacted: of a reply only the fields stay that some
 * reader reads, and of their texts what is no secret.
 */
#ifndef PROBES_CLOUD_HELPER_SAVED_H
#define PROBES_CLOUD_HELPER_SAVED_H

#include "probes/cloud_helper/call.h"
#include "rules/text.h"

struct cJSON;
struct saved;

/* Reads all files of the directory. Files that are no replies are an error that names the file. */
int saved_open(const char *directory, struct saved **saved, struct fault *fault);
struct saved_answer {
	const struct cJSON *reply; /* belongs to `saved`; NULL: it was not saved */
	uint32_t status;
};
/* 0, -ENOMEM; -EFBIG: no request that could be saved is that long. */
int saved_find(const struct saved *saved, const struct cloud_action *action,
	       const struct cloud_parameter *parameters, struct saved_answer *answer);
/* A RegionId that was asked for in a saved request; NULL: in none. */
const char *saved_region(const struct saved *saved);
void saved_free(struct saved *saved);

/* Where replies are written to. */
struct saver {
	int directory; /* descriptor; -1: none */
	uint32_t number;
};
int saver_open(const char *directory, struct saver *saver, struct fault *fault);
/* Writes one reply, redacted, to a new file. 0 or negative errno. */
int saver_add(struct saver *saver, const struct cloud_action *action,
	      const struct cloud_parameter *parameters, uint32_t status,
	      const struct cJSON *reply);
void saver_close(struct saver *saver);
/* Drops what no reader reads, and secrets in what is left. 0 or -ENOMEM: it is not to be used. */
int saved_redact(struct cJSON *json);
/* Does a reader read fields of that name? The table is in saved_fields.c. */
bool saved_field(const char *name);

#endif
