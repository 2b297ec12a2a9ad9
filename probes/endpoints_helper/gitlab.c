/* SPDX-License-Identifier: Apache-2.0 */
/*
 * It is GitLab: recognised by what only its API says to a stranger. Where the API is not at the
 * plan's URL, the sign-in page and paths below which it may live are tried.
 */
#include "probes/endpoints_helper/gitlab_climb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define VERSION_PATH "/api/v4/version"
#define SIGN_IN "/users/sign_in"
#define ROOT_MAX ((size_t)128)

static void release(void *above)
{
	struct gitlab_climb *climb = above, *next;
	size_t i;

	for (; climb; climb = next) {
		next = climb->next;
		gitlab_tell_git(climb);
		free(climb->path);
		free(climb->project);
		strings_release(&climb->roots);
		git_refs_release(&climb->refs);
		free(climb->git_base);
		for (i = 0; i < GITLAB_MODULE_WALKERS; i++)
			free(climb->walkers[i].base);
		strings_release(&climb->tree.files);
		strings_release(&climb->tree.links);
		git_modules_release(&climb->modules);
		strings_release(&climb->folders);
		strings_release(&climb->silent_folders);
		strings_release(&climb->patterns);
		free(climb);
	}
}

void gitlab_ask(struct gitlab_climb *climb, const struct gitlab_question *question,
		struct text *path)
{
	struct rung_request request = {
		.rung = question->rung, .path = text_string(path), .method = question->method,
		.headers = question->headers, .body = question->body,
		.body_length = question->body_length, .body_max = question->body_max,
		.credentials = question->credentials,
	};

	if (text_error(path) == -ENOMEM)
		climb->run->error = -ENOMEM;
	else if (!text_error(path) && !climb->run->error)
		(void)ladder_request(question->peer, &request, question->done, climb);
	text_release(path);
}

uint32_t gitlab_status(const struct http_result *result)
{
	return result->http.outcome == HTTP_ANSWERED && result->http.status.known
		       ? result->http.status.value : 0;
}

bool gitlab_took(struct gitlab_climb *climb, int error)
{
	if (error && error != -EINVAL)
		climb->run->error = -ENOMEM;
	return !error;
}

void gitlab_project_path(const struct gitlab_climb *climb, const char *behind, struct text *path)
{
	text_init(path, GITLAB_PATH_MAX);
	text_addf(path, "/api/v4/projects/%s%s", climb->project, behind);
}

void gitlab_raw_path(struct gitlab_climb *climb, const char *file, struct text *path)
{
	gitlab_project_path(climb, "/repository/files/", path);
	url_encode(file, path);
	text_add(path, "/raw?ref=");
	url_encode(gitlab_row(climb)->default_branch, path);
}

static void recognised(struct gitlab_climb *climb, const char *how, const char *path)
{
	struct gitlab_fact *row = gitlab_row(climb);
	struct text words;

	text_init(&words, GITLAB_PATH_MAX);
	text_add(&words, how);
	text_add_clean(&words, path, ROOT_MAX);
	free(row->recognised_by);
	row->recognised_by = text_take(&words);
	row->is_gitlab = (struct maybe){ .known = true, .value = 1 };
	(void)run_keeps(climb->run, row->recognised_by);
}

/* What only GitLab's API says: its version, or a refusal as JSON. */
static bool is_api(struct gitlab_climb *climb, const struct http_result *result, const char **how)
{
	uint32_t status = gitlab_status(result);
	char *message = NULL;
	int error = -EINVAL;

	if (status == 200) {
		*how = "version told by ";
		error = gitlab_read_version(result->body, result->body_length, gitlab_row(climb));
	} else if (status == 401 || status == 403) {
		*how = status == 401 ? "JSON 401 of " : "JSON 403 of ";
		error = gitlab_read_refusal(result->body, result->body_length, &message);
		free(message);
	}
	return gitlab_took(climb, error);
}

static void no_gitlab(struct gitlab_climb *climb)
{
	struct gitlab_fact *row = gitlab_row(climb);

	if (!row->is_gitlab.known)
		row->is_gitlab.known = true;
}

static void ask_root(struct gitlab_climb *climb);

static void root_answered(void *owner, struct http_result *result)
{
	struct gitlab_climb *climb = owner;
	const char *root = climb->roots.items[climb->root], *how;
	struct text path;

	if (!is_api(climb, result, &how)) {
		climb->root++;
		ask_root(climb);
		return;
	}
	text_init(&path, GITLAB_PATH_MAX);
	text_addf(&path, "%s" VERSION_PATH, root);
	recognised(climb, how, text_string(&path));
	text_release(&path);
	gitlab_row(climb)->relative_root = text_copy(*root ? root : "/");
	(void)run_keeps(climb->run, gitlab_row(climb)->relative_root);
}

static void ask_root(struct gitlab_climb *climb)
{
	struct gitlab_question question = { .peer = climb->gitlab, .rung = RUNG_API,
					    .done = root_answered };
	struct text path;

	if (climb->root >= climb->roots.count) {
		no_gitlab(climb);
		return;
	}
	text_init(&path, GITLAB_PATH_MAX);
	text_addf(&path, "/%s" VERSION_PATH, climb->roots.items[climb->root]);
	gitlab_ask(climb, &question, &path);
}

/* The path in front of the sign-in page; the plan's own has been tried. */
static void add_root(struct gitlab_climb *climb, const char *path, size_t length)
{
	char root[ROOT_MAX];
	const char *own = climb->gitlab->target->url.path;
	size_t own_length = strcspn(own, "?");

	while (own_length > 0 && own[own_length - 1] == '/')
		own_length--;
	if (length >= sizeof(root) || (length > 0 && path[0] != '/') ||
	    (length == own_length && !strncmp(own, path, length)))
		return;
	memcpy(root, path, length);
	root[length] = '\0';
	if (strcspn(root, "?#%\\\"'<> ") == length && !strings_contain(&climb->roots, root) &&
	    strings_add(&climb->roots, root))
		climb->run->error = -ENOMEM;
}

static void add_root_of_redirect(struct gitlab_climb *climb, const char *location)
{
	const char *page;
	struct url url;

	if (!run_fails(climb->run, url_resolve(climb->gitlab->target->url.text, location, &url)) &&
	    url_same_origin(&url, &climb->gitlab->target->url)) {
		page = strstr(url.path, SIGN_IN);
		if (page)
			add_root(climb, url.path, (size_t)(page - url.path));
	}
	url_release(&url);
}

/* A link to the sign-in page in what stands at the root of the server. */
static void add_root_of_page(struct gitlab_climb *climb, const struct http_result *result)
{
	const char *link = memmem(result->body, result->body_length, SIGN_IN, strlen(SIGN_IN));
	const char *begin = link;

	while (begin && begin > result->body && !strchr("\"'=> ", begin[-1]))
		begin--;
	if (link && *begin == '/')
		add_root(climb, begin, (size_t)(link - begin));
}

static void server_answered(void *owner, struct http_result *result)
{
	static const char *const usual[] = { "", "/gitlab", "/git" };
	struct gitlab_climb *climb = owner;
	size_t i;

	if (gitlab_status(result) / 100 == 3 && result->http.location)
		add_root_of_redirect(climb, result->http.location);
	if (gitlab_status(result) == 200)
		add_root_of_page(climb, result);
	for (i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		add_root(climb, usual[i], strlen(usual[i]));
	ask_root(climb);
}

static void sign_in_answered(void *owner, struct http_result *result)
{
	struct gitlab_climb *climb = owner;
	struct gitlab_question question = { .peer = climb->gitlab, .rung = RUNG_API,
					    .done = server_answered };
	struct text path;

	if (gitlab_status(result) == 200 &&
	    memmem(result->body, result->body_length, "GitLab", strlen("GitLab"))) {
		recognised(climb, "sign-in page", "");
		return;
	}
	text_init(&path, GITLAB_PATH_MAX);
	text_add(&path, "//");
	gitlab_ask(climb, &question, &path);
}

static void recognise(struct gitlab_climb *climb, struct http_result *first)
{
	struct gitlab_question question = { .peer = climb->gitlab, .rung = RUNG_API,
					    .done = sign_in_answered };
	uint32_t status = gitlab_status(first);
	struct text path;
	const char *how;

	if (is_api(climb, first, &how)) {
		recognised(climb, how, VERSION_PATH);
		gitlab_row(climb)->api = (struct maybe){ .known = true, .value = 1 };
		gitlab_ask_token(climb);
	} else if (status == 404 || status == 410) {
		gitlab_row(climb)->api.known = true;
		text_init(&path, GITLAB_PATH_MAX);
		text_add(&path, SIGN_IN);
		gitlab_ask(climb, &question, &path);
	} else if (status == 200 || status == 401) {
		gitlab_row(climb)->api.known = true;
		no_gitlab(climb);
	} else if (status / 100 == 3 && first->http.location &&
		   strstr(first->http.location, SIGN_IN)) {
		/* what is none of its paths GitLab redirects to its sign-in page */
		server_answered(climb, first);
	}
}

/* "/group/app.git" as people write it is "group/app", and "group%2Fapp" in the API. */
static void name_project(struct gitlab_climb *climb, const char *project)
{
	size_t length;
	struct text text;

	while (*project == '/')
		project++;
	length = strlen(project);
	while (length > 0 && project[length - 1] == '/')
		length--;
	if (length > 4 && !strncmp(project + length - 4, ".git", 4))
		length -= 4;
	text_init(&text, GITLAB_PATH_MAX);
	text_add_bytes(&text, project, length);
	climb->path = text_take(&text);
	if (!run_keeps(climb->run, climb->path))
		return;
	text_init(&text, GITLAB_PATH_MAX);
	url_encode(climb->path, &text);
	climb->project = text_take(&text);
	(void)run_keeps(climb->run, climb->project);
}

/* Links are IPv4: another family is climbed only in the place of all. */
void gitlab_climb(const struct peer *peer, struct http_result *first)
{
	struct target *target = peer->target;
	struct run *run = target->run;
	const char *project = run->request->plan.gitlab.project;
	struct gitlab_climb *climb;
	struct gitlab_fact *row;

	if (peer != target->chosen && peer->address.family != ADDRESS_IPV4)
		return;
	row = list_add(&run->facts->gitlab, sizeof(*row));
	if (!run_keeps(run, row))
		return;
	row->url = text_copy(target->url.text);
	row->address = peer->address;
	if (!run_keeps(run, row->url) || target->climbs > LADDER_CLIMBS_MAX)
		return;
	climb = calloc(1, sizeof(*climb));
	if (!run_keeps(run, climb))
		return;
	*climb = (struct gitlab_climb){ .next = target->above, .run = run, .gitlab = peer,
					.row = run->facts->gitlab.count - 1,
					.verified = first->verified };
	target->above = climb;
	target->release_above = release;
	if (project)
		name_project(climb, project);
	if (!run->error)
		recognise(climb, first);
}
