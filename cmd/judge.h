/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From facts to an answer: what `check` and `judge` share.
 */
#ifndef CMD_JUDGE_H
#define CMD_JUDGE_H

#include "cmd/option.h"
#include "rules/facts.h"

/*
 * Judges facts of one or several machines, reports on stdout, and returns the exit status. Their
 * plans must agree.
 */
int judge_and_answer(const struct settings *settings, const struct facts *const *facts,
		     size_t count);

#endif
