/* SPDX-License-Identifier: Apache-2.0 */
/* The order of the chain, and its first link. */
#include "probes/cloud_helper/credentials.h"

#include "probes/cloud_helper/credentials_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int chain_take(struct chain *chain, const struct chain_key *key, struct fault *fault)
{
	struct cloud_credential *out = &chain->credential;

	credential_release(out);
	if (!key->key_id || !*key->key_id || !key->secret || !*key->secret)
		return fault_set(fault, -EINVAL, "credential of %s lacks a key or a secret",
				 chain->source);
	out->key_id = secret_copy(key->key_id, strlen(key->key_id));
	out->secret = secret_copy(key->secret, strlen(key->secret));
	if (key->token && *key->token)
		out->token = secret_copy(key->token, strlen(key->token));
	if (out->key_id && out->secret && (out->token || !key->token || !*key->token))
		return 0;
	credential_release(out);
	return fault_set(fault, -EINVAL, "credential of %s holds a character that none has",
			 chain->source);
}

void chain_name(struct chain *chain, const char *source)
{
	(void)snprintf(chain->source, sizeof(chain->source), "%s", source);
}

static int from_environment(struct chain *chain, struct fault *fault)
{
	const struct environment *at = chain->environment;
	const struct chain_key key = {
		.key_id = environment_get(at, "ALIBABA_CLOUD_ACCESS_KEY_ID"),
		.secret = environment_get(at, "ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
		.token = environment_get(at, "ALIBABA_CLOUD_SECURITY_TOKEN"),
	};

	if (!key.key_id || !key.secret)
		return -ENOENT;
	chain_name(chain, "environment");
	return chain_take(chain, &key, fault);
}

int credentials_find(struct chain *chain, struct fault *fault)
{
	static int (*const links[])(struct chain *chain, struct fault *fault) = {
		from_environment,
	};
	size_t i;
	int error = -ENOENT;

	for (i = 0; i < sizeof(links) / sizeof(links[0]) && error == -ENOENT; i++)
		error = links[i](chain, fault);
	return error;
}
