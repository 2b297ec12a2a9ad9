/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP: single requests through libcurl on connections of ours (connect.h), and what their TLS
 * handshake showed (tls.h). Never a redirect followed, never a proxy, never a decoded body, no
 * cookie. At most HTTP_HANDSHAKES_MAX handshakes are in flight; waiting answers are not counted.
 */
#ifndef PROBES_ENDPOINTS_HELPER_HTTP_H
#define PROBES_ENDPOINTS_HELPER_HTTP_H

#include "probes/endpoints_helper/connect.h"
#include "probes/endpoints_helper/helper.h"

#define HTTP_HEADER_MAX ((size_t)64 * 1024)
#define HTTP_BODY_MAX ((size_t)256 * 1024)
#define HTTP_HANDSHAKES_MAX 4

enum http_credentials {
	HTTP_NO_CREDENTIALS,
	HTTP_TOKEN, /* PRIVATE-TOKEN */
	HTTP_BASIC, /* username and token, for git */
};

struct http_request {
	const char *url;         /* whole, path included; must outlive nothing: it is copied */
	struct address address;  /* where to connect, whatever the URL's host says */
	const char *method;      /* NULL: GET */
	const char *const *headers; /* NULL-terminated "Name: value", no secrets; or NULL */
	const char *body;
	size_t body_length;
	int credentials; /* enum http_credentials: sent only where the connection is verified, or
			    plain http was chosen by the plan; http_start() holds to that */
	bool is_signed;  /* the URL's query may be a secret: over TLS it is sent only where the
			    connection is verified */
	bool no_sni;     /* experiment */
	const char *sni; /* experiment: another server name; NULL: the URL's host */
	uint32_t mss;    /* experiment: connect with this MSS; 0 none */
	size_t body_max; /* 0: HTTP_BODY_MAX; the request ends well once so much has come */
	uint64_t time_us; /* 0: REQUEST_TIME_US, from the sending of the request */
	int fd;          /* a connected socket to use, taken over; -1: connect anew */
	/* called with the owner when its handshake, or else the request, begins; or NULL */
	void (*begun)(void *owner);
};

struct http_result {
	struct tcp_fact tcp;  /* TCP_UNTRIED when a connection was used again */
	struct tls_fact tls;  /* TLS_UNTRIED likewise */
	struct http_fact http;
	const char *body;     /* NUL-terminated; not cleaned */
	size_t body_length;
	const char *location; /* where it leads: absolute, with the query; what is no URL as it was
				 sent, not cleaned; NULL: none. No fact may hold it */
	bool verified;        /* https, and chain (system or --cacert) and name are good */
};

/* The result belongs to http.c and goes after the call; take members out by moving and zeroing. */
typedef void http_done(void *owner, struct http_result *result);

int web_open(struct run *run);
void web_close(struct run *run);
/* 0, or -ENOMEM (latched). `done` is called exactly once, never before this returns. */
int http_start(struct run *run, const struct http_request *request, http_done *done, void *owner);

#endif
