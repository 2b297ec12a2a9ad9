/* SPDX-License-Identifier: Apache-2.0 */
/* What the links of the credential chain share. */
#ifndef PROBES_CLOUD_HELPER_CREDENTIALS_INTERNAL_H
#define PROBES_CLOUD_HELPER_CREDENTIALS_INTERNAL_H

#include "probes/cloud_helper/credentials.h"

struct chain_key {
	const char *key_id, *secret, *token;
};

void chain_name(struct chain *chain, const char *source);
/* Copies the key into chain->credential. */
int chain_take(struct chain *chain, const struct chain_key *key, struct fault *fault);

#endif
