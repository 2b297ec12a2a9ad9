/* SPDX-License-Identifier: Apache-2.0 */
/* What came of a request, in the words of the facts. */
#include "probes/endpoints_helper/http_web.h"

#include "rules/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A peer that said something so lately is slow; one that did not has stopped. */
#define TRICKLE_MS 1500u
#define SPOKEN_MAX 32

static char *clean(struct run *run, const char *string, size_t length)
{
	char *copy = text_clean(string, length < TEXT_FOREIGN_MAX ? length : TEXT_FOREIGN_MAX);

	(void)run_keeps(run, copy);
	return copy;
}

/* Words of the deadline that struck, once for the run and once for the request. */
static char *limit(struct exchange *exchange, const char *what, uint64_t most)
{
	struct run *run = exchange->web->run;
	char words[64];

	if (exchange->given_us < most) {
		what = "run";
		most = (uint64_t)run->request->budget_ms * 1000;
	}
	run_limit(run, what, most);
	(void)snprintf(words, sizeof(words), "%s %llu.%llu s", what,
		       (unsigned long long)(most / 1000000),
		       (unsigned long long)(most / 100000 % 10));
	return clean(run, words, strlen(words));
}

/* libcurl uses one code for damaged and for broken-off answers. */
static bool is_network_error(const char *error)
{
	return text_has_prefix(error, "Recv failure") || text_has_prefix(error, "Send failure") ||
	       text_has_prefix(error, "OpenSSL SSL_");
}

static int outcome_of_code(struct exchange *exchange, CURLcode code)
{
	bool silent = !exchange->head.bytes && !exchange->result.http.received;
	struct socket_state state;

	switch (code) {
	case CURLE_OK:
		/* libcurl is content with a header that breaks off, and with an interim answer */
		if (exchange->head.complete)
			return HTTP_ANSWERED;
		return exchange->result.http.status.value / 100 == 1 ? HTTP_MALFORMED : HTTP_CUT;
	case CURLE_GOT_NOTHING:
	case CURLE_COULDNT_CONNECT: /* a connected socket, reset at once */
		return HTTP_EMPTY;
	case CURLE_PARTIAL_FILE:
		return HTTP_CUT;
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		if (!is_network_error(exchange->error))
			return HTTP_MALFORMED;
		return silent ? HTTP_EMPTY : HTTP_CUT;
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_BAD_CONTENT_ENCODING:
		return HTTP_MALFORMED;
	case CURLE_OUT_OF_MEMORY:
		/* also for one header line that is larger than the library's buffer may be */
		if (!exchange->head.complete && exchange_socket(exchange, &state) &&
		    state.received - exchange->received_before > HTTP_HEADER_MAX)
			return HTTP_TOO_LARGE;
		exchange->web->run->error = -ENOMEM;
		return HTTP_FAILED;
	default:
		return HTTP_FAILED;
	}
}

static int outcome_of_deadline(struct exchange *exchange)
{
	struct socket_state state;

	if (exchange_socket(exchange, &state) && state.idle_ms < TRICKLE_MS &&
	    state.received > exchange->received_before)
		return HTTP_SLOW;
	return HTTP_TIMED_OUT;
}

static int outcome_of(struct exchange *exchange, CURLcode code, bool timed_out)
{
	if (exchange->enough)
		return HTTP_ANSWERED;
	if (exchange->too_large)
		return HTTP_TOO_LARGE;
	if (exchange->no_http)
		return HTTP_MALFORMED;
	if (exchange->why || (!timed_out && code != CURLE_OUT_OF_MEMORY &&
			      exchange_failed_here(exchange, code)))
		return HTTP_FAILED;
	return timed_out ? outcome_of_deadline(exchange) : outcome_of_code(exchange, code);
}

static void tell_http(struct exchange *exchange, CURLcode code, bool timed_out)
{
	struct run *run = exchange->web->run;
	struct http_fact *http = &exchange->result.http;
	const struct text *body = &exchange->body;

	http->outcome = outcome_of(exchange, code, timed_out);
	if (exchange->sent)
		http->total_us = (struct maybe){ true, (uint32_t)(loop_now() - exchange->sent) };
	if (timed_out)
		http->limit = limit(exchange, "request", exchange->time_us);
	else if (exchange->why)
		http->error = clean(run, exchange->why, strlen(exchange->why));
	else if (http->outcome != HTTP_ANSWERED && http->outcome != HTTP_TOO_LARGE)
		http->error = clean(run, exchange->error, strlen(exchange->error));
	if (exchange->no_http)
		http->spoken = clean(run, text_string(body),
				     body->length < SPOKEN_MAX ? body->length : SPOKEN_MAX);
	if (http_body_look(http, text_string(body), body->length))
		run->error = -ENOMEM;
}

static void tell_tls(struct exchange *exchange, CURLcode code, bool timed_out)
{
	struct line *line = exchange->line;
	struct tls_fact *fact = &exchange->result.tls;
	struct socket_state state;

	if (!line || exchange->stage < STAGE_HANDSHAKE)
		return;
	if (!line->is_tls) {
		fact->outcome = TLS_NONE;
		return;
	}
	tls_watch_end(&line->tls, exchange->error, timed_out);
	*fact = line->tls.fact;
	/* reset before our first message: nothing of it can have displeased */
	if (fact->outcome == TLS_FAILED && !line->tls.greeted &&
	    exchange_socket(exchange, &state) && state.reset)
		fact->outcome = TLS_CLOSED;
	line->tls.fact = (struct tls_fact){ .outcome = TLS_UNTRIED };
	if (line->tls.error)
		exchange->web->run->error = -ENOMEM;
	/* as good as not tried, and the words say why */
	if (!timed_out && fact->outcome != TLS_DONE && exchange_failed_here(exchange, code))
		fact->outcome = TLS_UNTRIED;
	if (timed_out && exchange->stage == STAGE_HANDSHAKE) {
		free(fact->error);
		fact->error = limit(exchange, "handshake", HANDSHAKE_TIME_US);
	}
}

void exchange_tell(struct exchange *exchange, CURLcode code, bool timed_out)
{
	struct http_result *result = &exchange->result;

	result->http.method = exchange->method;
	exchange->method = NULL;
	result->body = text_string(&exchange->body);
	result->body_length = exchange->body.length;
	result->location = exchange->head.location;
	tell_tls(exchange, code, timed_out && exchange->stage == STAGE_HANDSHAKE);
	switch (exchange->stage) {
	case STAGE_REFUSED:
	case STAGE_REQUEST:
		tell_http(exchange, code, timed_out);
		return;
	case STAGE_WAITING:
		free(limit(exchange, "run", UINT64_MAX));
		return;
	case STAGE_HANDSHAKE:
		/* plain HTTP has no handshake to fail in */
		if (!exchange->line || !exchange->line->is_tls)
			tell_http(exchange, code, timed_out);
		return;
	default:
		return;
	}
}
