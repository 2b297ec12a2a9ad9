/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one machine could not tell and another one could. Only the cloud is the same wherever one
 * asks; a route, a filter or an endpoint is another one from every machine.
 */
#include "rules/join.h"

#include "rules/segments.h"

#include <errno.h>
#include <stdlib.h>

#define WORDS_MAX ((size_t)4 * 1024 * 1024)
#define SAME_FOR_ALL                                                                               \
	(SECTIONS_OF_CLOUD | SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_METADATA))

static bool is_same_for_all(const struct finding *finding)
{
	const struct rule *rule = finding->code ? rule_find(finding->code) : NULL;

	return rule && (rule->reads & SECTIONS_OF_CLOUD) && !(rule->reads & ~SAME_FOR_ALL);
}

static bool is_decided(const struct finding *finding)
{
	return finding->status == STATUS_PASS || finding->status == STATUS_FAIL ||
	       finding->status == STATUS_WARN;
}

/* The subject without the machine. */
static int print_subject(const struct finding *finding, struct text *out)
{
	struct subject subject = finding->subject;

	subject.host = NULL;
	text_clear(out);
	subject_print(&subject, out);
	return text_error(out);
}

static int compare_subjects(const struct finding *a, const struct finding *b, bool *same)
{
	struct text one, other;
	int error;

	text_init(&one, WORDS_MAX);
	text_init(&other, WORDS_MAX);
	error = print_subject(a, &one);
	if (!error)
		error = print_subject(b, &other);
	*same = !error && text_equal(text_string(&one), text_string(&other));
	text_release(&one);
	text_release(&other);
	return error;
}

/* Did this machine decide the whole rule: something of it, and nothing left open? */
static bool decided_all(const struct findings *findings, const char *code, const char *host)
{
	bool any = false;
	size_t i;

	for (i = 0; i < findings->list.count; i++) {
		const struct finding *one = LIST_AT(&findings->list, struct finding, i);

		if (!text_equal(one->code, code) || !text_equal(one->subject.host, host))
			continue;
		if (one->status == STATUS_UNKNOWN)
			return false;
		any = any || is_decided(one);
	}
	return any;
}

/* A rule that could not look at all is decided by a machine that left nothing of it open. */
static int look(const struct findings *findings, struct finding *finding)
{
	size_t i;
	int error = 0;

	for (i = 0; i < findings->list.count && !error && !finding->decided; i++) {
		const struct finding *other = LIST_AT(&findings->list, struct finding, i);

		if (!text_equal(other->code, finding->code) || !is_decided(other) ||
		    text_equal(other->subject.host, finding->subject.host))
			continue;
		if (finding->subject.section)
			finding->decided = decided_all(findings, other->code, other->subject.host);
		else
			error = compare_subjects(finding, other, &finding->decided);
	}
	return error;
}

int join_decided(struct findings *findings)
{
	size_t i;
	int error = 0;

	for (i = 0; i < findings->list.count && !error; i++) {
		struct finding *finding = LIST_AT(&findings->list, struct finding, i);

		if (finding->status == STATUS_UNKNOWN && is_same_for_all(finding))
			error = look(findings, finding);
	}
	return error;
}

int join_segments(const struct join *join, struct findings *findings)
{
	struct segments_side *sides = calloc(join->machines.count, sizeof(*sides));
	int error;
	size_t i;

	if (!sides)
		return -ENOMEM;
	for (i = 0; i < join->machines.count; i++) {
		sides[i].facts = LIST_AT(&join->machines, struct join_machine, i)->facts;
		sides[i].name = LIST_AT(&join->machines, struct join_machine, i)->name;
	}
	error = segments_judge(sides, join->machines.count, findings);
	free(sides);
	return error;
}
