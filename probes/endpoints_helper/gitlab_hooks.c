/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Webhooks of the project: how many there are, and which of them GitLab has stopped calling because
 * calls failed. Of their URLs, which may hold secrets, only the host is kept.
 */
#include "probes/endpoints_helper/gitlab_climb.h"

static void hooks_answered(void *owner, struct http_result *result)
{
	struct gitlab_climb *climb = owner;
	struct gitlab_fact *row = gitlab_row(climb);
	uint32_t status = gitlab_status(result);

	row->hooks = (struct maybe){ .known = status != 0, .value = status };
	if (status == 200)
		(void)gitlab_took(climb, gitlab_read_hooks(result->body, result->body_length, row));
}

void gitlab_ask_hooks(struct gitlab_climb *climb)
{
	struct gitlab_question question = { .peer = climb->gitlab, .rung = RUNG_API,
					    .credentials = climb->credentials,
					    .done = hooks_answered };
	struct text path;

	if (climb->credentials == HTTP_NO_CREDENTIALS)
		return;
	gitlab_project_path(climb, "/hooks?per_page=", &path);
	text_addf(&path, "%u", GITLAB_HOOKS_ASKED);
	gitlab_ask(climb, &question, &path);
}
