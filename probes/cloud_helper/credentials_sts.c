/* SPDX-License-Identifier: Apache-2.0 */
/* Roles that STS lends: to a key (AssumeRole, signed) or to an identity token (unsigned). */
#include "probes/cloud_helper/credentials_internal.h"

#include "probes/cloud_helper/calls.h"
#include "probes/cloud_helper/endpoint.h"
#include "probes/cloud_helper/reply.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define URL_MAX ((size_t)64 * 1024)
#define CONNECT_MS 3000u
#define TOTAL_MS 6000u
#define SESSION "reachback"
#define SECONDS "3600"

static const struct cloud_action by_oidc = { .product = PRODUCT_STS,
					     .name = "AssumeRoleWithOIDC" };

static int sts_url(const struct chain *chain, const struct chain_role *role, struct text *out)
{
	const char *region = environment_get(chain->environment, "ALIBABA_CLOUD_STS_REGION");
	bool vpc = role->vpc || chain->vpc ||
		   environment_flag(chain->environment, "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED");

	if (role->sts_region)
		region = role->sts_region;
	if (!region)
		region = chain->region;
	if (!region && !chain->plan->endpoints.sts) {
		text_add(out, "https://sts.aliyuncs.com");
		return text_error(out);
	}
	return endpoint_url(chain->plan, PRODUCT_STS, region ? region : "", vpc, out);
}

/* Sends, and takes the credential of the answer. */
static int ask(struct chain *chain, const struct cloud_action *action,
	       struct http_request *request, struct fault *fault)
{
	struct http_answer answer = { .easy = NULL };
	struct verdict_answer told = { .status = 0 };
	struct answer_verdict verdict;
	cJSON *json = NULL;
	int error;

	request->method = "POST";
	request->proxy = chain->proxy;
	request->total_ms = http_left_ms(chain->deadline_ms, TOTAL_MS);
	request->connect_ms = http_left_ms(chain->deadline_ms, CONNECT_MS);
	error = http_do(request, &answer);
	if (error) {
		error = fault_set(fault, error, "%s: %.150s", action->name, answer.error);
	} else {
		if (json_parse(text_string(&answer.body), answer.body.length, &json, NULL))
			json = NULL;
		told.status = answer.status;
		told.json = json;
		if (answer.dated) {
			int64_t skew = (int64_t)time(NULL) - answer.date;

			told.behind = skew < 0;
			told.skew_s = (uint32_t)((skew < 0 ? -skew : skew) & 0x7fffffff);
			told.skewed = told.skew_s >= VERDICT_SKEW_S;
		}
		answer_judge(action, &told, &verdict);
		error = verdict.outcome == CALL_OK ?
				chain_take_json(chain, reply_at(json, "Credentials"), fault) :
				fault_set(fault, -EACCES, "%s", verdict.words);
	}
	cJSON_Delete(json);
	http_release(&answer);
	return error;
}

int chain_assume_role(struct chain *chain, const struct chain_role *role, struct fault *fault)
{
	struct cloud_parameter query[8];
	struct exchange exchange = { .action = &cloud_actions[ACTION_ASSUME_ROLE], .query = query,
				     .credential = &chain->credential };
	struct http_request request = { .method = "POST" };
	struct text base, url;
	size_t count = 0;
	int error;

	if (!role->arn)
		return fault_set(fault, -EINVAL, "%s names no role", chain->source);
#define ADD(parameter, text) query[count++] = (struct cloud_parameter){ parameter, text }
	ADD("RoleArn", role->arn);
	ADD("RoleSessionName", role->session ? role->session : SESSION);
	ADD("DurationSeconds", role->seconds ? role->seconds : SECONDS);
	if (role->policy)
		ADD("Policy", role->policy);
	if (role->external_id)
		ADD("ExternalId", role->external_id);
	ADD(NULL, NULL);
#undef ADD
	text_init(&base, URL_MAX);
	text_init(&url, URL_MAX);
	error = sts_url(chain, role, &base);
	exchange.base = text_string(&base);
	if (!error)
		error = exchange_build(&exchange, &url, &request.headers);
	request.url = text_string(&url);
	if (error)
		error = fault_set(fault, error, "the endpoint of STS is none");
	else
		error = ask(chain, exchange.action, &request, fault);
	http_headers_free(request.headers);
	text_release(&base);
	text_release(&url);
	return error;
}

/* Trailing white space is an editor's. */
static void trim_end(char *bytes)
{
	size_t length = strlen(bytes);

	while (length && strchr(" \t\r\n", bytes[length - 1]))
		bytes[--length] = '\0';
}

static int oidc_url(const struct chain *chain, const struct chain_role *role, struct text *url)
{
	char date[EXCHANGE_DATE];
	int error = exchange_date(date);

	if (!error)
		error = sts_url(chain, role, url);
	if (error)
		return error;
	text_addf(url, "/?Action=%s&Format=JSON&Version=%s&Timestamp=", by_oidc.name,
		  cloud_products[PRODUCT_STS].version);
	signer_encode(date, url);
	return text_error(url);
}

static int ask_by_oidc(struct chain *chain, const struct chain_role *role, const char *token,
		       struct fault *fault)
{
	const struct cloud_parameter form[] = {
		{ "RoleArn", role->arn },
		{ "OIDCProviderArn", role->provider },
		{ "OIDCToken", token },
		{ "RoleSessionName", role->session ? role->session : SESSION },
		{ "DurationSeconds", role->seconds ? role->seconds : SECONDS },
		{ role->policy ? "Policy" : NULL, role->policy },
		{ NULL, NULL },
	};
	struct http_request request = { .method = "POST" };
	struct text url, body;
	int error;

	text_init(&url, URL_MAX);
	secret_text_init(&body, URL_MAX);
	error = oidc_url(chain, role, &url);
	signer_query(form, &body);
	request.url = text_string(&url);
	request.body = text_string(&body);
	if (!error && (text_error(&body) ||
		       !http_header(&request.headers, "content-type",
				    "application/x-www-form-urlencoded") ||
		       !http_header(&request.headers, "accept", "application/json")))
		error = -ENOMEM;
	error = error ? fault_set(fault, error, "the endpoint of STS is none") :
			ask(chain, &by_oidc, &request, fault);
	http_headers_free(request.headers);
	text_release(&url);
	secret_text_release(&body);
	return error;
}

int chain_assume_role_by_oidc(struct chain *chain, const struct chain_role *role,
			      struct fault *fault)
{
	char *token = NULL;
	int error;

	if (!role->arn || !role->provider || !role->token_file)
		return fault_set(fault, -EINVAL, "%s names no role, provider or token file",
				 chain->source);
	error = chain_file_read(chain, role->token_file, &token, fault);
	if (error)
		return fault_set(fault, error == -ENOENT ? -ENXIO : error,
				 "there is no \"%.120s\"", role->token_file);
	trim_end(token);
	error = ask_by_oidc(chain, role, token, fault);
	chain_file_free(token);
	return error;
}

int chain_from_oidc(struct chain *chain, struct fault *fault)
{
	const struct environment *at = chain->environment;
	const struct chain_role role = {
		.arn = environment_get(at, "ALIBABA_CLOUD_ROLE_ARN"),
		.session = environment_get(at, "ALIBABA_CLOUD_ROLE_SESSION_NAME"),
		.provider = environment_get(at, "ALIBABA_CLOUD_OIDC_PROVIDER_ARN"),
		.token_file = environment_get(at, "ALIBABA_CLOUD_OIDC_TOKEN_FILE"),
	};

	if (!role.arn || !role.provider || !role.token_file)
		return -ENOENT;
	chain_name(chain, "OIDC token");
	return chain_assume_role_by_oidc(chain, &role, fault);
}
