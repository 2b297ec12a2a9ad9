/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One name asked from two machines: which answer a build gets depends on where it runs (DNS-01
 * where one of them is public, else DNS-03). Only machines that looked at endpoints asked.
 */
#include "rules/join.h"

#include "rules/checks/checks.h"
#include "rules/checks/endpoint_form.h"
#include "rules/checks/endpoint_names.h"
#include "rules/engine_internal.h"

#include <errno.h>

#define WORDS_MAX ((size_t)4096)

static const char *needs_several(const struct rule_context *context)
{
	(void)context;
	return "needs saved facts of several machines on the vSwitch: reachback judge A.json "
	       "B.json";
}

const struct rule rule_names_agree_elsewhere = {
	.code = "names-agree-elsewhere",
	.area = "names",
	.title = "every machine that looked gets the same addresses for a name",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_ENDPOINTS),
	.vantages = VANTAGE_BIT(VANTAGE_OFFLINE),
	.causes = { "DNS-01", "DNS-03" },
	.why = "builds run on whichever host is free: where two resolvers of one network differ, "
	       "one build reaches GitLab and the next one does not",
	.evidence = "the answers that the name servers gave to each of the machines",
	.remedies = {
		{ "dns", "give both machines' resolvers the same record" },
	},
	.document = "000",
	.heading = "Step 2: Bind the GitLab source code repository",
	.skip = needs_several,
};

/* Two machines and one name that both asked for. */
struct meeting {
	const struct join_machine *one, *other;
	const struct endpoint_target *target;
	struct name_view here, there;
};

static bool is_public(const struct plan *plan, const struct name_view *view)
{
	struct address address;
	size_t i;

	for (i = 0; i < name_view_count(view); i++)
		if (name_view_address(view, i, &address) && form_is_public(plan, &address))
			return true;
	return false;
}

static void add_words(const struct name_view *view, const char *machine, struct text *words)
{
	size_t i;

	text_addf(words, "%s%s gets ", words->length ? ", " : "", machine);
	for (i = 0; i < name_view_count(view) && i < 4; i++)
		text_addf(words, "%s%s", i ? " and " : "", view->a->addresses.items[i]);
	if (name_view_count(view) > i)
		text_add(words, " and more");
	text_addf(words, " from %s", view->server ? view->server : "an option");
}

static void add_evidence(const struct meeting *meeting, struct findings *out,
			 struct finding *finding)
{
	const struct join_machine *const machines[] = { meeting->one, meeting->other };
	size_t i;

	for (i = 0; i < 2; i++)
		finding_evidence(out, finding, "/endpoints/names", "facts of %s, observed %s",
				 machines[i]->name,
				 machines[i]->facts->started ? machines[i]->facts->started
							     : "at an unknown time");
}

static void judge_meeting(const struct meeting *meeting, struct findings *out)
{
	const struct plan *plan = &meeting->one->facts->plan;
	bool same = name_same_addresses(&meeting->here.a->addresses, &meeting->there.a->addresses);
	struct finding *finding = endpoint_finding(out, same ? STATUS_PASS : STATUS_WARN,
						   meeting->target, RUNG_NAME);
	struct text words;

	if (!finding)
		return;
	finding->code = text_copy(rule_names_agree_elsewhere.code);
	finding->subject.host = text_copy(meeting->other->name);
	if (!finding->code || !finding->subject.host)
		out->error = -ENOMEM;
	text_init(&words, WORDS_MAX);
	add_words(&meeting->here, meeting->one->name, &words);
	add_words(&meeting->there, meeting->other->name, &words);
	if (text_error(&words) == -ENOMEM)
		out->error = -ENOMEM;
	finding_message(out, finding, "%s: %s", meeting->target->host, text_string(&words));
	text_release(&words);
	add_evidence(meeting, out, finding);
	if (same)
		return;
	finding_cause(out, finding,
		      is_public(plan, &meeting->here) != is_public(plan, &meeting->there)
			      ? "DNS-01"
			      : "DNS-03");
	finding_expected(out, finding, "the same addresses everywhere");
	finding_remedy(out, finding, "dns", "give both machines' resolvers the same record for %s",
		       meeting->target->host);
}

static void judge_pair(const struct join_machine *one, const struct join_machine *other,
		       struct findings *out)
{
	struct meeting meeting = { .one = one, .other = other };
	const struct endpoints_facts *here = &one->facts->endpoints;
	size_t i;

	for (i = 0; i < here->targets.count && !out->error; i++) {
		meeting.target = LIST_AT(&here->targets, struct endpoint_target, i);
		if (!endpoint_is_first(here, i))
			continue;
		name_view_find(&meeting.here, here, meeting.target->host);
		name_view_find(&meeting.there, &other->facts->endpoints, meeting.target->host);
		/* that one of them gets nothing is told where it was asked */
		if (name_view_count(&meeting.here) && name_view_count(&meeting.there))
			judge_meeting(&meeting, out);
	}
}

void join_names(const struct join *join, struct findings *out)
{
	join_pairs(join, judge_pair, out);
}
