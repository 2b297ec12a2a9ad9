/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The token, its owner and the project, by the API. The token goes to the plan's own origin alone:
 * over TLS only where the certificate was verified, in the clear only where the plan's URL is http.
 */
#include "probes/endpoints_helper/gitlab_climb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void ask(struct gitlab_climb *climb, int rung, int credentials, http_done *done,
		const char *path)
{
	struct gitlab_question question = { .peer = climb->gitlab, .rung = rung,
					    .credentials = credentials, .done = done };
	struct text text;

	text_init(&text, GITLAB_PATH_MAX);
	text_add(&text, path);
	gitlab_ask(climb, &question, &text);
}

static void read_project(struct gitlab_climb *climb, const struct http_result *result)
{
	struct gitlab_fact *row = gitlab_row(climb);
	char *clone = NULL;

	if (!gitlab_took(climb, gitlab_read_project(result->body, result->body_length, row,
						    &clone)))
		goto out;
	if (clone)
		climb->clone_url = ladder_found(climb->gitlab->target, PURPOSE_CLONE, clone,
						"http_url_to_repo of the project");
	if (climb->clone_url) {
		row->clone_url = text_copy(climb->clone_url->url.text);
		(void)run_keeps(climb->run, row->clone_url);
		gitlab_ask_git(climb);
	}
	gitlab_ask_modules(climb);
out:
	free(clone);
}

static void project_answered(void *owner, struct http_result *result)
{
	struct gitlab_climb *climb = owner;
	struct gitlab_fact *row = gitlab_row(climb);
	uint32_t status = gitlab_status(result);

	row->project = (struct maybe){ .known = status != 0, .value = status };
	if (status == 200) {
		read_project(climb, result);
		gitlab_ask_hooks(climb);
	} else if (status) {
		(void)gitlab_took(climb, gitlab_read_refusal(result->body, result->body_length,
							     &row->project_message));
	}
}

static void ask_project(struct gitlab_climb *climb)
{
	struct gitlab_question question = { .peer = climb->gitlab, .rung = RUNG_PROJECT,
					    .credentials = climb->credentials,
					    .done = project_answered };
	struct text path;

	if (!climb->project)
		return;
	gitlab_row(climb)->project_anonymous = climb->credentials == HTTP_NO_CREDENTIALS;
	gitlab_project_path(climb, "", &path);
	gitlab_ask(climb, &question, &path);
}

static void user_answered(void *owner, struct http_result *result)
{
	struct gitlab_climb *climb = owner;
	struct gitlab_fact *row = gitlab_row(climb);
	uint32_t status = gitlab_status(result);

	if (status == 200)
		(void)gitlab_took(climb, gitlab_read_user(result->body, result->body_length, row));
	else if (status == 403 && !row->message)
		(void)gitlab_took(climb, gitlab_read_refusal(result->body, result->body_length,
							     &row->message));
	ask_project(climb);
}

static void tokens_answered(void *owner, struct http_result *result)
{
	struct gitlab_climb *climb = owner;

	if (gitlab_status(result) == 200)
		(void)gitlab_took(climb, gitlab_read_tokens(result->body, result->body_length,
							    gitlab_row(climb)));
	ask(climb, RUNG_TOKEN, HTTP_TOKEN, user_answered, "/api/v4/user");
}

static void self_answered(void *owner, struct http_result *result)
{
	struct gitlab_climb *climb = owner;

	/* before 15.5 "self" is no token's number */
	if (gitlab_status(result) == 404 || gitlab_status(result) == 400) {
		ask(climb, RUNG_TOKEN, HTTP_TOKEN, tokens_answered,
		    "/api/v4/personal_access_tokens?per_page=100");
		return;
	}
	if (gitlab_status(result) == 200)
		(void)gitlab_took(climb, gitlab_read_token(result->body, result->body_length,
							   gitlab_row(climb)));
	ask(climb, RUNG_TOKEN, HTTP_TOKEN, user_answered, "/api/v4/user");
}

static void basic_answered(void *owner, struct http_result *result)
{
	struct gitlab_climb *climb = owner;

	/* git took the token: it is good, and the header of the API does not arrive */
	if (gitlab_status(result) == 200)
		gitlab_row(climb)->token_arrives = (struct maybe){ .known = true, .value = 0 };
}

static void stranger_answered(void *owner, struct http_result *result)
{
	struct gitlab_climb *climb = owner;
	struct gitlab_question question = { .peer = climb->gitlab, .rung = RUNG_TOKEN,
					    .credentials = HTTP_BASIC, .done = basic_answered };
	struct text path;

	if (gitlab_status(result) != 401)
		return;
	text_init(&path, GITLAB_PATH_MAX);
	text_addf(&path, "/%s.git" GITLAB_REFS, climb->path);
	gitlab_ask(climb, &question, &path);
}

/* A list that needs no token, and refuses a bad one: whoever gets it came without. */
static void list_answered(void *owner, struct http_result *result)
{
	struct gitlab_climb *climb = owner;
	struct gitlab_question question = { .peer = climb->gitlab, .rung = RUNG_TOKEN,
					    .done = stranger_answered };
	uint32_t status = gitlab_status(result);
	struct text path;

	if (status == 200 || status == 401)
		gitlab_row(climb)->token_arrives =
			(struct maybe){ .known = true, .value = status == 401 };
	if (status == 200 || !climb->path)
		return;
	text_init(&path, GITLAB_PATH_MAX);
	text_addf(&path, "/%s.git" GITLAB_REFS, climb->path);
	gitlab_ask(climb, &question, &path);
}

static void version_answered(void *owner, struct http_result *result)
{
	struct gitlab_climb *climb = owner;
	struct gitlab_fact *row = gitlab_row(climb);
	uint32_t status = gitlab_status(result);

	row->token = status == 200   ? TOKEN_VALID
		     : status == 401 ? TOKEN_INVALID
		     : status == 403 ? TOKEN_FORBIDDEN
				     : TOKEN_UNCLEAR;
	if (status == 401 || status == 403)
		(void)gitlab_took(climb, gitlab_read_refusal(result->body, result->body_length,
							     &row->message));
	if (status == 200 &&
	    !gitlab_took(climb, gitlab_read_version(result->body, result->body_length, row)))
		row->token = TOKEN_UNCLEAR;
	if (row->token == TOKEN_INVALID)
		ask(climb, RUNG_TOKEN, HTTP_TOKEN, list_answered,
		    "/api/v4/projects?per_page=1&simple=true");
	else if (row->token != TOKEN_UNCLEAR)
		ask(climb, RUNG_TOKEN, HTTP_TOKEN, self_answered,
		    "/api/v4/personal_access_tokens/self");
}

void gitlab_ask_token(struct gitlab_climb *climb)
{
	struct gitlab_fact *row = gitlab_row(climb);
	bool https = text_equal(climb->gitlab->target->url.scheme, "https");

	if (climb->run->token && (climb->verified || !https)) {
		climb->credentials = HTTP_TOKEN;
		ask(climb, RUNG_TOKEN, HTTP_TOKEN, version_answered, "/api/v4/version");
		return;
	}
	row->token = climb->run->token ? TOKEN_WITHHELD : TOKEN_NONE;
	if (climb->run->token) {
		row->withheld = text_copy("the certificate was not verified");
		(void)run_keeps(climb->run, row->withheld);
	}
	ask_project(climb);
}
