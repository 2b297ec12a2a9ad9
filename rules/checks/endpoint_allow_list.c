/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is every address that builds and clones touch in the link's form (link.gitlab_ip,
 * link.other_ips)?
 *
 * What the form lacks is told by the name that leads there: GitLab's own (DNS-10, and DNS-01 where
 * the address is public, DNS-08 where an alias led to it), Maven's (DEP-01, DEP-11 where another
 * address of the name is listed) and its redirects (DEP-02), the clone URL (GL-03), LFS (GL-14), a
 * submodule (GL-17), and the redirects of each, else GL-01. An address in a URL counts like a
 * name's answer, but only names are DNS-01 and DNS-08: a public address that was typed in is the
 * plan's matter. A listed address is what the user means, public or not. Without any address of the
 * form there is nothing to compare: then only a public answer for GitLab's own name fails, and the
 * form's values are derived.
 */
#include "rules/checks/endpoint_names.h"

#include "rules/checks/checks.h"
#include "rules/checks/endpoint_above.h"
#include "rules/checks/endpoint_form.h"
#include "rules/text.h"

#include <errno.h>
#include <stdio.h>

#define LFS_UNLISTED "GL-14"
#define LFS_REMEDY "let GitLab serve LFS objects itself (proxy_download = true), or list the host"

/* An address of a target, as it is judged. */
struct touched {
	const struct rule_context *context;
	const struct endpoint_target *target;
	const struct name_view *view; /* NULL: the URL holds the address */
	struct address address;
	bool declared; /* the form has addresses to compare with */
	bool own;      /* of GitLab's own name or address */
};

static bool maven_name_is_listed(const struct touched *touched)
{
	struct address other;
	size_t i;

	for (i = 0; touched->view && i < name_view_count(touched->view); i++)
		if (name_view_address(touched->view, i, &other) &&
		    endpoints_is_listed(&touched->context->facts->plan, &other))
			return true;
	return false;
}

static const char *cause_of(const struct touched *touched)
{
	const struct endpoints_facts *endpoints = &touched->context->facts->endpoints;
	const struct endpoint_target *target = touched->target;
	bool maven = target->root_purpose == PURPOSE_MAVEN;

	if (touched->own)
		return "DNS-10";
	if (target->purpose == PURPOSE_MAVEN ||
	    (maven && form_is_planned_host(endpoints, target->host, PURPOSE_MAVEN)))
		return maven_name_is_listed(touched) ? "DEP-11" : "DEP-01";
	switch (above_start(endpoints, target)->purpose) {
	case PURPOSE_CLONE:
		return "GL-03";
	case PURPOSE_LFS:
		return LFS_UNLISTED;
	case PURPOSE_SUBMODULE:
		return "GL-17";
	default:
		return maven ? "DEP-02" : "GL-01";
	}
}

static struct finding *add_finding(const struct touched *touched, enum finding_status status,
				   struct findings *out)
{
	const struct list *targets = &touched->context->facts->endpoints.targets;
	struct finding *finding = endpoint_finding(out, status, touched->target, RUNG_NAME);
	char pointer[64];

	if (!finding)
		return NULL;
	finding->subject.address = touched->address;
	pointer_print(pointer, sizeof(pointer), "/endpoints/targets",
		      (size_t)(touched->target - LIST_AT(targets, struct endpoint_target, 0)));
	finding_evidence(out, finding, pointer, "%s: %s", endpoint_purpose_words[
				 touched->target->purpose],
			 touched->target->found_in ? touched->target->found_in : "in the plan");
	if (touched->view)
		name_row_tell(touched->view->endpoints, touched->view->a, out, finding);
	return finding;
}

/* Which way leads there, in words. */
static void tell_way(const struct touched *touched, struct text *words)
{
	const struct endpoint_target *target = touched->target;
	const struct name_fact *row = touched->view ? touched->view->a : NULL;
	char address[ADDRESS_TEXT_MAX];

	text_add(words, address_print(&touched->address, address));
	if (row)
		text_addf(words, ", an address of %s", target->host);
	if (row && row->aliases.count)
		text_addf(words, " by way of %s", row->aliases.items[row->aliases.count - 1]);
	if (target->found_in)
		text_addf(words, " (%s)", target->found_in);
}

static void add_fail(const struct touched *touched, bool listed_matters, bool public,
		     struct findings *out)
{
	struct finding *finding = add_finding(touched, STATUS_FAIL, out);
	const struct name_fact *row = touched->view ? touched->view->a : NULL;
	struct text words;

	if (!finding)
		return;
	text_init(&words, 2048);
	tell_way(touched, &words);
	if (listed_matters)
		finding_cause(out, finding, cause_of(touched));
	if (public)
		finding_cause(out, finding, "DNS-01");
	if (public && row && row->aliases.count)
		finding_cause(out, finding, "DNS-08");
	finding_message(out, finding, "%s, %s%s%s", text_string(&words),
			public ? "is public" : "", public && listed_matters ? " and " : "",
			listed_matters ? "is not in the link's form" : "");
	if (public) {
		finding_expected(out, finding, "a private address for %s", touched->target->host);
		finding_remedy(out, finding, "cloud",
			       "add a PrivateZone record for %s with GitLab's private address, or "
			       "use that address in the URL", touched->target->host);
	} else {
		finding_expected(out, finding, "every address that builds touch is one of "
					       "link.gitlab_ip and link.other_ips");
	}
	if (listed_matters && text_equal(cause_of(touched), LFS_UNLISTED))
		finding_remedy(out, finding, "gitlab", LFS_REMEDY);
	if (listed_matters) {
		form_remedy(touched->context, out, finding);
		form_tell_idle(touched->context, out, finding);
	}
	if (text_error(&words) == -ENOMEM)
		out->error = -ENOMEM;
	text_release(&words);
}

static void judge_address(const struct touched *touched, struct findings *out)
{
	const struct plan *plan = &touched->context->facts->plan;
	bool listed = endpoints_is_listed(plan, &touched->address);
	bool public = touched->own && touched->view && form_is_public(plan, &touched->address);
	char address[ADDRESS_TEXT_MAX];
	struct finding *finding;

	if (touched->declared && !listed) {
		add_fail(touched, true, public, out);
	} else if (!touched->declared && public) {
		add_fail(touched, false, true, out);
	} else if (touched->declared) {
		finding = add_finding(touched, STATUS_PASS, out);
		finding_message(out, finding, "%s is in the link's form",
				address_print(&touched->address, address));
	}
}

static void judge_target(struct touched *touched, struct findings *out)
{
	const struct endpoints_facts *endpoints = &touched->context->facts->endpoints;
	const struct endpoint_target *target = touched->target;
	struct finding *finding;
	struct name_view view;
	size_t i;

	touched->own = form_is_own(endpoints, target);
	touched->view = NULL;
	if (target->literal) {
		if (!address_parse(target->host, &touched->address) &&
		    touched->address.family == ADDRESS_IPV4)
			judge_address(touched, out);
		return;
	}
	name_view_find(&view, endpoints, target->host);
	touched->view = &view;
	for (i = 0; i < name_view_count(&view); i++)
		if (name_view_address(&view, i, &touched->address))
			judge_address(touched, out);
	if (name_view_count(&view) || !touched->declared)
		return;
	finding = endpoint_finding(out, STATUS_UNKNOWN, target, RUNG_NAME);
	finding_message(out, finding, "%s has no address to look for in the link's form",
			target->host);
	finding_settle(out, finding, "reachback check --vantage vswitch-host, once the name "
				     "leads to an address");
}

/* What the whole form should hold; or that it is not declared. */
static void add_form(const struct rule_context *context, bool declared, struct findings *out)
{
	struct finding *finding = findings_add(out, declared ? STATUS_PASS : STATUS_SKIPPED);
	struct text values;

	if (!finding)
		return;
	text_init(&values, 4096);
	form_print(context, &values);
	finding_message(out, finding, "%s; the values of the form: %s",
			declared ? "the link's form names every address that was seen"
				 : "the plan declares no address of the form (link.gitlab_ip, "
				   "link.other_ips)",
			text_string(&values));
	if (declared)
		form_tell_idle(context, out, finding);
	else
		form_remedy(context, out, finding);
	if (text_error(&values) == -ENOMEM)
		out->error = -ENOMEM;
	text_release(&values);
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct facts *facts = context->facts;
	size_t i, from = out->list.count;
	struct touched touched = { .context = context };
	bool good = true;

	touched.declared = facts->plan.link.gitlab_ip.family || facts->plan.link.other_ips.count;
	for (i = 0; i < facts->endpoints.targets.count && !out->error; i++) {
		touched.target =
			LIST_AT(&facts->endpoints.targets, struct endpoint_target, i);
		if (endpoint_is_built_from(touched.target))
			judge_target(&touched, out);
	}
	for (i = from; i < out->list.count; i++)
		good = good && LIST_AT(&out->list, struct finding, i)->status == STATUS_PASS;
	if (!out->error && (good || !touched.declared))
		add_form(context, touched.declared, out);
}

const struct rule rule_allow_list_complete = {
	.code = "allow-list-complete",
	.area = "names",
	.title = "the link's form names every address that builds and clones touch",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_ENDPOINTS),
	.vantages = VANTAGE_BIT(VANTAGE_VSWITCH_HOST),
	.causes = { "DNS-01", "DNS-08", "DNS-10", "DEP-01", "DEP-02", "DEP-11", "GL-01", "GL-03",
		    LFS_UNLISTED, "GL-17" },
	.after = { "names-answer" },
	.why = "the managed security group lets builds out to the addresses of the form alone: "
	       "whatever else GitLab or Maven lead to times out, although it answers from every "
	       "other host of the VPC",
	.evidence = "the addresses of GitLab, its redirects, clone URL, LFS and submodules, and of "
		    "Maven and its redirects, as the resolver gives them, against link.gitlab_ip "
		    "and link.other_ips",
	.remedies = {
		{ "form", "GitLab private IP: ADDRESS" },
		{ "form", "Other IP addresses: ADDRESS, ADDRESS" },
		{ "gitlab", LFS_REMEDY },
		{ "cloud", "a private record for GitLab's own name where it leads to a public "
			   "address" },
	},
	.document = "000",
	.heading = "Step 1: Create a VPC link",
	.skip = endpoint_no_url,
	.eval = evaluate,
};
