/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Can neighbours of one piece be treated differently because the kernel picks legs by a hash of the
 * addresses? Where not, one look-up speaks for all of them.
 *
 * Only the check of a packet's source comes behind the choice of its leg (__mkroute_input(),
 * fib_validate_source()), and of the leg it takes its device alone: as the interface by which the
 * way back enters, for which policy rules may ask; and to tell whether the packet would leave by
 * where it came from, which decides whether sources are checked where rp_filter is off.
 */
#include "probes/proof_sheet.h"

#include "probes/system_file.h"
#include "rules/text.h"

#include <errno.h>
#include <stdio.h>

/* Below it the kernel keeps no IPv4 on a device and refuses what would leave there. */
#define IPV4_MTU_MIN 68

/* May a rule ask for packets that enter by `dev` (or its VRF)? NULL: by whichever device. */
static bool rules_ask_for(const struct facts *facts, const struct link_fact *dev)
{
	size_t i;

	for (i = 0; i < facts->rules.rules.count; i++) {
		const struct rule_fact *rule = LIST_AT(&facts->rules.rules, struct rule_fact, i);

		if (rule->l3mdev || rule->unknown_selectors.count)
			return true;
		if (rule->iif && (!dev || text_equal(rule->iif, dev->name) ||
				  text_equal(rule->iif, dev->master)))
			return true;
	}
	return false;
}

static bool device_matters(const struct sheet *sheet, const struct link_fact *dev)
{
	return !dev || dev->mtu < IPV4_MTU_MIN || text_equal(dev->name, sheet->iif) ||
	       rules_ask_for(sheet->proof->facts, dev);
}

static const struct link_fact *link_at(const struct facts *facts, uint32_t index)
{
	size_t i;

	for (i = 0; i < facts->links.links.count; i++) {
		const struct link_fact *link = LIST_AT(&facts->links.links, struct link_fact, i);

		if (link->index == index)
			return link;
	}
	return NULL;
}

bool sheet_hops_matter(const struct sheet *sheet, const struct hop *hops, size_t count)
{
	bool several = false, matter = false;
	size_t i;

	for (i = 1; i < count; i++)
		several |= hops[i].oif != hops[0].oif;
	for (i = 0; several && !matter && i < count; i++)
		matter = device_matters(sheet, link_at(sheet->proof->facts, hops[i].oif));
	return matter;
}

bool sheet_legs_matter(const struct sheet *sheet, const struct list *legs)
{
	bool several = false, matter = false;
	size_t i;

	for (i = 1; i < legs->count; i++)
		several |= !text_equal(LIST_AT(legs, struct next_hop, i)->dev,
				       LIST_AT(legs, struct next_hop, 0)->dev);
	for (i = 0; several && !matter && i < legs->count; i++)
		matter = device_matters(sheet, facts_link(sheet->proof->facts,
							  LIST_AT(legs, struct next_hop, i)->dev));
	return matter;
}

/* The filter is on where either switch is: IN_DEV_RPFILTER(). Unread counts as off. */
static bool filter_is_on(const char *dev)
{
	char path[128], digit[8];

	if ((size_t)snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/rp_filter", dev) >=
	    sizeof(path))
		return false;
	return system_file_read(path, digit, sizeof(digit)) > 0 && digit[0] >= '1' &&
	       digit[0] <= '9';
}

static bool any_leg_matters(const struct sheet *sheet)
{
	const struct facts *facts = sheet->proof->facts;
	size_t i;

	for (i = 0; i < facts->links.links.count; i++)
		if (LIST_AT(&facts->links.links, struct link_fact, i)->mtu < IPV4_MTU_MIN)
			return true;
	return rules_ask_for(facts, NULL) || !(filter_is_on("all") || filter_is_on(sheet->iif));
}

bool sheet_unknown_legs_matter(struct sheet *sheet)
{
	if (!sheet->unknown_legs.known) {
		sheet->unknown_legs.known = true;
		sheet->unknown_legs.matter = any_leg_matters(sheet);
	}
	return sheet->unknown_legs.matter;
}

/*
 * These come from routes, rules and the switch of forwarding, before any leg is picked; what the
 * check of the source refuses is -EXDEV or -EINVAL.
 */
bool sheet_refused_early(int error)
{
	return error == -EHOSTUNREACH || error == -ENETUNREACH || error == -EACCES;
}
