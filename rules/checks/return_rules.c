/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the return rules share: the order in which they claim a class, and how answers are grouped.
 */
#include "rules/checks/return_rules.h"

#include "rules/checks/return_path.h"
#include "rules/text.h"

#include <string.h>

static const struct rule *const path_rules[] = {
	&rule_overlap_local_address,
	&rule_overlap_connected_network,
	&rule_overlap_container_network,
	&rule_overlap_overlay_tunnel,
	&rule_overlap_wan,
	&rule_return_route_not_refused,
	&rule_return_route_not_diverted,
	&rule_return_route_metric,
	&rule_return_route_legs,
	&rule_return_next_hop_alive,
	&rule_return_route_partial,
	&rule_return_route_present,
	&rule_return_next_hop,
};

bool return_is_wrong(const struct rule_context *context, const struct class_view *view)
{
	size_t i;

	for (i = 0; i < sizeof(path_rules) / sizeof(path_rules[0]); i++) {
		struct class_answer answer;

		memset(&answer, 0, sizeof(answer));
		path_rules[i]->judge_class(context, view, &answer);
		if (answer.status == STATUS_FAIL)
			return true;
	}
	return false;
}

bool return_type_refuses(const char *type)
{
	static const char *const types[] = { "blackhole", "unreachable", "prohibit", "throw" };
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (text_equal(type, types[i]))
			return true;
	return false;
}

void return_answer(struct class_answer *answer, const char *cause)
{
	answer->status = STATUS_FAIL;
	memcpy(answer->causes[0], cause, strlen(cause) + 1);
}

void return_answer_by_hop(const struct rule_context *context, const struct list *hops,
			  struct class_answer *answer)
{
	const struct next_hop *hop;

	if (hops->count == 0)
		return;
	hop = LIST_AT(hops, struct next_hop, 0);
	answer->detail = address_ipv4(&hop->via);
	if (hop->dev && context->facts->links.section.state == FACT_OK)
		answer->owner = facts_link(context->facts, hop->dev);
}
