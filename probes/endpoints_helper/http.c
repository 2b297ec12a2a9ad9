/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests and their stages. Who may connect where is connect.c's to say, what libcurl does is in
 * http_curl.c, what came of it is told by http_result.c.
 */
#include "probes/endpoints_helper/http.h"

#include "probes/endpoints_helper/http_web.h"
#include "rules/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A silent peer keeps its turn to shake hands no longer than this. */
#define TURN_US (UINT64_C(100) * 1000)
/* What is left for answers to be told before the run's own deadline. */
#define LEAVE_US (UINT64_C(40) * 1000)

static void let_in(struct timer *timer);

int web_open(struct run *run)
{
	const char *gitlab = run->request->plan.gitlab.url;
	struct web *web = calloc(1, sizeof(*web));
	int error;

	run->web = web;
	if (!run_keeps(run, web))
		return run->error;
	web->run = run;
	web->last_waiting = &web->waiting;
	web->pump = (struct timer){ .strike = let_in, .owner = web };
	error = gitlab ? url_parse(gitlab, &web->gitlab) : 0;
	if (error != -ENOMEM)
		error = tls_trust_open(run, &web->trust);
	return error ? error : web_multi_open(web);
}

static void release(struct exchange *exchange)
{
	struct run *run = exchange->web->run;

	exchange_give_turn_back(exchange);
	loop_cancel(&run->loop, &exchange->deadline);
	exchange_take_back(exchange);
	line_leave(exchange);
	connect_close(exchange->fd);
	if (exchange->before) {
		*exchange->before = exchange->next;
		if (exchange->next)
			exchange->next->before = exchange->before;
	}
	exchange_wipe_headers(exchange);
	curl_slist_free_all(exchange->connect_to);
	url_release(&exchange->url);
	free(exchange->method);
	free(exchange->request_body);
	free(exchange->sni);
	http_head_release(&exchange->head);
	record_release(&tcp_record, &exchange->result.tcp);
	record_release(&tls_record, &exchange->result.tls);
	record_release(&http_record, &exchange->result.http);
	text_release(&exchange->body);
	free(exchange);
}

void web_close(struct run *run)
{
	struct web *web = run->web;

	if (!web)
		return;
	while (web->exchanges)
		release(web->exchanges);
	loop_cancel(&run->loop, &web->pump);
	web_multi_close(web);
	tls_trust_close(web->trust);
	url_release(&web->gitlab);
	free(web);
	run->web = NULL;
}

int exchange_clock(struct exchange *exchange, uint64_t most)
{
	struct run *run = exchange->web->run;
	uint64_t left = run_time(run, most + LEAVE_US);

	exchange->given_us = left > LEAVE_US ? left - LEAVE_US : 0;
	if (exchange->given_us > most)
		exchange->given_us = most;
	return loop_after(&run->loop, &exchange->deadline, exchange->given_us);
}

static void fresh_head(struct exchange *exchange)
{
	http_head_release(&exchange->head);
	exchange->head = (struct http_head){ .fact = &exchange->result.http,
					     .url = exchange->url.text };
}

/*
 * Once more, on another connection: what failed here for no reason of its own must not change what
 * is seen of the peer.
 */
static bool try_again(struct exchange *exchange, CURLcode code)
{
	/* memory was asked for twice already; a header without end ends so, too */
	if (exchange->repeated || exchange->why || code == CURLE_OUT_OF_MEMORY ||
	    !exchange_failed_here(exchange, code))
		return false;
	exchange->repeated = true;
	exchange_give_turn_back(exchange);
	exchange_take_back(exchange);
	if (exchange->line) {
		exchange->sni = exchange->line->tls.sni;
		exchange->line->tls.sni = NULL;
	}
	line_leave(exchange);
	connect_close(exchange->fd);
	exchange->fd = -1;
	record_release(&tcp_record, &exchange->result.tcp);
	record_release(&http_record, &exchange->result.http);
	fresh_head(exchange);
	text_release(&exchange->body); /* what came before may have been too much */
	exchange->sent = exchange->received_before = 0;
	exchange->tried = exchange->wants_one = false;
	exchange->enough = exchange->too_large = exchange->no_http = false;
	exchange->stage = STAGE_START;
	if (loop_after(&exchange->web->run->loop, &exchange->deadline, 0))
		exchange->web->run->error = -ENOMEM;
	return true;
}

void exchange_end(struct exchange *exchange, CURLcode code, bool timed_out)
{
	if (!timed_out && try_again(exchange, code))
		return;
	exchange_tell(exchange, code, timed_out);
	exchange_take_back(exchange);
	exchange->done(exchange->owner, &exchange->result);
	release(exchange);
}

/* Turns. */

void exchange_give_turn_back(struct exchange *exchange)
{
	struct web *web = exchange->web;
	struct exchange **at;

	loop_cancel(&web->run->loop, &exchange->turn);
	if (exchange->has_turn) {
		exchange->has_turn = false;
		web->handshakes--;
		/* not at once: this may be a call-back of libcurl */
		if (web->waiting && loop_after(&web->run->loop, &web->pump, 0))
			web->run->error = -ENOMEM;
	}
	if (exchange->stage != STAGE_WAITING)
		return;
	for (at = &web->waiting; *at; at = &(*at)->next_waiting) {
		if (*at != exchange)
			continue;
		*at = exchange->next_waiting;
		if (web->last_waiting == &exchange->next_waiting)
			web->last_waiting = at;
		return;
	}
}

static void turn_over(struct timer *timer)
{
	exchange_give_turn_back(timer->owner);
}

static void transfer(struct exchange *exchange)
{
	exchange->stage = STAGE_HANDSHAKE;
	if (exchange->begun)
		exchange->begun(exchange->owner);
	exchange->begun = NULL;
	if (exchange_clock(exchange, HANDSHAKE_TIME_US) || exchange_transfer(exchange))
		exchange->web->run->error = -ENOMEM;
}

/* Its connection is libcurl's from here on. */
static void begin(struct exchange *exchange)
{
	exchange->line = line_new(exchange);
	if (run_keeps(exchange->web->run, exchange->line))
		transfer(exchange);
}

static void let_in(struct timer *timer)
{
	struct web *web = timer->owner;

	while (web->waiting && web->handshakes < HTTP_HANDSHAKES_MAX) {
		struct exchange *exchange = web->waiting;

		web->waiting = exchange->next_waiting;
		if (!web->waiting)
			web->last_waiting = &web->waiting;
		exchange->next_waiting = NULL;
		exchange->has_turn = true;
		web->handshakes++;
		if (loop_after(&web->run->loop, &exchange->turn, TURN_US))
			web->run->error = -ENOMEM;
		begin(exchange);
	}
}

/* A socket is there: plain HTTP goes on at once, handshakes wait for their turn. */
static void line_up(struct exchange *exchange)
{
	struct web *web = exchange->web;

	if (!text_equal(exchange->url.scheme, "https")) {
		begin(exchange);
		return;
	}
	exchange->stage = STAGE_WAITING;
	if (exchange_clock(exchange, UINT64_MAX / 2))
		web->run->error = -ENOMEM;
	*web->last_waiting = exchange;
	web->last_waiting = &exchange->next_waiting;
	let_in(&web->pump);
}

/* Stages. */

static void connected(void *owner, int fd, struct tcp_fact *tcp)
{
	struct exchange *exchange = owner;

	exchange->result.tcp = *tcp;
	memset(tcp, 0, sizeof(*tcp));
	exchange->fd = fd;
	if (fd >= 0) {
		line_up(exchange);
		return;
	}
	/* what this machine denies once for no reason of its own it does not deny twice */
	if (exchange->result.tcp.outcome == TCP_DENIED && !exchange->repeated) {
		exchange->repeated = true;
		record_release(&tcp_record, &exchange->result.tcp);
		exchange_connect(exchange);
		return;
	}
	exchange->why = "no connection";
	exchange_end(exchange, CURLE_COULDNT_CONNECT, false);
}

void exchange_connect(struct exchange *exchange)
{
	struct connect_options options = { .address = exchange->address,
					   .port = exchange->url.port, .mss = exchange->mss };

	exchange->stage = STAGE_CONNECT;
	exchange->tried = true;
	loop_cancel(&exchange->web->run->loop, &exchange->deadline);
	(void)connect_start(exchange->web->run, &options, connected, exchange);
}

static void strike(struct timer *timer)
{
	struct exchange *exchange = timer->owner;

	switch (exchange->stage) {
	case STAGE_START:
		if (exchange->fd >= 0)
			line_up(exchange);
		else if (exchange->alone)
			exchange_connect(exchange);
		else /* on a connection that is there already, if libcurl knows one */
			transfer(exchange);
		return;
	case STAGE_REFUSED:
		exchange_end(exchange, CURLE_ABORTED_BY_CALLBACK, false);
		return;
	default:
		exchange_end(exchange, CURLE_OPERATION_TIMEDOUT, true);
		return;
	}
}

/* Why the request may not be sent at all; NULL: it may. */
static const char *objection(const struct exchange *exchange)
{
	const struct web *web = exchange->web;

	if (!text_equal(exchange->url.scheme, "http") && !text_equal(exchange->url.scheme, "https"))
		return "neither http nor https";
	if (exchange->credentials == HTTP_NO_CREDENTIALS)
		return NULL;
	if (!web->run->token)
		return "no token to send";
	if (!web->gitlab.text || !url_same_origin(&exchange->url, &web->gitlab))
		return "the token is for the plan's own GitLab alone";
	return NULL;
}

static int copy_request(struct exchange *exchange, const struct http_request *request)
{
	const char *const *header;

	exchange->address = request->address;
	exchange->method = text_copy(request->method ? request->method : "GET");
	exchange->credentials = request->credentials;
	exchange->is_signed = request->is_signed;
	exchange->no_sni = request->no_sni;
	exchange->sni = text_copy(request->sni);
	exchange->mss = request->mss;
	exchange->alone = request->no_sni || request->sni || request->mss;
	exchange->time_us = request->time_us ? request->time_us : REQUEST_TIME_US;
	exchange->body_max = request->body_max;
	text_init(&exchange->body, request->body_max ? request->body_max : HTTP_BODY_MAX);
	exchange->request_length = request->body_length;
	if (!exchange->method || (request->sni && !exchange->sni))
		return -ENOMEM;
	for (header = request->headers; header && *header; header++) {
		struct curl_slist *longer = curl_slist_append(exchange->headers, *header);

		if (!longer)
			return -ENOMEM;
		exchange->headers = longer;
	}
	if (!request->body)
		return 0;
	exchange->request_body = malloc(request->body_length + 1);
	if (!exchange->request_body)
		return -ENOMEM;
	memcpy(exchange->request_body, request->body, request->body_length);
	return 0;
}

static struct exchange *exchange_new(struct web *web, http_done *done, void *owner)
{
	struct exchange *exchange = calloc(1, sizeof(*exchange));

	if (!exchange)
		return NULL;
	exchange->web = web;
	exchange->done = done;
	exchange->owner = owner;
	exchange->fd = -1;
	exchange->deadline = (struct timer){ .strike = strike, .owner = exchange };
	exchange->turn = (struct timer){ .strike = turn_over, .owner = exchange };
	exchange->next = web->exchanges;
	if (exchange->next)
		exchange->next->before = &exchange->next;
	exchange->before = &web->exchanges;
	web->exchanges = exchange;
	return exchange;
}

int http_start(struct run *run, const struct http_request *request, http_done *done, void *owner)
{
	struct exchange *exchange = exchange_new(run->web, done, owner);
	int error;

	if (!run_keeps(run, exchange)) {
		connect_close(request->fd);
		return run->error;
	}
	exchange->fd = request->fd;
	exchange->begun = request->begun;
	error = copy_request(exchange, request);
	if (!error)
		error = url_parse(request->url, &exchange->url);
	if (error != -ENOMEM) {
		exchange->why = error ? "no URL" : objection(exchange);
		exchange->stage = exchange->why ? STAGE_REFUSED : STAGE_START;
		if (!exchange->why && exchange_add_secret(exchange))
			run->error = -ENOMEM;
		fresh_head(exchange);
		error = loop_after(&run->loop, &exchange->deadline, 0);
	}
	if (error) {
		run->error = -ENOMEM;
		release(exchange);
	}
	return error;
}
