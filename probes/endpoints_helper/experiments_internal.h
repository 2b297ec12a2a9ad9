/* SPDX-License-Identifier: Apache-2.0 */
/* What the files experiments*.c share. Nobody else needs it. */
#ifndef PROBES_ENDPOINTS_HELPER_EXPERIMENTS_INTERNAL_H
#define PROBES_ENDPOINTS_HELPER_EXPERIMENTS_INTERNAL_H

#include "probes/endpoints_helper/connect.h"
#include "probes/endpoints_helper/experiments.h"

#include <openssl/types.h>

/* Attempts and requests that are looked into in one run; more would tell the same again. */
#define EXPERIMENT_SETS_MAX 16

struct experiments {
	struct sweep *sweeps;
	struct experiment_set *sets;
	struct flight *flights; /* under way */
	struct reset_look *resets;
	size_t set_count, sweep_count;
	SSL_CTX *tls; /* made when the first handshake is */
};

/* The row of this kind and value, added where there is none; NULL: out of memory (latched). */
struct experiment_fact *experiment_row(struct run *run, const struct experiment_fact *key);

/* experiments_sweep.c: connections from chosen source ports; one sweep for an address and port. */
void sweep_early(struct run *run, const struct address *address, uint32_t port);
/* Nothing where the attempt timed out and its sweep did not begin early: its time is over. */
void sweep_start(struct target *target, const struct attempt_fact *attempt);
void sweep_shut(struct run *run);

/* An attempt, or a request above it, under experiment. */
struct experiment_set {
	struct experiment_set *next;
	struct run *run;
	struct target *target;
	char *url;          /* the target's: key of the rows */
	char *by_address;   /* the request's with the address for the name; NULL: it has no name */
	char *sni;          /* NULL: none */
	struct address address;
	uint32_t port;
	struct http_request request; /* what is asked for; owned, see set_request() */
	size_t header_count;
	int stage;          /* enum endpoint_rung that it got stuck in: TLS or HTTP */
	uint64_t time_us;   /* for one shot */
	struct shot *shots; /* those under way and those that wait for their turn */
	size_t flying, at_once;
	/* the request is still under way: a look at it once it has waited for long */
	bool watching;
	bool first;         /* it is the first of its attempt */
	struct timer patience;
	uint64_t struck;    /* when that look began */
	uint32_t small_failed;
	/* the MSS ladder */
	uint32_t top;       /* what the plain connection uses, or a little more */
	uint32_t passed, failed; /* largest MSS that passed, smallest above that did not; 0: none */
	unsigned int round; /* 0: not begun */
	uint64_t began;
	size_t pending;
};

/* experiments_set.c. NULL: out of memory (latched). */
struct experiment_set *set_new(struct target *target, const struct attempt_fact *attempt,
			       const struct http_request *request);
/* Takes it out of the run's list, too. */
void set_free(struct experiment_set *set);
/* The set of this URL and address that has begun; NULL. */
struct experiment_set *set_find(const struct run *run, const char *url,
				const struct address *address);
/* Times and sizes as the attempt shows them. */
void set_measure(struct experiment_set *set, const struct attempt_fact *attempt);
/* An answer takes so long. */
void set_took(struct experiment_set *set, uint64_t microseconds);

/*
 * One attempt with one thing changed; `done` may be NULL. Leaves its row, but for an MSS whose
 * connection was not answered: no SYN is too large, and a queue that many at once overflow says
 * nothing about size.
 */
typedef void shot_done(struct experiment_set *set, uint32_t value, bool succeeded);
void shot_start(struct experiment_set *set, int kind, uint32_t value, shot_done *done);
void shots_free(struct experiment_set *set);
/* experiments_mss.c */
void mss_start(struct experiment_set *set);

/*
 * experiments_flight.c: one TLS handshake on a connected socket, which is taken over and closed.
 * Nothing is verified and nothing but the ClientHello's own content is sent: it is about whether
 * the peer's flight arrives, within a time of its own.
 */
struct flight_options {
	int fd;
	const char *sni; /* NULL: none */
	uint64_t time_us;
};
/* `subject`: of the peer's certificate, cleaned; NULL where none came. `completed`: all of it. */
typedef void flight_done(void *owner, bool completed, const char *subject);
/* 0 or -ENOMEM (latched). `done` is called once, never before this returns. */
int flight_start(struct run *run, const struct flight_options *options, flight_done *done,
		 void *owner);
void flight_shut(struct run *run);
/* The first message of such a handshake, without a connection. Its length; 0: out of memory. */
size_t flight_hello(struct run *run, const char *sni, char *bytes, size_t room);

/* experiments_reset.c: who resets, where an attempt was closed without a byte. */
void reset_start(struct target *target, const struct attempt_fact *attempt);
void reset_shut(struct run *run);

#endif
