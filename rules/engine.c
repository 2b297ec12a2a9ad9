/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine: every rule of the catalogue over one machine's facts.
 *
 * Owns what no rule may decide: `unknown` where a section is missing or a service has no proof,
 * `skipped`, `pass`, and that every finding keeps to its rule's row. Classes are walked in
 * engine_classes.c, acceptance is in accept.c, the gate in gate.c, the verdict in engine_verdict.c.
 */
#include "rules/engine.h"

#include "rules/engine_internal.h"
#include "rules/segments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_LIMIT ((size_t)4096)

const char rule_skip_failed[] = "out of memory";

/* What `verify` was called for: not looked at, it is not known. */
static bool is_wanted(const struct rule_context *context, const struct rule *rule)
{
	return rule->verifies && context->facts->link_expected;
}

/*
 * Rules about the cloud speak from the vSwitch side, and elsewhere where the cloud was asked: a
 * host without credentials is none the worse for it, and what is missing stands in the gate.
 */
static bool rule_applies(const struct rule_context *context, const struct rule *rule)
{
	if (is_wanted(context, rule))
		return true;
	if (!(rule->vantages & VANTAGE_BIT(context->vantage)))
		return false;
	/* traces are made where the user asks for them */
	if ((rule->reads & SECTION_BIT(SECTION_TRACE)) &&
	    context->facts->trace.section.state == FACT_ABSENT)
		return false;
	return !(rule->reads & SECTIONS_OF_CLOUD) ||
	       context->facts->cloud.section.state != FACT_ABSENT ||
	       context->vantage == VANTAGE_VSWITCH_HOST || context->vantage == VANTAGE_OFFLINE;
}

/* Why a rule that applies is left out; NULL: it is not. */
static const char *skip_reason(const struct rule_context *context, const struct rule *rule)
{
	if ((rule->reads & SECTIONS_OF_CLOUD) && !is_wanted(context, rule) &&
	    context->facts->cloud.section.state == FACT_ABSENT) {
		if (context->facts->no_cloud)
			return "the cloud was not asked: --no-cloud";
		if (!facts_names_cloud(context->facts))
			return "the cloud was not asked: the plan names no region, instance, VPC "
			       "or vSwitch";
	}
	return rule->skip ? rule->skip(context) : NULL;
}

/* Is there all that the rule cannot do without? */
static bool is_read(const struct rule_context *context, const struct rule *rule)
{
	unsigned int id;

	for (id = 0; id < SECTION_COUNT; id++)
		if ((rule->reads & SECTION_BIT(id)) &&
		    facts_section_const(context->facts, (enum section_id)id)->state != FACT_OK)
			return false;
	return true;
}

bool rule_runs(const struct rule_context *context, const struct rule *rule)
{
	return rule_applies(context, rule) && !skip_reason(context, rule) && is_read(context, rule);
}

static void add_skipped(const char *reason, struct findings *out)
{
	struct finding *finding = findings_add(out, STATUS_SKIPPED);

	finding_message(out, finding, "%s", reason);
}

/* One `unknown` for all the sections that the rule cannot do without; the first is the subject. */
static void add_unread(const struct rule_context *context, const struct rule *rule,
		       struct findings *out)
{
	static const char *const states[] = {
		[FACT_ABSENT] = "was not looked at",
		[FACT_OK] = "is there",
		[FACT_DENIED] = "could not be read: not permitted",
		[FACT_FAILED] = "could not be read",
	};
	struct finding *finding = findings_add(out, STATUS_UNKNOWN);
	struct text message;
	unsigned int id;

	text_init(&message, MESSAGE_LIMIT);
	for (id = 0; finding && id < SECTION_COUNT; id++) {
		const struct section *section =
			facts_section_const(context->facts, (enum section_id)id);
		const char *name = section_name((enum section_id)id);

		if (!(rule->reads & SECTION_BIT(id)) || section->state == FACT_OK)
			continue;
		text_addf(&message, "%s%s %s", message.length ? "; " : "", name,
			  states[section->state]);
		if (section->note) {
			text_add(&message, ": ");
			text_add_clean(&message, section->note, TEXT_FOREIGN_MAX);
		}
		if (finding->subject.section)
			continue;
		finding->subject.section = text_copy(name);
		if (!finding->subject.section)
			out->error = -ENOMEM;
		finding_settle(out, finding, "%s",
			       engine_settle(context->facts, (enum section_id)id));
	}
	if (text_error(&message) == -ENOMEM)
		out->error = -ENOMEM;
	finding_message(out, finding, "%s", text_string(&message));
	text_release(&message);
}

static void add_pass(const struct rule *rule, struct findings *out)
{
	struct finding *finding = findings_add(out, STATUS_PASS);

	if (!finding)
		return;
	finding->subject.prefix = reverse_range;
	finding_message(out, finding, "%s", rule->title);
}

static void copy_into(char **place, const char *string, struct findings *findings)
{
	if (*place || !string)
		return;
	*place = text_copy(string);
	if (!*place)
		findings->error = -ENOMEM;
}

int engine_finish(const struct rule *rule, struct findings *findings, size_t from,
		  struct fault *fault)
{
	size_t i;

	for (i = from; i < findings->list.count && !findings->error; i++) {
		struct finding *finding = LIST_AT(&findings->list, struct finding, i);
		const struct rule *row = rule ? rule : rule_find(finding->code);

		if (!row)
			return fault_set(fault, -EPROTO, "internal error: no rule '%s'",
					 finding->code ? finding->code : "");
		copy_into(&finding->code, row->code, findings);
		copy_into(&finding->source.document, row->document, findings);
		copy_into(&finding->source.heading, row->heading, findings);
		finding->severity = (int)row->severity;
		finding->status = rule_status(row, finding->status);
		if (finding->status == STATUS_PASS)
			strings_release(&finding->causes);
		if ((finding->status == STATUS_FAIL || finding->status == STATUS_WARN) &&
		    !finding->causes.count)
			return fault_set(fault, -EPROTO,
					 "internal error: rule '%s' names no cause for a %s",
					 row->code, status_words[finding->status]);
	}
	return findings->error;
}

/* A rule of its own: skipped, unknown, or what its eval finds. Class rules only the first two. */
static int run_rule(const struct rule_context *context, const struct rule *rule,
		    struct findings *out, struct fault *fault)
{
	size_t from = out->list.count;
	const char *reason;

	if (!rule_applies(context, rule))
		return 0;
	reason = skip_reason(context, rule);
	if (reason == rule_skip_failed) {
		out->error = -ENOMEM;
	} else if (reason) {
		add_skipped(reason, out);
	} else if (!is_read(context, rule)) {
		add_unread(context, rule, out);
	} else if (rule->eval) {
		rule->eval(context, out);
		if (out->list.count == from)
			add_pass(rule, out);
	}
	return engine_finish(rule, out, from, fault);
}

/* The class rules of `set` that said nothing have passed. */
static int pass_silent(const struct class_rules *set, struct findings *out, size_t from,
		       struct fault *fault)
{
	bool spoke[CLASS_RULES_MAX] = { false };
	size_t i, j, end = out->list.count;
	int error = 0;

	for (i = from; i < end; i++) {
		const char *code = LIST_AT(&out->list, struct finding, i)->code;

		for (j = 0; j < set->count; j++)
			spoke[j] = spoke[j] || text_equal(set->rules[j]->code, code);
	}
	for (j = 0; j < set->count && !error; j++) {
		if (spoke[j])
			continue;
		i = out->list.count;
		add_pass(set->rules[j], out);
		error = engine_finish(set->rules[j], out, i, fault);
	}
	return error;
}

static int run_class_rules(const struct rule_context *context, struct findings *out,
			   struct fault *fault)
{
	size_t from = out->list.count;
	struct class_rules set;
	struct proofs proofs;
	int error;

	class_rules_init(&set, context);
	if (!set.count)
		return 0;
	error = proofs_init(&proofs, context->facts);
	if (error)
		return error;
	error = engine_classes(context, &set, &proofs, out);
	if (!error)
		error = engine_unproved(context, &set, &proofs, out);
	if (!error)
		error = engine_finish(NULL, out, from, fault);
	if (!error)
		error = pass_silent(&set, out, from, fault);
	proofs_release(&proofs);
	return error;
}

static int judge(struct rule_context *context, const char *today, struct judgement *judgement,
		 struct fault *fault)
{
	const struct segments_side side = { .facts = context->facts };
	size_t i;
	int error = 0;

	for (i = 0; i < rule_catalog_count && !error; i++)
		error = run_rule(context, rule_catalog[i], &judgement->findings, fault);
	if (!error)
		error = run_class_rules(context, &judgement->findings, fault);
	if (!error)
		engine_paths(&judgement->findings);
	for (i = 0; i < judgement->findings.list.count; i++)
		LIST_AT(&judgement->findings.list, struct finding, i)->seen_from =
			(int)context->vantage;
	if (!error)
		error = engine_accept(context->facts, today, judgement);
	if (!error)
		error = segments_judge(&side, 1, &judgement->findings);
	if (!error)
		error = engine_gate(context, today, judgement);
	if (error)
		return error;
	findings_sort(&judgement->findings);
	error = judgement_settle(judgement);
	return error ? error : judgement->findings.error;
}

int engine_judge(const struct facts *facts, const char *today, struct judgement *judgement,
		 struct fault *fault)
{
	return engine_judge_among(facts, NULL, today, judgement, fault);
}

int engine_judge_among(const struct facts *facts, const struct rule_company *company,
		       const char *today, struct judgement *judgement, struct fault *fault)
{
	struct rule_context context = { .facts = facts, .access = facts->plan.gitlab.access,
					.company = company };
	struct fib *fib = NULL;
	struct text reason;
	int error = -ENOMEM;

	memset(judgement, 0, sizeof(*judgement));
	findings_init(&judgement->findings);
	text_init(&reason, MESSAGE_LIMIT);
	context.vantage = facts_vantage(facts, &reason);
	judgement->vantage = context.vantage;
	facts_declared_return(facts, context.vantage, &context.declared);
	judgement->vantage_reason = text_clean(text_string(&reason), reason.length);
	if (!judgement->vantage_reason || text_error(&reason))
		goto out;
	if (facts->routes.section.state == FACT_OK && facts->rules.section.state == FACT_OK) {
		fib = fib_new(facts);
		if (!fib)
			goto out;
		context.fib = fib;
	}
	error = judge(&context, today, judgement, fault);
out:
	fib_free(fib);
	text_release(&reason);
	if (!error)
		return 0;
	judgement_release(judgement);
	return fault_set(fault, error, "out of memory while judging");
}
