/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Submodules of the default branch: what .gitmodules names becomes a target, where it is http(s).
 */
#include "probes/endpoints_helper/gitlab_climb.h"

#include <errno.h>
#include <stdlib.h>

/* A relative URL counts from the clone URL and leads nowhere that cloning does not. */
static void add_module(struct gitlab_climb *climb, const char *url)
{
	struct gitlab_fact *row = gitlab_row(climb);
	struct text text;

	text_init(&text, GITLAB_PATH_MAX);
	git_url_clean(url, &text);
	if (text_error(&text) || strings_add(&row->submodules, text_string(&text)))
		climb->run->error = -ENOMEM;
	else if (git_url_is_http(url))
		(void)ladder_found(climb->gitlab->target, PURPOSE_SUBMODULE, url,
				   "url in .gitmodules");
	text_release(&text);
}

static void modules_answered(void *owner, struct http_result *result)
{
	struct gitlab_climb *climb = owner;
	struct gitlab_fact *row = gitlab_row(climb);
	uint32_t status = gitlab_status(result);
	struct strings urls = { NULL, 0 };
	size_t i;

	if (status == 200 || status == 404)
		row->submodules_read = (struct maybe){ .known = true, .value = status == 200 };
	if (status == 200 &&
	    gitlab_took(climb, git_read_modules(result->body, result->body_length, &urls)))
		for (i = 0; i < urls.count; i++)
			add_module(climb, urls.items[i]);
	strings_release(&urls);
	gitlab_ask_lfs(climb);
}

void gitlab_ask_modules(struct gitlab_climb *climb)
{
	struct gitlab_question question = { .peer = climb->gitlab, .rung = RUNG_SUBMODULE,
					    .credentials = climb->credentials,
					    .done = modules_answered };
	struct text path;

	/* an empty repository has no default branch, and no files */
	if (!gitlab_row(climb)->default_branch)
		return;
	gitlab_raw_path(climb, ".gitmodules", &path);
	gitlab_ask(climb, &question, &path);
}
