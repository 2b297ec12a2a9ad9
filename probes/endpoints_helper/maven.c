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

#define CATCH_UP_MAX 16u

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

static void note(struct run *run, size_t index, const char *words)
{
	struct maven_fact *row = LIST_AT(&run->facts->maven, struct maven_fact, index);

	free(row->note);
	row->note = text_copy(words);
	(void)run_keeps(run, row->note);
}

void maven_note(struct maven_climb *climb, const char *words)
{
	note(climb->run, climb->row, words);
}

void maven_ask(struct maven_climb *climb, int rung, size_t body_max, struct text *path,
	       http_done *done)
{
	struct rung_request request = { .rung = rung, .path = text_string(path),
					.body_max = body_max };

	if (text_error(path) == -ENOMEM)
		climb->run->error = -ENOMEM;
	else if (!text_error(path) && !climb->run->error)
		(void)ladder_request(climb->peer, &request, done, climb);
	text_release(path);
}

struct target *maven_follow(struct maven_climb *climb, const struct http_result *result)
{
	if (maven_status(result) / 100 != 3 || !result->location)
		return NULL;
	return ladder_found(climb->peer->target, PURPOSE_REDIRECT, result->location,
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

	bool named = maven_names_version(result->body, result->body_length,
					 climb->artifact.version);

	row->metadata_is_xml = maven_is_metadata(result->body, result->body_length);
	/* of a list that is longer than what is read of it the rest is not known */
	row->version_named = (struct maybe){
		.known = row->metadata_is_xml && (named || result->body_length < HTTP_BODY_MAX),
		.value = row->metadata_is_xml && named,
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
	if (climb->artifact.snapshot) {
		text_init(&path, MAVEN_PATH_MAX);
		maven_version_path(&climb->artifact, &path);
		maven_ask(climb, RUNG_METADATA, 0, &path, version_answered);
	} else {
		maven_ask_file(climb);
	}
	maven_catch_up(climb, climb->metadata_from);
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
		if (strstr(climb->peer->target->url.path, kinds[i].mark) &&
		    result->http.body != HTTP_BODY_HTML)
			kind_is(climb, kinds[i].kind);
}

/* Was something asked? */
static bool ask_kind(struct maven_climb *climb, const struct http_result *first)
{
	const char *own = climb->peer->target->url.path, *server = first->http.server;
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

static bool fill_row(struct run *run, struct maven_fact *row, const char *url, const char *artifact)
{
	row->url = text_copy(url);
	row->artifact = text_copy(artifact);
	return run_keeps(run, row->url) && (!artifact || run_keeps(run, row->artifact));
}

/* One row for each entry of the plan, once the first of them answers. */
static void add_rows(struct run *run)
{
	const struct list *planned = &run->request->plan.maven;
	size_t i;

	for (i = run->facts->maven.count; i < planned->count && !run->error; i++) {
		const struct plan_maven *entry = LIST_AT(planned, struct plan_maven, i);
		const char *own = entry->url ? entry->url : "";
		struct maven_fact *row = list_add(&run->facts->maven, sizeof(*row));
		struct url url;
		bool fails;

		if (!run_keeps(run, row))
			return;
		fails = run_fails(run, url_parse(own, &url));
		(void)fill_row(run, row, fails ? own : url.text, entry->artifact);
		url_release(&url);
	}
}

/*
 * Row of one entry of the plan for that address: the entry's own for the first that answers, one
 * behind all those for each further address. false: latched.
 */
static bool take_row(const struct peer *peer, size_t index, size_t *place)
{
	struct run *run = peer->target->run;
	struct list *rows = &run->facts->maven;
	struct maven_fact *row = LIST_AT(rows, struct maven_fact, index);

	*place = index;
	if (row->address.family) {
		const struct maven_fact *first;

		row = list_add(rows, sizeof(*row));
		if (!run_keeps(run, row))
			return false;
		first = LIST_AT(rows, struct maven_fact, index);
		*place = rows->count - 1;
		if (!fill_row(run, row, first->url, first->artifact))
			return false;
	}
	row->address = peer->address;
	return true;
}

static void start(const struct peer *peer, size_t index, const struct http_result *first)
{
	struct target *target = peer->target;
	struct maven_climb *climb;
	struct text path;
	size_t row;
	bool asked;

	if (!take_row(peer, index, &row))
		return;
	if (target->climbs > LADDER_CLIMBS_MAX) {
		note(target->run, row, "more addresses answer than are looked at");
		return;
	}
	climb = calloc(1, sizeof(*climb));
	if (!run_keeps(target->run, climb))
		return;
	*climb = (struct maven_climb){ .next = target->above, .run = target->run, .peer = peer,
				       .row = row };
	target->above = climb;
	target->release_above = release;
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
		maven_note(climb, "the artifact is not written GROUP:ARTIFACT:VERSION[:TYPE]");
		return;
	}
	text_init(&path, MAVEN_PATH_MAX);
	maven_metadata_path(&climb->artifact, &path);
	maven_ask(climb, RUNG_METADATA, HTTP_BODY_MAX, &path, metadata_answered);
}

/* Links are IPv4: another family is climbed only in the place of all. */
void maven_climb(const struct peer *peer, struct http_result *first)
{
	const struct target *target = peer->target;
	struct run *run = target->run;
	size_t i;

	if (peer != target->chosen && peer->address.family != ADDRESS_IPV4)
		return;
	add_rows(run);
	for (i = 0; i < run->request->plan.maven.count && !run->error; i++)
		if (text_equal(LIST_AT(&run->facts->maven, struct maven_fact, i)->url,
			       target->url.text))
			start(peer, i, first);
}

static int compare_rows(const void *one, const void *two)
{
	const struct maven_fact *a = one, *b = two;
	int order = strcmp(a->url, b->url);

	if (!order)
		order = address_compare(&a->address, &b->address);
	return order ? order : text_compare(a->artifact, b->artifact);
}

void maven_sort(struct run *run)
{
	struct list *rows = &run->facts->maven, further;
	size_t planned = run->request->plan.maven.count;

	if (run->error || rows->count <= planned)
		return;
	further = (struct list){ .items = LIST_AT(rows, struct maven_fact, planned),
				 .count = rows->count - planned };
	list_sort(&further, sizeof(struct maven_fact), compare_rows);
}

static void redirected(struct maven_climb *climb, const struct target *target,
		       const struct http_result *first)
{
	if (climb->metadata_from == target && maven_status(first) == 200) {
		read_metadata(climb, first);
	} else if (climb->metadata_from == target) {
		climb->metadata_from = maven_follow(climb, first);
		maven_catch_up(climb, climb->metadata_from);
	}
	if (climb->pom_from == target)
		maven_pom_redirected(climb, first);
	if (climb->file_from == target)
		maven_file_redirected(climb, first);
	if (climb->checksum_from == target)
		maven_checksum_redirected(climb, first);
}

void maven_redirected(const struct peer *peer, struct http_result *first)
{
	struct maven_climb *climb;

	if (peer->target->root->purpose != PURPOSE_MAVEN)
		return;
	for (climb = peer->target->root->above; climb; climb = climb->next)
		redirected(climb, peer->target, first);
}

void maven_catch_up(struct maven_climb *climb, struct target *from)
{
	const struct peer *peer;
	const struct http_result *first = from ? ladder_answer(from, NULL, &peer) : NULL;

	/* redirects may lead in circles */
	if (first && climb->caught_up++ < CATCH_UP_MAX)
		redirected(climb, from, first);
}
