/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets: what is asked for again and again, and how long a shot may take. Starts nothing.
 */
#include "probes/endpoints_helper/experiments_internal.h"

#include "probes/endpoints_helper/ladder_internal.h"
#include "rules/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One shot: what an answer takes here, with room for loss, and not the patience of the attempt. */
#define SHOT_LEAST_US (UINT64_C(450) * 1000)
#define SHOT_MOST_US (UINT64_C(2000) * 1000)
/* A segment carries 12 bytes less than the MSS says where both sides stamp it (RFC 7323). */
#define STAMP_LENGTH 12u
#define MSS_MOST 32767u
#define HEADERS_MAX 16
/* Where the attempt stalled, most of them wait for nothing. */
#define SHOTS_AT_ONCE 16

/* The same URL with the address in the place of the name. */
static int name_address(struct experiment_set *set)
{
	const struct url *url = &set->target->url;
	const char *authority = strstr(set->request.url, "://");
	const char *path = authority ? strchr(authority + 3, '/') : NULL;
	/* an address is in few certificates: what is signed goes by the name alone */
	int length = path ? (int)strcspn(path, set->request.is_signed ? "?" : "") : 1;
	bool six = set->address.family == ADDRESS_IPV6;
	char words[ADDRESS_TEXT_MAX];
	struct address address;
	struct text text;

	if (!address_parse(url->host, &address))
		return 0;
	text_init(&text, LADDER_URL_MAX);
	text_addf(&text, "%s://%s%s%s:%u%.*s", url->scheme, six ? "[" : "",
		  address_print(&set->address, words), six ? "]" : "", (unsigned int)url->port,
		  length, path ? path : "/");
	set->by_address = text_take(&text);
	set->sni = text_copy(url->host);
	return set->by_address && set->sni ? 0 : -1;
}

static int copy_headers(struct experiment_set *set, const char *const *headers)
{
	const char **copy = calloc(HEADERS_MAX + 1, sizeof(*copy));
	size_t i;

	set->request.headers = copy;
	for (i = 0; copy && headers && headers[i] && i < HEADERS_MAX; i++) {
		copy[i] = text_copy(headers[i]);
		if (!copy[i])
			return -1;
		set->header_count++;
	}
	return copy ? 0 : -1;
}

static int copy_request(struct experiment_set *set, const struct http_request *request)
{
	char *body = calloc(1, request->body_length + 1);

	set->request = *request;
	set->request.fd = -1;
	set->request.begun = NULL;
	set->request.url = text_copy(request->url);
	set->request.method = text_copy(request->method);
	set->request.body = request->body ? body : NULL;
	set->request.headers = NULL;
	if (body && request->body)
		memcpy(body, request->body, request->body_length);
	else
		free(body);
	if (copy_headers(set, request->headers) || !set->request.url ||
	    (request->method && !set->request.method) || (request->body && !body))
		return -1;
	return 0;
}

void set_took(struct experiment_set *set, uint64_t microseconds)
{
	uint64_t wait = SHOT_LEAST_US + 2 * microseconds;

	set->time_us = wait > SHOT_MOST_US ? SHOT_MOST_US : wait;
}

void set_measure(struct experiment_set *set, const struct attempt_fact *attempt)
{
	uint64_t wait = SHOT_LEAST_US + (uint64_t)attempt->tcp.rtt_us.value * 8;

	if (set->stage == RUNG_HTTP)
		wait += attempt->http.first_byte_us.known
				? (uint64_t)attempt->http.first_byte_us.value * 2
				: SHOT_LEAST_US;
	set->time_us = wait > SHOT_MOST_US ? SHOT_MOST_US : wait;
	set->top = attempt->tcp.mss.value + STAMP_LENGTH;
	if (set->top > MSS_MOST)
		set->top = MSS_MOST;
}

struct experiment_set *set_new(struct target *target, const struct attempt_fact *attempt,
			       const struct http_request *request)
{
	struct run *run = target->run;
	struct experiment_set *set = calloc(1, sizeof(*set));

	if (!run_keeps(run, set)) {
		free(set);
		return NULL;
	}
	set->next = run->experiments->sets;
	run->experiments->sets = set;
	set->run = run;
	set->target = target;
	set->stage = RUNG_HTTP;
	set->address = attempt->address;
	set->port = attempt->port;
	set->url = text_copy(attempt->url);
	set->patience.owner = set;
	set->at_once = SHOTS_AT_ONCE;
	set_measure(set, attempt);
	if (!copy_request(set, request) && !name_address(set) && set->url)
		return set;
	run->error = -ENOMEM;
	set_free(set);
	return NULL;
}

void set_free(struct experiment_set *set)
{
	struct experiment_set **at = &set->run->experiments->sets;
	size_t i;

	while (*at && *at != set)
		at = &(*at)->next;
	if (*at)
		*at = set->next;
	loop_cancel(&set->run->loop, &set->patience);
	shots_free(set);
	for (i = 0; i < set->header_count; i++)
		free((char *)(uintptr_t)set->request.headers[i]);
	free((void *)(uintptr_t)set->request.headers);
	free((char *)(uintptr_t)set->request.url);
	free((char *)(uintptr_t)set->request.method);
	free((char *)(uintptr_t)set->request.body);
	free(set->url);
	free(set->by_address);
	free(set->sni);
	free(set);
}

struct experiment_set *set_find(const struct run *run, const char *url,
				const struct address *address)
{
	struct experiment_set *set;

	for (set = run->experiments->sets; set; set = set->next)
		if (!set->watching && text_equal(set->url, url) &&
		    address_equal(&set->address, address))
			return set;
	return NULL;
}
