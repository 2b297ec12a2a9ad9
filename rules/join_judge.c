/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The findings of several machines as one judgement, and what becomes of each path between them.
 *
 * The machines' own findings name what is wrong where it is wrong; a path that ends there is
 * blocked by them, so that one cause is never counted twice.
 */
#include "rules/join.h"

#include "rules/checks/checks.h"
#include "rules/engine_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX ((size_t)16 * 1024)

static const char *needs_several(const struct rule_context *context)
{
	(void)context;
	return "needs saved facts of a host and of a router: reachback judge HOST.json ROUTER.json";
}

const struct rule rule_return_carried_on = {
	.code = "return-carried-on",
	.area = "return",
	.title = "what leaves the host well is carried on by the router of the data center",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_SERVICES) | SECTION_BIT(SECTION_ROUTES),
	.vantages = VANTAGE_BIT(VANTAGE_OFFLINE),
	.why = "a reply that leaves the host by the right gateway is lost all the same when the "
	       "next router sends it elsewhere; neither machine alone can show that both do their "
	       "part",
	.evidence = "the classes of addresses of the host, leg by leg, joined with the classes of "
		    "the router that owns the gateway, for replies that enter by that interface",
	.remedies = {
		{ "linux", "mend what the findings of the router name" },
		{ "plan", "where no facts of the router can be had: accept return-carried-on with "
			  "the reason; the gate then counts the router's part as decided, at a "
			  "risk" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = needs_several,
};

/* Addresses of one path with one answer. */
struct outcome {
	int answer;
	const char *code;
	struct span_set addresses;
};

static void outcomes_release(struct list *outcomes)
{
	size_t i;

	for (i = 0; i < outcomes->count; i++)
		span_set_release(&LIST_AT(outcomes, struct outcome, i)->addresses);
	free(outcomes->items);
}

static struct outcome *outcome_of(struct list *outcomes, const struct join_span *span)
{
	struct outcome *outcome;
	size_t i;

	for (i = 0; i < outcomes->count; i++) {
		outcome = LIST_AT(outcomes, struct outcome, i);
		if (outcome->answer == span->answer && outcome->code == span->code)
			return outcome;
	}
	outcome = list_add(outcomes, sizeof(*outcome));
	if (!outcome)
		return NULL;
	outcome->answer = span->answer;
	outcome->code = span->code;
	span_set_init(&outcome->addresses);
	return outcome;
}

static int gather_outcomes(const struct join_path *path, struct list *outcomes)
{
	const struct join_span *span;
	struct outcome *outcome;
	size_t i;

	for (i = 0; i < path->spans.count; i++) {
		span = LIST_AT(&path->spans, struct join_span, i);
		outcome = outcome_of(outcomes, span);
		if (!outcome)
			return -ENOMEM;
		span_set_add(&outcome->addresses, span->first, span->last);
		if (outcome->addresses.error)
			return outcome->addresses.error;
	}
	return 0;
}

static const struct join_machine *machine_at(const struct join *join, size_t place)
{
	return LIST_AT(&join->machines, struct join_machine, place);
}

static const enum finding_status statuses[] = {
	[JOIN_PROVEN] = STATUS_PASS,
	[JOIN_LOST_HERE] = STATUS_BLOCKED,
	[JOIN_LOST_THERE] = STATUS_BLOCKED,
	[JOIN_UNKNOWN] = STATUS_UNKNOWN,
	[JOIN_APART] = STATUS_UNKNOWN,
};

static void word_outcome(const struct outcome *outcome, const struct join_machine *host,
			 const struct join_machine *router, struct findings *out,
			 struct finding *finding)
{
	struct text where;

	text_init(&where, WORDS_MAX);
	span_set_print(&outcome->addresses, &where);
	if (text_error(&where))
		out->error = -ENOMEM;
	switch (outcome->answer) {
	case JOIN_PROVEN:
		finding_message(out, finding, "%s: good on %s, and carried on by %s",
				text_string(&where), host->name, router->name);
		break;
	case JOIN_LOST_HERE:
		finding_message(out, finding, "%s: lost on %s already (%s)", text_string(&where),
				host->name, outcome->code);
		break;
	case JOIN_LOST_THERE:
		finding_message(out, finding, "%s: good on %s, lost on %s (%s)",
				text_string(&where), host->name, router->name, outcome->code);
		break;
	case JOIN_APART:
		finding_message(out, finding,
				"%s: leaves %s by a next hop that is no address of %s; whether the "
				"machine that owns it leads there is not shown",
				text_string(&where), host->name, router->name);
		break;
	default:
		finding_message(out, finding,
				"%s: good on %s as far as its facts say; those of %s do not say "
				"what becomes of it",
				text_string(&where), host->name, router->name);
		break;
	}
	text_release(&where);
}

static void add_evidence(const struct join_machine *machine, struct findings *out,
			 struct finding *finding)
{
	finding_evidence(out, finding, "/routes/classes", "facts of %s (%s), observed %s",
			 machine->name, vantage_words[machine->vantage],
			 machine->facts->started ? machine->facts->started : "at an unknown time");
}

static void add_outcome(const struct join *join, const struct join_path *path,
			const struct outcome *outcome, struct findings *out)
{
	const struct join_machine *host = machine_at(join, path->host);
	const struct join_machine *router = machine_at(join, path->router);
	struct finding *finding = findings_add(out, statuses[outcome->answer]);

	if (!finding)
		return;
	word_outcome(outcome, host, router, out, finding);
	finding_addresses(out, finding, &outcome->addresses);
	finding_service(out, finding, path->service);
	finding->share.known = true;
	finding->share.addresses = (uint32_t)span_set_size(&outcome->addresses);
	finding->subject.host = text_copy(router->name);
	if (!finding->subject.host)
		out->error = -ENOMEM;
	if (finding->status == STATUS_BLOCKED && strings_add(&finding->blocked_by, outcome->code))
		out->error = -ENOMEM;
	if (outcome->answer == JOIN_APART)
		finding_settle(out, finding, "on the machine that owns the next hop: reachback "
					     "collect --vantage idc-router");
	else if (finding->status == STATUS_UNKNOWN)
		finding_settle(out, finding, "on %s: reachback collect --service %s",
			       router->name, path->service);
	add_evidence(host, out, finding);
	add_evidence(router, out, finding);
}

static int add_paths(const struct join *join, struct findings *out, struct fault *fault)
{
	size_t i, j;
	int error = 0;

	for (i = 0; i < join->paths.count && !error; i++) {
		const struct join_path *path = LIST_AT(&join->paths, struct join_path, i);
		struct list outcomes = { 0 };

		error = gather_outcomes(path, &outcomes);
		for (j = 0; j < outcomes.count && !error; j++)
			add_outcome(join, path, LIST_AT(&outcomes, struct outcome, j), out);
		outcomes_release(&outcomes);
	}
	return error ? error : engine_finish(&rule_return_carried_on, out, 0, fault);
}

/* Moves the findings; `from` keeps none. */
static int move_findings(struct findings *from, struct findings *to)
{
	struct finding *place;
	size_t i;

	for (i = 0; i < from->list.count; i++) {
		place = list_add(&to->list, sizeof(*place));
		if (!place)
			return -ENOMEM;
		*place = *LIST_AT(&from->list, struct finding, i);
		memset(LIST_AT(&from->list, struct finding, i), 0, sizeof(*place));
	}
	return 0;
}

static int name_host(struct findings *findings, const char *name)
{
	struct finding *finding;
	size_t i;

	for (i = 0; i < findings->list.count; i++) {
		finding = LIST_AT(&findings->list, struct finding, i);
		free(finding->subject.host);
		finding->subject.host = text_copy(name);
		if (!finding->subject.host)
			return -ENOMEM;
	}
	return 0;
}

static int add_notes(const struct strings *from, const char *name, struct strings *to)
{
	struct text note;
	int error = 0;
	size_t i;

	text_init(&note, WORDS_MAX);
	for (i = 0; i < from->count && !error; i++) {
		text_clear(&note);
		text_addf(&note, "%s%s%s", name ? name : "", name ? ": " : "", from->items[i]);
		error = text_error(&note);
		if (!error && !strings_contain(to, text_string(&note)))
			error = strings_add(to, text_string(&note));
	}
	text_release(&note);
	return error;
}

static int describe(const struct join *join, struct judgement *out)
{
	const struct join_machine *machine;
	struct text reason;
	size_t i;

	text_init(&reason, WORDS_MAX);
	text_addf(&reason, "saved facts of %zu machines:", join->machines.count);
	for (i = 0; i < join->machines.count; i++) {
		machine = machine_at(join, i);
		text_addf(&reason, "%s %s (%s)", i ? "," : "", machine->name,
			  vantage_words[machine->vantage]);
	}
	out->vantage = VANTAGE_OFFLINE;
	out->vantage_reason = text_take(&reason);
	text_release(&reason);
	return out->vantage_reason ? 0 : -ENOMEM;
}

/* The findings about paths, names and certificates, accepted or not as the plan says. */
static int judge_paths(struct join *join, const char *today, struct judgement *out,
		       struct fault *fault)
{
	struct findings paths;
	int error;

	findings_init(&paths);
	error = join_follow(join, fault);
	if (!error)
		error = add_paths(join, &paths, fault);
	if (!error) {
		join_names(join, &paths);
		join_certificates(join, &paths);
		error = join_hide_distrust(&paths, &out->findings);
	}
	if (!error)
		error = join_add(join, today, &paths, out, fault);
	findings_release(&paths);
	return error;
}

/* Whose facts a finding about a machine is about; of several machines the first stands for all. */
static void set_place(const struct join *join, struct findings *findings)
{
	size_t i, j;

	for (i = 0; i < findings->list.count; i++) {
		struct finding *finding = LIST_AT(&findings->list, struct finding, i);

		finding->seen_from = (int)machine_at(join, 0)->vantage;
		for (j = 0; j < join->machines.count; j++)
			if (text_equal(finding->subject.host, machine_at(join, j)->name))
				finding->seen_from = (int)machine_at(join, j)->vantage;
	}
}

int join_add(const struct join *join, const char *today, struct findings *more,
	     struct judgement *judgement, struct fault *fault)
{
	struct judgement added;
	int error;

	memset(&added, 0, sizeof(added));
	added.findings = *more;
	findings_init(more);
	set_place(join, &added.findings);
	error = engine_finish(NULL, &added.findings, 0, fault);
	if (!error)
		error = engine_accept(machine_at(join, 0)->facts, today, &added);
	if (!error)
		error = move_findings(&added.findings, &judgement->findings);
	judgement_release(&added);
	if (error)
		return error;
	findings_sort(&judgement->findings);
	error = judgement_settle(judgement);
	return error ? error : judgement->findings.error;
}

static int merge(const struct join *join, struct judgement *judged, struct judgement *out)
{
	const char *name;
	int error = 0;
	size_t i;

	for (i = 0; i < join->machines.count && !error; i++) {
		name = machine_at(join, i)->name;
		error = join_skip_elsewhere(join, i, &judged[i].findings);
		if (!error)
			error = name_host(&judged[i].findings, name);
		if (!error)
			error = move_findings(&judged[i].findings, &out->findings);
		if (!error)
			error = join_missing(join, judged, i, out);
		if (!error)
			error = add_notes(&judged[i].notes, NULL, &out->notes);
		if (!error)
			error = add_notes(&judged[i].vantage_notes, name, &out->vantage_notes);
	}
	return error;
}

static int judge_several(struct join *join, const char *today, struct judgement *out,
			 struct fault *fault)
{
	size_t count = join->machines.count, i;
	struct judgement *judged = calloc(count, sizeof(*judged));
	const struct facts **all = calloc(count, sizeof(*all));
	const struct rule_company company = { all, count };
	int error = judged && all ? 0 : -ENOMEM;

	for (i = 0; all && i < count; i++)
		all[i] = machine_at(join, i)->facts;
	for (i = 0; i < count && !error; i++)
		error = engine_judge_among(all[i], &company, today, &judged[i], fault);
	if (!error)
		error = merge(join, judged, out);
	if (!error)
		error = join_decided(&out->findings);
	if (!error)
		error = join_segments(join, &out->findings);
	if (!error)
		error = judge_paths(join, today, out, fault);
	if (!error)
		error = describe(join, out);
	for (i = 0; judged && i < count; i++)
		judgement_release(&judged[i]);
	free(judged);
	free(all);
	return error;
}

int join_judge(struct join *join, const char *today, struct judgement *judgement,
	       struct fault *fault)
{
	int error;

	memset(judgement, 0, sizeof(*judgement));
	findings_init(&judgement->findings);
	if (join->machines.count == 1)
		error = engine_judge(machine_at(join, 0)->facts, today, judgement, fault);
	else
		error = judge_several(join, today, judgement, fault);
	if (!error)
		error = add_notes(&join->notes, NULL, &judgement->notes);
	if (!error && judgement->findings.error)
		error = judgement->findings.error;
	if (error) {
		judgement_release(judgement);
		return fault_set(fault, error, "out of memory while judging");
	}
	findings_sort(&judgement->findings);
	error = judgement_settle(judgement);
	if (!error)
		return 0;
	judgement_release(judgement);
	return fault_set(fault, error, "out of memory while judging");
}
