/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does GitLab call the webhooks of the project (GL-18)? The registry sets one when the repository
 * is bound, and builds start by it. GitLab stops calling one whose calls fail.
 */
#include "rules/checks/endpoint_above.h"

#include <string.h>

#define SETTLE "in GitLab, Settings > Webhooks of the project, Recent events (role Maintainer)"

static struct finding *add(const struct gitlab_view *view, int status)
{
	return above_add_of_row(view, status, "/hooks?");
}

/* "HOST STATUS": hosts of the cloud that the registry is a part of. */
static bool is_of_cloud(const char *stopped)
{
	static const char *const domains[] = { ".aliyuncs.com", ".aliyun.com" };
	size_t host = strcspn(stopped, " "), i;

	for (i = 0; i < sizeof(domains) / sizeof(domains[0]); i++) {
		size_t length = strlen(domains[i]);

		if (host > length && !strncmp(stopped + host - length, domains[i], length))
			return true;
	}
	return false;
}

static void add_stopped(const struct gitlab_view *view, const char *stopped)
{
	bool ours = is_of_cloud(stopped);
	struct finding *finding = add(view, ours ? STATUS_WARN : STATUS_UNKNOWN);
	const char *status = stopped + strcspn(stopped, " ");

	above_fact(view->out, finding, (struct above_member){ view->index, "hooks_stopped" },
		   "%s", stopped);
	finding_expected(view->out, finding, "executable");
	if (!ours) {
		finding_message(view->out, finding,
				"GitLab does not call a webhook of the project at %.*s (%s): "
				"whether it is the registry's is not known",
				(int)(status - stopped), stopped, *status ? status + 1 : "?");
		finding_settle(view->out, finding, SETTLE);
		return;
	}
	finding_cause(view->out, finding, "GL-18");
	finding_message(view->out, finding, "GitLab does not call the webhook at %.*s any more "
					    "(%s): its calls failed, and no build starts by itself",
			(int)(status - stopped), stopped, *status ? status + 1 : "?");
	finding_remedy(view->out, finding, "gitlab", "see Settings > Webhooks of the project, "
						     "Recent events; allow the target in GitLab's "
						     "outbound requests and in what lets GitLab "
						     "out, then press Test");
}

static void add_refused(const struct gitlab_view *view)
{
	struct finding *finding = add(view, STATUS_UNKNOWN);

	finding_message(view->out, finding, "the webhooks of the project are not told: %u",
			(unsigned int)view->row->hooks.value);
	finding_settle(view->out, finding, SETTLE);
}

static void add_listed(const struct gitlab_view *view)
{
	const struct gitlab_fact *row = view->row;
	bool told = row->hooks_told.value == row->hooks_listed.value;
	bool whole = row->hooks_listed.value < GITLAB_HOOKS_ASKED;
	struct finding *finding = add(view, told && whole ? STATUS_PASS : STATUS_UNKNOWN);

	if (!row->hooks_listed.value) {
		finding_message(view->out, finding, "the project has no webhook: the registry sets "
						    "one when the repository is bound");
	} else if (told && !whole) {
		finding_message(view->out, finding, "GitLab calls the first %u webhooks of the "
						    "project; what is behind them was not "
						    "looked at",
				(unsigned int)row->hooks_listed.value);
		finding_settle(view->out, finding, SETTLE);
	} else if (told) {
		finding_message(view->out, finding, "GitLab calls the webhooks of the project; %u "
						    "were looked at",
				(unsigned int)row->hooks_listed.value);
	} else {
		finding_message(view->out, finding, "this GitLab does not tell whether its calls "
						    "of the project's webhooks succeed");
		finding_settle(view->out, finding, SETTLE);
	}
}

static void judge(const struct gitlab_view *view)
{
	const struct gitlab_fact *row = view->row;
	size_t i;

	if (row->project_anonymous)
		finding_message(view->out, add(view, STATUS_SKIPPED),
				"without a token the webhooks of the project are not told");
	else if (!row->hooks.known)
		above_unreached_at(view->context, view->out,
				   &(struct above_place){ view->target, &row->address, RUNG_API },
				   "the webhooks of the project");
	else if (row->hooks.value != 200 || !row->hooks_listed.known)
		add_refused(view);
	else if (!row->hooks_stopped.count)
		add_listed(view);
	else
		for (i = 0; i < row->hooks_stopped.count; i++)
			add_stopped(view, row->hooks_stopped.items[i]);
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	above_each_row(context, RUNG_API, "the webhooks of the project", judge, out);
}

const struct rule rule_gitlab_webhooks_called = {
	.code = "gitlab-webhooks-called",
	.area = "gitlab",
	.title = "GitLab calls the webhooks of the project",
	.severity = SEVERITY_RISK,
	.reads = ABOVE_READS,
	.vantages = ABOVE_VANTAGE,
	.causes = { "GL-18" },
	.after = { BELOW_PROJECT, "gitlab-project-visible" },
	.why = "The registry builds by itself when GitLab calls the webhook that binding sets. "
	       "GitLab refuses targets that its outbound rules do not allow, and gives up one "
	       "whose calls keep failing.",
	.evidence = "alert_status of /api/v4/projects/PROJECT/hooks with the token, of the first "
		    "50; where there are as many, it is unknown of the rest. Which one is the "
		    "registry's is told by its host, below aliyuncs.com or aliyun.com; of another "
		    "that fails it is unknown",
	.remedies = {
		{ "gitlab", "allow the webhook's target in Admin > Settings > Network > Outbound "
			    "requests, and in what lets GitLab out" },
	},
	.document = ABOVE_DOCUMENT,
	.heading = ABOVE_BIND,
	.skip = above_no_project,
	.eval = evaluate,
};
