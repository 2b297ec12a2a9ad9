/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What git says of submodules. Those that have the clone URL's origin are asked for beside it, on
 * the same address and with the same credentials, a few at a time; the others are targets, and
 * never see the token, unless their origin is the plan's own.
 */
#include "probes/endpoints_helper/gitlab_climb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct submodule_fact *module_at(const struct gitlab_walker *walker)
{
	return LIST_AT(&gitlab_row(walker->climb)->modules, struct submodule_fact, walker->index);
}

/* The path of a URL without its last slash, as ladder.h wants an absolute one; NULL: no memory. */
static char *base_of(const char *url)
{
	const char *authority = strstr(url, "://");
	const char *path = authority ? strchr(authority + 3, '/') : NULL;
	size_t length = path ? strcspn(path, "?#") : 0;
	struct text base;

	while (length > 0 && path[length - 1] == '/')
		length--;
	text_init(&base, GITLAB_PATH_MAX);
	text_add(&base, "/");
	text_add_bytes(&base, length ? path : "", length);
	return text_take(&base);
}

static void walk(struct gitlab_walker *walker);
static void module_answered(void *owner, struct http_result *result);

static void ask_module(struct gitlab_walker *walker)
{
	struct rung_request request = { .rung = RUNG_SUBMODULE, .body_max = HTTP_BODY_MAX,
					.credentials = walker->credentials };
	struct gitlab_climb *climb = walker->climb;
	struct text path;

	text_init(&path, 2 * GITLAB_PATH_MAX);
	text_addf(&path, "%s" GITLAB_REFS, walker->base);
	request.path = text_string(&path);
	if (run_keeps(climb->run, text_error(&path) ? NULL : climb))
		(void)ladder_request(climb->clone, &request, module_answered, walker);
	text_release(&path);
}

static bool holds_references(struct gitlab_climb *climb, const struct http_result *result)
{
	struct git_refs refs;
	int error = git_read_refs(result->body, result->body_length, &refs);

	if (error == -ENOMEM)
		climb->run->error = -ENOMEM;
	git_refs_release(&refs);
	return !error;
}

static void module_answered(void *owner, struct http_result *result)
{
	struct gitlab_walker *walker = owner;
	struct gitlab_climb *climb = walker->climb;
	struct submodule_fact *fact = module_at(walker);
	uint32_t status = gitlab_status(result);
	char *base = walker->redirects < GITLAB_REDIRECTS_MAX ? gitlab_git_follow(climb, result)
							      : NULL;

	if (base) {
		walker->redirects++;
		free(walker->base);
		walker->base = base;
		ask_module(walker);
		return;
	}
	if (status == 401 && walker->credentials == HTTP_NO_CREDENTIALS && climb->may_basic &&
	    !fact->password) {
		walker->credentials = HTTP_BASIC;
		ask_module(walker);
		return;
	}
	fact->status = (struct maybe){ .known = status != 0, .value = status };
	fact->token = walker->credentials == HTTP_BASIC;
	if (status == 200)
		fact->refs = (struct maybe){ .known = true,
					     .value = holds_references(climb, result) };
	walk(walker);
}

static bool is_asked(const struct list *modules, size_t index)
{
	const struct submodule_fact *fact = LIST_AT(modules, struct submodule_fact, index);

	return fact->beside && !fact->absent;
}

/* To the next one beside the clone URL. */
static void walk(struct gitlab_walker *walker)
{
	struct gitlab_climb *climb = walker->climb;
	const struct list *modules = &gitlab_row(climb)->modules;

	while (climb->module < modules->count && !is_asked(modules, climb->module))
		climb->module++;
	if (climb->module >= modules->count || climb->run->error)
		return;
	walker->index = climb->module++;
	walker->redirects = 0;
	walker->credentials = HTTP_NO_CREDENTIALS;
	free(walker->base);
	walker->base = base_of(module_at(walker)->url);
	if (run_keeps(climb->run, walker->base))
		ask_module(walker);
}

void gitlab_ask_beside(struct gitlab_climb *climb)
{
	size_t i;

	/* where git has no answer for the repository itself, it has none for those beside it */
	if (!climb->git_ready || !climb->modules_ready || !climb->refs.head[0])
		return;
	for (i = 0; i < GITLAB_MODULE_WALKERS; i++) {
		climb->walkers[i].climb = climb;
		walk(&climb->walkers[i]);
	}
}

/* What git says to the token is in the exchange. */
static void token_answered(void *owner, struct http_result *result)
{
	(void)owner;
	(void)result;
}

bool gitlab_may_see_token(const struct peer *peer, const struct http_result *first)
{
	const struct target *root = peer->target->root;
	const struct gitlab_climb *climb;

	if (!url_same_origin(&peer->target->url, &root->url) ||
	    (!first->verified && !text_equal(peer->target->url.scheme, "http")))
		return false;
	for (climb = root->above; climb; climb = climb->next)
		if (climb->credentials == HTTP_TOKEN)
			return true;
	return false;
}

void submodule_climb(const struct peer *peer, struct http_result *first)
{
	const struct target *target = peer->target;
	bool moved = target->purpose == PURPOSE_REDIRECT;
	struct rung_request request = { .rung = RUNG_SUBMODULE, .body_max = HTTP_BODY_MAX,
					.credentials = HTTP_BASIC };
	struct text path;

	if (target->root->purpose != PURPOSE_GITLAB ||
	    target->start->purpose != PURPOSE_SUBMODULE || gitlab_status(first) != 401 ||
	    !gitlab_may_see_token(peer, first))
		return;
	text_init(&path, 2 * GITLAB_PATH_MAX);
	text_addf(&path, "%s%s%s", moved ? "/" : "", moved ? target->url.path : GITLAB_REFS,
		  moved && target->query ? target->query : "");
	request.path = text_string(&path);
	if (run_keeps(target->run, text_error(&path) ? NULL : target))
		(void)ladder_request(peer, &request, token_answered, NULL);
	text_release(&path);
}

void redirect_climb(const struct peer *peer, struct http_result *first)
{
	if (peer->target->start->purpose == PURPOSE_SUBMODULE)
		submodule_climb(peer, first);
	else if (peer == peer->target->chosen)
		maven_redirected(peer, first);
}
