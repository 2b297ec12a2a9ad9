/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is the URL a Maven repository: does it serve the metadata of the plan's artifact, or the artifact
 * (DEP-07, DEP-09, DEP-13, DEP-14)? Then the artifact itself, its POM and its checksum (DEP-07,
 * DEP-10, DEP-12 to DEP-14). 403 and 404 of the base URL alone say nothing, so nothing is said
 * without an artifact in the plan, but which key is missing.
 */
#include "rules/checks/endpoint_maven.h"

#include "rules/checks/checks.h"

#include <stdio.h>

#define SETTLE_ARTIFACT                                                                            \
	"name an artifact that the repository has in the plan: maven[].artifact = "                \
	"GROUP:ARTIFACT:VERSION"

void maven_each(const struct rule_context *context, int rung, maven_judge *judge,
		struct findings *out)
{
	const struct endpoints_facts *endpoints = &context->facts->endpoints;
	size_t i, k;

	for (i = 0; i < endpoints->targets.count; i++) {
		struct maven_view view = {
			.context = context, .endpoints = endpoints, .rung = rung, .out = out,
			.target = LIST_AT(&endpoints->targets, struct endpoint_target, i),
		};
		bool any = false;

		if (view.target->purpose != PURPOSE_MAVEN)
			continue;
		for (k = 0; k < endpoints->maven.count; k++) {
			view.row = LIST_AT(&endpoints->maven, struct maven_fact, k);
			view.index = k;
			/* a row without an address is of a URL that never answered */
			if (!text_equal(view.row->url, view.target->url) ||
			    !view.row->address.family)
				continue;
			judge(&view);
			any = true;
		}
		if (!any)
			above_unreached(context, out, view.target, rung, "what the repository "
									 "serves");
	}
}

static void fact(const struct maven_view *view, struct finding *finding, const char *member,
		 const char *words)
{
	char pointer[64];

	(void)snprintf(pointer, sizeof(pointer), "/endpoints/maven/%zu/%s", view->index, member);
	finding_evidence(view->out, finding, pointer, "%s", words);
}

/* The exchange of the rung that asked the row's address for that. */
static const struct exchange_fact *asked(const struct maven_view *view, int rung, const char *path)
{
	const struct above_asked asked = { view->row->url, &view->row->address, rung };

	return above_exchange(view->endpoints, &asked, path);
}

void maven_unreached(const struct maven_view *view, const char *what)
{
	above_unreached_at(view->context, view->out,
			   &(struct above_place){ view->target, &view->row->address, view->rung },
			   what);
}

const struct attempt_fact *maven_end(const struct maven_view *view, const char *url)
{
	const struct endpoint_target *end = above_end_of(view->endpoints, url);

	return end ? above_connected(view->endpoints, end->url) : NULL;
}

struct finding *maven_add(const struct maven_view *view, int status)
{
	struct finding *finding = above_add(view->context, view->out, status,
			  &(struct above_place){ view->target, &view->row->address, view->rung });
	const char *path = view->row->artifact_path, *pom = view->row->pom_path;

	if (view->rung == RUNG_METADATA)
		above_tell(view->endpoints, asked(view, RUNG_METADATA, "maven-metadata.xml"),
			   view->out, finding);
	else if (pom)
		above_tell(view->endpoints, asked(view, RUNG_ARTIFACT, pom), view->out, finding);
	if (path)
		above_tell(view->endpoints, asked(view, RUNG_ARTIFACT, path), view->out, finding);
	return finding;
}

/* An answer that did not come, or not whole; `unknown` where nobody asked. */
static void judge_silence(const struct maven_view *view, const struct exchange_fact *exchange,
			  const char *what)
{
	const struct http_fact *http = exchange ? &exchange->http : NULL;

	if (!http || http->outcome == HTTP_UNTRIED || http->outcome == HTTP_FAILED ||
	    (http->limit && text_has_prefix(http->limit, "run ")))
		maven_unreached(view, what);
	else
		(void)maven_mean(view, STATUS_FAIL, MAVEN_BROKEN,
				 http->limit ? http->limit : http_outcome_words[http->outcome]);
}

/* 404 for all of it: of a site chosen by name an address shows the default one (DEP-09). */
static void add_nothing(const struct maven_view *view)
{
	struct finding *finding = maven_mean(view, STATUS_FAIL, MAVEN_NONE,
					     "404 for metadata, file and POM of the artifact");

	if (!view->target->literal)
		return;
	finding_cause(view->out, finding, "DEP-09");
	finding_remedy(view->out, finding, "plan", "or the repository is chosen by its name: use "
						   "the name in maven[].url, and provide a record");
}

/*
 * A redirect was followed as it came, query and all: where it led to a refusal, a build meets the
 * same one. How far it leads else, the redirect's own findings tell.
 */
static void add_redirected(const struct maven_view *view, const char *url, const char *what)
{
	const struct endpoint_target *end = above_end_of(view->endpoints, url);
	const struct attempt_fact *attempt = maven_end(view, url);
	const struct maybe *status = attempt ? &attempt->http.status : NULL;
	char seen[96];

	if (status && (status->value == 401 || status->value == 403) &&
	    attempt->http.outcome == HTTP_ANSWERED)
		(void)maven_mean(view, STATUS_FAIL, MAVEN_CREDENTIALS,
				 maven_status_told(status, end->url, seen));
	else
		above_unreached(view->context, view->out, end ? end : view->target, view->rung,
				what);
}

static void add_served(const struct maven_view *view)
{
	const struct maven_fact *row = view->row;
	struct finding *finding = maven_add(view, STATUS_PASS);

	if (row->metadata_is_xml)
		finding_message(view->out, finding, "%s repository, metadata of %s served%s",
				row->kind ? row->kind : "plain", row->artifact,
				row->metadata_from ? " by a redirect" : "");
	else
		finding_message(view->out, finding,
				"%s repository; it has no metadata of %s, and a fixed version "
				"needs none", row->kind ? row->kind : "plain", row->artifact);
}

static bool is_served(const struct maven_fact *row)
{
	uint32_t status = row->artifact_status.value;

	return status == 200 || status / 100 == 3 || row->pom.value == 200;
}

static void judge_metadata(const struct maven_view *view)
{
	const struct maven_fact *row = view->row;
	uint32_t status = row->metadata.value;
	struct finding *finding;

	if (!row->artifact) {
		finding = maven_add(view, STATUS_SKIPPED);
		finding_message(view->out, finding, "the plan names no artifact of it "
						    "(maven[].artifact)");
	} else if (!row->metadata.known) {
		judge_silence(view, asked(view, RUNG_METADATA, "maven-metadata.xml"),
			      "the metadata of the artifact");
	} else if (maven_add_refused(view, &row->metadata, "maven-metadata.xml")) {
		return;
	} else if (row->metadata_is_xml) {
		add_served(view);
	} else if (status == 200) {
		(void)maven_mean(view, STATUS_FAIL, MAVEN_NONE,
				 "what comes as maven-metadata.xml is no metadata");
	} else if (status / 100 == 3) {
		add_redirected(view, row->metadata_from, "the metadata, which is redirected");
	} else if (is_served(row)) {
		add_served(view);
	} else if (row->artifact_status.known && row->artifact_status.value == 404) {
		add_nothing(view);
	} else {
		maven_unreached(view, "whether it is a Maven repository");
	}
}

/* What a plugin's own packaging is kept as, that plugin knows. */
static void add_guessed(const struct maven_view *view)
{
	struct finding *finding = maven_add(view, STATUS_UNKNOWN);

	finding_message(view->out, finding,
			"%s is not there, and the packaging in its POM does not tell which file is",
			view->row->artifact_path);
	finding_settle(view->out, finding, "name the file's type in the plan: maven[].artifact = "
					   "GROUP:ARTIFACT:VERSION:TYPE");
}

static void judge_missing(const struct maven_view *view)
{
	const struct maven_fact *row = view->row;
	struct finding *finding;
	char seen[96];

	if (row->ending_guessed) {
		add_guessed(view);
		return;
	}
	if (row->version_named.known && !row->version_named.value && row->pom.value != 200) {
		finding = maven_add(view, STATUS_UNKNOWN);
		finding_message(view->out, finding, "the repository does not have %s, nor does its "
						    "metadata name that version", row->artifact);
		finding_settle(view->out, finding, SETTLE_ARTIFACT);
		return;
	}
	finding = maven_mean(view, STATUS_WARN, MAVEN_UPSTREAM,
			     maven_status_told(&row->artifact_status, row->artifact_path, seen));
	fact(view, finding, "version_named", "the version is in maven-metadata.xml, or its POM is "
					     "there");
}

/* It may be there and not fit: only a repository that has none lets a build do without. */
static void add_uncompared(const struct maven_view *view)
{
	const char *note = view->row->note;
	struct finding *finding = maven_add(view, STATUS_UNKNOWN);

	finding_message(view->out, finding, "%s is served, and not compared with its checksum: %s",
			view->row->artifact_path, note ? note : "not all came");
	finding_settle(view->out, finding, "reachback check --vantage vswitch-host --max-time 30");
}

static bool is_no_pom(uint32_t status)
{
	return status == 404 || status == 410;
}

static void add_fitting(const struct maven_view *view)
{
	const struct maven_fact *row = view->row;
	const char *from = row->artifact_from ? " by a redirect" : "";
	const char *pom = row->pom_path && is_no_pom(row->pom.value)
				  ? "; it has no POM, of which Maven warns" : "";
	struct finding *finding = maven_add(view, STATUS_PASS);

	if (row->no_checksum)
		finding_message(view->out, finding, "%s served%s; the repository has no checksum "
						    "of it%s", row->artifact_path, from, pom);
	else
		finding_message(view->out, finding, "%s served%s, its %s fits%s",
				row->artifact_path, from,
				row->checksum ? row->checksum : "checksum", pom);
}

static void add_slow(const struct maven_view *view)
{
	const struct maven_fact *row = view->row;
	struct finding *finding;
	char seen[32];

	(void)snprintf(seen, sizeof(seen), "%u ms to the first byte",
		       (unsigned int)(row->artifact_us.value / 1000));
	finding = maven_mean(view, STATUS_WARN,
			     text_equal(row->kind, "plain") ? MAVEN_BROKEN : MAVEN_UPSTREAM, seen);
	fact(view, finding, "artifact_us", seen);
}

static void judge_checksum(const struct maven_view *view)
{
	const struct maven_fact *row = view->row;
	bool settled = row->checksum_matches.known || row->no_checksum;
	struct finding *finding;

	if (row->checksum_matches.known && !row->checksum_matches.value) {
		finding = maven_mean(view, STATUS_FAIL, MAVEN_CHECKSUM,
				     row->checksum ? row->checksum : "checksum");
		fact(view, finding, "checksum_given", row->checksum_given);
		fact(view, finding, "checksum_seen", row->checksum_seen);
		return;
	}
	if (!settled)
		add_uncompared(view);
	if (row->artifact_us.known && row->artifact_us.value >= ABOVE_SLOW_US)
		add_slow(view);
	else if (settled)
		add_fitting(view);
}

/*
 * The status of what a redirect led to, 0: none came. More than what is read of it is an answer all
 * the same.
 */
static uint32_t end_status(const struct maven_view *view, const char *url)
{
	const struct attempt_fact *attempt = maven_end(view, url);

	if (!attempt ||
	    (attempt->http.outcome != HTTP_ANSWERED && attempt->http.outcome != HTTP_TOO_LARGE))
		return 0;
	return attempt->http.status.value;
}

/*
 * Maven reads the POM before the file: where that is refused, nobody comes to the file. One that is
 * not there Maven only warns of. Is there a finding?
 */
static bool add_pom(const struct maven_view *view)
{
	const struct maven_fact *row = view->row;
	bool moved = row->pom.value / 100 == 3;
	uint32_t status = moved ? end_status(view, row->pom_from) : row->pom.value;
	char seen[96];

	if (!row->pom_path || status == 200 || is_no_pom(status))
		return false;
	if (!row->pom.known)
		judge_silence(view, asked(view, RUNG_ARTIFACT, row->pom_path),
			      "the POM of the artifact");
	else if (moved)
		add_redirected(view, row->pom_from, "the POM, which is redirected");
	else if (!maven_add_refused(view, &row->pom, row->pom_path))
		(void)maven_mean(view, STATUS_FAIL, MAVEN_BROKEN,
				 maven_status_told(&row->pom, row->pom_path, seen));
	return true;
}

/* A page in the place of a file is none: a log-in, or another application. */
static bool add_page(const struct maven_view *view, const char *path, const char *from)
{
	const struct exchange_fact *exchange = path ? asked(view, RUNG_ARTIFACT, path) : NULL;
	const struct attempt_fact *end = maven_end(view, from);
	const struct http_fact *http = from ? end ? &end->http : NULL
				       : exchange ? &exchange->http : NULL;

	if (!http || http->status.value != 200 || http->body != HTTP_BODY_HTML)
		return false;
	(void)maven_mean(view, STATUS_FAIL, MAVEN_NONE, "a page comes in the place of the file");
	return true;
}

/* Redirected: served once what it led to answered well. */
static void judge_redirect(const struct maven_view *view)
{
	if (end_status(view, view->row->artifact_from) == 200)
		judge_checksum(view);
	else
		add_redirected(view, view->row->artifact_from, "the file, which is redirected");
}

static void judge_artifact(const struct maven_view *view)
{
	const struct maven_fact *row = view->row;
	uint32_t status = row->artifact_status.value;
	struct finding *finding;

	if (!row->artifact || !row->artifact_path) {
		finding = maven_add(view, STATUS_UNKNOWN);
		finding_message(view->out, finding, "no file and no checksum was looked at: %s",
				row->note ? row->note : "no artifact in the plan");
		finding_settle(view->out, finding, SETTLE_ARTIFACT);
	} else if (!row->artifact_status.known) {
		judge_silence(view, asked(view, RUNG_ARTIFACT, row->artifact_path),
			      "the file of the artifact");
	} else if (maven_add_refused(view, &row->artifact_status, row->artifact_path) ||
		   add_page(view, row->artifact_path, row->artifact_from) ||
		   add_page(view, row->pom_path, row->pom_from) || add_pom(view)) {
		return;
	} else if (status == 404) {
		judge_missing(view);
	} else if (status / 100 == 3) {
		judge_redirect(view);
	} else {
		judge_checksum(view);
	}
}

static void eval_metadata(const struct rule_context *context, struct findings *out)
{
	maven_each(context, RUNG_METADATA, judge_metadata, out);
}

static void eval_artifact(const struct rule_context *context, struct findings *out)
{
	maven_each(context, RUNG_ARTIFACT, judge_artifact, out);
}

const struct rule rule_maven_metadata_served = {
	.code = "maven-metadata-served",
	.area = "maven",
	.title = "the URL is a Maven repository that serves the plan's artifact",
	.severity = SEVERITY_BLOCKER,
	.reads = ABOVE_READS,
	.vantages = ABOVE_VANTAGE,
	.causes = { "DEP-07", "DEP-09", "DEP-13", "DEP-14" },
	.after = { BELOW_API },
	.why = "A page that answers 200 is no repository, and the base of a good one may well "
	       "answer 403 or 404: only an artifact shows which it is.",
	.evidence = "maven-metadata.xml of the artifact (its root element), the file and its POM",
	.remedies = {
		{ "plan", "maven[].url is the URL of the repository, as settings.xml has it" },
		{ "server", "allow anonymous reading, or put credentials into settings.xml" },
	},
	.document = ABOVE_DOCUMENT,
	.heading = ABOVE_LINK,
	.skip = above_no_maven,
	.eval = eval_metadata,
};

const struct rule rule_maven_artifact_served = {
	.code = "maven-artifact-served",
	.area = "maven",
	.title = "the artifact is served, and its checksum fits",
	.severity = SEVERITY_BLOCKER,
	.reads = ABOVE_READS,
	.vantages = ABOVE_VANTAGE,
	.causes = { "DEP-07", "DEP-10", "DEP-12", "DEP-13", "DEP-14" },
	.after = { BELOW_API, "maven-metadata-served" },
	.why = "Metadata may come from a cache while files do not, or from elsewhere by a "
	       "redirect; a file whose checksum does not fit ends a build. Without an artifact "
	       "in the plan this is unknown.",
	.evidence = "the file, its POM, and its .sha1, .sha256 or .md5. The file is a .jar, or, "
		    "where there is none, what the packaging in the POM is kept as, unless the "
		    "plan names a type (GROUP:ARTIFACT:VERSION:TYPE); of a file larger than "
		    "2 MiB those of the POM instead. Maven reads the POM first, and warns of one "
		    "that is not there. 404 or 410 for every checksum: there is none to compare. "
		    "A redirect is followed with its query, without credentials",
	.remedies = {
		{ "server", "repair the upstream of a proxy repository; rebuild checksums" },
		{ "plan", "maven[].artifact is GROUP:ARTIFACT:VERSION that the repository has" },
	},
	.document = ABOVE_DOCUMENT,
	.heading = ABOVE_LINK,
	.skip = above_no_maven,
	.eval = eval_artifact,
};
