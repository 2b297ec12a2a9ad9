/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Acceptance: a fail or an unknown that the user knows and takes upon himself, with a reason, for a
 * subject, up to a day. The status stays; only the verdict counts it as a warn.
 */
#include "rules/engine_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DAY_LENGTH 10 /* YYYY-MM-DD: text order is the order of days */
#define SUBJECT_LIMIT ((size_t)4 * 1024 * 1024)

enum validity { ACCEPT_VALID, ACCEPT_EXPIRED, ACCEPT_UNDATED };

static enum validity validity_of(const struct plan_accept *accept, const char *today)
{
	if (!accept->until)
		return ACCEPT_VALID;
	if (!today || strnlen(today, DAY_LENGTH) < DAY_LENGTH)
		return ACCEPT_UNDATED;
	return strncmp(today, accept->until, DAY_LENGTH) <= 0 ? ACCEPT_VALID : ACCEPT_EXPIRED;
}

/* 1: it is the one that was meant, 0: it is not. */
static int matches(const struct plan_accept *accept, const struct finding *finding)
{
	struct text subject;
	int error, found;

	if (!text_equal(accept->code, finding->code))
		return 0;
	if (finding->status != STATUS_FAIL && finding->status != STATUS_UNKNOWN)
		return 0;
	if (!accept->subject)
		return 1;
	text_init(&subject, SUBJECT_LIMIT);
	subject_print(&finding->subject, &subject);
	error = text_error(&subject);
	found = strstr(text_string(&subject), accept->subject) != NULL;
	text_release(&subject);
	return error == -ENOMEM ? -ENOMEM : found;
}

static int accept_finding(const struct plan_accept *accept, struct finding *finding)
{
	const char *reason = accept->reason ? accept->reason : "no reason given";

	if (finding->accepted.reason)
		return 0;
	finding->accepted.reason = text_clean(reason, strlen(reason));
	if (accept->until)
		finding->accepted.until = text_copy(accept->until);
	if (!finding->accepted.reason || (accept->until && !finding->accepted.until))
		return -ENOMEM;
	return 0;
}

static int accept_all(const struct plan_accept *accept, struct judgement *judgement)
{
	size_t i;

	for (i = 0; i < judgement->findings.list.count; i++) {
		struct finding *finding =
			LIST_AT(&judgement->findings.list, struct finding, i);
		int found = matches(accept, finding);

		if (found > 0)
			found = accept_finding(accept, finding);
		if (found < 0)
			return found;
	}
	return 0;
}

static int add_note(const struct plan_accept *accept, const char *what, struct judgement *judgement)
{
	struct text note;
	int error;

	text_init(&note, 4 * TEXT_FOREIGN_MAX + 256);
	text_add(&note, "acceptance of '");
	text_add_clean(&note, accept->code ? accept->code : "", TEXT_FOREIGN_MAX);
	text_add(&note, "'");
	if (accept->subject) {
		text_add(&note, " for '");
		text_add_clean(&note, accept->subject, TEXT_FOREIGN_MAX);
		text_add(&note, "'");
	}
	text_addf(&note, " %s", what);
	if (accept->until)
		text_addf(&note, " (until %s)", accept->until);
	error = text_error(&note);
	if (!error)
		error = strings_add(&judgement->notes, text_string(&note));
	text_release(&note);
	return error;
}

int engine_accept(const struct facts *facts, const char *today, struct judgement *judgement)
{
	const struct plan *plan = &facts->plan;
	size_t i;
	int error = 0;

	if (!today)
		today = facts->started;
	for (i = 0; plan->state == FACT_OK && i < plan->accept.count && !error; i++) {
		const struct plan_accept *accept =
			LIST_AT(&plan->accept, struct plan_accept, i);
		enum validity validity = validity_of(accept, today);

		if (!accept->code || !rule_find(accept->code))
			error = add_note(accept, "names no rule: see reachback rules", judgement);
		else if (validity == ACCEPT_EXPIRED)
			error = add_note(accept, "has expired and is void", judgement);
		else if (validity == ACCEPT_UNDATED)
			error = add_note(accept, "is void: today is not known", judgement);
		else
			error = accept_all(accept, judgement);
	}
	return error;
}

const struct plan_accept *engine_accepts_need(const struct facts *facts, const char *today,
					      const char *code, const char *subject)
{
	const struct plan *plan = &facts->plan;
	size_t i;

	if (!today)
		today = facts->started;
	for (i = 0; plan->state == FACT_OK && i < plan->accept.count; i++) {
		const struct plan_accept *accept =
			LIST_AT(&plan->accept, struct plan_accept, i);

		if (text_equal(accept->code, code) &&
		    (!accept->subject || strstr(subject, accept->subject)) &&
		    validity_of(accept, today) == ACCEPT_VALID)
			return accept;
	}
	return NULL;
}
