/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does the LFS server that .lfsconfig names tell where objects are (GL-08, GL-13, GL-14)? At home,
 * on the origin of GitLab or of the clone URL, it knows the token; elsewhere it has none to go by.
 * GitLab's own LFS server is judged by the links that it gives (gitlab-lfs-reachable).
 */
#include "rules/checks/endpoint_above.h"

#include "rules/checks/checks.h"
#include "rules/checks/endpoint_web.h"

#include <stdio.h>
#include <string.h>

#define BATCH "/objects/batch"
#define BY_HAND "git lfs pull with GIT_CURL_VERBOSE=1 in a clone, from the vSwitch"

enum meaning {
	LFS_HIDDEN,
	LFS_BROKEN,
	LFS_LOGIN,
	LFS_ABSENT,
	LFS_SILENT,
};

/* What an answer means: a row of causes and remedies. */
static const struct {
	const char *cause, *words, *remedy;
} meanings[] = {
	[LFS_HIDDEN] = {
		"GL-08", "does not show the user the objects of that project",
		"give the user a role in the project that lfs.url in .lfsconfig names, or correct "
		"it",
	},
	[LFS_BROKEN] = {
		"GL-13", "is up, and what stands behind it is not",
		"gitlab-ctl status; gitlab-ctl tail workhorse",
	},
	[LFS_LOGIN] = {
		"GL-14", "wants a log-in, and the token is for the plan's GitLab alone",
		"keep LFS objects in GitLab (without lfs.url in .lfsconfig), or let them be read "
		"without a log-in",
	},
	[LFS_ABSENT] = {
		"GL-14", "is no LFS server",
		"correct lfs.url in .lfsconfig, or keep LFS objects in GitLab without it",
	},
	[LFS_SILENT] = {
		"GL-14", "does not answer in time, or not whole",
		"repair the server that lfs.url in .lfsconfig names, or keep LFS objects in GitLab",
	},
};

/* The server on one address, and what it said there. */
struct lfs_view {
	const struct rule_context *context;
	const struct endpoints_facts *endpoints;
	const struct gitlab_fact *row;
	struct endpoint_target target; /* as it was asked for */
	const struct address *address;
	const struct exchange_fact *exchange; /* NULL: it was not asked */
	bool home;
	struct findings *out;
};

static struct above_place place_of(const struct lfs_view *view)
{
	return (struct above_place){ &view->target, view->address, RUNG_LFS };
}

static struct finding *add(const struct lfs_view *view, int status)
{
	const struct above_place place = place_of(view);
	struct finding *finding = above_add(view->context, view->out, status, &place);

	above_tell(view->endpoints, view->exchange, view->out, finding);
	return finding;
}

static void add_meaning(const struct lfs_view *view, enum meaning meaning)
{
	const struct maybe *status = &view->exchange->http.status;
	struct finding *finding = add(view, STATUS_FAIL);
	char code[16] = "";

	if (status->known)
		(void)snprintf(code, sizeof(code), ": %u", (unsigned int)status->value);
	finding_cause(view->out, finding, meanings[meaning].cause);
	finding_message(view->out, finding, "%s, which .lfsconfig names, %s%s", view->target.url,
			meanings[meaning].words, code);
	finding_expected(view->out, finding, "200 in JSON, with a link to the object");
	finding_remedy(view->out, finding, "gitlab", "%s", meanings[meaning].remedy);
}

static void add_unknown(const struct lfs_view *view, const char *words, const char *settle)
{
	struct finding *finding = add(view, STATUS_UNKNOWN);

	finding_message(view->out, finding, "%s, which .lfsconfig names: %s", view->target.url,
			words);
	finding_settle(view->out, finding, "%s", settle);
}

static void unreached(const struct lfs_view *view)
{
	const struct above_place place = place_of(view);

	above_unreached_at(view->context, view->out, &place, "what the LFS server says");
}

static void judge_refused(const struct lfs_view *view, uint32_t status)
{
	bool stranger = (status == 401 || status == 403) &&
			!text_equal(view->exchange->credentials, "basic");

	if (stranger && view->row->lfs_server_password)
		add_unknown(view, "its URL holds a password, which is neither kept nor sent",
			    BY_HAND);
	else if (!view->home)
		add_meaning(view, status == 401 || status == 403 ? LFS_LOGIN : LFS_ABSENT);
	else if (!stranger)
		add_meaning(view, LFS_HIDDEN);
	else
		add_unknown(view, "it wants a log-in, and the token was not sent there",
			    "reachback check --vantage vswitch-host --gitlab-token-file FILE "
			    "(plan key gitlab.token_file)");
}

static void judge_links(const struct lfs_view *view)
{
	const struct gitlab_fact *row = view->row;
	struct finding *finding;

	if (view->exchange->http.body != HTTP_BODY_JSON) {
		add_meaning(view, LFS_ABSENT);
	} else if (!row->lfs_urls.count) {
		add_unknown(view, row->lfs_note ? row->lfs_note : "it gave no link", BY_HAND);
	} else {
		finding = add(view, STATUS_PASS);
		finding_message(view->out, finding, "%s tells where LFS objects are",
				view->target.url);
	}
}

static void judge(const struct lfs_view *view)
{
	const struct http_fact *http = view->exchange ? &view->exchange->http : NULL;
	uint32_t status = http && http->outcome == HTTP_ANSWERED ? http->status.value : 0;

	if (!http || http->outcome == HTTP_UNTRIED || http->outcome == HTTP_FAILED ||
	    web_run_ended(http->limit))
		unreached(view);
	else if (!status)
		add_meaning(view, LFS_SILENT);
	else if (status == 200)
		judge_links(view);
	else if (status >= 500)
		add_meaning(view, view->home ? LFS_BROKEN : LFS_SILENT);
	else if (status == 429 || status < 400)
		add_unknown(view, "its answer says neither yes nor no", BY_HAND);
	else
		judge_refused(view, status);
}

static void judge_beside(struct lfs_view *view, const struct endpoint_target *clone)
{
	bool same = text_equal(clone->host, above_gitlab(view->endpoints)->host);
	const struct above_asked asked = { clone->url, same ? &view->row->address : NULL,
					   RUNG_LFS };

	view->target = *clone;
	view->target.url = view->row->lfs_server;
	view->exchange = above_exchange(view->endpoints, &asked, BATCH);
	view->address = same ? &view->row->address
			     : view->exchange ? &view->exchange->address : NULL;
	view->home = true;
	/* where git has no answer for the repository itself, another rule says why */
	if (view->exchange || view->row->head)
		judge(view);
}

static void judge_target(struct lfs_view *view, const struct endpoint_target *target)
{
	const struct attempt_fact *attempt;
	bool any = false;
	size_t at = 0;

	view->target = *target;
	view->home = above_same_origin(target, above_gitlab(view->endpoints));
	while ((attempt = web_next_attempt(view->endpoints, target->url, &at))) {
		const struct above_asked asked = { target->url, &attempt->address, RUNG_LFS };

		any = true;
		view->address = &attempt->address;
		view->exchange = above_exchange(view->endpoints, &asked, BATCH);
		judge(view);
	}
	if (!any)
		unreached(view);
}

/* Does an earlier row name the same server, which was asked once for all? */
static bool is_told(const struct lfs_view *view, size_t index)
{
	size_t i;

	for (i = 0; i < index; i++) {
		const struct gitlab_fact *row = above_row(view->endpoints, i);

		if (text_equal(row->lfs_server, view->row->lfs_server) && row->lfs_used.value)
			return true;
	}
	return false;
}

static void judge_row(struct lfs_view *view, size_t index)
{
	const struct gitlab_fact *row = view->row;
	const struct endpoint_target *clone =
		row->clone_url ? endpoints_target(view->endpoints, row->clone_url) : NULL;
	const struct endpoint_target *target =
		row->lfs_server ? endpoints_target(view->endpoints, row->lfs_server) : NULL;

	/* by ssh, or where LFS is not used, nobody was asked */
	if (!row->lfs_server || !row->lfs_used.value || !above_is_http(row->lfs_server))
		return;
	if (target && !is_told(view, index))
		judge_target(view, target);
	else if (!target && clone)
		judge_beside(view, clone);
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct endpoints_facts *endpoints = &context->facts->endpoints;
	size_t from = out->list.count, i;
	const struct gitlab_fact *row;

	for (i = 0; above_gitlab(endpoints) && (row = above_row(endpoints, i)) != NULL; i++)
		judge_row(&(struct lfs_view){ .context = context, .endpoints = endpoints,
					      .row = row, .out = out }, i);
	if (out->list.count == from)
		finding_message(out, findings_add(out, STATUS_SKIPPED),
				"no .lfsconfig names an LFS server that is used");
}

const struct rule rule_gitlab_lfs_served = {
	.code = "gitlab-lfs-served",
	.area = "gitlab",
	.title = "the LFS server that .lfsconfig names tells where objects are",
	.severity = SEVERITY_BLOCKER,
	.reads = ABOVE_READS,
	.vantages = ABOVE_VANTAGE,
	.causes = { "GL-08", "GL-13", "GL-14" },
	.after = { BELOW_GIT, "gitlab-lfs-reachable", "gitlab-git-answers" },
	.why = "A repository may keep its LFS objects on another server than GitLab: whoever "
	       "clones goes there, whatever GitLab's own LFS server says.",
	.evidence = "lfs.url or remote.NAME.lfsurl in .lfsconfig of the default branch, and the "
		    "answer of that server when it is asked for the object of a pointer; the token "
		    "goes to the plan's own origin alone",
	.remedies = {
		{ "gitlab", "keep LFS objects in GitLab, without lfs.url in .lfsconfig" },
		{ "form", "Other IP addresses: those of the LFS server" },
	},
	.document = ABOVE_DOCUMENT,
	.heading = ABOVE_LINK,
	.skip = above_no_project,
	.eval = evaluate,
};
