/* SPDX-License-Identifier: Apache-2.0 */
/* The interface of this machine that stands on the link's vSwitch, and what it tells. */
#include "rules/facts_link.h"

#include "rules/text.h"

#include <stdio.h>
#include <string.h>

#define ID_MAX 64

/* Words of somebody else's page are no ids. */
static bool is_id(const char *word, const char *prefix)
{
	return word && text_has_prefix(word, prefix) && strlen(word) > strlen(prefix) &&
	       strlen(word) < ID_MAX &&
	       strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") ==
		       strlen(word);
}

static bool is_placed(const struct metadata_interface *one)
{
	return is_id(one->vpc_id, "vpc-") && is_id(one->vswitch_id, "vsw-");
}

/* Of another VPC or region than the plan's: not the link's, whatever else fits. */
static bool contradicts(const struct facts *facts, const struct metadata_interface *one)
{
	const struct plan *plan = &facts->plan;

	return (plan->link.vpc_id && !text_equal(plan->link.vpc_id, one->vpc_id)) ||
	       (plan->link.vswitch_id && !text_equal(plan->link.vswitch_id, one->vswitch_id)) ||
	       (plan->region && facts->metadata.region &&
		!text_equal(plan->region, facts->metadata.region));
}

/* NULL: none is known to stand there. */
static const struct metadata_interface *link_interface(const struct facts *facts)
{
	const struct list *interfaces = &facts->metadata.interfaces;
	const struct metadata_interface *found = NULL;
	bool named = facts->plan.link.vswitch_id != NULL;
	size_t i;

	if (facts->metadata.section.state != FACT_OK ||
	    (!named && !text_equal(facts->plan.vantage, vantage_words[VANTAGE_VSWITCH_HOST])))
		return NULL;
	for (i = 0; i < interfaces->count; i++) {
		const struct metadata_interface *one =
			LIST_AT(interfaces, struct metadata_interface, i);

		if (named && !text_equal(one->vswitch_id, facts->plan.link.vswitch_id))
			continue;
		/* which of two is the link's is the user's to say */
		if (!is_placed(one) || contradicts(facts, one) ||
		    (found && !text_equal(found->vswitch_id, one->vswitch_id)))
			return NULL;
		if (!found)
			found = one;
	}
	return found;
}

const char *facts_link_vpc(const struct facts *facts)
{
	const struct metadata_interface *one;

	if (facts->plan.link.vpc_id)
		return facts->plan.link.vpc_id;
	one = link_interface(facts);
	return one ? one->vpc_id : NULL;
}

const char *facts_link_vswitch(const struct facts *facts)
{
	const struct metadata_interface *one;

	if (facts->plan.link.vswitch_id)
		return facts->plan.link.vswitch_id;
	one = link_interface(facts);
	return one ? one->vswitch_id : NULL;
}

const struct prefix *facts_link_cidr(const struct facts *facts)
{
	const struct metadata_interface *one;

	if (facts->plan.link.vswitch_cidr.known)
		return &facts->plan.link.vswitch_cidr;
	one = link_interface(facts);
	return one && one->vswitch_cidr.known ? &one->vswitch_cidr : NULL;
}

size_t facts_defaults(const struct facts *facts, struct facts_default out[FACTS_DEFAULTS_MAX])
{
	const struct plan *plan = &facts->plan;
	const struct prefix *cidr = facts_link_cidr(facts);
	char network[PREFIX_TEXT_MAX];
	const struct {
		const char *key, *value;
		bool planned;
	} rows[FACTS_DEFAULTS_MAX] = {
		{ "region", facts_region(facts), plan->region != NULL },
		{ "link.vpc_id", facts_link_vpc(facts), plan->link.vpc_id != NULL },
		{ "link.vswitch_id", facts_link_vswitch(facts), plan->link.vswitch_id != NULL },
		{ "link.vswitch_cidr", cidr ? prefix_print(cidr, network) : NULL,
		  plan->link.vswitch_cidr.known },
	};
	size_t i, count = 0;

	for (i = 0; i < FACTS_DEFAULTS_MAX; i++) {
		if (rows[i].planned || !rows[i].value)
			continue;
		out[count].key = rows[i].key;
		(void)snprintf(out[count].value, sizeof(out[count].value), "%s", rows[i].value);
		count++;
	}
	return count;
}
