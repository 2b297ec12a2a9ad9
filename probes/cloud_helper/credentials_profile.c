/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Profiles of the vendor's command line tool (~/.aliyun/config.json): six modes are taken, the rest
 * are refused by name.
 */
#include "probes/cloud_helper/credentials_internal.h"

#include "probes/cloud_helper/reply.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_FILE ".aliyun/config.json"

static int take_profile(struct chain *chain, const cJSON *profiles, const char *name,
			unsigned int depth, struct fault *fault);

static const cJSON *find_profile(const cJSON *profiles, const char *name)
{
	const cJSON *profile;

	cJSON_ArrayForEach(profile, profiles)
		if (!strcmp(reply_word(profile, "name"), name))
			return profile;
	return NULL;
}

static const char *word_or_null(const cJSON *json, const char *path)
{
	const char *word = reply_word(json, path);

	return *word ? word : NULL;
}

static int take_key(struct chain *chain, const cJSON *profile, struct fault *fault)
{
	const struct chain_key key = { .key_id = reply_word(profile, "access_key_id"),
				       .secret = reply_word(profile, "access_key_secret"),
				       .token = reply_word(profile, "sts_token") };

	return chain_take(chain, &key, fault);
}

/* A key of its own: a token that an older mode left behind in the profile is none of it. */
static int take_plain_key(struct chain *chain, const cJSON *profile, struct fault *fault)
{
	const struct chain_key key = { .key_id = reply_word(profile, "access_key_id"),
				       .secret = reply_word(profile, "access_key_secret") };

	return chain_take(chain, &key, fault);
}

static int take_role(struct chain *chain, const cJSON *profile, struct fault *fault)
{
	struct maybe seconds = reply_number(profile, "expired_seconds");
	char number[16];
	const struct chain_role role = {
		.arn = word_or_null(profile, "ram_role_arn"),
		.session = word_or_null(profile, "ram_session_name"),
		.policy = word_or_null(profile, "policy"),
		.external_id = word_or_null(profile, "external_id"),
		.seconds = seconds.known && seconds.value >= 900 ? number : NULL,
		.sts_region = word_or_null(profile, "sts_region"),
		.vpc = reply_flag(profile, "enable_vpc", false),
		.provider = word_or_null(profile, "oidc_provider_arn"),
		.token_file = word_or_null(profile, "oidc_token_file"),
	};

	(void)snprintf(number, sizeof(number), "%u", (unsigned int)seconds.value);
	/* a key that came before is the one that takes the role on */
	return chain->credential.key_id ? chain_assume_role(chain, &role, fault) :
					  chain_assume_role_by_oidc(chain, &role, fault);
}

static int take_ram_role(struct chain *chain, const cJSON *profile, struct fault *fault)
{
	int error = take_key(chain, profile, fault);

	return error ? error : take_role(chain, profile, fault);
}

static int take_instance(struct chain *chain, const cJSON *profile, struct fault *fault)
{
	int error = chain_instance_role(chain, word_or_null(profile, "ram_role_name"), fault);

	return error == -ENOENT ? fault_set(fault, -ENXIO, "the instance has no RAM role") :
				  error;
}

static const struct {
	const char *mode;
	int (*take)(struct chain *chain, const cJSON *profile, struct fault *fault);
} modes[] = {
	{ "AK", take_plain_key },       { "StsToken", take_key },
	{ "RamRoleArn", take_ram_role }, { "EcsRamRole", take_instance },
	{ "OIDC", take_role },
};

static int take_mode(struct chain *chain, const cJSON *profile, const char *mode,
		     struct fault *fault)
{
	size_t i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (!strcmp(modes[i].mode, mode))
			return modes[i].take(chain, profile, fault);
	return fault_set(fault, -ENOTSUP, "profile \"%.60s\": mode %.40s is not taken (accepted: "
			 "AK, StsToken, RamRoleArn, EcsRamRole, OIDC, ChainableRamRoleArn)",
			 reply_word(profile, "name"), *mode ? mode : "(none)");
}

static int take_profile(struct chain *chain, const cJSON *profiles, const char *name,
			unsigned int depth, struct fault *fault)
{
	const cJSON *profile = find_profile(profiles, name);
	const char *mode = profile ? reply_word(profile, "mode") : "";
	char source[96];
	int error;

	if (!profile)
		return fault_set(fault, -ENXIO, "there is no profile \"%.60s\"", name);
	if (depth >= CHAIN_DEPTH_MAX)
		return fault_set(fault, -ELOOP, "profile \"%.60s\": too many profiles build on "
				 "each other", name);
	if (!strcmp(mode, "ChainableRamRoleArn")) {
		error = take_profile(chain, profiles, reply_word(profile, "source_profile"),
				     depth + 1, fault);
		if (!error)
			error = take_role(chain, profile, fault);
	} else {
		(void)snprintf(source, sizeof(source), "profile %.60s (%.20s)", name, mode);
		chain_name(chain, source);
		error = take_mode(chain, profile, mode, fault);
	}
	(void)snprintf(source, sizeof(source), "profile %.60s (%.20s)", name, mode);
	chain_name(chain, source);
	return error;
}

/* What a fresh installation of the tool leaves: a profile without anything in it. */
static bool is_blank(const cJSON *profile)
{
	static const char *const members[] = { "access_key_id", "ram_role_arn", "ram_role_name",
					       "source_profile", "oidc_token_file", NULL };
	const char *mode = reply_word(profile, "mode");
	size_t i;

	for (i = 0; members[i]; i++)
		if (*reply_word(profile, members[i]))
			return false;
	return !*mode || !strcmp(mode, "AK");
}

static int choose(struct chain *chain, const cJSON *json, struct fault *fault)
{
	const char *asked = environment_get(chain->environment, "ALIBABA_CLOUD_PROFILE");
	const char *name = asked ? asked : reply_word(json, "current");
	const cJSON *profiles = reply_list(json, "profiles");
	const cJSON *profile = find_profile(profiles, *name ? name : "default");

	if (!asked && (!profile || is_blank(profile)))
		return -ENOENT;
	return take_profile(chain, profiles, *name ? name : "default", 0, fault);
}

int chain_from_profile(struct chain *chain, struct fault *fault)
{
	struct fault why = { .code = 0 };
	char *bytes = NULL;
	cJSON *json = NULL;
	int error;

	if (environment_flag(chain->environment, "ALIBABA_CLOUD_CLI_PROFILE_DISABLED"))
		return -ENOENT;
	error = chain_file_find(chain, "ALIBABA_CLOUD_CONFIG_FILE", DEFAULT_FILE, &bytes, fault);
	if (error)
		return error;
	error = json_parse(bytes, strlen(bytes), &json, &why);
	/* a reader's words may quote what it read, and that may be a key */
	if (error)
		error = fault_set(fault, error, "the file of the command line tool's profiles is "
				  "no JSON document");
	else
		error = choose(chain, json, fault);
	cJSON_Delete(json);
	chain_file_free(bytes);
	return error;
}
