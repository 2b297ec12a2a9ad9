/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When the metadata of the plan's artifact was last modified (DEP-12): not after the clock of the
 * server that says so, nor after ours, and not before a file that it should name and does not.
 */
#include "rules/checks/checks.h"
#include "rules/checks/endpoint_maven.h"
#include "rules/checks/endpoint_web.h"

#include <string.h>

#define METADATA "maven-metadata.xml"

/* An answer that has a date of last modification, and where it stands. */
struct dated {
	const struct http_fact *http;
	char modified[WEB_TIME_MAX];
	char pointer[64];
};

static bool take(const struct http_fact *http, const char *list, size_t place,
		 struct dated *dated)
{
	if (http->status.value != 200 || !web_http_date(http->last_modified, dated->modified))
		return false;
	dated->http = http;
	pointer_print(dated->pointer, sizeof(dated->pointer), list, place);
	return true;
}

/* What a redirect led to. */
static bool take_end(const struct maven_view *view, const char *from, struct dated *dated)
{
	const struct attempt_fact *first = view->endpoints->attempts.items;
	const struct attempt_fact *attempt = maven_end(view, from);

	return attempt && take(&attempt->http, "/endpoints/attempts", (size_t)(attempt - first),
			       dated);
}

/* "/GROUP/NAME/" of "/GROUP/NAME/VERSION/FILE". */
static size_t folder_length(const char *path)
{
	size_t length = strlen(path), slashes = 0;

	while (length > 0 && slashes < 2)
		slashes += path[--length] == '/';
	return length + (slashes == 2);
}

/* Is it an answer about this artifact of the repository, for a file of that name? */
static bool is_of(const struct maven_view *view, const struct exchange_fact *exchange,
		  const char *name)
{
	const char *artifact = view->row->artifact_path;
	const char *path = exchange->path;
	size_t folder = folder_length(artifact), length = strlen(path), end = strlen(name);

	return exchange->rung == view->rung && text_equal(exchange->url, view->row->url) &&
	       above_went_to(exchange, &view->row->address) && length >= end &&
	       !strcmp(path + length - end, name) && memmem(path, length, artifact, folder);
}

/* The next one, from `place` on, which is moved behind it. */
static bool take_next(const struct maven_view *view, const char *name, size_t *place,
		      struct dated *dated)
{
	const struct list *exchanges = &view->endpoints->exchanges;

	while (*place < exchanges->count) {
		const struct exchange_fact *exchange =
			LIST_AT(exchanges, struct exchange_fact, *place);

		(*place)++;
		if (is_of(view, exchange, name) &&
		    take(&exchange->http, "/endpoints/exchanges", *place - 1, dated))
			return true;
	}
	return false;
}

static void tell(const struct maven_view *view, struct finding *finding, const char *what,
		 const struct dated *dated)
{
	finding_evidence(view->out, finding, dated->pointer, "%s: Last-Modified %s, Date %s", what,
			 dated->http->last_modified,
			 dated->http->date ? dated->http->date : "not told");
}

/* True: it is, and that was said. */
static bool is_ahead(const struct maven_view *view, const struct dated *dated)
{
	const char *here = view->context->facts->started, *clock = "the server's own clock";
	struct finding *finding;
	char server[WEB_TIME_MAX];
	int64_t ahead = 0;

	if (web_http_date(dated->http->date, server))
		ahead = web_seconds(server, dated->modified);
	if (ahead <= WEB_SKEW_MAX) {
		ahead = web_seconds(here, dated->modified);
		clock = "the clock here";
	}
	if (ahead <= WEB_SKEW_MAX)
		return false;
	finding = maven_add(view, STATUS_WARN);
	finding_cause(view->out, finding, "DEP-12");
	finding_message(view->out, finding, "the metadata of %s was last modified %lld s ahead of "
					    "%s: what is newer passes for older until then",
			view->row->artifact, (long long)ahead, clock);
	finding_expected(view->out, finding, "a date that is over");
	tell(view, finding, "metadata", dated);
	finding_evidence(view->out, finding, "/started", "the clock here: %s",
			 here ? here : "not told");
	finding_remedy(view->out, finding, "server", "synchronise the clocks of the repository and "
						     "of its storage, and rebuild the metadata");
	return true;
}

/* The file as it was served: from here or from where a redirect led. */
static bool take_file(const struct maven_view *view, struct dated *file)
{
	struct maven_view at = *view;
	size_t place = 0;

	at.rung = RUNG_ARTIFACT;
	if (view->row->artifact_from)
		return take_end(view, view->row->artifact_from, file);
	return take_next(&at, view->row->artifact_path, &place, file);
}

static bool is_stale(const struct maven_view *view, const struct dated *dated)
{
	const struct maybe *named = &view->row->version_named;
	struct finding *finding;
	struct dated file;

	if (!named->known || named->value || !take_file(view, &file) ||
	    web_seconds(dated->modified, file.modified) <= 0)
		return false;
	finding = maven_add(view, STATUS_WARN);
	finding_cause(view->out, finding, "DEP-12");
	finding_message(view->out, finding, "the metadata is older than %s, which is served, and "
					    "does not name its version: builds that ask for the "
					    "newest do not find it", view->row->artifact_path);
	finding_expected(view->out, finding, "metadata that names every version");
	tell(view, finding, "metadata", dated);
	tell(view, finding, "file", &file);
	finding_remedy(view->out, finding, "server", "rebuild the metadata; of a proxy repository, "
						     "clear its cache");
	return true;
}

static void skip(const struct maven_view *view, const char *why)
{
	finding_message(view->out, maven_add(view, STATUS_SKIPPED), "%s", why);
}

/* The artifact's own metadata stands before that of a snapshot's builds. */
static void judge_dates(const struct maven_view *view)
{
	const char *from = view->row->metadata_from;
	char clock[WEB_TIME_MAX];
	struct dated first, next;
	size_t place = 0;

	if (!(from ? take_end(view, from, &first) : take_next(view, METADATA, &place, &first))) {
		skip(view, "the server does not tell when the metadata was last modified");
		return;
	}
	if (!view->context->facts->started && !web_http_date(first.http->date, clock)) {
		skip(view, "no clock is told to compare the metadata's date with");
		return;
	}
	if (is_ahead(view, &first))
		return;
	while (take_next(view, METADATA, &place, &next))
		if (is_ahead(view, &next))
			return;
	if (!is_stale(view, &first))
		finding_message(view->out, maven_add(view, STATUS_PASS),
				"the metadata was last modified at %s", first.modified);
}

static void judge(const struct maven_view *view)
{
	const struct maven_fact *row = view->row;

	if (!row->artifact)
		skip(view, "the plan names no artifact of it (maven[].artifact)");
	else if (row->metadata_is_xml && row->artifact_path)
		judge_dates(view);
	else if (row->metadata.value == 404)
		skip(view, "the repository has no metadata of the artifact");
	else
		maven_unreached(view, "the metadata of the artifact");
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	maven_each(context, RUNG_METADATA, judge, out);
}

const struct rule rule_maven_metadata_current = {
	.code = "maven-metadata-current",
	.area = "maven",
	.title = "the metadata is as new as the files, and not from the future",
	.severity = SEVERITY_RISK,
	.reads = ABOVE_READS,
	.vantages = ABOVE_VANTAGE,
	.causes = { "DEP-12" },
	.after = { BELOW_API, "maven-metadata-served" },
	.why = "Maven and the repositories between decide by dates what is newest: a wrong clock "
	       "or metadata that nobody rebuilt keeps a build on old snapshots and versions.",
	.evidence = "Last-Modified and Date of maven-metadata.xml against each other and the clock "
		    "here (more than 300 s ahead); Last-Modified of the file, where the metadata "
		    "does not name its version",
	.remedies = {
		{ "server", "synchronise the clocks (NTP), and rebuild the metadata" },
	},
	.document = ABOVE_DOCUMENT,
	.heading = ABOVE_LINK,
	.skip = above_no_maven,
	.eval = evaluate,
};
