/* SPDX-License-Identifier: Apache-2.0 */
/*
 * URLs that GitLab hands out: for cloning (GL-03, GL-20), for LFS objects (GL-14, GL-15) and in
 * .gitmodules (GL-17). One that differs from the plan's and leads nowhere is wrong before anything
 * is wrong with names or ports, so these rules stand in front of those. Addresses that the link
 * does not list are told by allow-list-complete.
 */
#include "rules/checks/endpoint_above.h"

#include "rules/checks/checks.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* One row a kind of URL. */
struct handed_out {
	int purpose, rung;
	const char *what;       /* names it */
	const char *same_host;  /* cause where only scheme or port differ */
	const char *other_host;
	const char *remedy;     /* for the platform "gitlab" */
};

static const struct handed_out clone_url = {
	PURPOSE_CLONE, RUNG_CLONE, "the clone URL", "GL-03", "GL-03",
	"let external_url (or the custom git clone URL for HTTP(S)) be the URL of the link",
};
static const struct handed_out lfs_url = {
	PURPOSE_LFS, RUNG_LFS, "the link to LFS objects", "GL-15", "GL-14",
	"let external_url be the URL of the link, or let GitLab serve LFS objects itself "
	"(proxy_download = true)",
};
static const struct handed_out submodule_url = {
	PURPOSE_SUBMODULE, RUNG_SUBMODULE, "the submodule", "GL-17", "GL-17",
	"use relative URLs in .gitmodules, or list the other host in the link",
};

/* What became of a URL. */
enum fate {
	FATE_REACHED,  /* an address takes connections that the form lists */
	FATE_UNLISTED, /* the form lists none of its addresses */
	FATE_DEAD,     /* no listed address takes connections */
	FATE_NAMELESS, /* its name leads nowhere */
	FATE_REFUSED,  /* it points where nothing may be sent */
	FATE_OPEN,     /* the run ended before */
};

static bool is_dead(const struct attempt_fact *attempt)
{
	int outcome = attempt->tcp.outcome;

	return outcome == TCP_REFUSED || outcome == TCP_TIMED_OUT || outcome == TCP_UNREACHABLE;
}

static bool is_asked(const struct endpoints_facts *endpoints, const char *host)
{
	size_t i;

	for (i = 0; i < endpoints->names.count; i++) {
		const struct name_fact *name = LIST_AT(&endpoints->names, struct name_fact, i);

		if (text_equal(name->name, host) && name->outcome != NAME_UNTRIED)
			return true;
	}
	return false;
}

static enum fate fate_of(const struct rule_context *context, const struct endpoint_target *target)
{
	const struct facts *facts = context->facts;
	bool any_listed = facts->plan.link.gitlab_ip.family || facts->plan.link.other_ips.count;
	bool unlisted = false, dead = false, forbidden = false, any = false;
	size_t i;

	if (target->refused)
		return FATE_REFUSED;
	for (i = 0; i < facts->endpoints.attempts.count; i++) {
		const struct attempt_fact *attempt =
			LIST_AT(&facts->endpoints.attempts, struct attempt_fact, i);

		if (!text_equal(attempt->url, target->url))
			continue;
		any = true;
		if (attempt->tcp.outcome == TCP_FORBIDDEN)
			forbidden = true;
		else if (any_listed && !endpoints_is_listed(&facts->plan, &attempt->address))
			unlisted = true;
		else if (attempt->tcp.outcome == TCP_CONNECTED)
			return FATE_REACHED;
		else
			dead = dead || is_dead(attempt);
	}
	if (dead)
		return FATE_DEAD;
	if (forbidden)
		return FATE_REFUSED;
	if (unlisted)
		return FATE_UNLISTED;
	return !any && !target->literal && is_asked(&facts->endpoints, target->host)
		       ? FATE_NAMELESS : FATE_OPEN;
}

static const char *cause_of(const struct handed_out *kind, const struct endpoint_target *target,
			    const struct endpoint_target *root)
{
	bool usual = text_equal(target->scheme, "https") ? target->port == 443
							 : target->port == 80;

	if (!text_equal(target->host, root->host))
		return kind->other_host;
	return kind->purpose == PURPOSE_CLONE && !usual ? "GL-20" : kind->same_host;
}

static void add_misfit(const struct rule_context *context, const struct handed_out *kind,
		       const struct endpoint_target *target, enum fate fate, struct findings *out)
{
	static const char *const fates[] = {
		[FATE_DEAD] = "no address of it takes connections",
		[FATE_NAMELESS] = "its name has no address here",
		[FATE_REFUSED] = "nothing may be sent there",
	};
	const struct endpoints_facts *endpoints = &context->facts->endpoints;
	const struct endpoint_target *root = above_gitlab(endpoints);
	struct finding *finding =
		above_add(context, out, STATUS_FAIL,
				  &(struct above_place){ target, NULL, kind->rung });
	char pointer[64];

	finding_cause(out, finding, cause_of(kind, target, root));
	finding_message(out, finding, "%s that GitLab hands out is %s, the plan's GitLab is %s, "
				      "and %s%s%s",
			kind->what, target->url, root->url, fates[fate],
			target->refused ? ": " : "", target->refused ? target->refused : "");
	finding_expected(out, finding, "a URL below %s, or one that answers and is in the link's "
				       "form", root->url);
	pointer_print(pointer, sizeof(pointer), "/endpoints/targets",
		      (size_t)(target -
			       (const struct endpoint_target *)endpoints->targets.items));
	finding_evidence(out, finding, pointer, "%s, by %s", target->url,
			 target->found_in ? target->found_in : "the plan");
	finding_remedy(out, finding, "gitlab", "%s", kind->remedy);
}

static void judge_url(const struct rule_context *context, const struct handed_out *kind,
		      const struct endpoint_target *target, struct findings *out)
{
	const struct endpoint_target *root = above_gitlab(&context->facts->endpoints);
	enum fate fate = fate_of(context, target);
	struct finding *finding;

	/* what is wrong at the plan's own origin, the rules below tell */
	if (above_same_origin(target, root) || fate == FATE_REACHED) {
		finding = above_add(context, out, STATUS_PASS,
				  &(struct above_place){ target, NULL, kind->rung });
		finding_message(out, finding, "%s is %s%s", kind->what, target->url,
				above_same_origin(target, root) ? "" : ", which takes connections");
	} else if (fate == FATE_UNLISTED) {
		finding = above_add(context, out, STATUS_SKIPPED,
				  &(struct above_place){ target, NULL, kind->rung });
		finding_message(out, finding, "%s leads to addresses that the form does not list: "
					      "allow-list-complete tells them", kind->what);
	} else if (fate == FATE_OPEN) {
		above_unreached(context, out, target, kind->rung, "whether it takes connections");
	} else {
		add_misfit(context, kind, target, fate, out);
	}
}

static size_t judge_urls(const struct rule_context *context, const struct handed_out *kind,
			 struct findings *out)
{
	const struct list *targets = &context->facts->endpoints.targets;
	size_t i, count = 0;

	for (i = 0; i < targets->count; i++) {
		const struct endpoint_target *target =
			LIST_AT(targets, struct endpoint_target, i);

		if (target->purpose != kind->purpose)
			continue;
		judge_url(context, kind, target, out);
		count++;
	}
	return count;
}

/* What GitLab says on one of its addresses. */
struct urls_view {
	const struct rule_context *context;
	const struct endpoints_facts *endpoints;
	const struct gitlab_fact *row; /* NULL: nothing was climbed */
	size_t index;                  /* of the row */
	bool any;                      /* URLs of the kind were handed out and judged */
	struct findings *out;
};

/* Every address that was climbed; once without a row where none was. */
static void judge_rows(const struct rule_context *context, const struct handed_out *kind,
		       void (*judge)(const struct urls_view *view), struct findings *out)
{
	struct urls_view view = { .context = context, .endpoints = &context->facts->endpoints,
				  .out = out };

	if (!above_gitlab(view.endpoints))
		return;
	view.any = judge_urls(context, kind, out) > 0;
	view.row = above_row(view.endpoints, 0);
	do {
		judge(&view);
		view.row = above_row(view.endpoints, ++view.index);
	} while (view.row);
}

/* Where more than one address was climbed, URLs that another one hands out say nothing of this. */
static bool is_judged(const struct urls_view *view, bool told)
{
	return view->any && (view->endpoints->gitlab.count < 2 || told);
}

static struct finding *add_of_gitlab(const struct urls_view *view, int status, int rung)
{
	const struct above_place place = { above_gitlab(view->endpoints),
					   view->row ? &view->row->address : NULL, rung };

	return above_add(view->context, view->out, status, &place);
}

static void add_skipped(const struct urls_view *view, int rung)
{
	struct finding *finding = add_of_gitlab(view, STATUS_SKIPPED, rung);

	finding_message(view->out, finding, "GitLab did not tell about the project: "
					    "gitlab-project-visible says why");
}

static void judge_clone_row(const struct urls_view *view)
{
	const struct gitlab_fact *row = view->row;
	struct finding *finding;

	if (is_judged(view, row && row->clone_url))
		return;
	if (!row || !row->project_path) {
		add_skipped(view, RUNG_CLONE);
		return;
	}
	finding = add_of_gitlab(view, STATUS_UNKNOWN, RUNG_CLONE);
	finding_message(view->out, finding, "GitLab gives no URL for HTTP (http_url_to_repo)");
	finding_settle(view->out, finding, "look at the project's page in GitLab: is cloning by "
					   "HTTP offered?");
}

static void judge_clone(const struct rule_context *context, struct findings *out)
{
	judge_rows(context, &clone_url, judge_clone_row, out);
}

/* The object was found, and what is asked together with git was asked on another row's behalf. */
static bool is_asked_elsewhere(const struct urls_view *view)
{
	const struct gitlab_fact *row = view->row;

	return row->lfs_used.known && row->lfs_used.value && !row->lfs_note &&
	       above_git_elsewhere(view->endpoints, view->index);
}

/* git-lfs takes no relative URL, and by ssh or from a path a build gets nothing. */
static void add_foreign_server(const struct urls_view *view)
{
	struct finding *finding = add_of_gitlab(view, STATUS_FAIL, RUNG_LFS);
	const char *server = view->row->lfs_server;

	finding_cause(view->out, finding, "GL-14");
	finding_message(view->out, finding, "LFS objects are not fetched by http(s): .lfsconfig "
					    "names %s", server);
	above_fact(view->out, finding, (struct above_member){ view->index, "lfs_server" }, "%s",
		   server);
	finding_expected(view->out, finding, "an http(s) URL, or no lfs.url in .lfsconfig");
	finding_remedy(view->out, finding, "gitlab", "take lfs.url out of .lfsconfig, or let it be "
						     "an http(s) URL of a listed host");
}

static void judge_lfs_row(const struct urls_view *view)
{
	const struct gitlab_fact *row = view->row;
	const char *note = row && row->lfs_note ? row->lfs_note : "";
	struct finding *finding;

	if (row && row->lfs_server && row->lfs_used.value && !above_is_http(row->lfs_server)) {
		add_foreign_server(view);
		return;
	}
	if (is_judged(view, row && row->lfs_urls.count))
		return;
	if (!row || !row->project_path) {
		add_skipped(view, RUNG_LFS);
	} else if (row->lfs_enabled.known && !row->lfs_enabled.value && !row->lfs_server) {
		finding = add_of_gitlab(view, STATUS_PASS, RUNG_LFS);
		finding_message(view->out, finding, "LFS is switched off for the project");
	} else if (!row->default_branch || (row->lfs_used.known && !row->lfs_used.value)) {
		finding = add_of_gitlab(view, STATUS_PASS, RUNG_LFS);
		finding_message(view->out, finding, "no object is kept in LFS%s%s",
				*note ? ": " : "", note);
	} else if (!is_asked_elsewhere(view)) {
		finding = add_of_gitlab(view, STATUS_UNKNOWN, RUNG_LFS);
		finding_message(view->out, finding, "where LFS objects come from is not known%s%s",
				*note ? ": " : "", note);
		above_fact(view->out, finding, (struct above_member){ view->index, "lfs_used" },
			   "%s", *note ? note : "not settled");
		finding_settle(view->out, finding, "git lfs ls-files in a clone; then one of its "
						   "objects with GIT_CURL_VERBOSE=1 git lfs pull");
	}
}

static void judge_lfs(const struct rule_context *context, struct findings *out)
{
	judge_rows(context, &lfs_url, judge_lfs_row, out);
}

static size_t judge_foreign(const struct urls_view *view)
{
	const struct gitlab_fact *row = view->row;
	struct finding *finding = NULL;
	size_t i, count = 0;
	struct text words;
	char member[64];

	text_init(&words, 2048);
	for (i = 0; row && i < row->submodules.count; i++) {
		if (!above_is_foreign(row->submodules.items[i]))
			continue;
		if (!finding)
			finding = add_of_gitlab(view, STATUS_FAIL, RUNG_SUBMODULE);
		(void)snprintf(member, sizeof(member), "submodules/%zu", i);
		above_fact(view->out, finding, (struct above_member){ view->index, member },
			   "%s", row->submodules.items[i]);
		if (count < 3)
			text_addf(&words, "%s%s", count ? ", " : "", row->submodules.items[i]);
		count++;
	}
	if (count) {
		finding_cause(view->out, finding, "GL-17");
		finding_message(view->out, finding, "%zu submodule%s not fetched by http(s): %s%s",
				count, count == 1 ? " is" : "s are", text_string(&words),
				count > 3 ? " ..." : "");
		finding_expected(view->out, finding,
				 "relative URLs, or http(s) URLs of listed hosts");
		finding_remedy(view->out, finding, "gitlab", "use relative URLs in .gitmodules: "
							     "git config -f .gitmodules "
							     "submodule.NAME.url ../OTHER.git");
	}
	if (text_error(&words) == -ENOMEM)
		view->out->error = -ENOMEM;
	text_release(&words);
	return count;
}

static void judge_submodules_row(const struct urls_view *view)
{
	const struct gitlab_fact *row = view->row;
	const struct above_asked asked = { row ? row->url : NULL, row ? &row->address : NULL,
					   RUNG_SUBMODULE };
	struct finding *finding;

	if (judge_foreign(view) || is_judged(view, row && row->submodules_read.known))
		return;
	if (!row || !row->project_path) {
		add_skipped(view, RUNG_SUBMODULE);
	} else if (!row->default_branch || row->submodules_read.known) {
		finding = add_of_gitlab(view, STATUS_PASS, RUNG_SUBMODULE);
		finding_message(view->out, finding, "%s", row->submodules.count
					      ? "submodules lie beside the clone URL"
					      : "the default branch has no submodules");
	} else {
		finding = add_of_gitlab(view, STATUS_UNKNOWN, RUNG_SUBMODULE);
		finding_message(view->out, finding, ".gitmodules of the default branch could not "
						    "be read");
		above_tell(view->endpoints,
			   above_exchange(view->endpoints, &asked, ".gitmodules"), view->out,
			   finding);
		finding_settle(view->out, finding, "reachback check --vantage vswitch-host "
						   "--max-time 30");
	}
}

static void judge_submodules(const struct rule_context *context, struct findings *out)
{
	judge_rows(context, &submodule_url, judge_submodules_row, out);
}

const struct rule rule_gitlab_clone_url_fits = {
	.code = "gitlab-clone-url-fits",
	.area = "gitlab",
	.title = "the clone URL that GitLab hands out leads to the link",
	.severity = SEVERITY_BLOCKER,
	.reads = ABOVE_READS,
	.vantages = ABOVE_VANTAGE,
	.causes = { "GL-03", "GL-20" },
	.why = "Binding uses the URL of the form, cloning the one that GitLab hands out. Where "
	       "external_url is something else, the first works and the second does not.",
	.evidence = "http_url_to_repo of the project against gitlab.url: host, scheme and port; "
		    "and whether it takes connections",
	.remedies = {
		{ "gitlab", "set external_url, or the custom git clone URL for HTTP(S)" },
	},
	.document = ABOVE_DOCUMENT,
	.heading = ABOVE_BIND,
	.skip = above_no_project,
	.eval = judge_clone,
};

const struct rule rule_gitlab_lfs_reachable = {
	.code = "gitlab-lfs-reachable",
	.area = "gitlab",
	.title = "LFS objects come from where the link leads",
	.severity = SEVERITY_BLOCKER,
	.reads = ABOVE_READS,
	.vantages = ABOVE_VANTAGE,
	.causes = { "GL-14", "GL-15" },
	.why = "A clone may work and its LFS objects may not: they come by links that GitLab "
	       "makes, to an object store or by another scheme.",
	.evidence = "the link that the LFS server gives for the object of a pointer file, found in "
		    "at most three pages of the default branch's tree; nothing is downloaded. "
		    "Where the tree is larger and holds none of them, it is unknown",
	.remedies = {
		{ "gitlab", "object_store proxy_download = true, or correct external_url" },
		{ "form", "Other IP addresses: those of the object store" },
	},
	.document = ABOVE_DOCUMENT,
	.heading = ABOVE_LINK,
	.skip = above_no_project,
	.eval = judge_lfs,
};

const struct rule rule_gitlab_submodules_reachable = {
	.code = "gitlab-submodules-reachable",
	.area = "gitlab",
	.title = "submodules are fetched by http(s) from where the link leads",
	.severity = SEVERITY_BLOCKER,
	.reads = ABOVE_READS,
	.vantages = ABOVE_VANTAGE,
	.causes = { "GL-17" },
	.why = "A submodule on another host, or by ssh, ends a build in the middle: the token is "
	       "of no use there, and the link may not lead there.",
	.evidence = ".gitmodules of the default branch; relative URLs count from the clone URL",
	.remedies = {
		{ "gitlab", "use relative URLs in .gitmodules" },
		{ "form", "Other IP addresses: those of the submodules' hosts" },
	},
	.document = ABOVE_DOCUMENT,
	.heading = ABOVE_LINK,
	.skip = above_no_project,
	.eval = judge_submodules,
};
