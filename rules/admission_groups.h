/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Security groups as atoms of rules/admission.h.
 *
 * As the vendor documents it (security group rules): the rules of all groups of an interface are
 * pooled; the smallest priority number decides; of equal ones a drop; where none matches, a basic
 * group refuses what comes in and admits what goes out, an advanced ("enterprise") one refuses
 * both; members of a basic group whose inner policy is Accept reach each other before any rule.
 */
#ifndef RULES_ADMISSION_GROUPS_H
#define RULES_ADMISSION_GROUPS_H

#include "rules/admission.h"
#include "rules/admission_words.h"
#include "rules/facts_cloud_groups.h"

/* Members of the group admit each other: no rule of its own. */
#define ADMISSION_MEMBERS (ADMISSION_NO_RULE - 1)

struct group_question {
	const struct groups_facts *facts;
	const struct strings *groups; /* ids: all groups of the interface */
	struct address local;         /* the interface's address that is spoken to */
	bool outwards;                /* what goes out, else what comes in */
	/*
	 * How doubts are taken: what was not understood or not read admits as much as it could
	 * (true) or refuses as much (false).
	 */
	bool hopeful;
};

/*
 * Atoms of the TCP rules; the caller releases them. Groups that are not FACT_OK are left out: the
 * caller has looked at that before. 0 or -ENOMEM.
 */
int admission_groups(const struct group_question *question, struct list *atoms);

/* The rule that an atom is named after, and its group; NULL for the default and for members. */
const struct group_rule_fact *admission_group_rule(const struct groups_facts *facts, uint32_t rule,
						   const struct group_fact **group);
/* "/groups/groups/1/rules/4"; "/groups/groups" for the default. */
void admission_group_pointer(const struct groups_facts *facts, uint32_t rule, char *text,
			     size_t size);

/* Peers of one rule; of a group as the source, its members that are known. */
void group_rule_peers(const struct groups_facts *facts, const struct group_rule_fact *rule,
		      bool outwards, struct admission_side *side);
/* Destination ports of one rule. */
void group_rule_ports(const struct groups_facts *facts, const struct group_rule_fact *rule,
		      struct admission_side *side);

#endif
