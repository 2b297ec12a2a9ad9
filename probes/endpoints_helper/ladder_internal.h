/* SPDX-License-Identifier: Apache-2.0 */
/* What ladder.c and ladder_request.c share. Nobody else needs it. */
#ifndef PROBES_ENDPOINTS_HELPER_LADDER_INTERNAL_H
#define PROBES_ENDPOINTS_HELPER_LADDER_INTERNAL_H

#include "probes/endpoints_helper/ladder.h"
#include "rules/text.h"

#define LADDER_URL_MAX ((size_t)8192)

/* A target on one address, from its connect to its first answer. */
struct rung_start {
	struct rung_start *next;
	struct peer peer;
	size_t index; /* of its row in facts->attempts, which moves as it grows */
	bool answered;
	int fd;      /* connected, and waits to be handed on; else -1 */
	bool handed; /* stands in http.c's line */
	struct rung_start *next_waiting;
	struct experiment_set *watch; /* experiments.c's; NULL */
	/* until it was climbed with, or kept: http, body, location and verified alone */
	char *body, *location;
	struct http_result *result;
};

/* A request above the first one. */
struct rung_exchange {
	struct rung_exchange *next;
	struct target *target;
	size_t index; /* of its row in facts->exchanges */
	struct experiment_set *watch; /* experiments.c's; NULL */
	http_done *done;
	void *owner;
};

struct ladder {
	struct target *targets, **end;
	size_t count;
	struct rung_start *waiting, **last_waiting; /* connected, to be handed to http.c */
	unsigned int handed; /* that stand in its line */
	struct rung_exchange *exchanges;
	size_t kept; /* bytes of first answers that stay */
};

static inline struct attempt_fact *ladder_attempt(struct run *run, const struct rung_start *start)
{
	return LIST_AT(&run->facts->attempts, struct attempt_fact, start->index);
}

/*
 * The target's URL with `path` behind its own path (see struct rung_request), or as it stands: then
 * with a query that may be a signature (target_is_signed()), which no fact may hold.
 */
void ladder_url(const struct target *target, const char *path, struct text *url);
static inline bool target_is_signed(const struct target *target)
{
	return target->query && !target->row->first_path;
}
void ladder_requests_close(struct run *run);

/* ladder_first.c: `connect_done` of a start, which goes on until rung_start_finished(). */
void rung_start_connected(void *start, int fd, struct tcp_fact *tcp);
/* ladder.c */
void rung_start_finished(struct rung_start *start);
void rung_start_forget(struct rung_start *start);

#endif
