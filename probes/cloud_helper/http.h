/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One HTTP exchange, over libcurl: bounded in time and size, without redirects, cookies, encodings
 * or a proxy of the environment. Prepared for a multi handle, or done at once.
 */
#ifndef PROBES_CLOUD_HELPER_HTTP_H
#define PROBES_CLOUD_HELPER_HTTP_H

#include "rules/text.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#define HTTP_BODY_MAX ((size_t)8 * 1024 * 1024)

struct http_request {
	const char *method; /* "GET", "POST", "PUT" */
	const char *url;
	const char *body; /* NULL: none; POST and PUT send an empty one then */
	struct curl_slist *headers; /* borrowed until the exchange ends */
	const char *proxy;          /* NULL: none */
	uint32_t connect_ms, total_ms;
};

struct http_answer {
	CURL *easy;
	struct text body;
	uint32_t status; /* 0: no answer */
	bool too_long;
	bool dated;
	int64_t date; /* of the server, seconds since 1970 */
	bool retry_known;
	uint32_t retry_after_ms;
	char error[CURL_ERROR_SIZE];
};

/* Milliseconds until the deadline, 1 where it is over, at most `most`: limits of 0 are none. */
uint32_t http_left_ms(uint64_t deadline_ms, uint32_t most);
/* Makes `answer` (zeroed) ready to be run; http_release() in any case. 0 or -ENOMEM. */
int http_prepare(const struct http_request *request, struct http_answer *answer);
/* After the transfer: fills status; 0, -EIO with words in `error`, -EFBIG. */
int http_finish(struct http_answer *answer, CURLcode code);
/* Both, and waits. */
int http_do(const struct http_request *request, struct http_answer *answer);
void http_release(struct http_answer *answer);
/* Adds "NAME: VALUE"; false when out of memory. */
bool http_header(struct curl_slist **list, const char *name, const char *value);
/* Frees, wiped: a session token may be in it. */
void http_headers_free(struct curl_slist *list);

#endif
