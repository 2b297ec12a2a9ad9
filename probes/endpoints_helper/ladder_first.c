/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an address's connect to its first answer: TCP, TLS and the first plain request.
 *
 * Of those that will shake hands a few stand in http.c's line; the others wait here, where each
 * takes a descriptor and no more, so that a run of many targets does not take memory for all.
 */
#include "probes/endpoints_helper/ladder_internal.h"

#include "probes/endpoints_helper/experiments.h"
#include "probes/endpoints_helper/names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Enough for the line never to be empty while somebody waits. */
#define HANDED_MAX (4 * HTTP_HANDSHAKES_MAX)

/* Leads on. In the facts the redirect points to what it led to, whose URL may be marked. */
static void redirected(struct rung_start *start, const char *location)
{
	struct run *run = start->peer.target->run;
	const struct maybe *status = &ladder_attempt(run, start)->http.status;
	struct target *found;
	char words[64], **told;

	if (!location || !status->known || status->value / 100 != 3)
		return;
	(void)snprintf(words, sizeof(words), "Location of %u", (unsigned int)status->value);
	found = ladder_found(start->peer.target, PURPOSE_REDIRECT, location, words);
	/* its addresses may be known already: then the rows of attempts have moved */
	told = &ladder_attempt(run, start)->http.location;
	if (!found || text_equal(found->url.text, *told))
		return;
	free(*told);
	*told = text_copy(found->url.text);
	(void)run_keeps(run, *told);
}

/* The body is the purpose's, who may be asked later. */
static void keep_result(struct rung_start *start, struct http_result *result)
{
	struct run *run = start->peer.target->run;

	start->body = calloc(1, result->body_length + 1);
	start->result = calloc(1, sizeof(*start->result));
	if (!run_keeps(run, start->body) || !run_keeps(run, start->result))
		return;
	memcpy(start->body, result->body_length ? result->body : "", result->body_length);
	start->location = text_copy(result->location);
	if (result->location && !run_keeps(run, start->location))
		return;
	*start->result = (struct http_result){ .body = start->body,
					       .body_length = result->body_length,
					       .location = start->location,
					       .verified = result->verified };
	if (record_copy(&http_record, &result->http, &start->result->http))
		run->error = -ENOMEM;
}

static void first_url(const struct target *target, struct text *url)
{
	text_init(url, LADDER_URL_MAX);
	ladder_url(target, target->row->first_path, url);
	if (text_error(url))
		target->run->error = -ENOMEM;
}

static void ask_next(struct run *run);

/* The first request of `start` has left the line. */
static void leave_line(struct rung_start *start)
{
	if (!start->handed)
		return;
	start->handed = false;
	start->peer.target->run->ladder->handed--;
	ask_next(start->peer.target->run);
}

/* Whose addresses must be in the list, too, unless an answer on revocation comes along. */
static void look_up_revocation(struct run *run, const struct tls_fact *tls)
{
	const struct certificate_fact *leaf;
	size_t i;

	if (!tls->certificates.count || tls->stapled)
		return;
	leaf = LIST_AT(&tls->certificates, struct certificate_fact, 0);
	for (i = 0; i < leaf->ocsp_hosts.count && !run->error; i++)
		names_look(run, leaf->ocsp_hosts.items[i]);
}

static void first_answered(void *owner, struct http_result *result)
{
	struct rung_start *start = owner;
	struct run *run = start->peer.target->run;
	struct attempt_fact *attempt;

	leave_line(start);
	attempt = ladder_attempt(run, start);
	/* a listing or a file may be longer than what is read: its beginning is an answer, too */
	start->answered = result->http.outcome == HTTP_ANSWERED ||
			  (result->http.outcome == HTTP_TOO_LARGE && result->http.status.known);
	if (start->answered && (!start->peer.target->chosen || start->peer.target->row->every))
		keep_result(start, result);
	attempt->tls = result->tls;
	attempt->http = result->http;
	memset(&result->tls, 0, sizeof(result->tls));
	memset(&result->http, 0, sizeof(result->http));
	look_up_revocation(run, &attempt->tls);
	if (start->answered)
		redirected(start, result->location);
	rung_start_finished(start);
}

/* Not before: what waits for its turn among many is not looked into. */
static void first_begun(void *owner)
{
	struct rung_start *start = owner;
	struct http_request request = { .address = start->peer.address,
					.is_signed = target_is_signed(start->peer.target),
					.body_max = start->peer.target->row->first_max };
	struct text url;

	first_url(start->peer.target, &url);
	request.url = text_string(&url);
	if (!start->peer.target->run->error)
		start->watch = experiments_watch(start->peer.target, &request, true);
	text_release(&url);
	leave_line(start);
}

/* The descriptor is http.c's from here on. */
static void ask_first(struct rung_start *start)
{
	struct http_request request = { .address = start->peer.address, .fd = start->fd,
					.is_signed = target_is_signed(start->peer.target),
					.body_max = start->peer.target->row->first_max,
					.begun = first_begun };
	struct run *run = start->peer.target->run;
	struct text url;

	first_url(start->peer.target, &url);
	request.url = text_string(&url);
	start->fd = -1;
	if (run->error)
		connect_close(request.fd);
	else if (http_start(run, &request, first_answered, start))
		run->error = -ENOMEM;
	text_release(&url);
}

static void ask_next(struct run *run)
{
	struct ladder *ladder = run->ladder;

	while (ladder->waiting && ladder->handed < HANDED_MAX && !run->error) {
		struct rung_start *start = ladder->waiting;

		ladder->waiting = start->next_waiting;
		if (!ladder->waiting)
			ladder->last_waiting = &ladder->waiting;
		start->handed = true;
		ladder->handed++;
		ask_first(start);
	}
}

/* Plain HTTP needs no turn. */
static void line_up(struct rung_start *start)
{
	struct ladder *ladder = start->peer.target->run->ladder;

	if (text_equal(start->peer.target->url.scheme, "http")) {
		ask_first(start);
		return;
	}
	*ladder->last_waiting = start;
	ladder->last_waiting = &start->next_waiting;
	ask_next(start->peer.target->run);
}

static bool speaks_http(const struct url *url)
{
	return text_equal(url->scheme, "http") || text_equal(url->scheme, "https");
}

void rung_start_connected(void *owner, int fd, struct tcp_fact *tcp)
{
	struct rung_start *start = owner;
	struct target *target = start->peer.target;
	struct attempt_fact *attempt = ladder_attempt(target->run, start);

	attempt->tcp = *tcp;
	memset(tcp, 0, sizeof(*tcp));
	if (fd >= 0 && speaks_http(&target->url)) {
		start->fd = fd;
		line_up(start);
		return;
	}
	connect_close(fd);
	if (attempt->tcp.outcome == TCP_TIMED_OUT || attempt->tcp.outcome == TCP_REFUSED ||
	    attempt->tcp.outcome == TCP_UNREACHABLE)
		(void)trace_start(target->run, target->url.text, &start->peer.address,
				  target->url.port);
	rung_start_finished(start);
}
