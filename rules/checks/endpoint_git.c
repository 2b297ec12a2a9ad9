/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does git get what it asks for by smart HTTP: references, then a pack (GL-03, GL-05, GL-08, GL-10,
 * GL-13, GL-16, GL-19, GL-21, GL-23, GL-25)? A plan without a project leaves exactly this unknown:
 * a link whose clone nobody tried is not called ready.
 */
#include "rules/checks/endpoint_above.h"

#include "rules/checks/endpoint_refusal.h"

#include <string.h>

struct git_view {
	const struct rule_context *context;
	const struct endpoints_facts *endpoints;
	const struct endpoint_target *target; /* the clone URL */
	const struct attempt_fact *attempt;   /* whose answer git's began with; NULL */
	const struct gitlab_fact *row;
	size_t index; /* of the row */
	bool further; /* told by a git_fact: the row holds a copy of it */
	struct findings *out;
};

enum meaning {
	GIT_LOST,
	GIT_OFF,
	GIT_HIDDEN,
	GIT_ROOTLESS,
	GIT_BROKEN,
	GIT_REDIRECTED,
	GIT_PAGE,
	GIT_DAMAGED,
	GIT_SLOW,
};

/* What an answer means: a row of causes and remedies. */
static const struct {
	const char *cause, *words, *platform, *remedy;
} meanings[] = {
	[GIT_LOST] = {
		"GL-05", "git refuses the token that the API takes",
		"server", "let the reverse proxy pass Authorization on",
	},
	[GIT_OFF] = {
		"GL-10", "git by HTTP is refused while the API answers",
		"gitlab", "allow git by HTTP(S) (admin area, enabled Git access protocols), and "
		"exempt the user from enforced single sign-on",
	},
	[GIT_HIDDEN] = {
		"GL-08", "git does not find the repository that the API shows",
		"gitlab", "give the user a role that may read the code, and let the repository be "
		"enabled",
	},
	[GIT_ROOTLESS] = {
		"GL-03", "git does not find the repository: the clone URL that GitLab hands out "
		"lacks the path of the plan's URL",
		"gitlab", "let external_url be the plan's URL, with its path",
	},
	[GIT_BROKEN] = {
		"GL-13", "GitLab is up, and what serves its repositories is not",
		"gitlab", "gitlab-ctl status; gitlab-ctl tail gitaly, workhorse",
	},
	[GIT_REDIRECTED] = {
		"GL-16", "git's second request is redirected, and git follows the first alone",
		"server", "let the final URL be gitlab.url and external_url, without a redirect",
	},
	[GIT_PAGE] = {
		"GL-23", "a page comes where git's references should",
		"server", "exempt the range from the portal, log-in or filter that answers instead",
	},
	[GIT_DAMAGED] = {
		"GL-25", "the answer of the git server is cut short or damaged",
		"server", "see the error log of the proxy, and gitlab-ctl tail workhorse",
	},
	[GIT_SLOW] = {
		"GL-19", "the git server takes long to begin with a pack",
		"gitlab", "raise the time-outs of proxy and Gitaly, clone shallowly",
	},
};

static const struct address *address_of(const struct git_view *view)
{
	return view->attempt ? &view->attempt->address : NULL;
}

static const struct exchange_fact *asked(const struct git_view *view, const char *part)
{
	const struct above_asked asked = { view->target->url, address_of(view), RUNG_GIT };

	return above_exchange(view->endpoints, &asked, part);
}

static struct finding *add(const struct git_view *view, int status)
{
	struct finding *finding =
		above_add(view->context, view->out, status,
			  &(struct above_place){ view->target, address_of(view), RUNG_GIT });

	if (view->row->refs_plain.known && !view->further)
		above_fact(view->out, finding, (struct above_member){ view->index, "refs_plain" },
			   "info/refs without credentials: %u",
			   (unsigned int)view->row->refs_plain.value);
	above_tell(view->endpoints, asked(view, "info/refs"), view->out, finding);
	above_tell(view->endpoints, asked(view, "/git-upload-pack"), view->out, finding);
	if (view->row->git_message && !view->further)
		above_fact(view->out, finding, (struct above_member){ view->index, "git_message" },
			   "%s", view->row->git_message);
	return finding;
}

static void add_meaning(const struct git_view *view, int status, enum meaning meaning,
			uint32_t code)
{
	const char *message = view->row->git_message;
	struct finding *finding = add(view, status);

	finding_cause(view->out, finding, meanings[meaning].cause);
	if (code)
		finding_message(view->out, finding, "%s: %u%s%s", meanings[meaning].words,
				(unsigned int)code, message ? ", " : "", message ? message : "");
	else
		finding_message(view->out, finding, "%s%s%s", meanings[meaning].words,
				message ? ": " : "", message ? message : "");
	finding_expected(view->out, finding, "references, and a pack for the object that HEAD "
					     "names");
	finding_remedy(view->out, finding, meanings[meaning].platform, "%s",
		       meanings[meaning].remedy);
}

static void unreached(const struct git_view *view, const char *what)
{
	above_unreached_at(view->context, view->out,
			   &(struct above_place){ view->target, address_of(view), RUNG_GIT }, what);
}

static void add_unknown(const struct git_view *view, const char *words, const char *settle)
{
	struct finding *finding = add(view, STATUS_UNKNOWN);

	finding_message(view->out, finding, "%s", words);
	finding_settle(view->out, finding, "%s", settle);
}

/* 403 has many reasons, of which git's own words tell some. */
static void judge_forbidden(const struct git_view *view)
{
	enum refusal refusal = refusal_of(view->row->git_message);
	struct finding *finding;

	if (refusal != REFUSAL_ACCOUNT && refusal != REFUSAL_SETTLE) {
		add_meaning(view, STATUS_FAIL, GIT_OFF, 403);
		return;
	}
	finding = add(view, STATUS_FAIL);
	finding_cause(view->out, finding, refusal_cause(refusal));
	finding_message(view->out, finding, "git refuses the user: %s", view->row->git_message);
	finding_remedy(view->out, finding, "gitlab", "%s", refusal_remedy(refusal));
}

/* 401 to a stranger says only that the project is not public. */
static void judge_stranger(const struct git_view *view)
{
	const struct endpoint_target *root = above_gitlab(view->endpoints);

	if (view->row->token == TOKEN_VALID && !above_same_origin(view->target, root))
		add_unknown(view,
			    "the token goes to the plan's own origin alone, and the clone URL is "
			    "elsewhere",
			    "reachback check --vantage vswitch-host --gitlab-url URL, with scheme "
			    "and host of the clone URL");
	else if (view->row->token == TOKEN_VALID)
		unreached(view, "what git says to the token");
	else
		add_unknown(view, "the repository is not public, and no token was tried",
			    "reachback check --vantage vswitch-host --gitlab-token-file FILE "
			    "(plan key gitlab.token_file)");
}

static void judge_good_pack(const struct git_view *view)
{
	const struct gitlab_fact *row = view->row;
	struct finding *finding;

	if (row->pack_us.known && row->pack_us.value >= ABOVE_SLOW_US) {
		add_meaning(view, STATUS_WARN, GIT_SLOW, 0);
		return;
	}
	finding = add(view, STATUS_PASS);
	finding_message(view->out, finding,
			"git lists references, %u read, and begins a pack after %u ms%s",
			(unsigned int)row->references,
			(unsigned int)(row->pack_us.value / 1000),
			row->refs_basic.known ? "" : ", without credentials");
}

static void judge_bad_pack(const struct git_view *view, const struct http_fact *http)
{
	const struct gitlab_fact *row = view->row;

	if (row->git_message)
		add_meaning(view, STATUS_FAIL, GIT_BROKEN, 0);
	else if (http && http->body == HTTP_BODY_HTML)
		add_meaning(view, STATUS_FAIL, GIT_PAGE, 0);
	else
		add_meaning(view, STATUS_FAIL, GIT_DAMAGED, 0);
}

/* No status: the answer to the POST did not come, or not whole. */
static void judge_silence(const struct git_view *view, const struct http_fact *http)
{
	switch (http ? http->outcome : HTTP_UNTRIED) {
	case HTTP_TIMED_OUT:
	case HTTP_SLOW:
		if (!http->limit || !text_has_prefix(http->limit, "run "))
			add_meaning(view, STATUS_WARN, GIT_SLOW, 0);
		else
			unreached(view, "whether a pack comes");
		return;
	case HTTP_EMPTY:
	case HTTP_CUT:
	case HTTP_MALFORMED:
	case HTTP_TOO_LARGE:
		add_meaning(view, STATUS_FAIL, GIT_DAMAGED, 0);
		return;
	default:
		unreached(view, "whether a pack comes");
	}
}

static void judge_pack(const struct git_view *view)
{
	const struct exchange_fact *post = asked(view, "/git-upload-pack");
	const struct http_fact *http = post ? &post->http : NULL;
	const struct gitlab_fact *row = view->row;
	uint32_t status = row->pack_status.value;

	if (row->pack.known && row->pack.value)
		judge_good_pack(view);
	else if (!row->pack.known || !status)
		judge_silence(view, http);
	else if (status / 100 == 3)
		add_meaning(view, STATUS_FAIL, GIT_REDIRECTED, status);
	else if (status == 401)
		add_meaning(view, STATUS_FAIL, GIT_LOST, status);
	else if (status >= 500)
		add_meaning(view, STATUS_FAIL, GIT_BROKEN, status);
	else if (status >= 400)
		add_meaning(view, STATUS_FAIL, GIT_OFF, status);
	else
		judge_bad_pack(view, http);
}

static void judge_references(const struct git_view *view)
{
	const struct gitlab_fact *row = view->row;
	const struct exchange_fact *refs = asked(view, "info/refs");
	const struct http_fact *http = refs ? &refs->http
				       : view->attempt ? &view->attempt->http : NULL;

	if (row->refs_read.known && !row->refs_read.value)
		add_meaning(view, STATUS_FAIL, http && http->body == HTTP_BODY_HTML ? GIT_PAGE
										     : GIT_DAMAGED,
			    0);
	else if (row->head)
		judge_pack(view);
	else if (row->git_message)
		add_meaning(view, STATUS_FAIL, GIT_BROKEN, 0);
	else if (row->refs_read.known)
		add_unknown(view, "the repository is empty: there is nothing to clone",
			    "push a commit, then: reachback check --vantage vswitch-host");
	else
		unreached(view, "what git says");
}

/* On the plan's own origin, and not below the plan's URL. */
static bool is_rootless(const struct git_view *view)
{
	const struct endpoint_target *root = above_gitlab(view->endpoints);
	size_t length;

	if (!root || !above_same_origin(view->target, root))
		return false;
	length = strlen(root->url);
	while (length && root->url[length - 1] == '/')
		length--;
	return strncmp(view->target->url, root->url, length) != 0 ||
	       view->target->url[length] != '/';
}

static void judge(const struct git_view *view)
{
	const struct maybe *basic = &view->row->refs_basic, *plain = &view->row->refs_plain;
	uint32_t status = basic->known ? basic->value : plain->value;

	if (!plain->known)
		above_unreached(view->context, view->out, above_end(view->endpoints, view->target),
				RUNG_GIT, "what git says");
	else if (status == 401 && !basic->known)
		judge_stranger(view);
	else if (status == 401)
		add_meaning(view, STATUS_FAIL, GIT_LOST, status);
	else if (status == 403)
		judge_forbidden(view);
	else if (status == 404)
		add_meaning(view, STATUS_FAIL, is_rootless(view) ? GIT_ROOTLESS : GIT_HIDDEN,
			    status);
	else if (status >= 500)
		add_meaning(view, STATUS_FAIL, GIT_BROKEN, status);
	else if (status == 200)
		judge_references(view);
	else if (status / 100 == 3)
		above_unreached(view->context, view->out, above_end(view->endpoints, view->target),
				RUNG_GIT, "what git says where the clone URL redirects");
	else
		add_unknown(view, "the git server's answer says neither yes nor no",
			    "reachback check --vantage vswitch-host");
}

static void add_no_project(const struct rule_context *context, struct findings *out)
{
	const struct gitlab_fact *row = above_row(&context->facts->endpoints, 0);
	const struct above_place place = { above_gitlab(&context->facts->endpoints),
					   row ? &row->address : NULL, RUNG_GIT };
	struct finding *finding = above_add(context, out, STATUS_UNKNOWN, &place);

	finding_message(out, finding, "the plan names no project, so no clone was tried");
	finding_settle(out, finding, "reachback check --vantage vswitch-host --gitlab-project "
				     "GROUP/PROJECT (plan key gitlab.project)");
}

static const struct git_fact *further_of(const struct endpoints_facts *endpoints,
					 const struct attempt_fact *attempt)
{
	size_t i;

	for (i = 0; i < endpoints->git.count; i++) {
		const struct git_fact *git = LIST_AT(&endpoints->git, struct git_fact, i);

		if (text_equal(git->url, attempt->url) &&
		    address_equal(&git->address, &attempt->address))
			return git;
	}
	return NULL;
}

/* The attempt whose answer was carried on in the row: the first that was answered. */
static const struct attempt_fact *carrier(const struct endpoints_facts *endpoints, const char *url)
{
	size_t i;

	for (i = 0; i < endpoints->attempts.count; i++) {
		const struct attempt_fact *attempt =
			LIST_AT(&endpoints->attempts, struct attempt_fact, i);

		if (text_equal(attempt->url, url) && attempt->http.outcome == HTTP_ANSWERED &&
		    !further_of(endpoints, attempt))
			return attempt;
	}
	return NULL;
}

/* On another host than GitLab's: the addresses beside the one that the row tells of. */
static void judge_further(const struct git_view *view)
{
	const struct attempt_fact *first = view->attempt;
	size_t i;

	for (i = 0; i < view->endpoints->attempts.count; i++) {
		const struct attempt_fact *attempt =
			LIST_AT(&view->endpoints->attempts, struct attempt_fact, i);
		const struct git_fact *git = further_of(view->endpoints, attempt);
		struct gitlab_fact row = *view->row;
		struct git_view other = *view;

		if (attempt == first || !text_equal(attempt->url, view->target->url) ||
		    attempt->http.outcome != HTTP_ANSWERED ||
		    attempt->address.family != ADDRESS_IPV4)
			continue;
		other.attempt = attempt;
		other.row = &row;
		other.further = true;
		if (!git) {
			unreached(&other, "what git says");
			continue;
		}
		row.refs_plain = git->refs_plain;
		row.refs_basic.known = false;
		row.refs_read = git->refs_read;
		row.head = git->head;
		row.references = git->references;
		row.pack_status = git->pack_status;
		row.pack_us = git->pack_us;
		row.pack = git->pack;
		row.git_message = git->git_message;
		judge(&other);
	}
}

static void judge_row(struct git_view *view)
{
	const struct gitlab_fact *row = view->row;
	const struct endpoint_target *end =
		above_end(view->endpoints, above_gitlab(view->endpoints));
	bool apart;

	view->target = row->clone_url ? endpoints_target(view->endpoints, row->clone_url) : NULL;
	if (!view->target) {
		above_unreached_at(view->context, view->out,
				   &(struct above_place){ end, &row->address, RUNG_CLONE },
				   "the clone URL");
		above_unreached_at(view->context, view->out,
				   &(struct above_place){ end, &row->address, RUNG_GIT },
				   "what git says");
		return;
	}
	if (above_git_elsewhere(view->endpoints, view->index))
		return;
	view->attempt = endpoints_attempt(view->endpoints, view->target->url, &row->address);
	apart = !text_equal(view->target->host, above_gitlab(view->endpoints)->host);
	if (!view->attempt || apart || view->endpoints->gitlab.count == 1)
		view->attempt = carrier(view->endpoints, view->target->url);
	judge(view);
	if (apart)
		judge_further(view);
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct endpoints_facts *endpoints = &context->facts->endpoints;
	const struct endpoint_target *root = above_gitlab(endpoints);
	struct git_view view = { .context = context, .endpoints = endpoints,
				 .row = above_row(endpoints, 0), .out = out };

	if (!root)
		return;
	if (!context->facts->plan.gitlab.project) {
		add_no_project(context, out);
	} else if (!view.row) {
		above_unreached(context, out, above_end(endpoints, root), RUNG_CLONE,
				"the clone URL");
		above_unreached(context, out, above_end(endpoints, root), RUNG_GIT,
				"what git says");
	} else {
		for (; view.row; view.row = above_row(endpoints, ++view.index))
			judge_row(&view);
	}
}

const struct rule rule_gitlab_git_answers = {
	.code = "gitlab-git-answers",
	.area = "gitlab",
	.title = "git lists references and gets a pack by smart HTTP",
	.severity = SEVERITY_BLOCKER,
	.reads = ABOVE_READS,
	.vantages = ABOVE_VANTAGE,
	.causes = { "GL-03", "GL-05", "GL-08", "GL-10", "GL-13", "GL-16", "GL-19", "GL-21", "GL-23",
		    "GL-25" },
	.after = { BELOW_GIT },
	.why = "The API is not what a build clones by. Where the plan names no project this alone "
	       "is unknown, and with it the verdict: other rules about the project are skipped "
	       "then, so that one missing key is one unknown.",
	.evidence = "info/refs of the clone URL without and with credentials, then one object "
		    "without history (deepen 1), up to the first bytes of the pack. Begun after "
		    "two seconds or more, it is slow",
	.remedies = {
		{ "gitlab", "allow git by HTTP(S) for the user; repair Gitaly; raise time-outs" },
		{ "server", "pass Authorization on; no redirect of the clone URL" },
	},
	.document = ABOVE_DOCUMENT,
	.heading = ABOVE_BIND,
	.skip = above_no_gitlab,
	.eval = evaluate,
};
