/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of http*.c: what requests, their connections and libcurl's loop share.
 *
 * A request goes through stages; whatever ends it, it leaves by exchange_end(), outside of
 * libcurl's call-backs. A connection of ours (`struct line`) lives as long as libcurl keeps its
 * socket, which may be longer than the request that made it.
 */
#ifndef PROBES_ENDPOINTS_HELPER_HTTP_WEB_H
#define PROBES_ENDPOINTS_HELPER_HTTP_WEB_H

#include "probes/endpoints_helper/http.h"
#include "probes/endpoints_helper/http_head.h"
#include "probes/endpoints_helper/tls.h"
#include "probes/endpoints_helper/url.h"

#include <curl/curl.h>

struct web {
	struct run *run;
	CURLM *multi;
	struct timer clock; /* the library's */
	struct timer pump;  /* lets handshakes in */
	struct tls_trust *trust;
	struct url gitlab;  /* where the token may go; no text: nowhere */
	struct exchange *exchanges;
	struct exchange *waiting, **last_waiting; /* for a turn to shake hands */
	unsigned int handshakes;
	struct line *lines; /* whose sockets libcurl has */
	uint64_t last_line; /* number of the newest of them; from 1 */
};

/* What a socket says: bytes that came in all, and how long ago the last ones came. */
struct socket_state {
	uint64_t received;
	uint32_t idle_ms;
	bool reset; /* the peer has ended it, with what was under way */
};

/* One connection, made for one exchange and perhaps used again by others. */
struct line {
	struct line *next, **before;
	struct exchange *exchange; /* that it was made for; NULL when that is over */
	uint64_t number; /* no other has it: who uses it again knows it by this alone */
	bool taken;  /* libcurl has the socket and will close it */
	bool closed; /* it has: `last` is what the socket said then */
	bool is_tls;
	int fd;
	uint32_t port; /* of this end: by it libcurl tells which one is used again */
	struct socket_state last;
	struct tls_watch tls;
};

enum stage {
	STAGE_START,     /* waits for the loop's next turn */
	STAGE_REFUSED,   /* likewise, and will not be sent: `why` */
	STAGE_CONNECT,
	STAGE_WAITING,   /* connected, waits for a turn to shake hands */
	STAGE_HANDSHAKE, /* up to the moment before the request is sent */
	STAGE_REQUEST,
};

struct exchange {
	struct web *web;
	struct exchange *next, **before;
	struct exchange *next_waiting;
	http_done *done;
	void (*begun)(void *owner); /* NULL once it was called */
	void *owner;
	int stage;
	const char *why;

	struct url url;
	struct address address;
	char *method;
	struct curl_slist *headers; /* wiped: the token may be in it */
	struct curl_slist *connect_to;
	char *request_body;
	size_t request_length, body_max;
	int credentials;
	bool is_signed;
	bool alone; /* an experiment: never on a connection that others use */
	bool no_sni;
	char *sni;
	uint32_t mss;
	uint64_t time_us;

	int fd;         /* connected and ours; -1: none */
	bool tried;     /* a connection was asked for once */
	bool repeated;  /* the request failed here, and is made once more */
	bool wants_one; /* libcurl found none to use again */
	struct line *line; /* made for this exchange; NULL: one is used again, or none was made */
	uint64_t again;    /* number of the one that is used again; 0: none */
	CURL *easy;
	char error[CURL_ERROR_SIZE];

	struct timer deadline;
	uint64_t given_us; /* what the deadline was set to */
	struct timer turn; /* a handshake's turn ends */
	bool has_turn;

	struct http_head head;
	struct text body;
	uint64_t sent, received_before; /* when the request went out; socket's bytes until then */
	bool enough;    /* body_max reached: a good end */
	bool too_large, no_http;
	struct http_result result;
};

/* http.c */
void exchange_end(struct exchange *exchange, CURLcode code, bool timed_out);
/* Makes a connection for the exchange, which has none. */
void exchange_connect(struct exchange *exchange);
/* Starts the stage's clock; what the run has left may be less than `most`. */
int exchange_clock(struct exchange *exchange, uint64_t most);
void exchange_give_turn_back(struct exchange *exchange);

/* http_curl.c */
int web_multi_open(struct web *web);
void web_multi_close(struct web *web);
/* Hands the exchange to libcurl; -ENOMEM. */
int exchange_transfer(struct exchange *exchange);
/* Takes it back, at any time. */
void exchange_take_back(struct exchange *exchange);

/* http_line.c: call-backs for libcurl, on connections */
/* What the exchange's socket says now, or said at its end; false: it has none. */
bool exchange_socket(const struct exchange *exchange, struct socket_state *state);
struct line *line_new(struct exchange *exchange);
/* The exchange goes over a connection that is there: the one with this port at this end. */
void line_use_again(struct exchange *exchange, uint32_t port);
void line_leave(struct exchange *exchange);
curl_socket_t line_open(void *exchange, curlsocktype purpose, struct curl_sockaddr *address);
int line_connected(void *exchange, curl_socket_t fd, curlsocktype purpose);
int line_close(void *line, curl_socket_t fd);
CURLcode line_secure(CURL *easy, void *context, void *line);

/* http_result.c */
void exchange_tell(struct exchange *exchange, CURLcode code, bool timed_out);

/* http_own.c: was it this machine, and not the peer or the way to it, that failed? */
bool exchange_failed_here(const struct exchange *exchange, CURLcode code);

/* http_secret.c: adds the header of the exchange's credentials. -ENOMEM. */
int exchange_add_secret(struct exchange *exchange);
void exchange_wipe_headers(struct exchange *exchange);

#endif
