/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ladder: targets, their addresses, and the order of the rungs.
 *
 * A target is resolved, every address gets a TCP connect, each that connects gets TLS and the first
 * plain request. The first address (in order) whose request was answered carries on with what the
 * purpose's row says, and where that row wants it every other one that answers does the same, each
 * by itself. Targets found on the way are added here, once each.
 */
#ifndef PROBES_ENDPOINTS_HELPER_LADDER_H
#define PROBES_ENDPOINTS_HELPER_LADDER_H

#include "probes/endpoints_helper/helper.h"
#include "probes/endpoints_helper/http.h"
#include "probes/endpoints_helper/url.h"

/* Addresses of one target that are climbed; further ones get a row that tells nothing more. */
#define LADDER_CLIMBS_MAX 8

/* A target on one of its addresses, which answered: requests of rungs above HTTP go there. */
struct peer {
	struct target *target;
	struct address address;
};

struct target {
	struct run *run;
	struct target *next;
	struct target *root;  /* the plan's target that led here; itself for those of the plan */
	const struct target *start; /* whose redirects lead here; itself where none do */
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
	const struct peer *chosen; /* the first that carried the rungs above; NULL: none yet */
	size_t climbs;             /* addresses that did, the one that is about to among them */
	struct rung_start *starts; /* ladder.c's own, in the order of addresses */
	struct timer patience;     /* likewise */
	void *above; /* of the purpose's climbs: goes with the target */
	void (*release_above)(void *above);
};

/* What a purpose does: one row each, in purposes.c. */
struct purpose_row {
	int purpose;
	/* path and query of the first plain request behind the URL's path; NULL: the URL itself */
	const char *first_path;
	/* the first plain answer on an address; NULL: nothing above HTTP */
	void (*climb)(const struct peer *peer, struct http_result *first);
	bool every; /* on every address that answers, not on the chosen one alone */
	bool kept;  /* first answers stay for climbs that find the target later */
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
 * The first answer that was kept, on that address or (NULL) on the chosen one, and who gave it.
 * NULL: none came so far, or it was not kept.
 */
struct http_result *ladder_answer(struct target *target, const struct address *address,
				  const struct peer **peer);
/*
 * A request of a rung above HTTP; leaves an exchange row. `path` is
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
int ladder_request(const struct peer *peer, const struct rung_request *request, http_done *done,
		   void *owner);

/* gitlab.c, gitlab_git.c, gitlab_batch.c, gitlab_beside.c, maven.c, registry.c */
void gitlab_climb(const struct peer *peer, struct http_result *first);
void git_climb(const struct peer *peer, struct http_result *first);
void lfs_climb(const struct peer *peer, struct http_result *first);
void submodule_climb(const struct peer *peer, struct http_result *first);
void redirect_climb(const struct peer *peer, struct http_result *first);
void maven_climb(const struct peer *peer, struct http_result *first);
void maven_redirected(const struct peer *peer, struct http_result *first);
/* Rows of further addresses, which stand behind the plan's, by url, address, artifact. */
void maven_sort(struct run *run);
void registry_climb(const struct peer *peer, struct http_result *first);
/* experiments.c: called once for each attempt that ended below HTTP, or for each with --deep. */
void experiments_start(struct target *target, const struct attempt_fact *attempt);

#endif
