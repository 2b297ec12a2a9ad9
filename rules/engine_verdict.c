/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From findings to one word: the verdict of this machine, the verdict of the gate, and the exit
 * status that follows. See the design, "words".
 */
#include "rules/engine.h"

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

void judgement_settle(struct judgement *judgement)
{
	bool failed = false, unknown = false, risky = false;
	size_t i;

	memset(judgement->counts, 0, sizeof(judgement->counts));
	for (i = 0; i < judgement->findings.list.count; i++) {
		const struct finding *finding =
			LIST_AT(&judgement->findings.list, struct finding, i);
		int status = counted_status(finding);

		judgement->counts[finding->status]++;
		failed = failed || status == STATUS_FAIL;
		unknown = unknown || (status == STATUS_UNKNOWN &&
				      finding->severity == SEVERITY_BLOCKER);
		risky = risky || status == STATUS_WARN;
	}
	judgement->verdict = failed    ? VERDICT_NOT_READY
			     : unknown ? VERDICT_UNDETERMINED
			     : risky   ? VERDICT_RISKS
				       : VERDICT_READY;
	judgement->gate = judgement->verdict;
	if (!failed && judgement->missing.count)
		judgement->gate = VERDICT_UNDETERMINED;
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
	for (i = 0; i < judgement->missing.count; i++) {
		struct gate_missing *missing =
			LIST_AT(&judgement->missing, struct gate_missing, i);

		free(missing->vantage);
		free(missing->what);
		free(missing->needs);
		free(missing->command);
		strings_release(&missing->evidence);
	}
	free(judgement->missing.items);
	memset(judgement, 0, sizeof(*judgement));
}
