/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Submodules of the default branch: what .gitmodules names, and whether the branch has it. One that
 * leads to http(s) elsewhere than the clone URL becomes a target.
 */
#include "probes/endpoints_helper/gitlab_climb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FOLDERS_MAX 8 /* that are looked into for submodules */
#define FOLDER_MAX ((size_t)1024)
#define FOLDER_ENTRIES 100u /* a page: what is longer is not known whole */
#define NO_FOLDER "\n"      /* in the place of one that was not listed */

static bool is_beside(struct gitlab_climb *climb, const char *address)
{
	struct url url;
	bool beside = climb->clone_url && !run_fails(climb->run, url_parse(address, &url)) &&
		      url_same_origin(&url, &climb->clone_url->url);

	if (climb->clone_url)
		url_release(&url);
	return beside;
}

/* Takes `url` over: where a submodule leads, without user information. */
static struct submodule_fact *add_fact(struct gitlab_climb *climb, char *url)
{
	bool beside = is_beside(climb, url);
	struct target *target = beside ? NULL
				       : ladder_found(climb->gitlab->target, PURPOSE_SUBMODULE,
						      url, "url in .gitmodules");
	struct submodule_fact *fact = list_add(&gitlab_row(climb)->modules, sizeof(*fact));

	if (!run_keeps(climb->run, fact)) {
		free(url);
		return NULL;
	}
	if (target) {
		free(url);
		url = text_copy(target->url.text);
	}
	fact->url = url;
	fact->beside = beside;
	return run_keeps(climb->run, fact->url) ? fact : NULL;
}

/* The folder of a path, "" at the root; with a bound, and NULL beyond. */
static const char *folder_of(const char *path, char folder[FOLDER_MAX])
{
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) : 0;

	if (length >= FOLDER_MAX)
		return NULL;
	memcpy(folder, path, length);
	folder[length] = '\0';
	return folder;
}

/* What was listed completely, and lacks the path, has no such submodule. */
static bool is_absent(const struct gitlab_climb *climb, const struct git_module *module)
{
	char folder[FOLDER_MAX];

	if (!module->path || !folder_of(module->path, folder))
		return false;
	return strings_contain(&climb->folders, folder) &&
	       !strings_contain(&climb->tree.links, module->path);
}

/* Its folder was asked for, and no answer came: nobody knows whether the branch has it. */
static bool is_untold(const struct gitlab_climb *climb, const struct git_module *module)
{
	char folder[FOLDER_MAX];

	return module->path && folder_of(module->path, folder) &&
	       strings_contain(&climb->silent_folders, folder);
}

static void add_module(struct gitlab_climb *climb, const struct git_module *module)
{
	struct submodule_fact *fact = NULL;
	struct text clean, whole;

	text_init(&clean, GITLAB_PATH_MAX);
	git_url_clean(module->url, &clean);
	if (text_error(&clean) ||
	    strings_add(&gitlab_row(climb)->submodules, text_string(&clean)))
		climb->run->error = -ENOMEM;
	text_init(&whole, 2 * GITLAB_PATH_MAX);
	if (git_url_is_relative(module->url) && climb->clone_url)
		git_url_relative(climb->clone_url->url.text, text_string(&clean), &whole);
	else if (git_url_is_http(module->url))
		text_add(&whole, text_string(&clean));
	/* without a fact the rule counts it among those that were not asked for */
	if (!climb->run->error && whole.length && !is_untold(climb, module))
		fact = add_fact(climb, text_take(&whole));
	if (fact) {
		fact->absent = is_absent(climb, module);
		fact->password = git_url_has_password(module->url);
	}
	text_release(&whole);
	text_release(&clean);
}

static void modules_known(struct gitlab_climb *climb)
{
	size_t i;

	for (i = 0; i < climb->modules.count && !climb->run->error; i++)
		add_module(climb, LIST_AT(&climb->modules, struct git_module, i));
	gitlab_row(climb)->submodules_read = climb->modules_told;
	climb->modules_ready = true;
	gitlab_ask_beside(climb);
	gitlab_ask_lfs(climb);
}

static void ask_folder(struct gitlab_climb *climb);

/* What is in a folder whose listing is refused, or not whole, is taken for there. */
static void folder_answered(void *owner, struct http_result *result)
{
	struct gitlab_climb *climb = owner;
	char **folder = &climb->folders.items[climb->folder];
	bool whole = gitlab_status(result) == 200 &&
		     gitlab_took(climb, gitlab_read_tree(result->body, result->body_length,
							 &climb->tree)) &&
		     climb->tree.entries < FOLDER_ENTRIES;

	if (!gitlab_status(result) && strings_add(&climb->silent_folders, *folder))
		climb->run->error = -ENOMEM;
	if (!whole) {
		free(*folder);
		*folder = text_copy(NO_FOLDER);
		(void)run_keeps(climb->run, *folder);
	}
	climb->folder++;
	ask_folder(climb);
}

static void ask_folder(struct gitlab_climb *climb)
{
	struct gitlab_question question = { .peer = climb->gitlab, .rung = RUNG_SUBMODULE,
					    .credentials = climb->credentials,
					    .done = folder_answered };
	struct text path;

	if (climb->run->error)
		return;
	if (climb->folder >= climb->folders.count) {
		strings_release(&climb->tree.files);
		modules_known(climb);
		return;
	}
	gitlab_project_path(climb, "/repository/tree?per_page=", &path);
	text_addf(&path, "%u&path=", (unsigned int)FOLDER_ENTRIES);
	url_encode(climb->folders.items[climb->folder], &path);
	text_add(&path, "&ref=");
	url_encode(gitlab_row(climb)->default_branch, &path);
	gitlab_ask(climb, &question, &path);
}

static void add_folder(struct gitlab_climb *climb, const struct git_module *module)
{
	char folder[FOLDER_MAX];

	if (module->path && folder_of(module->path, folder) &&
	    climb->folders.count < FOLDERS_MAX && !strings_contain(&climb->folders, folder) &&
	    strings_add(&climb->folders, folder))
		climb->run->error = -ENOMEM;
}

static void modules_answered(void *owner, struct http_result *result)
{
	struct gitlab_climb *climb = owner;
	struct gitlab_fact *row = gitlab_row(climb);
	uint32_t status = gitlab_status(result);
	size_t i;

	climb->modules_told = (struct maybe){ .known = status == 200 || status == 404,
					      .value = status == 200 };
	if (status == 200)
		(void)gitlab_took(climb, git_read_modules(result->body, result->body_length,
							  &climb->modules,
							  &row->submodules_left_out));
	for (i = 0; i < climb->modules.count; i++)
		add_folder(climb, LIST_AT(&climb->modules, struct git_module, i));
	ask_folder(climb);
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
