/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where LFS objects come from: the link that the LFS server gives for the object of a pointer. That
 * server is GitLab itself, beside the clone URL, unless .lfsconfig names another: then that is a
 * target, is asked on every address that answers, and sees the token only on the plan's own origin.
 */
#include "probes/endpoints_helper/gitlab_climb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BATCH "/objects/batch"

/* One question to one address of an LFS server. */
struct batch {
	const struct peer *peer;
	int credentials;  /* enum http_credentials */
	const char *path; /* as struct rung_request has it */
};

static void add_link(struct gitlab_climb *climb, const char *link)
{
	struct gitlab_fact *row = gitlab_row(climb);
	struct target *finder = climb->lfs_target ? climb->lfs_target : climb->clone->target;
	struct target *target =
		ladder_found(finder, PURPOSE_LFS, link, "href of a download action");

	if (target && strings_add(&row->lfs_urls, target->url.text))
		climb->run->error = -ENOMEM;
}

static void batch_answered(void *owner, struct http_result *result)
{
	struct gitlab_climb *climb = owner;
	uint32_t status = gitlab_status(result);
	struct strings links = { NULL, 0 };
	char *words = NULL;
	size_t i;

	if (status == 200 && gitlab_took(climb, gitlab_read_batch(result->body,
								  result->body_length, &links,
								  &words))) {
		for (i = 0; i < links.count; i++)
			add_link(climb, links.items[i]);
		if (!links.count)
			lfs_settle(climb, true, words ? words : "the LFS server gave no link");
	} else {
		lfs_settle(climb, true,
				  status == 401 || status == 403
					  ? "the LFS server refused the request"
					  : "the LFS server gave no answer that tells");
	}
	strings_release(&links);
	free(words);
}

static void ask(struct gitlab_climb *climb, const struct batch *batch)
{
	static const char *const headers[] = {
		"Accept: application/vnd.git-lfs+json",
		"Content-Type: application/vnd.git-lfs+json", NULL,
	};
	struct gitlab_question question = {
		.peer = batch->peer, .rung = RUNG_LFS, .method = "POST", .headers = headers,
		.credentials = batch->credentials, .done = batch_answered,
	};
	struct text body, path;

	text_init(&body, (size_t)1024);
	text_addf(&body,
		  "{\"operation\":\"download\",\"transfers\":[\"basic\"],\"objects\":[{\"oid\":"
		  "\"%s\",\"size\":%llu}]}",
		  climb->pointer.oid, (unsigned long long)climb->pointer.size);
	question.body = text_string(&body);
	question.body_length = body.length;
	text_init(&path, GITLAB_PATH_MAX);
	text_add(&path, batch->path);
	if (!run_keeps(climb->run, text_error(&body) ? NULL : climb))
		text_release(&path);
	else
		gitlab_ask(climb, &question, &path);
	text_release(&body);
}

/* Beside the clone URL: GitLab's own, or that of another project. */
static void ask_beside(struct gitlab_climb *climb, const struct url *server)
{
	struct batch batch = {
		.peer = climb->clone,
		.credentials = climb->may_basic && !gitlab_row(climb)->lfs_server_password
				       ? HTTP_BASIC : HTTP_NO_CREDENTIALS,
	};
	struct text path;

	if (!climb->git_ready)
		return;
	climb->batched = true;
	text_init(&path, GITLAB_PATH_MAX);
	if (server)
		text_addf(&path, "/%s" BATCH, server->path);
	else
		text_addf(&path, "%s/info/lfs" BATCH, climb->git_base ? climb->git_base : "");
	batch.path = text_string(&path);
	if (run_keeps(climb->run, text_error(&path) == -ENOMEM ? NULL : climb) &&
	    !text_error(&path))
		ask(climb, &batch);
	text_release(&path);
}

static void ask_server(struct gitlab_climb *climb, const char *server)
{
	struct url url;

	if (run_fails(climb->run, url_parse(server, &url))) {
		climb->batched = true; /* by ssh, or a path: the rules know */
	} else if (climb->clone_url && url_same_origin(&url, &climb->clone_url->url)) {
		ask_beside(climb, &url);
	} else {
		climb->batched = true;
		climb->lfs_target = ladder_found(climb->gitlab->target, PURPOSE_LFS, server,
						 "lfs.url in .lfsconfig");
	}
	url_release(&url);
}

void gitlab_ask_batch(struct gitlab_climb *climb)
{
	const char *server = gitlab_row(climb)->lfs_server;

	if (!climb->pointer.oid[0] || climb->batched || climb->run->error)
		return;
	if (server)
		ask_server(climb, server);
	else
		ask_beside(climb, NULL);
}

void lfs_climb(const struct peer *peer, struct http_result *first)
{
	const struct target *root = peer->target->root;
	struct batch batch = { .peer = peer, .path = BATCH };
	struct gitlab_climb *climb;

	if (root->purpose != PURPOSE_GITLAB)
		return;
	for (climb = root->above; climb; climb = climb->next) {
		if (climb->lfs_target != peer->target)
			continue;
		if (gitlab_may_see_token(peer, first) && !gitlab_row(climb)->lfs_server_password)
			batch.credentials = HTTP_BASIC;
		ask(climb, &batch);
		return;
	}
}
