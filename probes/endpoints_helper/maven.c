/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Maven repository: its kind, and the metadata of the plan's artifact. The artifact itself and
 * its checksum are maven_file.c's. Rows stand in the plan's order, whoever answers first.
 */
#include "probes/endpoints_helper/maven_climb.h"

#include "rules/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void release(void *above)
{
	struct maven_climb *climb = above, *next;

	for (; climb; climb = next) {
		next = climb->next;
		free(climb);
	}
}

uint32_t maven_status(const struct http_result *result)
{
	return result->http.outcome == HTTP_ANSWERED && result->http.status.known
		       ? result->http.status.value : 0;
}

void maven_note(struct maven_climb *climb, const char *note)
{
	struct maven_fact *row = maven_row(climb);

	free(row->note);
	row->note = text_copy(note);
	(void)run_keeps(climb->run, row->note);
}

void maven_ask(struct maven_climb *climb, int rung, size_t body_max, struct text *path,
	       http_done *done)
{
	struct rung_request request = { .rung = rung, .path = text_string(path),
					.body_max = body_max };

	if (text_error(path) == -ENOMEM)
		climb->run->error = -ENOMEM;
	else if (!text_error(path) && !climb->run->error)
		(void)ladder_request(climb->target, &request, done, climb);
	text_release(path);
}

struct target *maven_follow(struct maven_climb *climb, const struct http_result *result)
{
	if (maven_status(result) / 100 != 3 || !result->location)
		return NULL;
	return ladder_found(climb->target, PURPOSE_REDIRECT, result->location,
			    "Location of an answer for an artifact");
}

static void version_answered(void *owner, struct http_result *result)
{
	struct maven_climb *climb = owner;

	if (maven_status(result) != 200 ||
	    !maven_read_build(result->body, result->body_length, climb->build))
		climb->build[0] = '\0';
	maven_ask_file(climb);
}

static void read_metadata(struct maven_climb *climb, const struct http_result *result)
{
	struct maven_fact *row = maven_row(climb);

	row->metadata_is_xml = maven_is_metadata(result->body, result->body_length);
	if (row->metadata_is_xml)
		row->version_named = (struct maybe){
			.known = true,
			.value = maven_names_version(result->body, result->body_length,
						     climb->artifact.version),
		};
}

static void metadata_answered(void *owner, struct http_result *result)
{
	struct maven_climb *climb = owner;
	uint32_t status = maven_status(result);
	struct text path;

	maven_row(climb)->metadata = (struct maybe){ .known = status != 0, .value = status };
	if (status == 200)
		read_metadata(climb, result);
	climb->metadata_from = maven_follow(climb, result);
	if (climb->metadata_from) {
		maven_row(climb)->metadata_from = text_copy(climb->metadata_from->url.text);
		(void)run_keeps(climb->run, maven_row(climb)->metadata_from);
	}
	if (!climb->artifact.snapshot) {
		maven_ask_file(climb);
		return;
	}
	text_init(&path, MAVEN_PATH_MAX);
	maven_version_path(&climb->artifact, &path);
	maven_ask(climb, RUNG_METADATA, 0, &path, version_answered);
}

static void kind_is(struct maven_climb *climb, const char *kind)
{
	struct maven_fact *row = maven_row(climb);

	free(row->kind);
	row->kind = text_copy(kind);
	(void)run_keeps(climb->run, row->kind);
}

/* What is asked of a server whose URL looks like one of these; relative to its own root. */
static const struct {
	const char *kind, *mark, *path;
} kinds[] = {
	{ "nexus", "/repository/", "/service/rest/v1/status" },
	{ "artifactory", "/artifactory/", "/artifactory/api/system/ping" },
};

static void kind_answered(void *owner, struct http_result *result)
{
	struct maven_climb *climb = owner;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && maven_status(result) == 200; i++)
		if (strstr(climb->target->url.path, kinds[i].mark) &&
		    result->http.body != HTTP_BODY_HTML)
			kind_is(climb, kinds[i].kind);
}

/* Was something asked? */
static bool ask_kind(struct maven_climb *climb, const struct http_result *first)
{
	const char *own = climb->target->url.path, *server = first->http.server;
	struct text path;
	size_t i;

	kind_is(climb, server && text_has_prefix(server, "Nexus/") ? "nexus"
		       : server && text_has_prefix(server, "Artifactory/") ? "artifactory"
									   : "plain");
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *mark = strstr(own, kinds[i].mark);

		if (!mark || !text_equal(maven_row(climb)->kind, "plain"))
			continue;
		text_init(&path, MAVEN_PATH_MAX);
		text_add(&path, "/");
		text_add_bytes(&path, own, (size_t)(mark - own));
		text_add(&path, kinds[i].path);
		maven_ask(climb, RUNG_API, 0, &path, kind_answered);
		return true;
	}
	return false;
}

/* One row for each entry of the plan, once the first of them answers. */
static void add_rows(struct run *run)
{
	const struct list *planned = &run->request->plan.maven;
	size_t i;

	for (i = run->facts->maven.count; i < planned->count && !run->error; i++) {
		const struct plan_maven *entry = LIST_AT(planned, struct plan_maven, i);
		struct maven_fact *row = list_add(&run->facts->maven, sizeof(*row));
		struct url url;

		if (!run_keeps(run, row))
			return;
		if (run_fails(run, url_parse(entry->url ? entry->url : "", &url)))
			row->url = text_copy(entry->url ? entry->url : "");
		else
			row->url = text_copy(url.text);
		row->artifact = text_copy(entry->artifact);
		if (run_keeps(run, row->url) && entry->artifact)
			(void)run_keeps(run, row->artifact);
		url_release(&url);
	}
}

static void start(struct target *target, size_t index, const struct http_result *first)
{
	struct run *run = target->run;
	struct maven_climb *climb = calloc(1, sizeof(*climb));
	struct text path;
	bool asked;

	if (!run_keeps(run, climb))
		return;
	*climb = (struct maven_climb){ .next = target->above, .run = run, .target = target,
				       .row = index };
	target->above = climb;
	target->release_above = release;
	maven_row(climb)->address = target->chosen;
	asked = ask_kind(climb, first);
	if (!maven_row(climb)->artifact) {
		maven_note(climb, "no artifact in the plan");
		if (!asked) { /* nobody comes back to it, and there may be many */
			target->above = climb->next;
			free(climb);
		}
		return;
	}
	if (maven_parse(maven_row(climb)->artifact, &climb->artifact)) {
		maven_note(climb, "the artifact is not written GROUP:ARTIFACT:VERSION");
		return;
	}
	text_init(&path, MAVEN_PATH_MAX);
	maven_metadata_path(&climb->artifact, &path);
	maven_ask(climb, RUNG_METADATA, 0, &path, metadata_answered);
}

void maven_climb(struct target *target, struct http_result *first)
{
	struct run *run = target->run;
	size_t i;

	add_rows(run);
	for (i = 0; i < run->facts->maven.count && !run->error; i++)
		if (text_equal(LIST_AT(&run->facts->maven, struct maven_fact, i)->url,
			       target->url.text))
			start(target, i, first);
}

void maven_redirected(struct target *target, struct http_result *first)
{
	struct maven_climb *climb;

	if (target->root->purpose != PURPOSE_MAVEN)
		return;
	for (climb = target->root->above; climb; climb = climb->next) {
		if (climb->metadata_from == target && maven_status(first) == 200)
			read_metadata(climb, first);
		else if (climb->metadata_from == target)
			climb->metadata_from = maven_follow(climb, first);
		if (climb->pom_from == target)
			climb->pom_from = maven_follow(climb, first);
		if (climb->file_from == target)
			maven_file_redirected(climb, first);
		if (climb->checksum_from == target)
			maven_checksum_redirected(climb, first);
	}
}
