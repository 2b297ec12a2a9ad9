/* SPDX-License-Identifier: Apache-2.0 */
/* One exchange over libcurl, with limits of our own: its own ones do not hold for every body. */
#include "probes/cloud_helper/http.h"

#include "probes/cloud_helper/secret.h"
#include "probes/probe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define USER_AGENT "reachback/" REACHBACK_VERSION
#define RETRY_AFTER "x-acs-retry-after:"
#define DATE "date:"
#define RETRY_MOST_MS 600000u

uint32_t http_left_ms(uint64_t deadline_ms, uint32_t most)
{
	uint64_t now = probe_now_ms();
	uint64_t left = deadline_ms > now ? deadline_ms - now : 1;

	return left < most ? (uint32_t)left : most;
}

static size_t on_body_for_curl(char *bytes, size_t size, size_t count, void *context)
{
	struct http_answer *answer = context;
	size_t length = size * count;

	text_add_bytes(&answer->body, bytes, length);
	if (!text_error(&answer->body))
		return length;
	answer->too_long = text_error(&answer->body) == -EFBIG;
	return 0;
}

static const char *value_of(const char *line, size_t length, const char *name)
{
	size_t part = strlen(name);

	return length > part && !strncasecmp(line, name, part) ? line + part : NULL;
}

static size_t on_header_for_curl(char *line, size_t size, size_t count, void *context)
{
	struct http_answer *answer = context;
	size_t length = size * count;
	const char *value;
	char copy[64];
	uint64_t number;

	value = value_of(line, length, DATE);
	if (!value)
		value = value_of(line, length, RETRY_AFTER);
	if (!value)
		return length;
	value += strspn(value, " \t");
	(void)snprintf(copy, sizeof(copy), "%.*s",
		       (int)(length - (size_t)(value - line)), value);
	copy[strcspn(copy, "\r\n")] = '\0';
	if (!strncasecmp(line, DATE, strlen(DATE))) {
		answer->date = (int64_t)curl_getdate(copy, NULL);
		answer->dated = answer->date > 0;
	} else if (!text_whole_number(copy, RETRY_MOST_MS, &number)) {
		answer->retry_after_ms = (uint32_t)number;
		answer->retry_known = true;
	}
	return length;
}

static CURLcode set_limits(CURL *easy, const struct http_request *request)
{
	CURLcode code = curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);

	code = code ? code : curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
					      (long)request->connect_ms);
	code = code ? code : curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->total_ms);
	code = code ? code : curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	code = code ? code : curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	code = code ? code : curl_easy_setopt(easy, CURLOPT_SSLVERSION,
					      (long)CURL_SSLVERSION_TLSv1_2);
	/* one that is given serves all hosts; none of the environment ever does */
	code = code ? code : curl_easy_setopt(easy, CURLOPT_PROXY,
					      request->proxy ? request->proxy : "");
	code = code ? code : curl_easy_setopt(easy, CURLOPT_NOPROXY, request->proxy ? "" : "*");
	code = code ? code : curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
	/* else a name server that does not answer would hold the end of the program */
	code = code ? code : curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
	return code;
}

static CURLcode set_request(CURL *easy, const struct http_request *request)
{
	bool sends = strcmp(request->method, "GET") != 0;
	const char *body = request->body ? request->body : "";
	CURLcode code = curl_easy_setopt(easy, CURLOPT_URL, request->url);

	if (sends) {
		code = code ? code : curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
						      (curl_off_t)strlen(body));
		code = code ? code : curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, body);
		code = code ? code : curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST,
						      request->method);
	}
	code = code ? code : curl_easy_setopt(easy, CURLOPT_HTTPHEADER, request->headers);
	return code ? code : curl_easy_setopt(easy, CURLOPT_USERAGENT, USER_AGENT);
}

static CURLcode set_callbacks(CURL *easy, struct http_answer *answer)
{
	CURLcode code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body_for_curl);

	code = code ? code : curl_easy_setopt(easy, CURLOPT_WRITEDATA, answer);
	code = code ? code : curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header_for_curl);
	code = code ? code : curl_easy_setopt(easy, CURLOPT_HEADERDATA, answer);
	return code ? code : curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, answer->error);
}

int http_prepare(const struct http_request *request, struct http_answer *answer)
{
	CURLcode code;

	secret_text_init(&answer->body, HTTP_BODY_MAX);
	answer->easy = curl_easy_init();
	if (!answer->easy || text_error(&answer->body))
		return -ENOMEM;
	code = set_limits(answer->easy, request);
	code = code ? code : set_request(answer->easy, request);
	code = code ? code : set_callbacks(answer->easy, answer);
	if (!code)
		return 0;
	if (code == CURLE_OUT_OF_MEMORY)
		return -ENOMEM;
	(void)snprintf(answer->error, sizeof(answer->error), "%s", curl_easy_strerror(code));
	return -EINVAL;
}

int http_finish(struct http_answer *answer, CURLcode code)
{
	long status = 0;

	(void)curl_easy_getinfo(answer->easy, CURLINFO_RESPONSE_CODE, &status);
	answer->status = !code && status > 0 && status < 1000 ? (uint32_t)status : 0;
	if (!code)
		return 0;
	if (answer->too_long) {
		(void)snprintf(answer->error, sizeof(answer->error), "answer is too long");
		return -EFBIG;
	}
	if (!answer->error[0])
		(void)snprintf(answer->error, sizeof(answer->error), "%s",
			       curl_easy_strerror(code));
	return -EIO;
}

int http_do(const struct http_request *request, struct http_answer *answer)
{
	int error = http_prepare(request, answer);

	return error ? error : http_finish(answer, curl_easy_perform(answer->easy));
}

void http_release(struct http_answer *answer)
{
	if (answer->easy)
		curl_easy_cleanup(answer->easy);
	/* credentials come in bodies, too */
	secret_text_release(&answer->body);
	*answer = (struct http_answer){ .easy = NULL };
}

bool http_header(struct curl_slist **list, const char *name, const char *value)
{
	size_t length = strlen(name) + strlen(value) + 3;
	char *line = calloc(1, length);
	struct curl_slist *longer = NULL;

	if (line) {
		(void)snprintf(line, length, *value ? "%s: %s" : "%s;", name, value);
		longer = curl_slist_append(*list, line);
		explicit_bzero(line, length);
	}
	free(line);
	if (longer)
		*list = longer;
	return longer != NULL;
}

void http_headers_free(struct curl_slist *list)
{
	struct curl_slist *at;

	for (at = list; at; at = at->next)
		explicit_bzero(at->data, strlen(at->data));
	curl_slist_free_all(list);
}
