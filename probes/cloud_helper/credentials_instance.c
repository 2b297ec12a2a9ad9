/* SPDX-License-Identifier: Apache-2.0 */
/* Credentials that a local service hands out: the instance's RAM role, and a URI. */
#include "probes/cloud_helper/credentials_internal.h"

#include "probes/cloud_helper/calls.h"
#include "probes/cloud_helper/metadata.h"
#include "probes/cloud_helper/reply.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FOLDER "meta-data/ram/security-credentials/"
#define URI_CONNECT_MS 2000u
#define URI_TOTAL_MS 5000u

/* {"Code":"Success","AccessKeyId":...}; a URI's answer may lack the code. */
static int take_document(struct chain *chain, const struct text *bytes, struct fault *fault)
{
	cJSON *json = NULL;
	const char *code;
	int error = 0;

	if (json_parse(text_string(bytes), bytes->length, &json, NULL))
		return fault_set(fault, -EINVAL, "the answer of %s is no JSON document",
				 chain->source);
	code = reply_word(json, "Code");
	if (*code && strcmp(code, "Success") != 0)
		error = fault_set(fault, -EACCES, "%s answers %.60s", chain->source, code);
	if (!error)
		error = chain_take_json(chain, json, fault);
	cJSON_Delete(json);
	return error;
}

static bool is_role_name(const char *name)
{
	size_t length = strlen(name);

	return length && length <= 64 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789-_.@") == length;
}

int chain_instance_role(struct chain *chain, const char *name, struct fault *fault)
{
	bool strict = environment_flag(chain->environment, "ALIBABA_CLOUD_IMDSV1_DISABLED");
	struct metadata metadata = { .base = NULL };
	struct text item, answer;
	int error = metadata_open(&metadata, chain->plan->endpoints.metadata, strict,
				  chain->deadline_ms, fault);

	text_init(&item, 256);
	secret_text_init(&answer, METADATA_ITEM_MAX);
	if (!error && !name) {
		error = metadata_get(&metadata, FOLDER, &answer, fault);
		if (answer.data)
			answer.data[strcspn(answer.data, " \r\n")] = '\0';
		name = text_string(&answer);
	}
	if (!error && !is_role_name(name))
		error = *name ? fault_set(fault, -EINVAL, "the name of the RAM role is none") :
				-ENOENT;
	if (!error) {
		text_addf(&item, FOLDER "%s", name);
		text_clear(&answer);
		error = metadata_get(&metadata, text_string(&item), &answer, fault);
		if (error == -ENOENT)
			error = fault_set(fault, -ENXIO, "the instance has no RAM role \"%s\"",
					  text_string(&item) + strlen(FOLDER));
	}
	if (!error)
		error = take_document(chain, &answer, fault);
	metadata_close(&metadata);
	text_release(&item);
	secret_text_release(&answer);
	return error;
}

int chain_from_instance(struct chain *chain, struct fault *fault)
{
	const char *name = environment_get(chain->environment, "ALIBABA_CLOUD_ECS_METADATA");

	/* where nobody answered before, a second wait would not make it */
	if (environment_flag(chain->environment, "ALIBABA_CLOUD_ECS_METADATA_DISABLED") ||
	    (!chain->metadata && !name))
		return -ENOENT;
	chain_name(chain, "RAM role of the instance");
	return chain_instance_role(chain, name ? name : chain->role, fault);
}

int chain_from_uri(struct chain *chain, struct fault *fault)
{
	const char *uri = environment_get(chain->environment, "ALIBABA_CLOUD_CREDENTIALS_URI");
	struct http_request request = {
		.method = "GET", .url = uri,
		.connect_ms = http_left_ms(chain->deadline_ms, URI_CONNECT_MS),
		.total_ms = http_left_ms(chain->deadline_ms, URI_TOTAL_MS),
	};
	struct http_answer answer = { .easy = NULL };
	int error;

	if (!uri)
		return -ENOENT;
	chain_name(chain, "credentials URI");
	error = http_do(&request, &answer);
	if (error)
		error = fault_set(fault, error, "the credentials URI does not answer: %.120s",
				  answer.error);
	else if (answer.status != 200)
		error = fault_set(fault, -EACCES, "the credentials URI answers HTTP %u",
				  (unsigned int)answer.status);
	else
		error = take_document(chain, &answer.body, fault);
	http_release(&answer);
	return error;
}
