/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is LFS used: .lfsconfig, which may name another LFS server, and a pointer file out of the default
 * branch's tree. Nothing is downloaded and nothing is uploaded.
 *
 * Files are asked for only where .gitattributes says that LFS tracks them; where it says nothing, a
 * few that are not plainly text are looked at, for repositories that lost their attributes.
 */
#include "probes/endpoints_helper/gitlab_climb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PAGES_MAX 3u
#define PAGE_SIZE 100u
#define TRACKED_MAX 8u /* files that attributes name */
#define BLIND_MAX 4u   /* files that nothing names */
#define ATTRIBUTES_MAX 4u
#define ATTRIBUTES ".gitattributes"
#define POINTER_ROOM ((size_t)1200) /* a pointer is at most 1 KiB */
#define LFS_BEHIND "/info/lfs"      /* where GitLab has it, behind the clone URL */

static void ask_page(struct gitlab_climb *climb);
static void ask_attributes(struct gitlab_climb *climb);
static void ask_pointer(struct gitlab_climb *climb);

void lfs_settle(struct gitlab_climb *climb, bool known, const char *note)
{
	struct gitlab_fact *row = gitlab_row(climb);

	row->lfs_used.known = known;
	free(row->lfs_note);
	row->lfs_note = text_copy(note);
	(void)run_keeps(climb->run, row->lfs_note);
}

static void ask(struct gitlab_climb *climb, http_done *done, size_t body_max, struct text *path)
{
	struct gitlab_question question = { .peer = climb->gitlab, .rung = RUNG_LFS,
					    .credentials = climb->credentials,
					    .body_max = body_max, .done = done };

	gitlab_ask(climb, &question, path);
}

/* Files that nobody keeps in LFS, by their endings. */
static bool is_text(const char *path)
{
	static const char *const endings[] = {
		".c", ".cc", ".cfg", ".conf", ".cpp", ".css", ".gitattributes", ".gitignore",
		".gitmodules", ".go", ".gradle", ".h", ".html", ".java", ".js", ".json", ".kt",
		".md", ".php", ".properties", ".py", ".rb", ".rs", ".sh", ".sql", ".toml", ".ts",
		".txt", ".xml", ".yaml", ".yml", "Dockerfile", "LICENSE", "Makefile", "README",
	};
	size_t length = strlen(path), i;

	for (i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t size = strlen(endings[i]);

		if (length >= size && !strcmp(path + length - size, endings[i]))
			return true;
	}
	return false;
}

static void size_answered(void *owner, struct http_result *result)
{
	struct gitlab_climb *climb = owner;
	struct maybe any = { .known = false };

	if (gitlab_status(result) == 200)
		(void)gitlab_took(climb, gitlab_read_lfs_size(result->body, result->body_length,
							      &any));
	if (any.known && !any.value)
		lfs_settle(climb, true, "the project holds no LFS object");
	else
		lfs_settle(climb, false, "no pointer among the first files of a larger tree");
}

/* The walk is over without a pointer. What that means depends on how much was seen. */
static void give_up(struct gitlab_climb *climb)
{
	struct text path;

	if (climb->unread) {
		lfs_settle(climb, false, "a file that may be an LFS pointer could not be read");
		return;
	}
	if (climb->tree_whole && climb->raws < TRACKED_MAX) {
		lfs_settle(climb, true, "no file of the default branch is an LFS pointer");
		return;
	}
	if (climb->tree_whole) {
		lfs_settle(climb, false, "the first files that LFS tracks are no pointers");
		return;
	}
	/* the project's statistics know nothing of objects that are elsewhere */
	if (gitlab_row(climb)->lfs_server) {
		lfs_settle(climb, false,
				  "no pointer among the first files of a larger tree");
		return;
	}
	gitlab_project_path(climb, "?statistics=true", &path);
	ask(climb, size_answered, 0, &path);
}

static void pointer_answered(void *owner, struct http_result *result)
{
	struct gitlab_climb *climb = owner;
	struct gitlab_fact *row = gitlab_row(climb);

	climb->unread = climb->unread || gitlab_status(result) != 200;
	if (gitlab_status(result) != 200 ||
	    lfs_read_pointer(result->body, result->body_length, &climb->pointer)) {
		climb->pointer.oid[0] = '\0';
		climb->candidate++;
		ask_pointer(climb);
		return;
	}
	row->lfs_used = (struct maybe){ .known = true, .value = 1 };
	row->lfs_oid = text_copy(climb->pointer.oid);
	if (run_keeps(climb->run, row->lfs_oid))
		gitlab_ask_batch(climb);
}

static bool is_candidate(const struct gitlab_climb *climb, const char *path)
{
	if (climb->patterns.count)
		return git_is_tracked(&climb->patterns, path);
	return !climb->attributes && !is_text(path);
}

static void ask_pointer(struct gitlab_climb *climb)
{
	const struct strings *files = &climb->tree.files;
	unsigned int most = climb->patterns.count ? TRACKED_MAX : BLIND_MAX;
	struct text path;

	while (climb->candidate < files->count &&
	       !is_candidate(climb, files->items[climb->candidate]))
		climb->candidate++;
	if (climb->candidate >= files->count || climb->raws >= most) {
		give_up(climb);
		return;
	}
	climb->raws++;
	gitlab_raw_path(climb, files->items[climb->candidate], &path);
	ask(climb, pointer_answered, POINTER_ROOM, &path);
}

static void attributes_answered(void *owner, struct http_result *result)
{
	struct gitlab_climb *climb = owner;
	const char *path = climb->tree.files.items[climb->candidate];
	size_t length = strlen(path) - strlen(ATTRIBUTES);
	struct text folder;
	int code;

	if (gitlab_status(result) != 200) {
		lfs_settle(climb, false, "a .gitattributes of the tree could not be read");
		return;
	}
	text_init(&folder, GITLAB_PATH_MAX);
	text_add_bytes(&folder, path, length);
	code = text_error(&folder);
	if (!code)
		code = git_read_attributes(result->body, result->body_length,
					   text_string(&folder), &climb->patterns);
	/* patterns of a folder that is too deep are patterns that nobody read */
	climb->unread = climb->unread || code == -EFBIG;
	if (code != -EFBIG)
		(void)gitlab_took(climb, code);
	text_release(&folder);
	climb->candidate++;
	ask_attributes(climb);
}

static bool is_attributes(const char *path)
{
	const char *name = strrchr(path, '/');

	return !strcmp(name ? name + 1 : path, ATTRIBUTES);
}

static void ask_attributes(struct gitlab_climb *climb)
{
	const struct strings *files = &climb->tree.files;
	struct text path;

	while (climb->candidate < files->count &&
	       !is_attributes(files->items[climb->candidate]))
		climb->candidate++;
	if (climb->candidate >= files->count || climb->attributes >= ATTRIBUTES_MAX) {
		climb->candidate = 0;
		ask_pointer(climb);
		return;
	}
	climb->attributes++;
	gitlab_raw_path(climb, files->items[climb->candidate], &path);
	ask(climb, attributes_answered, 0, &path);
}

static void page_answered(void *owner, struct http_result *result)
{
	struct gitlab_climb *climb = owner;

	if (gitlab_status(result) != 200 ||
	    !gitlab_took(climb, gitlab_read_tree(result->body, result->body_length,
						 &climb->tree))) {
		lfs_settle(climb, false, "the tree of the default branch could not be listed");
		return;
	}
	climb->tree_whole = climb->tree.entries < PAGE_SIZE;
	if (!climb->tree_whole && climb->page < PAGES_MAX)
		ask_page(climb);
	else
		ask_attributes(climb);
}

static void ask_page(struct gitlab_climb *climb)
{
	struct text path;

	gitlab_project_path(climb, "/repository/tree?recursive=true", &path);
	text_addf(&path, "&per_page=%u&page=%u&ref=", PAGE_SIZE, ++climb->page);
	url_encode(gitlab_row(climb)->default_branch, &path);
	ask(climb, page_answered, 0, &path);
}

/* What GitLab itself has for the clone URL is no other server. */
static bool is_usual(const struct gitlab_climb *climb, const char *url)
{
	const char *own = climb->clone_url ? climb->clone_url->url.text : "";
	size_t length = strlen(own);

	if (length > 4 && !strcmp(own + length - 4, ".git"))
		length -= 4;
	if (!length || strncmp(url, own, length) != 0)
		return false;
	url += length;
	return !strcmp(url, ".git" LFS_BEHIND) || !strcmp(url, LFS_BEHIND);
}

/* In its normal form, where it is http(s); -ENOMEM is latched. */
static char *normal(struct gitlab_climb *climb, const char *written)
{
	struct url url = { .text = NULL };
	struct text clean;
	char *text = NULL;
	size_t length;

	if (git_url_is_http(written) && !run_fails(climb->run, url_parse(written, &url))) {
		text = url.text;
		url.text = NULL;
		length = strlen(text);
		if (length > 0 && text[length - 1] == '/' && strlen(url.path) > 1)
			text[length - 1] = '\0';
		url_release(&url);
		return text;
	}
	url_release(&url);
	text_init(&clean, GITLAB_PATH_MAX);
	git_url_clean(written, &clean);
	text = text_take(&clean);
	(void)run_keeps(climb->run, text);
	return text;
}

static void read_config(struct gitlab_climb *climb, const struct http_result *result)
{
	struct gitlab_fact *row = gitlab_row(climb);
	char *written = NULL, *url;

	if (!gitlab_took(climb, lfs_read_config(result->body, result->body_length, &written)) ||
	    !written)
		return;
	url = normal(climb, written);
	if (url && !is_usual(climb, url)) {
		row->lfs_server = url;
		row->lfs_server_password = git_url_has_password(written);
	} else {
		free(url);
	}
	free(written);
}

static void config_answered(void *owner, struct http_result *result)
{
	struct gitlab_climb *climb = owner;
	const struct maybe *enabled = &gitlab_row(climb)->lfs_enabled;
	uint32_t status = gitlab_status(result);

	if (status == 200)
		read_config(climb, result);
	if (climb->run->error)
		return;
	if (status != 200 && status != 404)
		lfs_settle(climb, false, "the .lfsconfig could not be read");
	else if ((enabled->known && enabled->value) || gitlab_row(climb)->lfs_server)
		ask_page(climb);
}

void gitlab_ask_lfs(struct gitlab_climb *climb)
{
	struct text path;

	if (!gitlab_row(climb)->default_branch)
		return;
	gitlab_raw_path(climb, ".lfsconfig", &path);
	ask(climb, config_answered, 0, &path);
}
