/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Experiments: the same attempt with one thing changed, to tell causes apart. They follow an
 * attempt that failed, or any with --deep; each row of the facts says what was sent, how often, and
 * how often it went all the way (k of n).
 *
 * A connect that failed: 32 connections from chosen source ports, four at once (after eight without
 * an answer the rest is left out), and one from the default source where --from chose another.
 * A handshake or answer that stalled: smaller and smaller MSS, all at once, then every value
 * between the last that passed and the first that did not; the plain attempt again.
 * A handshake that failed: without a server name. An answer that failed: by address; where plain
 * HTTP met no word of it, one handshake.
 *
 * What takes long is looked into while it still waits, so that a run does not last for the sum.
 */
#ifndef PROBES_ENDPOINTS_HELPER_EXPERIMENTS_H
#define PROBES_ENDPOINTS_HELPER_EXPERIMENTS_H

#include "probes/endpoints_helper/ladder.h"

struct experiment_set;

int experiments_open(struct run *run);
/* Forgets what is still under way; what was seen of it is in the facts. Before connect_shut(). */
void experiments_shut(struct run *run);
/*
 * A plain request begins: where it waits for long, one with small packets is tried beside it, and
 * the MSS ladder where that one is answered. `first`: of its attempt. NULL: nothing to
 * watch. Goes with experiments_shut().
 */
struct experiment_set *experiments_watch(struct target *target,
					 const struct http_request *request, bool first);
/* It has ended, in whatever way; `set` may be NULL. */
void experiments_unwatch(struct experiment_set *set);
/* A plain connect waits longer than it should: begins with what would follow its failure. */
void experiments_early(struct run *run, const struct address *address, uint32_t port);

#endif
