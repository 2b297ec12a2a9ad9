/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reachback-probe-endpoints: what its parts share. One process, one thread, one loop.
 *
 * main.c reads the request, ladder.c climbs: names.c -> connect.c -> http.c (with tls.c inside) ->
 * gitlab.c, git.c, maven.c, registry.c; experiments.c tells causes apart. Every part writes what it
 * observed into `facts` and judges nothing. Nothing is sent to an address that url_forbidden()
 * names, through any part: connect_start() refuses it.
 */
#ifndef PROBES_ENDPOINTS_HELPER_HELPER_H
#define PROBES_ENDPOINTS_HELPER_HELPER_H

#include "probes/endpoints_helper/loop.h"
#include "probes/endpoints_request.h"
#include "rules/facts.h"

struct connects;
struct experiments;
struct names;
struct web;
struct ladder;

/* Deadlines of single rungs, microseconds; the run's own stands above them. */
#define NAME_TIME_US (UINT64_C(2000) * 1000)
/* Where no server knows: the C library waits for 5 s, and this leaves a fault below that. */
#define NAME_LATE_TIME_US (UINT64_C(4200) * 1000)
#define NAME_BESIDE_TIME_US (UINT64_C(1000) * 1000) /* shorter than what it must not delay */
#define CONNECT_TIME_US (UINT64_C(1500) * 1000)
#define HANDSHAKE_TIME_US (UINT64_C(2500) * 1000)
#define REQUEST_TIME_US (UINT64_C(3000) * 1000) /* leaves the experiments room within 5 s */

struct run {
	const struct endpoints_request *request;
	struct endpoints_facts *facts;
	struct loop loop;
	uint64_t deadline; /* CLOCK_MONOTONIC, microseconds */
	struct connects *connects;
	struct experiments *experiments;
	struct names *names;
	struct web *web;
	struct ladder *ladder;
	char *token; /* NULL: none; wiped at the end */
	int error; /* latched: -ENOMEM; the facts are worth nothing then */
};

/* Latches -ENOMEM where `pointer` is NULL; returns whether all is well so far. */
bool run_keeps(struct run *run, const void *pointer);
/* Latches `error` where it is -ENOMEM; returns whether there is one. */
bool run_fails(struct run *run, int error);
/* Microseconds that a rung may take: `most`, or what the run has left. */
uint64_t run_time(const struct run *run, uint64_t most);
/* Notes once that a deadline struck: "connect 1.5 s", "run 10.0 s". */
void run_limit(struct run *run, const char *what, uint64_t microseconds);

#endif
