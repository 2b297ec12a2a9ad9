/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two interfaces in the subnet of a service address, and either answers ARP for the other (RT-17).
 *
 * Linux answers on any interface for any of its addresses unless arp_filter or arp_ignore says
 * otherwise (kernel documentation, ip-sysctl): the gateway then learns now one, now the other.
 */
#include "rules/checks/checks.h"

/* Addresses that can meet in ARP: not of a /32, not of loopback or a point-to-point link. */
static const struct link_fact *arp_link(const struct facts *facts,
					const struct address_fact *address)
{
	const struct link_fact *link = address->dev ? facts_link(facts, address->dev) : NULL;

	if (!link || !link->up || link->loopback || link->point_to_point)
		return NULL;
	if (!text_equal(link->type, "ether") || address->length >= 31 || !address->length)
		return NULL;
	return link;
}

/* A value of 1 or more in conf/all or conf/DEV keeps an interface from answering for others. */
static bool is_held_back(const struct facts *facts, const char *dev, bool *known)
{
	uint32_t filter = 0, ignore = 0;

	*known = facts_conf_max(facts, dev, "arp_filter", &filter) &&
		 facts_conf_max(facts, dev, "arp_ignore", &ignore);
	return filter || ignore;
}

static bool carries_service(const struct facts *facts, const struct prefix *subnet)
{
	size_t i;

	for (i = 0; i < facts->services.services.count; i++) {
		const struct service_fact *service =
			LIST_AT(&facts->services.services, struct service_fact, i);

		if (service->local && service->address.family == ADDRESS_IPV4 &&
		    prefix_contains(subnet, address_ipv4(&service->address)))
			return true;
	}
	return false;
}

static void add_warning(const struct address_fact *one, const struct address_fact *other,
			const struct prefix *subnet, struct findings *out)
{
	struct finding *finding = findings_add(out, STATUS_WARN);
	char text[PREFIX_TEXT_MAX], first[ADDRESS_TEXT_MAX], second[ADDRESS_TEXT_MAX];

	if (!finding)
		return;
	prefix_print(subnet, text);
	address_print(&one->address, first);
	address_print(&other->address, second);
	finding->subject.prefix = *subnet;
	finding_cause(out, finding, "RT-17");
	finding_message(out, finding,
			"%s and %s are both in %s and answer ARP for each other's addresses",
			one->dev, other->dev, text);
	finding_expected(out, finding, "arp_ignore or arp_filter set on both, or one subnet each");
	finding_evidence(out, finding, "/addresses/addresses", "%s/%u dev %s, %s/%u dev %s", first,
			 one->length, one->dev, second, other->length, other->dev);
	finding_evidence(out, finding, "/sysctls/sysctls",
			 "arp_ignore = 0 and arp_filter = 0 on %s", one->dev);
	finding_remedy(out, finding, "linux",
		       "sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2");
}

/* Is this pair one that flux can come from? */
static bool is_pair(const struct facts *facts, const struct address_fact *one,
		    const struct address_fact *other, const struct prefix *subnet)
{
	const struct link_fact *left = arp_link(facts, one), *right = arp_link(facts, other);
	bool known_left, known_right, held_left, held_right;

	if (!left || !right || text_equal(one->dev, other->dev))
		return false;
	if (left->master && text_equal(left->master, right->master))
		return false;
	if (!prefix_contains(subnet, address_ipv4(&other->address)))
		return false;
	held_left = is_held_back(facts, one->dev, &known_left);
	held_right = is_held_back(facts, other->dev, &known_right);
	return known_left && known_right && !(held_left && held_right);
}

static bool was_told(const struct findings *out, size_t from, const struct prefix *subnet)
{
	size_t i;

	for (i = from; i < out->list.count; i++)
		if (prefix_equal(&LIST_AT(&out->list, struct finding, i)->subject.prefix, subnet))
			return true;
	return false;
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct facts *facts = context->facts;
	const struct list *addresses = &facts->addresses.addresses;
	size_t i, j, from = out->list.count;

	for (i = 0; i < addresses->count; i++) {
		const struct address_fact *one = LIST_AT(addresses, struct address_fact, i);
		struct prefix subnet = prefix_make(address_ipv4(&one->address), one->length);

		if (!arp_link(facts, one) || !carries_service(facts, &subnet))
			continue;
		for (j = 0; j < addresses->count; j++) {
			const struct address_fact *other =
				LIST_AT(addresses, struct address_fact, j);

			if (i == j || !is_pair(facts, one, other, &subnet) ||
			    was_told(out, from, &subnet))
				continue;
			add_warning(one, other, &subnet, out);
		}
	}
}

const struct rule rule_arp_flux_free = {
	.code = "arp-flux-free",
	.area = "host",
	.title = "no other interface answers ARP for a service address",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_LINKS) | SECTION_BIT(SECTION_ADDRESSES) |
		 SECTION_BIT(SECTION_SYSCTLS) | SECTION_BIT(SECTION_SERVICES),
	.vantages = VANTAGE_HOST,
	.causes = { "RT-17" },
	.why = "with two interfaces in one subnet either answers ARP for both addresses; the "
	       "gateway learns now one, now the other, and connections break from time to time",
	.evidence = "addresses of interfaces in one subnet with a service address, arp_ignore and "
		    "arp_filter (the larger of all and the interface)",
	.remedies = {
		{ "linux", "sysctl -w net.ipv4.conf.all.arp_ignore=1 "
			   "net.ipv4.conf.all.arp_announce=2" },
		{ "network", "give each interface a subnet of its own" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.eval = evaluate,
};
