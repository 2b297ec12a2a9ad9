/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS: what one handshake showed, and whether it may be trusted.
 *
 * libcurl makes the connection and leaves judgement to us: its context is handed to
 * tls_watch_prepare(), whose call-backs write the facts while the handshake goes on. Certificates
 * are checked against the system's store and against --cacert, apart; both stores are read once and
 * shared by all connections. A handshake that is not verified goes on, so that there is something
 * to tell, unless `must_verify` is set: then it ends before a byte of a request is sent.
 */
#ifndef PROBES_ENDPOINTS_HELPER_TLS_H
#define PROBES_ENDPOINTS_HELPER_TLS_H

#include "probes/endpoints_helper/helper.h"

#include <openssl/ssl.h>

#define TLS_SPOKEN_MAX 32

struct tls_trust;

/* -ENOMEM, or -EBADMSG where --cacert holds no certificate that can be read. */
int tls_trust_open(struct run *run, struct tls_trust **trust);
void tls_trust_close(struct tls_trust *trust);

/* One connection's handshake. Zeroed, then set up by tls_watch_init(). */
struct tls_watch {
	struct tls_trust *trust;
	struct tls_fact fact; /* the callee's to move out when the handshake is over */
	char *host;           /* name or address that the certificate must cover */
	char *sni;            /* another server name to send; NULL: the host's */
	bool no_sni;
	int fd; /* the connection's, to look at; -1: none yet */
	bool must_verify;
	bool verified; /* chain and name are good */

	SSL *ssl; /* the library's, from the first call-back to the end of the handshake */
	uint64_t started;
	uint64_t judging; /* our own time with the chain, which is none of the peer's */
	bool greeted;    /* our first message went out */
	bool finished;   /* the handshake completed */
	bool ended;    /* its facts were taken: cleaning up tells nothing */
	bool sent_alert; /* this side ended it */
	bool refused;    /* because `must_verify` was not met */
	bool foreign;    /* the first bytes are no TLS record */
	char spoken[TLS_SPOKEN_MAX];
	size_t spoken_length;
	int error; /* latched -ENOMEM */
};

/* -ENOMEM (also latched). */
int tls_watch_init(struct tls_watch *watch, struct tls_trust *trust, const char *host);
void tls_watch_release(struct tls_watch *watch);
/* Puts the call-backs into a connection's context; the watch must outlive the connection. */
int tls_watch_prepare(struct tls_watch *watch, SSL_CTX *context);
/* To be called before the library reads from the connection: keeps its first bytes. */
void tls_watch_listen(struct tls_watch *watch);
/* The watch of a connection that went through tls_watch_prepare(); NULL for any other. */
struct tls_watch *tls_watch_of(const SSL *ssl);
/*
 * The handshake is over, one way or another: fills in the outcome. `error` is the library's text,
 * NULL where it succeeded; `timed_out`: our deadline ended it.
 */
void tls_watch_end(struct tls_watch *watch, const char *error, bool timed_out);

/*
 * Judges and describes the chain in `store_context` (as the peer sent it): both verdicts, the
 * name's, and all certificates. -ENOMEM.
 */
int tls_judge(struct tls_watch *watch, X509_STORE_CTX *store_context);
/* The stores in the order they are asked; NULL: none. */
X509_STORE *tls_store_directory(struct tls_trust *trust);
X509_STORE *tls_store_bundle(struct tls_trust *trust); /* read when first asked for */
X509_STORE *tls_store_given(struct tls_trust *trust);
/* Adds what one certificate says to the end of `list`. -ENOMEM. */
int tls_describe(X509 *certificate, struct list *list);

#endif
