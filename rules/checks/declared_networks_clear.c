/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Do the networks that the plan declares, of the data center and of the link, keep clear of the
 * range (OVL-16)?
 * Networks that only touch it, or lie elsewhere in 100.64.0.0/10, are no concern (OVL-15).
 */
#include "rules/checks/checks.h"

#include <inttypes.h>

static const char *skip(const struct rule_context *context)
{
	const struct plan *plan = &context->facts->plan;

	if (plan->state == FACT_DENIED || plan->state == FACT_FAILED)
		return NULL;
	if (plan->datacenter.cidrs.count || plan->link.vswitch_cidr.known ||
	    plan->link.gitlab_ip.family || plan->link.other_ips.count)
		return NULL;
	return "the plan declares no networks (datacenter.cidrs, link)";
}

/* `name`: the key that declares it, as plan and findings spell it. */
static void judge_network(const struct prefix *network, const char *name, const char *pointer,
			  struct findings *out)
{
	uint32_t first = prefix_first(network), last = prefix_last(network);
	char text[PREFIX_TEXT_MAX], range[PREFIX_TEXT_MAX], percent[48];
	struct finding *finding;
	uint32_t count;

	if (!prefix_overlaps(network, &reverse_range))
		return;
	finding = findings_add(out, STATUS_FAIL);
	if (!finding)
		return;
	if (first < prefix_first(&reverse_range))
		first = prefix_first(&reverse_range);
	if (last > prefix_last(&reverse_range))
		last = prefix_last(&reverse_range);
	count = last - first + 1;
	share_print(count, REVERSE_RANGE_SIZE, percent, sizeof(percent));
	finding->subject.prefix = *network;
	finding->share = (struct share){ .known = true, .addresses = count };
	finding_cause(out, finding, "OVL-16");
	prefix_print(network, text);
	prefix_print(&reverse_range, range);
	finding_message(out, finding, "declared network %s takes %s of %s", text, percent, range);
	finding_expected(out, finding, "no declared network overlaps %s", range);
	finding_evidence(out, finding, pointer, "%s names %s", name, text);
	finding_remedy(out, finding, "address plan",
		       "renumber %s, or translate it at the edge; reserve %s in the address plan",
		       text, range);
}

static void judge_address(const struct address *address, const char *name, const char *pointer,
			  struct findings *out)
{
	struct prefix network = { .known = true, .length = 32 };

	if (address->family != ADDRESS_IPV4)
		return;
	network.address = address_ipv4(address);
	judge_network(&network, name, pointer, out);
}

/* The addresses of the link: whatever comes from the range would come from themselves. */
static void judge_link(const struct plan_link *link, struct findings *out)
{
	char pointer[64];
	struct address address;
	size_t i;

	if (link->vswitch_cidr.known)
		judge_network(&link->vswitch_cidr, "link.vswitch_cidr", "/plan/link/vswitch_cidr",
			      out);
	judge_address(&link->gitlab_ip, "link.gitlab_ip", "/plan/link/gitlab_ip", out);
	for (i = 0; i < link->other_ips.count; i++) {
		pointer_print(pointer, sizeof(pointer), "/plan/link/other_ips", i);
		if (!address_parse(link->other_ips.items[i], &address))
			judge_address(&address, "link.other_ips", pointer, out);
	}
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct strings *networks = &context->facts->plan.datacenter.cidrs;
	char pointer[64];
	size_t i;

	for (i = 0; i < networks->count; i++) {
		struct prefix network = { .known = false };
		struct finding *finding;

		pointer_print(pointer, sizeof(pointer), "/plan/datacenter/cidrs", i);
		if (!prefix_parse_loose(networks->items[i], &network)) {
			judge_network(&network, "datacenter.cidrs", pointer, out);
			continue;
		}
		finding = findings_add(out, STATUS_UNKNOWN);
		finding_message(out, finding, "declared network '%s' is no IPv4 prefix",
				networks->items[i]);
		finding_settle(out, finding, "reachback check --plan FILE");
		finding_evidence(out, finding, pointer, "%s", networks->items[i]);
	}
	judge_link(&context->facts->plan.link, out);
}

const struct rule rule_declared_networks_clear = {
	.code = "declared-networks-clear",
	.area = "overlap",
	.title = "no declared network overlaps the range",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_PLAN),
	.vantages = VANTAGE_EVERY,
	.causes = { "OVL-16" },
	.why = "replies to addresses that another network owns stay inside it and "
	       "never reach the virtual border router, wherever the route for the range points",
	.evidence = "the plan's datacenter.cidrs and the networks and addresses of its link "
		    "against the range; prefixes that only touch it pass",
	.remedies = {
		{ "address plan", "renumber the network or translate it at the edge, and reserve "
				  "100.104.0.0/16 in the address plan" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = skip,
	.eval = evaluate,
};
