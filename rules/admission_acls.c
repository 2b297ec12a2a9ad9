/* SPDX-License-Identifier: Apache-2.0 */
/* Network ACLs, compiled; see admission_acls.h. */
#include "rules/admission_acls.h"

#include "rules/admission_words.h"

#include <errno.h>
#include <string.h>

#define PREFIX_LIST "pl-"

static void add_peers(const struct acl_question *question, const struct acl_rule_fact *rule,
		      struct admission_side *side)
{
	const struct named_list_fact *list;
	size_t i;

	if (!rule->peer || strncmp(rule->peer, PREFIX_LIST, strlen(PREFIX_LIST)) != 0) {
		words_add_peers(side, rule->peer);
		return;
	}
	list = groups_list(&question->facts->prefix_lists, rule->peer);
	if (!list || list->state != FACT_OK) {
		side->doubt = true;
		return;
	}
	for (i = 0; i < list->entries.count; i++)
		words_add_peers(side, list->entries.items[i]);
}

static int add_boxes(const struct admission_side *peers, const struct admission_side *ports,
		     const struct admission_atom *like, struct list *atoms)
{
	size_t i, j;

	for (i = 0; i < peers->spans.count; i++) {
		for (j = 0; j < ports->spans.count; j++) {
			struct admission_atom *atom = list_add(atoms, sizeof(*atom));

			if (!atom)
				return -ENOMEM;
			*atom = *like;
			atom->peers = *LIST_AT(&peers->spans, struct span, i);
			atom->ports = *LIST_AT(&ports->spans, struct port_span, j);
		}
	}
	return 0;
}

static int compile(const struct acl_question *question, const struct acl_rule_fact *rule,
		   uint32_t place, struct list *atoms)
{
	struct admission_side peers = { .doubt = false }, ports = { .doubt = false };
	struct admission_atom like = { .peer_ports = { 0, ADMISSION_PORTS }, .rank = place,
				       .rule = place };
	enum admission_match tcp = words_are_tcp(rule->protocol);
	bool wide;
	int error;

	like.admits = words_are(rule->policy, "accept") ||
		      (!words_are(rule->policy, "drop") && question->hopeful);
	wide = like.admits == question->hopeful;
	if (words_are(rule->family, "ipv6") || tcp == MATCH_NO || (tcp == MATCH_DOUBT && !wide))
		return 0;
	add_peers(question, rule, &peers);
	if (rule->ports || !words_are(rule->protocol, "all"))
		words_add_ports(&ports, rule->ports);
	else
		side_add(&ports, 0, ADMISSION_PORTS);
	if (peers.doubt && wide)
		side_add(&peers, 0, UINT32_MAX);
	if (ports.doubt && wide)
		side_add(&ports, 0, ADMISSION_PORTS);
	error = peers.error ? peers.error : ports.error;
	if (!error)
		error = add_boxes(&peers, &ports, &like, atoms);
	side_release(&peers);
	side_release(&ports);
	return error;
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
