/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From findings to one word: the verdict of this machine, the verdict of the gate, and the exit
 * status that follows. See the design, "words".
 */
#include "rules/engine.h"

#include "rules/engine_internal.h"

#include <stdlib.h>
#include <string.h>

const char *const verdict_words[VERDICT_COUNT + 1] = {
	[VERDICT_READY] = "ready",
	[VERDICT_RISKS] = "ready-with-risks",
	[VERDICT_NOT_READY] = "not-ready",
	[VERDICT_UNDETERMINED] = "undetermined",
};

/* What an accepted fail or unknown counts as is a warn. */
static int counted_status(const struct finding *finding)
{
	bool accepted = finding->accepted.reason &&
			(finding->status == STATUS_FAIL || finding->status == STATUS_UNKNOWN);

	return accepted ? STATUS_WARN : finding->status;
}

static bool is_unknown_blocker(const struct finding *finding)
{
	return counted_status(finding) == STATUS_UNKNOWN && finding->severity == SEVERITY_BLOCKER;
}

bool gate_is_open(const struct finding *finding)
{
	return is_unknown_blocker(finding) && !finding->decided;
}

static enum verdict verdict_of(bool failed, bool unknown, bool risky)
{
	if (failed)
		return VERDICT_NOT_READY;
	if (unknown)
		return VERDICT_UNDETERMINED;
	return risky ? VERDICT_RISKS : VERDICT_READY;
}

int judgement_settle(struct judgement *judgement)
{
	bool failed = false, unknown = false, risky = false, open = false, accepted = false;
	int error = gate_open(judgement);
	size_t i;

	memset(judgement->counts, 0, sizeof(judgement->counts));
	for (i = 0; i < judgement->findings.list.count; i++) {
		const struct finding *finding =
			LIST_AT(&judgement->findings.list, struct finding, i);
		int status = counted_status(finding);

		judgement->counts[finding->status]++;
		failed = failed || status == STATUS_FAIL;
		unknown = unknown || is_unknown_blocker(finding);
		open = open || gate_is_open(finding);
		risky = risky || status == STATUS_WARN;
	}
	for (i = 0; i < judgement->missing.count; i++) {
		const struct gate_missing *missing =
			LIST_AT(&judgement->missing, struct gate_missing, i);

		open = open || missing->needed;
		accepted = accepted || missing->accepted;
	}
	judgement->verdict = verdict_of(failed, unknown, risky);
	judgement->gate = verdict_of(failed, open, risky || accepted);
	return error;
}

int verdict_exit(enum verdict verdict, bool strict)
{
	switch (verdict) {
	case VERDICT_READY:
		return 0;
	case VERDICT_RISKS:
		return strict ? 1 : 0;
	case VERDICT_NOT_READY:
		return 2;
	case VERDICT_UNDETERMINED:
	case VERDICT_COUNT:
		break;
	}
	return 3;
}

void judgement_release(struct judgement *judgement)
{
	size_t i;

	free(judgement->vantage_reason);
	strings_release(&judgement->vantage_notes);
	strings_release(&judgement->notes);
	findings_release(&judgement->findings);
	for (i = 0; i < judgement->missing.count; i++)
		gate_missing_release(LIST_AT(&judgement->missing, struct gate_missing, i));
	free(judgement->missing.items);
	memset(judgement, 0, sizeof(*judgement));
}
