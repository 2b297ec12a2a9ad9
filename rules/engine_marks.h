/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is lost for marked packets alone: the engine's answer for the rule over marks.
 *
 * Class rules see proofs with mark 0. A proof with another mark is compared with that of the same
 * service and interface: addresses that a class rule fails for with the mark, and for which no
 * class rule fails without it.
 */
#ifndef RULES_ENGINE_MARKS_H
#define RULES_ENGINE_MARKS_H

#include "rules/rule.h"

struct marked_loss {
	const struct class_fact *example;   /* the first class lost; tells service, iif, mark */
	size_t example_index;               /* its place in routes.classes, or vswitch_classes */
	const struct service_fact *service; /* NULL when services are not there */
	const struct rule *rule;            /* that fails for the first class */
	bool vswitch;                       /* of the vSwitch CIDR */
	struct span_set addresses;
};

struct marked_losses {
	struct marked_loss *items; /* in the order of the facts */
	size_t count;
};

/* Fills `losses`, which marked_losses_release() frees. 0 or -ENOMEM (then nothing is held). */
int engine_marked_losses(const struct rule_context *context, struct marked_losses *losses);
void marked_losses_release(struct marked_losses *losses);

#endif
