/* SPDX-License-Identifier: Apache-2.0 */
/* Network ACLs, compiled; see admission_acls.h. */
#include "rules/admission_acls.h"

#include "rules/admission_words.h"

#define PREFIX_LIST "pl-"

static void add_peers(const struct acl_question *question, const struct acl_rule_fact *rule,
		      struct admission_side *side)
{
	if (rule->peer && text_has_prefix(rule->peer, PREFIX_LIST))
		words_add_list(side, &question->facts->prefix_lists, rule->peer, words_add_peers);
	else
		words_add_peers(side, rule->peer);
}

static int compile(const struct acl_question *question, const struct acl_rule_fact *rule,
		   uint32_t place, struct list *atoms)
{
	struct admission_sides sides = { .peers = { .doubt = false } };
	struct admission_atom like = { .rank = place, .rule = place };
	enum admission_match tcp = words_are_tcp(rule->protocol);
	bool wide;

	like.admits = words_are(rule->policy, "accept") ||
		      (!words_are(rule->policy, "drop") && question->hopeful);
	wide = like.admits == question->hopeful;
	if (words_are(rule->family, "ipv6") || tcp == MATCH_NO || (tcp == MATCH_DOUBT && !wide))
		return 0;
	add_peers(question, rule, &sides.peers);
	if (rule->ports || !words_are(rule->protocol, "all"))
		words_add_ports(&sides.ports, rule->ports);
	else
		side_add(&sides.ports, 0, ADMISSION_PORTS);
	side_add(&sides.peer_ports, 0, ADMISSION_PORTS);
	return sides_add(&sides, &like, wide, atoms);
}

int admission_acls(const struct acl_question *question, struct list *atoms)
{
	const struct list *rules = question->outwards ? &question->acl->egress :
							&question->acl->ingress;
	size_t i;
	int error = 0;

	for (i = 0; i < rules->count && !error; i++)
		error = compile(question, LIST_AT(rules, struct acl_rule_fact, i), (uint32_t)i,
				atoms);
	return error;
}
