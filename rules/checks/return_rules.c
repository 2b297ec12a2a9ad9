/* SPDX-License-Identifier: Apache-2.0 */
/* What the return rules share: types of routes that refuse, and how answers are grouped. */
#include "rules/checks/return_rules.h"

#include "rules/text.h"

#include <string.h>

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
