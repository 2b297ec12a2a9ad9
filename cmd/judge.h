/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From facts to an answer: what `check` and `judge` share.
 */
#ifndef CMD_JUDGE_H
#define CMD_JUDGE_H

#include "cmd/option.h"
#include "cmd/report.h"
#include "rules/facts.h"

/*
 * Judges facts of one or several machines, reports on stdout, and returns the exit status. Their
 * plans must agree.
 */
int judge_and_answer(const struct settings *settings, const struct facts *const *facts,
		     size_t count);
/*
 * The judgement of a join, and of the age of its facts where `max_age` is given. Release it in any
 * case.
 */
int judge_join(struct join *join, const struct duration *max_age, struct judgement *judgement,
	       struct fault *fault);
/* Saved facts; `facts` was initialised. Errors name the path. */
int judge_read(const char *path, struct facts *facts, struct fault *fault);
void judge_report_options(const struct settings *settings, struct report_options *options);

#endif
