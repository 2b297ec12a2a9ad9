/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does git get references for each submodule of the default branch (GL-08, GL-13, GL-17, GL-23 to
 * GL-25)? At home, on the origin of GitLab or of the clone URL, git has credentials, and what it
 * does not find is the user's matter; elsewhere it has none, and what wants some is not fetched.
 */
#include "rules/checks/endpoint_above.h"

#include "rules/checks/checks.h"
#include "rules/checks/endpoint_web.h"

#include <stdio.h>
#include <string.h>

#define REFS "/info/refs"

enum meaning {
	MODULE_HIDDEN,
	MODULE_LOGIN,
	MODULE_ABSENT,
	MODULE_ROOTLESS,
	MODULE_BROKEN,
	MODULE_PAGE,
	MODULE_SILENT,
	MODULE_DAMAGED,
};

/* What an answer means: a row of causes and remedies. */
static const struct {
	const char *cause, *words, *platform, *remedy;
} meanings[] = {
	[MODULE_HIDDEN] = {
		"GL-08", "git does not find the submodule, or the user may not read it",
		"gitlab", "give the user a role that may read the submodule's code, or correct "
		"its URL in .gitmodules",
	},
	[MODULE_LOGIN] = {
		"GL-17", "the submodule's host wants a log-in, and the token is for the plan's "
		"GitLab alone",
		"gitlab", "keep the submodule in the plan's GitLab and use a relative URL in "
		".gitmodules, or let it be read without a log-in",
	},
	[MODULE_ABSENT] = {
		"GL-17", "the submodule's host has no git repository at this URL",
		"gitlab", "correct the URL in .gitmodules, or keep the submodule in the plan's "
		"GitLab and use a relative URL",
	},
	[MODULE_ROOTLESS] = {
		"GL-17", "the submodule's URL lacks the path below which GitLab lives",
		"gitlab", "use relative URLs in .gitmodules",
	},
	[MODULE_BROKEN] = {
		"GL-13", "what serves the submodule's repository is down",
		"gitlab", "gitlab-ctl status; gitlab-ctl tail gitaly, workhorse",
	},
	[MODULE_PAGE] = {
		"GL-23", "a page comes where the submodule's references should",
		"server", "exempt the range from the portal, log-in or filter that answers instead",
	},
	[MODULE_SILENT] = {
		"GL-24", "the git server does not answer in time for the submodule",
		"gitlab", "see what stands behind the web server: gitlab-ctl tail gitaly, "
		"workhorse",
	},
	[MODULE_DAMAGED] = {
		"GL-25", "the answer for the submodule is cut short or damaged",
		"server", "see the error log of the proxy, and gitlab-ctl tail workhorse",
	},
};

/* A submodule on one address, and what git was told there. */
struct module_view {
	const struct rule_context *context;
	const struct endpoints_facts *endpoints;
	const struct gitlab_fact *row;
	const struct submodule_fact *module;
	struct endpoint_target target; /* where it was asked for in the end */
	const struct address *address;
	const struct attempt_fact *attempt;   /* NULL: asked for beside the clone URL */
	const struct exchange_fact *exchange; /* the last; NULL */
	uint32_t status;
	bool refs;   /* references came */
	bool token;  /* the answer was one to the token */
	bool home;
	bool astray; /* redirected to what git does not follow */
	struct findings *out;
};

static struct above_place place_of(const struct module_view *view)
{
	return (struct above_place){ &view->target, view->address, RUNG_SUBMODULE };
}

static struct finding *add(const struct module_view *view, int status)
{
	const struct above_place place = place_of(view);
	struct finding *finding = above_add(view->context, view->out, status, &place);
	const struct attempt_fact *first = view->endpoints->attempts.items;
	char pointer[64];

	if (view->attempt && view->attempt->http.status.known) {
		pointer_print(pointer, sizeof(pointer), "/endpoints/attempts",
			      (size_t)(view->attempt - first));
		finding_evidence(view->out, finding, pointer,
				 "info/refs without credentials: %u",
				 (unsigned int)view->attempt->http.status.value);
	}
	above_tell(view->endpoints, view->exchange, view->out, finding);
	return finding;
}

static void add_meaning(const struct module_view *view, enum meaning meaning)
{
	struct finding *finding = add(view, STATUS_FAIL);
	char status[16] = "";

	if (view->status)
		(void)snprintf(status, sizeof(status), ": %u", (unsigned int)view->status);
	finding_cause(view->out, finding, meanings[meaning].cause);
	finding_message(view->out, finding, "%s, %s%s", view->module->url, meanings[meaning].words,
			status);
	finding_expected(view->out, finding, "references of a git repository at every URL in "
					     ".gitmodules");
	finding_remedy(view->out, finding, meanings[meaning].platform, "%s",
		       meanings[meaning].remedy);
}

static void add_unknown(const struct module_view *view, const char *words, const char *settle)
{
	struct finding *finding = add(view, STATUS_UNKNOWN);

	finding_message(view->out, finding, "%s: %s", view->module->url, words);
	finding_settle(view->out, finding, "%s", settle);
}

static void unreached(const struct module_view *view)
{
	const struct above_place place = place_of(view);

	above_unreached_at(view->context, view->out, &place, "what git says of the submodule");
}

/* On the plan's own origin, and not below the plan's URL. */
static bool is_rootless(const struct module_view *view)
{
	const struct endpoint_target *root = above_gitlab(view->endpoints);
	size_t length = strlen(root->url);

	if (!above_same_origin(&view->target, root))
		return false;
	while (length && root->url[length - 1] == '/')
		length--;
	return strncmp(view->target.url, root->url, length) != 0 ||
	       view->target.url[length] != '/';
}

/* 401 to a stranger says only that the submodule is not public. */
static void judge_stranger(const struct module_view *view)
{
	if (view->module->password)
		add_unknown(view, "its URL holds a password, which is neither kept nor sent",
			    "git ls-remote with the URL in .gitmodules");
	else if (!view->home)
		add_meaning(view, MODULE_LOGIN);
	else if (!above_same_origin(&view->target, above_gitlab(view->endpoints)))
		add_unknown(view, "the token goes to the plan's own origin alone",
			    "reachback check --vantage vswitch-host --gitlab-url URL, with scheme "
			    "and host of the clone URL");
	else if (view->row->token == TOKEN_VALID)
		unreached(view);
	else
		add_unknown(view, "it is not public, and no token was tried",
			    "reachback check --vantage vswitch-host --gitlab-token-file FILE "
			    "(plan key gitlab.token_file)");
}

static void judge_refused(const struct module_view *view)
{
	if (view->status == 401 && !view->token)
		judge_stranger(view);
	else if (!view->home)
		add_meaning(view, view->status == 403 ? MODULE_LOGIN : MODULE_ABSENT);
	else
		add_meaning(view, is_rootless(view) ? MODULE_ROOTLESS : MODULE_HIDDEN);
}

static void judge_references(const struct module_view *view)
{
	struct finding *finding;

	if (!view->refs) {
		add_meaning(view, view->home ? MODULE_PAGE : MODULE_ABSENT);
		return;
	}
	finding = add(view, STATUS_PASS);
	finding_message(view->out, finding, "git lists references of %s%s", view->module->url,
			view->token ? "" : ", without credentials");
}

/* No status: the answer did not come, or not whole. */
static void judge_silence(const struct module_view *view)
{
	const struct http_fact *http = view->exchange ? &view->exchange->http : NULL;

	switch (http ? http->outcome : HTTP_UNTRIED) {
	case HTTP_TIMED_OUT:
	case HTTP_SLOW:
		if (http->limit && text_has_prefix(http->limit, "run "))
			unreached(view);
		else
			add_meaning(view, MODULE_SILENT);
		return;
	case HTTP_EMPTY:
	case HTTP_CUT:
	case HTTP_MALFORMED:
	case HTTP_TOO_LARGE:
		add_meaning(view, MODULE_DAMAGED);
		return;
	default:
		unreached(view);
	}
}

static void judge(const struct module_view *view)
{
	uint32_t status = view->status;

	if (!status)
		judge_silence(view);
	else if (view->astray && status < 500)
		add_meaning(view, view->home ? MODULE_PAGE : MODULE_ABSENT);
	else if (status == 200)
		judge_references(view);
	else if (status >= 500)
		add_meaning(view, MODULE_BROKEN);
	else if (status == 429 || status < 400)
		add_unknown(view, "git's answer says neither yes nor no",
			    "git ls-remote with the URL in .gitmodules");
	else
		judge_refused(view);
}

static bool is_home(const struct module_view *view)
{
	const struct endpoint_target *clone =
		view->row->clone_url ? endpoints_target(view->endpoints, view->row->clone_url)
				     : NULL;

	return above_same_origin(&view->target, above_gitlab(view->endpoints)) ||
	       (clone && above_same_origin(&view->target, clone));
}

static void judge_beside(struct module_view *view)
{
	const struct endpoint_target *clone =
		view->row->clone_url ? endpoints_target(view->endpoints, view->row->clone_url)
				     : NULL;
	const char *authority = strstr(view->module->url, "://");
	const char *path = authority ? strchr(authority + 3, '/') : NULL;
	bool same = clone && text_equal(clone->host, above_gitlab(view->endpoints)->host);
	const struct above_asked asked = { view->row->clone_url, same ? &view->row->address : NULL,
					   RUNG_SUBMODULE };

	/* where git has no answer for the repository itself, another rule says why */
	if (!clone || !view->row->head)
		return;
	view->target = *clone;
	view->target.url = view->module->url;
	view->exchange = path ? above_exchange(view->endpoints, &asked, path) : NULL;
	view->address = same ? &view->row->address
			     : view->exchange ? &view->exchange->address : NULL;
	view->status = view->module->status.value;
	view->refs = view->module->refs.value;
	view->token = view->module->token;
	view->home = true;
	judge(view);
}

static void judge_attempt(struct module_view *view, const struct attempt_fact *attempt)
{
	const struct http_fact *http = &attempt->http;
	const struct above_asked asked = { view->target.url, &attempt->address, RUNG_SUBMODULE };

	view->attempt = attempt;
	view->address = &attempt->address;
	view->exchange = above_exchange(view->endpoints, &asked, REFS);
	if (http->outcome != HTTP_ANSWERED ||
	    (text_equal(view->target.scheme, "https") && !web_is_trusted(attempt))) {
		unreached(view);
		return;
	}
	view->token = view->exchange != NULL;
	if (view->exchange)
		http = &view->exchange->http;
	view->status = http->outcome == HTTP_ANSWERED ? http->status.value : 0;
	view->refs = http->body == HTTP_BODY_GIT;
	judge(view);
}

static bool ends_with_refs(const char *url)
{
	size_t length = strlen(url), tail = strlen(REFS);

	return length >= tail && text_equal(url + length - tail, REFS);
}

static void judge_target(struct module_view *view)
{
	const struct endpoint_target *target = endpoints_target(view->endpoints,
								view->module->url);
	const struct endpoint_target *end = target ? above_end(view->endpoints, target) : NULL;
	const struct attempt_fact *attempt;
	bool any = false;
	size_t at = 0;

	view->target = end ? *end : *above_gitlab(view->endpoints);
	if (!end) {
		unreached(view);
		return;
	}
	view->home = is_home(view);
	view->astray = end != target && !ends_with_refs(end->url);
	while ((attempt = web_next_attempt(view->endpoints, end->url, &at))) {
		judge_attempt(view, attempt);
		any = true;
	}
	if (!any)
		unreached(view);
}

/* Was it judged before: in this row, or on any address where it is a target? */
static bool is_told(const struct module_view *view, size_t index, size_t place)
{
	const struct gitlab_fact *row;
	size_t i, j;

	for (i = view->module->beside ? index : 0;
	     i <= index && (row = above_row(view->endpoints, i)) != NULL; i++)
		for (j = 0; j < (i == index ? place : row->modules.count); j++)
			if (text_equal(LIST_AT(&row->modules, struct submodule_fact, j)->url,
				       view->module->url))
				return true;
	return false;
}

/* Submodules that nobody asked for: beyond what is kept, or leading nowhere that can be told. */
static void judge_rest(const struct module_view *view)
{
	const struct gitlab_fact *row = view->row;
	size_t left_out = row->submodules_left_out, fetched = 0, i;
	struct above_place place = { above_gitlab(view->endpoints), &row->address, RUNG_SUBMODULE };
	struct finding *finding;

	for (i = 0; i < row->submodules.count; i++)
		fetched += !above_is_foreign(row->submodules.items[i]);
	left_out += fetched > row->modules.count ? fetched - row->modules.count : 0;
	if (!left_out)
		return;
	finding = above_add(view->context, view->out, STATUS_UNKNOWN, &place);
	finding_message(view->out, finding, "%zu submodule%s not asked for", left_out,
			left_out == 1 ? " was" : "s were");
	finding_settle(view->out, finding, "git clone --recurse-submodules from the vSwitch");
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct endpoints_facts *endpoints = &context->facts->endpoints;
	size_t from = out->list.count, i, j;
	const struct gitlab_fact *row;

	for (i = 0; above_gitlab(endpoints) && (row = above_row(endpoints, i)) != NULL; i++) {
		for (j = 0; j < row->modules.count; j++) {
			struct module_view view = {
				.context = context, .endpoints = endpoints, .row = row,
				.module = LIST_AT(&row->modules, struct submodule_fact, j),
				.out = out,
			};

			if (view.module->absent || is_told(&view, i, j))
				continue;
			if (view.module->beside)
				judge_beside(&view);
			else
				judge_target(&view);
		}
		judge_rest(&(struct module_view){ .context = context, .endpoints = endpoints,
						  .row = row, .out = out });
	}
	if (out->list.count == from)
		finding_message(out, findings_add(out, STATUS_SKIPPED),
				"no submodule was found that git could be asked for");
}

const struct rule rule_gitlab_submodules_served = {
	.code = "gitlab-submodules-served",
	.area = "gitlab",
	.title = "git lists references of every submodule",
	.severity = SEVERITY_BLOCKER,
	.reads = ABOVE_READS,
	.vantages = ABOVE_VANTAGE,
	.causes = { "GL-08", "GL-13", "GL-17", "GL-23", "GL-24", "GL-25" },
	.after = { BELOW_GIT, "gitlab-submodules-reachable", "gitlab-git-answers" },
	.why = "A submodule whose host answers may still not be fetched: the project is not there, "
	       "the user has no role in it, or its host wants a log-in of its own.",
	.evidence = "info/refs of every http(s) submodule of the default branch, without "
		    "credentials, then with the token where its origin is the plan's own",
	.remedies = {
		{ "gitlab", "give the user a role in the submodule's project" },
		{ "gitlab", "use relative URLs in .gitmodules" },
	},
	.document = ABOVE_DOCUMENT,
	.heading = ABOVE_LINK,
	.skip = above_no_project,
	.eval = evaluate,
};
