/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small catalogue that stands in for that of the program, and facts as JSON, for the tests of the
 * engine. They say nothing about any real rule.
 */
#ifndef TESTS_UNIT_ENGINE_WORLD_H
#define TESTS_UNIT_ENGINE_WORLD_H

#include "rules/engine.h"

#include "rules/checks/return_path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECTIONS_OF_CLASSES (SECTION_BIT(SECTION_ROUTES) | SECTION_BIT(SECTION_SERVICES))
#define EVERYWHERE 0xffu

static bool answers_differ; /* one group a class: the worst case */
static bool break_contract;
static bool skip_fails;

bool return_is_good(const struct rule_context *context, const struct class_view *view)
{
	(void)context;
	return text_equal(view->class_fact->type, "unicast");
}

void return_survey_add(struct return_survey *survey, const struct rule_context *context,
		       const struct class_view *view)
{
	(void)context;
	(void)view;
	survey->count++;
}

static void describe(const struct rule_context *context, const struct class_group *group,
		     struct findings *out, struct finding *finding)
{
	(void)context;
	finding_message(out, finding, "%s (%s) like %s", group->where, group->percent,
			group->example->class_fact->type);
	finding_evidence(out, finding, "/routes/classes/0", "class %zu", group->example_index);
}

static void set_cause(struct class_answer *answer, int status, const char *cause)
{
	answer->status = status;
	(void)snprintf(answer->causes[0], sizeof(answer->causes[0]), "%s", cause);
}

static void judge_alpha(const struct rule_context *context, const struct class_view *view,
			struct class_answer *answer)
{
	(void)context;
	if (text_equal(view->class_fact->type, "local"))
		set_cause(answer, STATUS_FAIL, "OVL-04");
	if (answers_differ) {
		set_cause(answer, STATUS_FAIL, "OVL-04");
		answer->detail = view->first;
	}
}

static void judge_beta(const struct rule_context *context, const struct class_view *view,
		       struct class_answer *answer)
{
	(void)context;
	if (!text_equal(view->class_fact->type, "unicast"))
		set_cause(answer, STATUS_FAIL, "RT-03");
	answer->detail = view->others_good;
}

static void judge_ingress(const struct rule_context *context, const struct class_view *view,
			  struct class_answer *answer)
{
	(void)context;
	if (view->ingress_count && view->ingress->error)
		set_cause(answer, STATUS_FAIL, "RT-12");
}

static void eval_broken(const struct rule_context *context, struct findings *out)
{
	(void)context;
	if (break_contract)
		findings_add(out, STATUS_FAIL);
}

static void eval_risky(const struct rule_context *context, struct findings *out)
{
	struct finding *finding = findings_add(out, STATUS_FAIL);

	(void)context;
	finding_cause(out, finding, "RT-11");
	finding_message(out, finding, "a risk that takes itself for a fault");
}

static void eval_silent(const struct rule_context *context, struct findings *out)
{
	(void)context;
	(void)out;
}

static const char *skip_always(const struct rule_context *context)
{
	(void)context;
	return skip_fails ? rule_skip_failed : "it does not apply";
}

static const struct rule alpha = {
	.code = "alpha", .area = "overlap", .title = "alpha is fine", .severity = SEVERITY_BLOCKER,
	.reads = SECTIONS_OF_CLASSES, .vantages = EVERYWHERE, .causes = { "OVL-04" },
	.document = "000", .heading = "Prerequisites",
	.judge_class = judge_alpha, .describe_class = describe,
};
static const struct rule beta = {
	.code = "beta", .area = "return", .title = "beta is fine", .severity = SEVERITY_BLOCKER,
	.reads = SECTIONS_OF_CLASSES, .vantages = EVERYWHERE, .causes = { "RT-03" },
	.after = { "alpha" }, .judge_class = judge_beta, .describe_class = describe,
};
/* names beta alone: where beta is blocked by alpha, so is this one */
static const struct rule gamma_rule = {
	.code = "gamma", .area = "return", .title = "gamma is fine", .severity = SEVERITY_BLOCKER,
	.reads = SECTIONS_OF_CLASSES, .vantages = EVERYWHERE, .causes = { "RT-03" },
	.after = { "beta" }, .judge_class = judge_beta, .describe_class = describe,
};
static const struct rule risk = {
	.code = "risk", .area = "return", .title = "risk is fine", .severity = SEVERITY_RISK,
	.reads = SECTIONS_OF_CLASSES, .vantages = EVERYWHERE, .causes = { "RT-03" },
	.judge_class = judge_beta, .describe_class = describe,
};
/* a warn of `risk` on the same class must not hide this fail */
static const struct rule behind_risk = {
	.code = "behind-risk", .area = "return", .title = "fine", .severity = SEVERITY_BLOCKER,
	.reads = SECTIONS_OF_CLASSES, .vantages = EVERYWHERE, .causes = { "RT-03" },
	.after = { "risk" }, .judge_class = judge_beta, .describe_class = describe,
};
static const struct rule way_in = {
	.code = "way-in", .area = "return", .title = "the way in is fine",
	.severity = SEVERITY_BLOCKER, .reads = SECTIONS_OF_CLASSES, .vantages = EVERYWHERE,
	.causes = { "RT-12" }, .after = { "alpha", "beta" }, .judge_class = judge_ingress,
	.describe_class = describe,
};
static const struct rule reader = {
	.code = "reader", .area = "host", .title = "read", .severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_COUNTERS) | SECTION_BIT(SECTION_XFRM), .vantages = EVERYWHERE,
	.eval = eval_silent,
};
static const struct rule risky = {
	.code = "risky", .area = "host", .title = "risky", .severity = SEVERITY_RISK,
	.vantages = EVERYWHERE, .causes = { "RT-11" }, .document = "000",
	.heading = "Prerequisites", .eval = eval_risky,
};
static const struct rule broken = {
	.code = "broken", .area = "host", .title = "keeps its contract",
	.severity = SEVERITY_BLOCKER, .vantages = EVERYWHERE, .eval = eval_broken,
};
static const struct rule skipper = {
	.code = "skipper", .area = "host", .title = "skips", .severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_XFRM), .vantages = EVERYWHERE, .skip = skip_always,
	.eval = eval_risky,
};
static const struct rule elsewhere = {
	.code = "elsewhere", .area = "host", .title = "elsewhere", .severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_XFRM), .vantages = VANTAGE_BIT(VANTAGE_VSWITCH_HOST),
	.eval = eval_risky,
};
static const struct rule cloudy = {
	.code = "cloudy", .verifies = true,
	.area = "cloud", .title = "cloudy", .severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_GROUPS), .vantages = EVERYWHERE, .eval = eval_silent,
};

const struct rule *const rule_catalog[] = {
	&alpha, &beta, &gamma_rule, &risk, &behind_risk, &way_in,
	&reader, &risky, &broken, &skipper, &elsewhere,
	&cloudy,
};
const size_t rule_catalog_count = sizeof(rule_catalog) / sizeof(rule_catalog[0]);

const struct rule *rule_find(const char *code)
{
	size_t i;

	for (i = 0; i < rule_catalog_count; i++)
		if (text_equal(rule_catalog[i]->code, code))
			return rule_catalog[i];
	return NULL;
}

#define SERVICE(name, address, port, more)                                                         \
	"{\"service\":\"" name "\",\"address\":\"" address "\",\"port\":" port                    \
	",\"origin\":\"option\",\"resolved\":true" more "}"
#define LOCAL ",\"local\":true"
#define CLASS(name, mark, first, last, type)                                                       \
	"{\"service\":\"" name "\",\"mark\":" mark ",\"first\":\"" first "\",\"last\":\"" last    \
	"\",\"type\":\"" type "\",\"next_hops\":[{\"via\":\"10.0.0.1\",\"dev\":\"eth0\","         \
	"\"weight\":1}]}"
#define FACTS(services, routes)                                                                    \
	"{\"schema\":\"reachback.facts/1\",\"started\":\"2026-11-20T12:00:00Z\","                 \
	"\"services\":{\"state\":\"ok\",\"services\":[" services "]},"                           \
	"\"routes\":{\"state\":\"ok\"," routes "}}"
#define WEB SERVICE("10.0.0.5:443", "10.0.0.5", "443", LOCAL)
#define GIT SERVICE("10.0.0.5:22", "10.0.0.5", "22", LOCAL)

struct world {
	struct facts facts;
	struct judgement judgement;
};

__attribute__((unused))
static void judge_text(const char *json, struct world *world)
{
	struct fault fault = { 0 };

	answers_differ = false;
	break_contract = skip_fails = false;
	if (facts_read(json, strlen(json), &world->facts, &fault))
		fail_msg("%s", fault.text);
	if (engine_judge(&world->facts, NULL, &world->judgement, &fault))
		fail_msg("%s", fault.text);
}

static void end(struct world *world)
{
	judgement_release(&world->judgement);
	facts_release(&world->facts);
}

/* The only finding of this code and status; NULL: there is none; more: the test fails. */
__attribute__((unused))
static const struct finding *find(const struct world *world, const char *code, int status)
{
	const struct list *list = &world->judgement.findings.list;
	const struct finding *found = NULL;
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct finding *one = LIST_AT(list, struct finding, i);

		if (!text_equal(one->code, code) || one->status != status)
			continue;
		if (found)
			fail_msg("more than one %s of %s", status_words[status], code);
		found = one;
	}
	return found;
}

__attribute__((unused))
static const char *prefix_of(const struct finding *finding)
{
	static char text[PREFIX_TEXT_MAX];

	return prefix_print(&finding->subject.prefix, text);
}

#endif
