/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the HTTP request of a call: endpoint, parameters, the signed headers. */
#include "probes/cloud_helper/calls.h"

#include "probes/cloud_helper/endpoint.h"
#include "rules/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define URL_MAX ((size_t)64 * 1024)
#define HEADER_MAX ((size_t)16 * 1024)
#define NONCE_BYTES 16
#define HEADERS_MAX 12

static const char *method_of(const struct cloud_action *action)
{
	return action->method ? action->method : "POST";
}

static const char *path_of(const struct cloud_action *action)
{
	return action->path ? action->path : "/";
}

static const char *body_of(const struct cloud_action *action)
{
	return action->body ? action->body : "";
}

static int make_nonce(char nonce[2 * NONCE_BYTES + 1])
{
	unsigned char bytes[NONCE_BYTES];
	size_t i;

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return -EAGAIN;
	for (i = 0; i < sizeof(bytes); i++)
		(void)snprintf(nonce + 2 * i, 3, "%02x", (unsigned int)bytes[i]);
	return 0;
}

int exchange_date(char date[EXCHANGE_DATE])
{
	time_t now = time(NULL);
	struct tm parts;

	if (!gmtime_r(&now, &parts) || !strftime(date, EXCHANGE_DATE, "%Y-%m-%dT%H:%M:%SZ", &parts))
		return -EINVAL;
	return 0;
}

static bool add_headers(const struct cloud_parameter *headers, struct curl_slist **list)
{
	/* libcurl's own ones that would stand unsigned, or make the server wait */
	static const char *const own[] = { "Expect:", "Content-Type:" };
	bool good = true;
	size_t i;

	for (; headers->name && good; headers++)
		good = http_header(list, headers->name, headers->value);
	for (i = 0; i < sizeof(own) / sizeof(own[0]) && good; i++) {
		struct curl_slist *longer = curl_slist_append(*list, own[i]);

		good = longer != NULL;
		*list = longer ? longer : *list;
	}
	return good;
}

struct stamps {
	struct text host, authorization;
	char date[EXCHANGE_DATE], nonce[2 * NONCE_BYTES + 1], digest[SIGNER_DIGEST_TEXT];
};

static size_t fill_headers(const struct exchange *exchange, const struct stamps *stamps,
			   struct cloud_parameter headers[HEADERS_MAX])
{
	const struct cloud_credential *credential = exchange->credential;
	size_t count = 0;

#define ADD(header, text) headers[count++] = (struct cloud_parameter){ header, text }
	ADD("host", text_string(&stamps->host));
	ADD("x-acs-action", exchange->action->name);
	ADD("x-acs-version", exchange->action->version ?
			     exchange->action->version :
			     cloud_products[exchange->action->product].version);
	ADD("x-acs-date", stamps->date);
	ADD("x-acs-signature-nonce", stamps->nonce);
	ADD("x-acs-content-sha256", stamps->digest);
	ADD("accept", "application/json");
	if (exchange->action->body)
		ADD("content-type", exchange->action->body_type);
	if (credential && credential->token) {
		ADD("x-acs-security-token", credential->token);
		ADD("x-acs-accesskey-id", credential->key_id);
	}
#undef ADD
	headers[count] = (struct cloud_parameter){ NULL, NULL };
	return count;
}

static int sign(const struct exchange *exchange, struct stamps *stamps,
		struct curl_slist **headers)
{
	struct cloud_parameter list[HEADERS_MAX];
	size_t count = fill_headers(exchange, stamps, list);
	const struct cloud_action *action = exchange->action;
	struct signer_request request = { .method = method_of(action), .path = path_of(action),
					  .query = exchange->query, .headers = list,
					  .body = body_of(action) };
	int error = 0;

	if (exchange->credential)
		error = signer_authorization(&request, exchange->credential,
					     &stamps->authorization);
	if (!error && exchange->credential) {
		list[count++] = (struct cloud_parameter){ "authorization",
							  text_string(&stamps->authorization) };
		list[count] = (struct cloud_parameter){ NULL, NULL };
	}
	if (!error && !add_headers(list, headers))
		error = -ENOMEM;
	return error;
}

int exchange_build(const struct exchange *exchange, struct text *url, struct curl_slist **headers)
{
	struct stamps stamps = { .date = "" };
	int error;

	text_init(&stamps.host, URL_MAX);
	text_init(&stamps.authorization, HEADER_MAX);
	error = endpoint_host(exchange->base, &stamps.host);
	if (!error)
		error = make_nonce(stamps.nonce);
	if (!error)
		error = exchange_date(stamps.date);
	signer_digest(body_of(exchange->action), strlen(body_of(exchange->action)),
		      stamps.digest);
	if (!error)
		error = sign(exchange, &stamps, headers);
	text_add(url, exchange->base);
	signer_path(path_of(exchange->action), url);
	text_add(url, "?");
	signer_query(exchange->query, url);
	text_release(&stamps.host);
	text_release(&stamps.authorization);
	return error ? error : text_error(url);
}

/* Whom the call asks, in its row of the facts. */
static int note_host(struct cloud_run *run, const struct call *call, const char *base)
{
	struct call_fact *fact = LIST_AT(&run->facts->cloud.calls, struct call_fact, call->fact);
	struct text host;
	int error;

	if (fact->host)
		return 0;
	text_init(&host, URL_MAX);
	error = endpoint_host(base, &host);
	if (!error) {
		fact->host = text_clean(text_string(&host), host.length);
		error = fact->host ? 0 : -ENOMEM;
	}
	text_release(&host);
	return error;
}

int exchange_start(struct cloud_run *run, struct call *call)
{
	struct cloud_calls *calls = run->calls;
	struct cloud_parameter parameters[SIGNER_PARAMETERS_MAX + 1];
	struct exchange exchange = { .action = call->action, .query = parameters,
				     .credential = &calls->credential };
	struct http_request request = { .method = method_of(call->action),
					.body = call->action->body,
					.proxy = run->request->proxy,
					.connect_ms = http_left_ms(calls->deadline_ms,
								   CALL_CONNECT_MS),
					.total_ms = http_left_ms(calls->deadline_ms,
								 CALL_TOTAL_MS) };
	struct text base, url;
	char number[16];
	int error;

	text_init(&base, URL_MAX);
	text_init(&url, URL_MAX);
	pages_parameters(call, number, parameters);
	error = endpoint_url(run->plan, (enum cloud_product)call->action->product, run->region,
			     calls->vpc, &base);
	if (!error)
		error = note_host(run, call, text_string(&base));
	exchange.base = text_string(&base);
	if (!error)
		error = exchange_build(&exchange, &url, &call->headers);
	request.url = text_string(&url);
	request.headers = call->headers;
	if (!error)
		error = http_prepare(&request, &call->answer);
	/* libcurl sends again what it sent over a connection that turned out to be closed */
	if (!error && call->action->mutates &&
	    curl_easy_setopt(call->answer.easy, CURLOPT_FRESH_CONNECT, 1L))
		error = -ENOMEM;
	if (!error && (curl_easy_setopt(call->answer.easy, CURLOPT_PRIVATE, call) ||
		       curl_multi_add_handle(calls->multi, call->answer.easy)))
		error = -ENOMEM;
	text_release(&base);
	text_release(&url);
	return error;
}
