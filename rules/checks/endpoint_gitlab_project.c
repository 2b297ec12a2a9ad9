/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does the user see the project (GL-08, GL-21), and does GitLab tell about it (GL-13)? Without a
 * token only a public project can be seen.
 */
#include "rules/checks/endpoint_above.h"

#include "rules/checks/endpoint_refusal.h"

static struct finding *add(const struct gitlab_view *view, int status)
{
	return above_add_of_row(view, status, "/api/v4/projects/");
}

static void add_good(const struct gitlab_view *view)
{
	const struct gitlab_fact *row = view->row;
	struct finding *finding = add(view, STATUS_PASS);

	finding_message(view->out, finding, "the project %s is visible%s, %s%s",
			row->project_path ? row->project_path : "of the plan",
			row->project_anonymous ? " to everybody" : " with the token",
			row->default_branch ? "default branch " : "without a default branch",
			row->default_branch ? row->default_branch : "");
}

static void add_hidden(const struct gitlab_view *view)
{
	const struct gitlab_fact *row = view->row;
	enum refusal refusal = refusal_of(row->project_message);
	struct finding *finding = add(view, STATUS_FAIL);

	if (refusal == REFUSAL_OTHER || refusal == REFUSAL_SCOPE)
		refusal = REFUSAL_ACCOUNT;
	finding_cause(view->out, finding, refusal_cause(refusal));
	finding_message(view->out, finding, "the user does not see the project %s: %u%s%s",
			view->context->facts->plan.gitlab.project,
			(unsigned int)row->project.value, row->project_message ? ", " : "",
			row->project_message ? row->project_message : "");
	finding_expected(view->out, finding, "200 with the project, for a user that may read its "
					     "code");
	finding_remedy(view->out, finding, "gitlab", "%s", refusal_remedy(refusal));
	finding_remedy(view->out, finding, "plan", "or correct gitlab.project: the path behind "
						   "GitLab's URL, GROUP/PROJECT");
}

static void add_broken(const struct gitlab_view *view)
{
	struct finding *finding = add(view, STATUS_FAIL);

	finding_cause(view->out, finding, "GL-13");
	finding_message(view->out, finding, "GitLab answers %u when asked for the project",
			(unsigned int)view->row->project.value);
	finding_remedy(view->out, finding, "gitlab", "gitlab-ctl status, and gitlab-ctl tail for "
						     "the part that fails");
}

static void add_unknown(const struct gitlab_view *view)
{
	const struct gitlab_fact *row = view->row;
	struct finding *finding = add(view, STATUS_UNKNOWN);

	if (row->project_anonymous) {
		finding_message(view->out, finding,
				"without a token %s is not visible (%u): private, or not there",
				view->context->facts->plan.gitlab.project,
				(unsigned int)row->project.value);
		finding_settle(view->out, finding,
			       "reachback check --vantage vswitch-host --gitlab-token-file FILE "
			       "(plan key gitlab.token_file)");
		return;
	}
	finding_message(view->out, finding, "the answer %u about the project is not what GitLab "
					    "sends", (unsigned int)row->project.value);
	finding_settle(view->out, finding, "reachback check --vantage vswitch-host");
}

static void judge(const struct gitlab_view *view)
{
	const struct gitlab_fact *row = view->row;
	uint32_t status = row->project.value;

	if (!row->project.known)
		above_unreached_at(view->context, view->out,
				   &(struct above_place){ view->target, &row->address,
							  RUNG_PROJECT },
				   "whether the project is visible");
	else if (status == 200 && (row->project_path || row->clone_url))
		add_good(view);
	else if (status >= 500)
		add_broken(view);
	else if (!row->project_anonymous && (status == 404 || status == 403))
		add_hidden(view);
	else
		add_unknown(view);
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	above_each_row(context, RUNG_PROJECT, "whether the project is visible", judge, out);
}

const struct rule rule_gitlab_project_visible = {
	.code = "gitlab-project-visible",
	.area = "gitlab",
	.title = "the user sees the project",
	.severity = SEVERITY_BLOCKER,
	.reads = ABOVE_READS,
	.vantages = ABOVE_VANTAGE,
	.causes = { "GL-08", "GL-13", "GL-21" },
	.after = { BELOW_PROJECT },
	.why = "A token may be good and its user without a role in the project: binding works, "
	       "and the repository is not in the list.",
	.evidence = "/api/v4/projects/PROJECT with the token; without one, whether the project is "
		    "public",
	.remedies = {
		{ "gitlab", "give the user a role in the project that may read its code" },
		{ "plan", "gitlab.project is GROUP/PROJECT" },
	},
	.document = ABOVE_DOCUMENT,
	.heading = ABOVE_BIND,
	.skip = above_no_project,
	.eval = evaluate,
};
