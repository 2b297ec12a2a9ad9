/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ladder: targets, their addresses, and the order of the rungs.
 *
 * A target is resolved, every address gets a TCP connect, each that connects gets TLS and the first
 * plain request; the first address (in order) whose request was answered carries on with what the
 * purpose's row says. Targets found on the way are added here, once each.
 */
#ifndef PROBES_ENDPOINTS_HELPER_LADDER_H
#define PROBES_ENDPOINTS_HELPER_LADDER_H

#include "probes/endpoints_helper/helper.h"
#include "probes/endpoints_helper/http.h"
#include "probes/endpoints_helper/url.h"

struct target {
	struct run *run;
	struct target *next;
	struct target *root;  /* the plan's target that led here; itself for those of the plan */
	/*
	 * Of redirects and of links that are handed out without the query, which goes into the
	 * request alone: `query`, with its "?". Those that differ in it alone end with "#2", "#3".
	 */
	struct url url;
	char *query; /* NULL: none */
	int purpose;          /* enum endpoint_purpose */
	const struct purpose_row *row;
	size_t index;         /* of the plan's maven list */
	size_t redirects;     /* hops behind the root */
	const struct address *addresses;
	size_t address_count, finished;
	struct address chosen; /* carries the rungs above; none yet: family 0 */
	struct rung_start *starts; /* ladder.c's own, in the order of addresses */
	struct timer patience;     /* likewise */
	void *above; /* of the purpose's climb: goes with the target */
	void (*release_above)(void *above);
};

/* What a purpose does: one row each, in purposes.c. */
struct purpose_row {
	int purpose;
	/* path and query of the first plain request behind the URL's path; NULL: the URL itself */
	const char *first_path;
	/* the first plain answer on the chosen address; NULL: nothing above HTTP */
	void (*climb)(struct target *target, struct http_result *first);
	size_t first_max; /* so much of the first answer is enough; 0: all of it is wanted */
};
extern const struct purpose_row purpose_rows[PURPOSE_COUNT];

int ladder_open(struct run *run);
void ladder_close(struct run *run);
/* Adds the plan's targets. */
void ladder_start(struct run *run);
/*
 * Adds a target found on the way, unless its URL is there already: then that one is returned.
 * `reference` may be relative to the finder's URL. NULL: no URL, too many, or out of memory.
 */
struct target *ladder_found(struct target *finder, int purpose, const char *reference,
			    const char *found_in);
/*
 * A request of a rung above HTTP on the target's chosen address; leaves an exchange row. `path` is
 * behind the target's own path, or absolute with its query when it starts with "//" + path.
 */
struct rung_request {
	int rung; /* enum endpoint_rung */
	const char *path;
	const char *method;
	const char *const *headers;
	const char *body;
	size_t body_length, body_max;
	int credentials; /* enum http_credentials */
};
int ladder_request(struct target *target, const struct rung_request *request, http_done *done,
		   void *owner);

/* gitlab.c, gitlab_git.c, maven.c, registry.c */
void gitlab_climb(struct target *target, struct http_result *first);
void git_climb(struct target *target, struct http_result *first);
void maven_climb(struct target *target, struct http_result *first);
void maven_redirected(struct target *target, struct http_result *first);
void registry_climb(struct target *target, struct http_result *first);
/* experiments.c: called once for each attempt that ended below HTTP, or for each with --deep. */
void experiments_start(struct target *target, const struct attempt_fact *attempt);

#endif
