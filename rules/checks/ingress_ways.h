/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way in, where it may be one of several: nothing declared, and more than one interface on
 * which requests could arrive. Vocabulary of the ingress rules; it owns no rule.
 */
#ifndef RULES_CHECKS_INGRESS_WAYS_H
#define RULES_CHECKS_INGRESS_WAYS_H

#include "rules/checks/return_words.h"

/* The entry of routes.ingress that refuses these requests, on whichever interface; NULL: none. */
const struct ingress_fact *ingress_refused(const struct class_view *view);
/* Do the interfaces differ (or was one of them not asked)? What refuses proves nothing then. */
bool ingress_is_open(const struct class_view *view);
/* The answer of a rule to whose refusal an open way in leads: `unknown`, by that interface. */
void ingress_answer_open(const struct rule_context *context, const struct class_view *view,
			 struct class_answer *answer);

/* Evidence: what the kernel answered; NULL adds nothing. */
void say_ingress(const struct say *say, const struct ingress_fact *entry);
/*
 * Message, evidence and what would settle it, for an open way in. `how`: by what the refusing
 * interface refuses.
 */
void say_ingress_open(const struct say *say, const char *how);

#endif
