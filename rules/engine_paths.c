/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ladders: a finding about a URL is hidden by a failed lower rung on the same path.
 *
 * Rules say what they saw, and `unknown` for a rung that was not reached; only here does that
 * become `blocked`. The same path is the same URL and, where the lower rung speaks of one address,
 * the same address; what was not reached on any address is hidden by a failure on one of them.
 */
#include "rules/engine_internal.h"

#include <errno.h>
#include <stdlib.h>

static bool same_path(const struct finding *low, const struct finding *high)
{
	if (!text_equal(low->subject.url, high->subject.url))
		return false;
	if (!low->subject.address.family)
		return true;
	if (!high->subject.address.family)
		return high->status == STATUS_UNKNOWN;
	return address_equal(&low->subject.address, &high->subject.address);
}

static bool stands_behind(const struct rule *rule, const char *code)
{
	size_t i;

	for (i = 0; rule && i < RULE_AFTER_MAX && rule->after[i]; i++)
		if (text_equal(rule->after[i], code))
			return true;
	return false;
}

/* What hides `low` hides what stands behind it as well. */
static int add_blockers(struct finding *high, const struct finding *low)
{
	size_t i;
	int error = 0;

	if (low->status == STATUS_FAIL)
		return strings_contain(&high->blocked_by, low->code)
			       ? 0
			       : strings_add(&high->blocked_by, low->code);
	for (i = 0; i < low->blocked_by.count && !error; i++)
		if (!strings_contain(&high->blocked_by, low->blocked_by.items[i]))
			error = strings_add(&high->blocked_by, low->blocked_by.items[i]);
	return error;
}

/* By what stands in blocked_by. */
static void hide(struct finding *finding)
{
	finding->status = STATUS_BLOCKED;
	strings_sort(&finding->blocked_by);
	strings_release(&finding->causes);
	finding_drop_remedies(finding);
}

static bool is_above(const struct finding *high, const struct finding *low)
{
	return text_equal(high->subject.host, low->subject.host) &&
	       text_equal(high->subject.url, low->subject.url) &&
	       (!high->subject.address.family ||
		address_equal(&high->subject.address, &low->subject.address));
}

/* What stood behind the symptom stands behind its cause. */
static int pass_on(struct finding *high, const struct finding *symptom, const char *code)
{
	char *copy;
	size_t i;

	for (i = 0; i < high->blocked_by.count; i++) {
		if (!text_equal(high->blocked_by.items[i], symptom->code))
			continue;
		copy = text_copy(code);
		if (!copy)
			return -ENOMEM;
		free(high->blocked_by.items[i]);
		high->blocked_by.items[i] = copy;
	}
	strings_sort(&high->blocked_by);
	return 0;
}

int engine_hide_behind(struct findings *findings, struct finding *symptom, const char *code)
{
	int error = strings_add(&symptom->blocked_by, code);
	size_t i;

	hide(symptom);
	for (i = 0; i < findings->list.count && !error; i++) {
		struct finding *high = LIST_AT(&findings->list, struct finding, i);

		if (is_above(high, symptom))
			error = pass_on(high, symptom, code);
	}
	return error;
}

void engine_paths(struct findings *findings)
{
	size_t i, j;

	/* rules stand behind those that hide them, so one walk in their order is enough */
	for (i = 0; i < findings->list.count && !findings->error; i++) {
		struct finding *high = LIST_AT(&findings->list, struct finding, i);
		const struct rule *rule;

		if (!high->subject.url ||
		    (high->status != STATUS_FAIL && high->status != STATUS_WARN &&
		     high->status != STATUS_UNKNOWN))
			continue;
		rule = rule_find(high->code);
		for (j = 0; j < i && !findings->error; j++) {
			const struct finding *low = LIST_AT(&findings->list, struct finding, j);

			if ((low->status == STATUS_FAIL || low->status == STATUS_BLOCKED) &&
			    low->subject.url && stands_behind(rule, low->code) &&
			    same_path(low, high) && add_blockers(high, low))
				findings->error = -ENOMEM;
		}
		if (high->blocked_by.count)
			hide(high);
	}
}
