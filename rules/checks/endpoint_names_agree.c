/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that answer, and may not tomorrow: servers that fail beside one that knows, or say
 * something else (names-agree); answers that are cut where TCP does not get through
 * (names-come-whole).
 */
#include "rules/checks/endpoint_form.h"
#include "rules/checks/endpoint_names.h"

#include "rules/text.h"

#include <errno.h>

static void add_unanswered(const struct endpoint_target *target, struct findings *out)
{
	struct finding *finding = endpoint_finding(out, STATUS_UNKNOWN, target, RUNG_NAME);

	finding_message(out, finding, "no server knows %s, so there is nothing to compare",
			target->host);
	finding_settle(out, finding, "reachback check --vantage vswitch-host, once the name "
				     "answers");
}

static bool is_public_row(const struct plan *plan, const struct name_fact *row)
{
	struct address address;
	size_t i;

	for (i = 0; i < row->addresses.count; i++)
		if (!address_parse(row->addresses.items[i], &address) &&
		    form_is_public(plan, &address))
			return true;
	return false;
}

/* What another server's answer is beside the one that builds go by; NULL: as good. */
static const char *difference(const struct rule_context *context, const struct name_view *view,
			      const struct name_fact *row)
{
	const struct plan *plan = &context->facts->plan;

	if (row->outcome != NAME_ANSWERED)
		return name_outcome_cause(row->outcome);
	if (name_same_addresses(&row->addresses, &view->a->addresses))
		return NULL;
	return is_public_row(plan, row) != is_public_row(plan, view->a) ? "DNS-01" : "DNS-03";
}

static void add_difference(const struct rule_context *context,
			   const struct endpoint_target *target, const struct name_view *view,
			   const struct name_fact *row, struct findings *out)
{
	const char *cause = difference(context, view, row);
	bool asked = name_outcome_cause(row->outcome) || row->outcome == NAME_ANSWERED;
	struct finding *finding = endpoint_finding(out, asked ? STATUS_WARN : STATUS_UNKNOWN,
						   target, RUNG_NAME);

	if (!finding)
		return;
	finding->subject.key = text_copy(row->server);
	if (!finding->subject.key)
		out->error = -ENOMEM;
	/* a public address that builds do get is told by the allow-list, which hides this then */
	if (text_equal(cause, "DNS-01") && is_public_row(&context->facts->plan, view->a))
		(void)name_view_address(view, 0, &finding->subject.address);
	if (asked)
		finding_cause(out, finding, cause);
	finding_message(out, finding, "%s %s for %s, while %s answers", row->server,
			row->outcome == NAME_ANSWERED ? "gives other addresses"
						      : name_outcome_told(row->outcome),
			target->host, view->server);
	finding_expected(out, finding, "the same answer from every name server");
	if (!asked)
		finding_settle(out, finding, "reachback check --vantage vswitch-host "
					     "--name-server ADDRESS");
	name_row_tell(view->endpoints, row, out, finding);
	name_row_tell(view->endpoints, view->a, out, finding);
	finding_remedy(out, finding, "dns",
		       "repair name server %s or take it out of the resolver configuration",
		       row->server);
}

/* A question for IPv6 that hangs is a pause before each connection; its other failures are not. */
static bool matters(const struct rule_context *context, const struct name_view *view,
		    const struct name_fact *row)
{
	if (!text_equal(row->question, view->a->question) || !text_equal(row->name, view->host) ||
	    text_equal(row->server, "hosts") || text_equal(row->server, "option"))
		return false;
	if (text_equal(row->kind, "AAAA"))
		return text_equal(row->server, view->server) && row->outcome == NAME_TIMED_OUT;
	/* a cut answer is told by names-come-whole */
	return row != view->a && row->outcome != NAME_TRUNCATED &&
	       (row->outcome == NAME_FAILED || difference(context, view, row));
}

static void judge_agreement(const struct rule_context *context,
			    const struct endpoint_target *target, const struct name_view *view,
			    struct findings *out)
{
	const struct list *names = &view->endpoints->names;
	size_t i, from = out->list.count;
	struct finding *finding;

	if (!name_view_count(view)) {
		add_unanswered(target, out);
		return;
	}
	for (i = 0; !view->option && i < names->count && !out->error; i++) {
		const struct name_fact *row = LIST_AT(names, struct name_fact, i);

		if (matters(context, view, row))
			add_difference(context, target, view, row, out);
	}
	if (out->list.count > from)
		return;
	finding = endpoint_finding(out, STATUS_PASS, target, RUNG_NAME);
	finding_message(out, finding, view->option ? "%s is given by option, whatever servers say"
						   : "every server that was asked says the same "
						     "for %s", target->host);
}

static void evaluate_agreement(const struct rule_context *context, struct findings *out)
{
	endpoint_each_name(context, judge_agreement, out);
}

const struct rule rule_names_agree = {
	.code = "names-agree",
	.area = "names",
	.title = "every name server that is used or was asked gives the same addresses",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_ENDPOINTS),
	.vantages = VANTAGE_BIT(VANTAGE_VSWITCH_HOST),
	.causes = { "DNS-01", "DNS-02", "DNS-03", "DNS-12", "DNS-13", "DNS-14", "DNS-15" },
	.after = { "names-answer", "allow-list-complete" },
	.why = "which server answers is a matter of order and luck: a build that meets the dead "
	       "one waits, and one that meets the other gets other addresses",
	.evidence = "the A answers of all servers of resolv.conf and of those asked by option; "
		    "AAAA questions that stay without an answer",
	.remedies = {
		{ "dns", "repair the server, or take it out of the resolver configuration" },
	},
	.document = "000",
	.heading = "Step 2: Bind the GitLab source code repository",
	.skip = endpoint_no_url,
	.eval = evaluate_agreement,
};

static void add_cut(const struct endpoint_target *target, const struct name_view *view,
		    const struct name_fact *row, struct findings *out)
{
	struct finding *finding = endpoint_finding(out, STATUS_WARN, target, RUNG_NAME);

	if (!finding)
		return;
	finding->subject.key = text_copy(row->server);
	if (!finding->subject.key)
		out->error = -ENOMEM;
	finding_cause(out, finding, "DNS-09");
	finding_message(out, finding, "%s cuts its answer for %s, and TCP to it fails",
			row->server, target->host);
	finding_expected(out, finding, "TCP port 53 of the name server answers like UDP");
	name_row_tell(view->endpoints, row, out, finding);
	finding_remedy(out, finding, "network", "let TCP port 53 of %s through", row->server);
}

static void judge_wholeness(const struct rule_context *context,
			    const struct endpoint_target *target, const struct name_view *view,
			    struct findings *out)
{
	const struct list *names = &view->endpoints->names;
	size_t i, from = out->list.count;

	(void)context;
	if (!name_view_count(view)) {
		add_unanswered(target, out);
		return;
	}
	for (i = 0; i < names->count && !out->error; i++) {
		const struct name_fact *row = LIST_AT(names, struct name_fact, i);

		if (!row->question && text_equal(row->name, view->host) &&
		    text_equal(row->kind, "A") && row->outcome == NAME_TRUNCATED)
			add_cut(target, view, row, out);
	}
	if (out->list.count == from)
		finding_message(out, endpoint_finding(out, STATUS_PASS, target, RUNG_NAME),
				"no answer for %s is cut beyond repair", target->host);
}

static void evaluate_wholeness(const struct rule_context *context, struct findings *out)
{
	endpoint_each_name(context, judge_wholeness, out);
}

const struct rule rule_names_come_whole = {
	.code = "names-come-whole",
	.area = "names",
	.title = "no name server cuts its answer without giving the whole over TCP",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_ENDPOINTS),
	.vantages = VANTAGE_BIT(VANTAGE_VSWITCH_HOST),
	.causes = { "DNS-09" },
	.after = { "names-answer" },
	.why = "a long answer is cut over UDP and asked for again over TCP; where TCP port 53 is "
	       "filtered the name fails now and then, with the length of the answer",
	.evidence = "the TC bit of answers over UDP, and what came of the question over TCP",
	.remedies = {
		{ "network", "let TCP port 53 of the name server through" },
	},
	.document = "000",
	.heading = "Step 2: Bind the GitLab source code repository",
	.skip = endpoint_no_url,
	.eval = evaluate_wholeness,
};
