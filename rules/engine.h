/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine: runs the rule table over facts, and says ready or not.
 *
 * It owns the policy that no rule may decide: `unknown` where a section is missing, `blocked` where
 * an earlier cause holds, `skipped` where a rule does not apply, acceptance, verdict and gate.
 */
#ifndef RULES_ENGINE_H
#define RULES_ENGINE_H

#include "rules/rule.h"

enum verdict {
	VERDICT_READY,
	VERDICT_RISKS,
	VERDICT_NOT_READY,
	VERDICT_UNDETERMINED,
	VERDICT_COUNT
};
extern const char *const verdict_words[VERDICT_COUNT + 1]; /* "ready", "ready-with-risks" ... */

struct gate_missing {
	char *vantage;
	char *what;    /* in two to four words: "security groups" */
	char *needs;   /* the same in full */
	char *command; /* what would supply it; NULL when nothing of this program can yet */
	struct strings evidence; /* hints seen here, e.g. of a packet filter */
	bool needed;   /* the gate is undetermined without it; else it is told, and no more */
	bool accepted; /* the plan takes it upon itself: counts as a warn */
	char *host;    /* of rules that stayed undecided there (rules/gate_open.c) */
	bool open;     /* made by gate_open() */
	bool traced;   /* traces of the GitLab host would do in its stead */
};

void gate_missing_release(struct gate_missing *missing);

struct judgement {
	enum vantage vantage;
	char *vantage_reason;
	struct strings vantage_notes; /* MET-07 and the like */
	struct strings notes;         /* "acceptance of X expired on ..." */
	struct findings findings;
	uint32_t counts[STATUS_COUNT];
	enum verdict verdict;
	enum verdict gate;
	struct list missing; /* struct gate_missing */
};

/*
 * Judges one machine's facts. `today` is "YYYY-MM-DD" for accept.until (the present, given by the
 * caller because this layer has no clock); NULL: the facts' own day. 0, -ENOMEM, or -EPROTO when a
 * rule broke its contract (an internal error).
 */
int engine_judge(const struct facts *facts, const char *today, struct judgement *judgement,
		 struct fault *fault);
/* The same among several machines: what the cloud told one of them all may know. */
int engine_judge_among(const struct facts *facts, const struct rule_company *company,
		       const char *today, struct judgement *judgement, struct fault *fault);
void judgement_release(struct judgement *judgement);
/*
 * Counts, verdict and gate anew, from findings and what is missing (after findings were added or
 * accepted); lists in `missing` which rules stayed undecided. 0 or -ENOMEM.
 */
int judgement_settle(struct judgement *judgement);
/* The monitoring-plugin number: 0, 2, 3; 1 for risks when `strict`. */
int verdict_exit(enum verdict verdict, bool strict);

#endif
