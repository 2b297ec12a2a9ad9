/* SPDX-License-Identifier: Apache-2.0 */
/* What the links of the credential chain share. */
#ifndef PROBES_CLOUD_HELPER_CREDENTIALS_INTERNAL_H
#define PROBES_CLOUD_HELPER_CREDENTIALS_INTERNAL_H

#include "probes/cloud_helper/credentials.h"
#include "rules/text.h"

struct cJSON;

#define CHAIN_DEPTH_MAX 4u /* profiles that build on profiles */

struct chain_key {
	const char *key_id, *secret, *token;
};

/* A role to be taken on, by the chain's credential or by an identity token. */
struct chain_role {
	const char *arn, *session, *policy, *external_id;
	const char *seconds; /* how long; NULL: an hour */
	const char *sts_region;
	const char *provider, *token_file; /* of OIDC */
	bool vpc;
};

void chain_name(struct chain *chain, const char *source);
int chain_warn(struct chain *chain, const char *words);
/* Copies the key into chain->credential. */
int chain_take(struct chain *chain, const struct chain_key *key, struct fault *fault);
/* Replaces chain->credential by one of STS. */
int chain_assume_role(struct chain *chain, const struct chain_role *role, struct fault *fault);
int chain_assume_role_by_oidc(struct chain *chain, const struct chain_role *role,
			      struct fault *fault);
/* The credential of the instance's RAM role; `name` NULL: the only one that there is. */
int chain_instance_role(struct chain *chain, const char *name, struct fault *fault);
/* The credential of a JSON document: members KeyId, KeySecret and SecurityToken under `path`. */
int chain_take_json(struct chain *chain, const struct cJSON *json, struct fault *fault);
/*
 * Reads a file of the user, at most 256 KiB, and warns where others can read it. -ENOENT: it is
 * not there; other errors with words. chain_file_free() wipes.
 */
int chain_file_read(struct chain *chain, const char *path, char **bytes, struct fault *fault);
/* The same of the file that `variable` names, which must be there, or else of "$HOME/NAME". */
int chain_file_find(struct chain *chain, const char *variable, const char *name, char **bytes,
		    struct fault *fault);
void chain_file_free(char *bytes);

/* The links that are long enough for a file of their own. -ENOENT: it names no credential. */
int chain_from_profile(struct chain *chain, struct fault *fault);
int chain_from_file(struct chain *chain, struct fault *fault);
int chain_from_oidc(struct chain *chain, struct fault *fault);
int chain_from_instance(struct chain *chain, struct fault *fault);
int chain_from_uri(struct chain *chain, struct fault *fault);

#endif
