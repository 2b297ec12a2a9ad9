/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds out whether tables local and main are one trie, by asking for addresses of this machine:
 * where the kernel answers "local" from table main, they are. No dump tells this.
 */
#include "probes/proof.h"

#include <linux/rtnetlink.h>
#include <string.h>

struct asked {
	const struct facts *facts;
	struct route_message message;
	bool merged;
};

static const struct address_fact *address_at(const struct asked *asked, size_t index)
{
	return LIST_AT(&asked->facts->addresses.addresses, struct address_fact, index);
}

static void ask(size_t index, struct lookup_tuple *tuple, void *data)
{
	tuple->destination = address_ipv4(&address_at(data, index)->address);
}

static int take_answer(size_t index, const struct nlmsghdr *header, int error, void *data)
{
	struct asked *asked = data;
	int code;

	(void)index;
	(void)error;
	if (!header)
		return 0;
	code = route_message_decode(header, &asked->message);
	if (!code && asked->message.type == RTN_LOCAL && asked->message.table == RT_TABLE_MAIN)
		asked->merged = true;
	return code;
}

/* Rule priorities 0, 32766 and 32767: what the kernel starts with. */
static bool rules_are_the_kernels(const struct rules_facts *rules)
{
	static const uint32_t tables[] = { RT_TABLE_LOCAL, RT_TABLE_MAIN, RT_TABLE_DEFAULT };
	size_t i;

	if (rules->rules.count != sizeof(tables) / sizeof(tables[0]))
		return false;
	for (i = 0; i < rules->rules.count; i++)
		if (LIST_AT(&rules->rules, struct rule_fact, i)->table != tables[i])
			return false;
	return true;
}

int proof_tables_merged(const struct facts *facts, struct lookup *lookup, bool *merged,
			struct fault *fault)
{
	struct asked asked = { .facts = facts };
	struct lookup_run run = { .count = facts->addresses.addresses.count, .ask = ask,
				  .answer = take_answer, .data = &asked };
	int code = 0;

	if (rules_are_the_kernels(&facts->rules))
		code = lookup_all(lookup, &run, fault);
	hops_release(&asked.message.hops);
	*merged = asked.merged;
	return code;
}
