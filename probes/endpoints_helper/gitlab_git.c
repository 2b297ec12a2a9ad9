/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Git's smart HTTP on the clone URL: references without and with credentials, then one object
 * without history, up to the first bytes of the pack.
 *
 * Git follows a redirect of its first request and of no other, and goes on where that led: so does
 * this, within the origin. No Git-Protocol header is sent, as old gits do; a server that answers by
 * version 2 all the same is understood.
 */
#include "probes/endpoints_helper/gitlab_climb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PACK_ROOM ((size_t)16 * 1024)
#define MESSAGE_MAX ((size_t)200)

static const char *const post_headers[] = {
	"Content-Type: application/x-git-upload-pack-request",
	"Accept: application/x-git-upload-pack-result", NULL,
};
static const char *const post_headers2[] = {
	"Content-Type: application/x-git-upload-pack-request",
	"Accept: application/x-git-upload-pack-result", "Git-Protocol: version=2", NULL,
};

static void keep_message(struct gitlab_climb *climb, const char *bytes, size_t length)
{
	struct gitlab_fact *row = gitlab_row(climb);
	size_t line = 0;

	while (line < length && line < MESSAGE_MAX && bytes[line] != '\n' && bytes[line] != '\0')
		line++;
	if (!line)
		return;
	free(row->git_message);
	row->git_message = text_clean(bytes, line);
	(void)run_keeps(climb->run, row->git_message);
}

/* The list may be longer than what is read: the first line of it says what HEAD is. */
static void ask(struct gitlab_climb *climb, int credentials, http_done *done, const char *behind)
{
	struct gitlab_question question = { .peer = climb->clone, .rung = RUNG_GIT,
					    .body_max = HTTP_BODY_MAX,
					    .credentials = credentials, .done = done };
	struct text path;

	text_init(&path, GITLAB_PATH_MAX);
	text_addf(&path, "%s%s", climb->git_base ? climb->git_base : "", behind);
	gitlab_ask(climb, &question, &path);
}

static void post(struct gitlab_climb *climb, http_done *done, const struct text *body)
{
	struct gitlab_question question = {
		.peer = climb->clone, .rung = RUNG_GIT, .method = "POST",
		.headers = climb->refs.version2 ? post_headers2 : post_headers,
		.body = text_string(body), .body_length = body->length, .body_max = PACK_ROOM,
		.credentials = climb->git_credentials, .done = done,
	};
	struct text path;

	if (!run_keeps(climb->run, text_error(body) ? NULL : climb))
		return;
	text_init(&path, GITLAB_PATH_MAX);
	text_addf(&path, "%s/git-upload-pack", climb->git_base ? climb->git_base : "");
	gitlab_ask(climb, &question, &path);
}

static void finished(struct gitlab_climb *climb)
{
	climb->git_ready = true;
	gitlab_ask_batch(climb);
	gitlab_ask_beside(climb);
}

static void pack_answered(void *owner, struct http_result *result)
{
	struct gitlab_climb *climb = owner;
	struct gitlab_fact *row = gitlab_row(climb);
	enum git_pack pack = GIT_PACK_NONE;
	char *message = NULL;

	row->pack_status = result->http.status;
	row->pack_us = result->http.first_byte_us;
	if (!result->http.status.known) {
		finished(climb);
		return;
	}
	if (result->http.status.value == 200)
		(void)gitlab_took(climb, git_read_pack(result->body, result->body_length, &pack,
						       &message));
	else
		keep_message(climb, result->body, result->body_length);
	/* an answer that stopped coming may have been on its way to a pack */
	row->pack = (struct maybe){
		.known = pack != GIT_PACK_NONE || result->http.outcome == HTTP_ANSWERED,
		.value = pack == GIT_PACK_BEGAN,
	};
	if (message) {
		free(row->git_message);
		row->git_message = message;
	}
	finished(climb);
}

static void ask_pack(struct gitlab_climb *climb)
{
	struct text body;

	if (!climb->refs.head[0]) {
		finished(climb);
		return;
	}
	text_init(&body, (size_t)1024);
	git_write_want(&climb->refs, &body);
	post(climb, pack_answered, &body);
	text_release(&body);
}

/* Takes references over; whether the answer had any to offer. */
static bool take_refs(struct gitlab_climb *climb, const struct http_result *result)
{
	struct gitlab_fact *row = gitlab_row(climb);
	struct git_refs refs;
	int error = git_read_refs(result->body, result->body_length, &refs);

	if (error) {
		if (error == -ENOMEM)
			climb->run->error = -ENOMEM;
		git_refs_release(&refs);
		if (!row->refs_read.known)
			row->refs_read.known = true;
		return false;
	}
	git_refs_release(&climb->refs);
	climb->refs = refs;
	row->refs_read = (struct maybe){ .known = true, .value = 1 };
	row->references = refs.references;
	free(row->head);
	row->head = refs.head[0] ? text_copy(refs.head) : NULL;
	if (refs.head[0])
		(void)run_keeps(climb->run, row->head);
	if (refs.message)
		keep_message(climb, refs.message, strlen(refs.message));
	return true;
}

static void listed(void *owner, struct http_result *result)
{
	struct gitlab_climb *climb = owner;

	if (gitlab_status(result) == 200 && take_refs(climb, result))
		climb->refs.version2 = true;
	ask_pack(climb);
}

static void refs_done(struct gitlab_climb *climb)
{
	struct text body;

	if (!gitlab_row(climb)->refs_read.value) {
		finished(climb);
		return;
	}
	if (!climb->refs.version2 || climb->refs.head[0]) {
		ask_pack(climb);
		return;
	}
	text_init(&body, (size_t)1024);
	git_write_ls_refs(&body);
	post(climb, listed, &body);
	text_release(&body);
}

char *gitlab_git_follow(struct gitlab_climb *climb, const struct http_result *result)
{
	static const char behind[] = "/info/refs";
	char *path = NULL;
	struct url url;
	struct text base;
	size_t length;
	bool within;

	if (gitlab_status(result) / 100 != 3 || !result->http.location)
		return NULL;
	within = !run_fails(climb->run, url_resolve(climb->clone->target->url.text,
						    result->http.location, &url)) &&
		 url_same_origin(&url, &climb->clone->target->url);
	length = within ? strcspn(url.path, "?") : 0;
	within = within && length > sizeof(behind) - 1 &&
		 !memcmp(url.path + length - (sizeof(behind) - 1), behind, sizeof(behind) - 1);
	if (within) {
		text_init(&base, GITLAB_PATH_MAX);
		text_add(&base, "/");
		text_add_bytes(&base, url.path, length - (sizeof(behind) - 1));
		path = text_take(&base);
		(void)run_keeps(climb->run, path);
	}
	url_release(&url);
	return path;
}

static bool follow(struct gitlab_climb *climb, const struct http_result *result)
{
	char *base = climb->git_redirects < GITLAB_REDIRECTS_MAX
			     ? gitlab_git_follow(climb, result) : NULL;

	if (!base)
		return false;
	climb->git_redirects++;
	free(climb->git_base);
	climb->git_base = base;
	return true;
}

static void basic_answered(void *owner, struct http_result *result)
{
	struct gitlab_climb *climb = owner;
	uint32_t status = gitlab_status(result);

	if (follow(climb, result)) {
		ask(climb, HTTP_BASIC, basic_answered, GITLAB_REFS);
		return;
	}
	gitlab_row(climb)->refs_basic = (struct maybe){ .known = status != 0, .value = status };
	if (status == 200 && take_refs(climb, result))
		climb->git_credentials = HTTP_BASIC;
	else if (status >= 400)
		keep_message(climb, result->body, result->body_length);
	refs_done(climb);
}

static void plain_answered(void *owner, struct http_result *result)
{
	struct gitlab_climb *climb = owner;
	struct gitlab_fact *row = gitlab_row(climb);
	uint32_t status = gitlab_status(result);

	if (follow(climb, result)) {
		ask(climb, HTTP_NO_CREDENTIALS, plain_answered, GITLAB_REFS);
		return;
	}
	row->refs_plain = (struct maybe){ .known = status != 0, .value = status };
	if (status == 200)
		(void)take_refs(climb, result);
	else if (status == 403)
		keep_message(climb, result->body, result->body_length);
	if (climb->may_basic)
		ask(climb, HTTP_BASIC, basic_answered, GITLAB_REFS);
	else
		refs_done(climb);
}

static bool is_apart(const struct gitlab_climb *climb, const struct target *clone)
{
	return !text_equal(climb->gitlab->target->url.host, clone->url.host);
}

/* Git is asked on the address that the API was asked on, where the clone URL has the same host. */
static bool asks_there(const struct gitlab_climb *climb, const struct peer *peer)
{
	return climb->clone_url == peer->target && !climb->clone &&
	       !is_apart(climb, peer->target) &&
	       address_equal(&climb->gitlab->address, &peer->address);
}

static void ask_there(struct gitlab_climb *climb, const struct peer *peer,
		      struct http_result *first)
{
	climb->clone = peer;
	climb->may_basic = gitlab_row(climb)->token != TOKEN_WITHHELD &&
			   climb->credentials == HTTP_TOKEN &&
			   url_same_origin(&peer->target->url, &climb->gitlab->target->url) &&
			   (first->verified || text_equal(peer->target->url.scheme, "http"));
	plain_answered(climb, first);
}

/* A climb for git alone; NULL: out of memory (latched). */
static struct gitlab_climb *add_further(struct gitlab_climb *climb)
{
	struct gitlab_climb *further = calloc(1, sizeof(*further));

	if (!run_keeps(climb->run, further))
		return NULL;
	further->further = calloc(1, sizeof(*further->further));
	if (!run_keeps(climb->run, further->further)) {
		free(further);
		return NULL;
	}
	further->run = climb->run;
	further->gitlab = climb->gitlab;
	further->clone_url = climb->clone_url;
	further->next = climb->next;
	climb->next = further;
	return further;
}

/*
 * On another host than GitLab's git is asked on every address once: the first climb that leads
 * to it goes on, and on all further addresses one that asks git and nothing else.
 */
static void ask_apart(const struct peer *peer, struct http_result *first)
{
	struct gitlab_climb *climb, *owner = NULL;

	/* links are IPv4: another family is asked only in the place of all */
	if (peer != peer->target->chosen && peer->address.family != ADDRESS_IPV4)
		return;
	for (climb = peer->target->root->above; climb; climb = climb->next) {
		if (climb->clone_url != peer->target || !is_apart(climb, peer->target))
			continue;
		if (climb->clone == peer)
			return;
		if (!owner || climb->clone)
			owner = climb;
	}
	if (owner && owner->clone)
		owner = add_further(owner);
	if (owner)
		ask_there(owner, peer, first);
}

void gitlab_ask_git(struct gitlab_climb *climb)
{
	struct target *clone = climb->clone_url;
	const struct peer *peer = NULL;
	struct http_result *first = ladder_answer(
		clone, is_apart(climb, clone) ? NULL : &climb->gitlab->address, &peer);

	if (first && asks_there(climb, peer))
		ask_there(climb, peer, first);
	else if (first)
		ask_apart(peer, first);
}

void git_climb(const struct peer *peer, struct http_result *first)
{
	const struct target *root = peer->target->root;
	struct gitlab_climb *climb;

	if (root->purpose != PURPOSE_GITLAB)
		return;
	ask_apart(peer, first);
	for (climb = root->above; climb; climb = climb->next)
		if (asks_there(climb, peer))
			ask_there(climb, peer, first);
}

void gitlab_tell_git(struct gitlab_climb *climb)
{
	struct gitlab_fact *from = climb->further;
	struct git_fact *to;

	if (!from)
		return;
	to = climb->run->error ? NULL : list_add(&climb->run->facts->git, sizeof(*to));
	if (to) {
		*to = (struct git_fact){
			.url = text_copy(climb->clone_url->url.text),
			.address = climb->clone->address,
			.refs_plain = from->refs_plain, .refs_read = from->refs_read,
			.head = from->head, .references = from->references,
			.pack_status = from->pack_status, .pack_us = from->pack_us,
			.pack = from->pack, .git_message = from->git_message,
		};
		from->head = from->git_message = NULL;
	}
	if (!climb->run->error)
		(void)run_keeps(climb->run, to ? to->url : NULL);
	free(from->head);
	free(from->git_message);
	free(from);
	climb->further = NULL;
}
