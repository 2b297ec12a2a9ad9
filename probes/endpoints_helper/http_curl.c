/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcurl on our loop: one multi handle, its sockets and its timer, and one easy handle for each
 * request while it lasts.
 */
#include "probes/endpoints_helper/http_web.h"
#include "probes/endpoints_helper/memory.h"

#include "rules/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

/* Connections kept for a later request; what a ladder needs it asks for at once. */
#define IDLE_CONNECTIONS 16L
#define BUFFER_SIZE 16384L

struct socket_watch {
	struct watch watch;
	struct web *web;
	struct line *line; /* TLS that was made for this request; it outlives this */
};

/* Requests that libcurl is done with; outside of its call-backs. */
static void collect(struct web *web)
{
	CURLMsg *message;
	int more;

	while ((message = curl_multi_info_read(web->multi, &more))) {
		CURLcode code = message->data.result;
		void *owner = NULL;
		struct exchange *exchange;

		if (message->msg != CURLMSG_DONE ||
		    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner) || !owner)
			continue;
		exchange = owner;
		if (exchange->wants_one && !exchange->tried) {
			exchange_take_back(exchange);
			exchange_connect(exchange);
		} else {
			exchange_end(exchange, code, false);
		}
	}
}

static void act(struct web *web, curl_socket_t fd, int events)
{
	int running;

	if (curl_multi_socket_action(web->multi, fd, events, &running))
		web->run->error = -ENOMEM;
	collect(web);
}

static void ready(struct watch *watch, uint32_t events)
{
	/* the watch may be gone when this returns */
	const struct socket_watch *socket_watch = watch->owner;
	struct web *web = socket_watch->web;
	struct line *line = socket_watch->line;
	int mask = (events & (EPOLLIN | EPOLLPRI) ? CURL_CSELECT_IN : 0) |
		   (events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
		   (events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);

	if (line)
		tls_watch_listen(&line->tls);
	act(web, watch->fd, mask);
}

static void clock_struck(struct timer *timer)
{
	act(timer->owner, CURL_SOCKET_TIMEOUT, 0);
}

static int set_clock(CURLM *multi, long milliseconds, void *owner)
{
	struct web *web = owner;

	(void)multi;
	if (milliseconds < 0)
		loop_cancel(&web->run->loop, &web->clock);
	else if (loop_after(&web->run->loop, &web->clock, (uint64_t)milliseconds * 1000))
		web->run->error = -ENOMEM;
	return 0;
}

static struct socket_watch *watch_socket(struct web *web, CURL *easy, curl_socket_t fd)
{
	struct socket_watch *socket_watch = calloc(1, sizeof(*socket_watch));
	const struct exchange *exchange;
	void *owner = NULL;

	if (!run_keeps(web->run, socket_watch))
		return NULL;
	socket_watch->web = web;
	socket_watch->watch = (struct watch){ .fd = fd, .ready = ready, .owner = socket_watch };
	(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &owner);
	exchange = owner;
	if (exchange && exchange->line && exchange->line->is_tls)
		socket_watch->line = exchange->line;
	(void)curl_multi_assign(web->multi, fd, socket_watch);
	return socket_watch;
}

static int set_socket(CURL *easy, curl_socket_t fd, int what, void *owner, void *known)
{
	struct web *web = owner;
	struct socket_watch *socket_watch = known;
	uint32_t events = (what & CURL_POLL_IN ? (uint32_t)EPOLLIN : 0) |
			  (what & CURL_POLL_OUT ? (uint32_t)EPOLLOUT : 0);

	if (what == CURL_POLL_REMOVE) {
		if (socket_watch)
			(void)loop_watch(&web->run->loop, &socket_watch->watch, 0);
		free(socket_watch);
		return 0;
	}
	if (!socket_watch)
		socket_watch = watch_socket(web, easy, fd);
	if (socket_watch && loop_watch(&web->run->loop, &socket_watch->watch, events))
		web->run->error = -ENOMEM;
	return 0;
}

int web_multi_open(struct web *web)
{
	web->clock = (struct timer){ .strike = clock_struck, .owner = web };
	if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, memory_get, free, memory_resize, memory_copy,
				 memory_get_zeroed))
		return -ENOMEM;
	web->multi = curl_multi_init();
	if (!web->multi || curl_multi_setopt(web->multi, CURLMOPT_SOCKETFUNCTION, set_socket) ||
	    curl_multi_setopt(web->multi, CURLMOPT_SOCKETDATA, web) ||
	    curl_multi_setopt(web->multi, CURLMOPT_TIMERFUNCTION, set_clock) ||
	    curl_multi_setopt(web->multi, CURLMOPT_TIMERDATA, web) ||
	    curl_multi_setopt(web->multi, CURLMOPT_MAXCONNECTS, IDLE_CONNECTIONS))
		return -ENOMEM;
	return 0;
}

void web_multi_close(struct web *web)
{
	if (web->multi)
		(void)curl_multi_cleanup(web->multi);
	web->multi = NULL;
	loop_cancel(&web->run->loop, &web->clock);
	curl_global_cleanup();
}

/* Call-backs of a request. */

static size_t header(char *line, size_t one, size_t length, void *owner)
{
	struct exchange *exchange = owner;
	struct http_fact *http = &exchange->result.http;
	int error;

	(void)one;
	if (!http->first_byte_us.known && exchange->sent)
		http->first_byte_us =
			(struct maybe){ true, (uint32_t)(loop_now() - exchange->sent) };
	error = http_head_line(&exchange->head, line, length);
	if (error == -EFBIG)
		exchange->too_large = true;
	else if (error)
		exchange->web->run->error = error;
	return error ? 0 : length;
}

static size_t body(char *bytes, size_t one, size_t length, void *owner)
{
	struct exchange *exchange = owner;
	struct text *kept = &exchange->body;
	size_t room = kept->limit - kept->length;

	(void)one;
	exchange->result.http.received += (uint32_t)length;
	text_add_bytes(kept, bytes, length < room ? length : room);
	if (text_error(kept)) {
		exchange->web->run->error = -ENOMEM;
		return 0;
	}
	/* HTTP/0.9 is let through so that what was said instead of HTTP can be told */
	if (!exchange->result.http.status.known)
		exchange->no_http = true;
	else if (exchange->body_max && length >= room)
		exchange->enough = true;
	else if (length > room)
		exchange->too_large = true;
	return exchange->no_http || exchange->enough || exchange->too_large ? 0 : length;
}

/* Whether the connection, new or used again, may be trusted with a secret. */
static bool is_verified(CURL *easy)
{
	struct curl_tlssessioninfo *session = NULL;
	const struct tls_watch *watch;

	if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &session) || !session ||
	    session->backend != CURLSSLBACKEND_OPENSSL || !session->internals)
		return false;
	watch = tls_watch_of(session->internals);
	return watch && watch->finished && watch->verified;
}

/* The connection stands, nothing of the request was sent: the last moment to hold it back. */
static int before_request(void *owner, char *their_ip, char *our_ip, int their_port, int our_port)
{
	struct exchange *exchange = owner;
	bool is_tls = text_equal(exchange->url.scheme, "https");
	struct socket_state state = { .received = 0 };

	(void)their_ip;
	(void)our_ip;
	(void)their_port;
	exchange_give_turn_back(exchange);
	exchange->stage = STAGE_REQUEST;
	if (!exchange->line)
		line_use_again(exchange, (uint32_t)our_port);
	exchange->result.verified = is_tls && is_verified(exchange->easy);
	if (is_tls && !exchange->result.verified &&
	    (exchange->credentials != HTTP_NO_CREDENTIALS || exchange->is_signed)) {
		exchange->why = "not verified: neither token nor signature was sent";
		return CURL_PREREQFUNC_ABORT;
	}
	if (exchange_socket(exchange, &state))
		exchange->received_before = state.received;
	exchange->sent = loop_now();
	if (exchange_clock(exchange, exchange->time_us)) {
		exchange->web->run->error = -ENOMEM;
		return CURL_PREREQFUNC_ABORT;
	}
	return CURL_PREREQFUNC_OK;
}

/* Options that are the same for all. */
static const struct {
	CURLoption option;
	long value;
} numbers[] = {
	{ CURLOPT_NOSIGNAL, 1 },
	{ CURLOPT_FOLLOWLOCATION, 0 },
	{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
	{ CURLOPT_HTTP09_ALLOWED, 1 },
	{ CURLOPT_HTTP_CONTENT_DECODING, 0 },
	{ CURLOPT_SSL_SESSIONID_CACHE, 0 },
	/* addresses are ours; its cache of them is walked for each connection */
	{ CURLOPT_DNS_CACHE_TIMEOUT, 0 },
	/* tls.c judges: certificates of unverified peers are to be told, too */
	{ CURLOPT_SSL_VERIFYPEER, 0 },
	{ CURLOPT_SSL_VERIFYHOST, 0 },
	{ CURLOPT_BUFFERSIZE, BUFFER_SIZE },
#if LIBCURL_VERSION_NUM < 0x075500
	{ CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS },
#endif
};

static const struct {
	CURLoption option;
	const char *value;
} strings[] = {
	{ CURLOPT_PROXY, "" },
	{ CURLOPT_NOPROXY, "*" },
	{ CURLOPT_CAINFO, NULL },
	{ CURLOPT_CAPATH, NULL },
	{ CURLOPT_USERAGENT, "reachback/" REACHBACK_VERSION },
#if LIBCURL_VERSION_NUM >= 0x075500
	{ CURLOPT_PROTOCOLS_STR, "http,https" },
#endif
};

static int set_common(CURL *easy)
{
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (curl_easy_setopt(easy, numbers[i].option, numbers[i].value))
			return -ENOMEM;
	for (i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		if (curl_easy_setopt(easy, strings[i].option, strings[i].value))
			return -ENOMEM;
	return 0;
}

/* "::ADDRESS:PORT": whatever the URL says, so that libcurl resolves nothing. */
static int set_address(struct exchange *exchange)
{
	bool bracketed = exchange->address.family == ADDRESS_IPV6;
	char spelled[ADDRESS_TEXT_MAX], to[ADDRESS_TEXT_MAX + 16];

	(void)snprintf(to, sizeof(to), "::%s%s%s:%u", bracketed ? "[" : "",
		       address_print(&exchange->address, spelled), bracketed ? "]" : "",
		       (unsigned int)exchange->url.port);
	curl_slist_free_all(exchange->connect_to);
	exchange->connect_to = curl_slist_append(NULL, to);
	return exchange->connect_to && !curl_easy_setopt(exchange->easy, CURLOPT_CONNECT_TO,
							  exchange->connect_to) ? 0 : -ENOMEM;
}

static int set_connection(struct exchange *exchange)
{
	CURL *easy = exchange->easy;
	bool anew = exchange->fd >= 0;

	if (set_address(exchange) ||
	    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, (long)anew) ||
	    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, (long)exchange->alone) ||
	    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, line_open) ||
	    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, exchange) ||
	    curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, line_connected) ||
	    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, line_close) ||
	    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, exchange->line) ||
	    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, line_secure) ||
	    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, exchange->line) ||
	    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_request) ||
	    curl_easy_setopt(easy, CURLOPT_PREREQDATA, exchange))
		return -ENOMEM;
	return 0;
}

static int set_method(struct exchange *exchange)
{
	CURL *easy = exchange->easy;

	if (text_equal(exchange->method, "HEAD"))
		return curl_easy_setopt(easy, CURLOPT_NOBODY, 1L) ? -ENOMEM : 0;
	if (exchange->request_body &&
	    (curl_easy_setopt(easy, CURLOPT_POST, 1L) ||
	     curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
			      (curl_off_t)exchange->request_length) ||
	     curl_easy_setopt(easy, CURLOPT_POSTFIELDS, exchange->request_body)))
		return -ENOMEM;
	return curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, exchange->method) ? -ENOMEM : 0;
}

static int set_request(struct exchange *exchange)
{
	CURL *easy = exchange->easy;

	if (curl_easy_setopt(easy, CURLOPT_URL, exchange->url.text) ||
	    curl_easy_setopt(easy, CURLOPT_PRIVATE, exchange) ||
	    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->error) ||
	    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, exchange->headers) ||
	    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, header) ||
	    curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange) ||
	    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body) ||
	    curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange))
		return -ENOMEM;
	return set_method(exchange);
}

int exchange_transfer(struct exchange *exchange)
{
	exchange->error[0] = '\0';
	exchange->easy = curl_easy_init();
	if (!exchange->easy || set_common(exchange->easy) || set_connection(exchange) ||
	    set_request(exchange) ||
	    curl_multi_add_handle(exchange->web->multi, exchange->easy))
		return -ENOMEM;
	return 0;
}

void exchange_take_back(struct exchange *exchange)
{
	if (!exchange->easy)
		return;
	(void)curl_multi_remove_handle(exchange->web->multi, exchange->easy);
	curl_easy_cleanup(exchange->easy);
	exchange->easy = NULL;
}
