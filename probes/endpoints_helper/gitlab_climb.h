/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files gitlab_*.c share: one climb of GitLab, from its API to LFS and submodules.
 *
 *   gitlab.c          it is GitLab
 *   gitlab_token.c    the token, its owner, the project; then
 *   gitlab_hooks.c    webhooks of the project; at the same time
 *   gitlab_modules.c  .gitmodules, and at the same time
 *   gitlab_beside.c   what git says of each submodule; then
 *   gitlab_lfs.c      .lfsconfig and a pointer in the tree, then
 *   gitlab_batch.c    the link that the LFS server gives for it
 *   gitlab_git.c      smart HTTP on the clone URL, at the same time
 *
 * Each step asks one question and names the step that takes the answer. An answer that does not
 * come ends its chain: what was not reached stays untried in the facts.
 */
#ifndef PROBES_ENDPOINTS_HELPER_GITLAB_CLIMB_H
#define PROBES_ENDPOINTS_HELPER_GITLAB_CLIMB_H

#include "probes/endpoints_helper/git.h"
#include "probes/endpoints_helper/gitlab_files.h"
#include "probes/endpoints_helper/gitlab_read.h"
#include "probes/endpoints_helper/ladder.h"

#define GITLAB_PATH_MAX ((size_t)8192)
#define GITLAB_REFS "/info/refs?service=git-upload-pack"
#define GITLAB_MODULE_WALKERS 4 /* submodules that are asked for at a time */
#define GITLAB_REDIRECTS_MAX 3u /* that git's first request may follow */

struct gitlab_climb;

/* Asks for submodules beside the clone URL, one after another. */
struct gitlab_walker {
	struct gitlab_climb *climb;
	size_t index; /* of the submodule in the row */
	char *base;   /* its path, "//group/lib.git" */
	unsigned int redirects;
	int credentials; /* enum http_credentials */
};

struct gitlab_climb {
	struct gitlab_climb *next; /* of another address */
	struct run *run;
	const struct peer *gitlab;
	size_t row;                /* in facts->gitlab */
	/* git alone, on a further address of a clone URL that is not on GitLab's host; NULL: all */
	struct gitlab_fact *further;
	struct target *clone_url;  /* NULL until the project has told it */
	const struct peer *clone;  /* of it: where git is asked; NULL until that answered */
	bool verified;                 /* the API's connection: https, with a good certificate */
	int credentials;               /* enum http_credentials of requests to the API */
	char *path, *project;          /* "group/app", "group%2Fapp"; NULL: the plan names none */
	struct strings roots;          /* paths below which the API may be */
	size_t root;                   /* the one that is being asked */

	struct git_refs refs;
	bool may_basic;      /* the clone URL may see the token */
	int git_credentials; /* with which references were read */
	char *git_base;      /* path that git was redirected to, "//group/app.git"; NULL: none */
	unsigned int git_redirects;

	struct gitlab_tree tree;
	bool tree_whole;
	unsigned int page, raws;
	size_t attributes, candidate; /* where the walk over tree.files stands */
	struct strings patterns;
	struct lfs_pointer pointer; /* oid "": none yet */
	bool unread; /* a file that may be a pointer did not come */
	bool git_ready, batched;
	struct target *lfs_target; /* LFS server that .lfsconfig names elsewhere; NULL: none */

	struct list modules;    /* struct git_module */
	struct maybe modules_told; /* as submodules_read of the row, which waits for all of it */
	struct strings folders; /* of their paths; those that are looked into */
	struct strings silent_folders; /* of these: whose listing nobody answered */
	size_t folder;          /* the one that is being asked for */
	bool modules_ready;     /* all is known that git is asked by */
	size_t module;      /* the next one to be asked for */
	struct gitlab_walker walkers[GITLAB_MODULE_WALKERS];
};

static inline struct gitlab_fact *gitlab_row(struct gitlab_climb *climb)
{
	return climb->further ? climb->further
			      : LIST_AT(&climb->run->facts->gitlab, struct gitlab_fact, climb->row);
}

struct gitlab_question {
	const struct peer *peer;
	int rung, credentials; /* enum endpoint_rung, enum http_credentials */
	const char *method, *body;
	const char *const *headers;
	size_t body_length, body_max;
	http_done *done; /* its owner is the climb */
};
/* Asks for `path`, which is released; see struct rung_request for how it is taken. */
void gitlab_ask(struct gitlab_climb *climb, const struct gitlab_question *question,
		struct text *path);
/* The status of a whole answer, else 0. */
uint32_t gitlab_status(const struct http_result *result);
/* Latches what is not -EINVAL; whether all is well. */
bool gitlab_took(struct gitlab_climb *climb, int error);
/* Adds "/api/v4/projects/PROJECT" and `behind`. */
void gitlab_project_path(const struct gitlab_climb *climb, const char *behind, struct text *path);
/* Adds the path of a file's raw content on the default branch. */
void gitlab_raw_path(struct gitlab_climb *climb, const char *file, struct text *path);

/* Begins with git, if the clone URL has answered already where this climb asks it. */
void gitlab_ask_git(struct gitlab_climb *climb);
/* Tells what git said to a climb of `further`, which is over. */
void gitlab_tell_git(struct gitlab_climb *climb);
void gitlab_ask_token(struct gitlab_climb *climb);
void gitlab_ask_hooks(struct gitlab_climb *climb);
void gitlab_ask_modules(struct gitlab_climb *climb);
/* Asks git for the submodules, once .gitmodules was read and git answered. */
void gitlab_ask_beside(struct gitlab_climb *climb);
/*
 * Where git would go on after a redirect within the origin: the path without what git itself put
 * behind it, "//group/app.git", the caller's. NULL: git would not, or out of memory (latched).
 */
char *gitlab_git_follow(struct gitlab_climb *climb, const struct http_result *result);
void gitlab_ask_lfs(struct gitlab_climb *climb);
void lfs_settle(struct gitlab_climb *climb, bool known, const char *note);
/* Does a climb of the plan's GitLab have a token that this peer may see? */
bool gitlab_may_see_token(const struct peer *peer, const struct http_result *first);
/* Asks for the link of the object, once both the pointer and the clone URL are there. */
void gitlab_ask_batch(struct gitlab_climb *climb);

#endif
