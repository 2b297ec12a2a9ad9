/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Do the networks that the plan declares for the data center keep clear of the range (OVL-16)?
 * Networks that only touch it, or lie elsewhere in 100.64.0.0/10, are no concern (OVL-15).
 */
#include "rules/checks/checks.h"

#include <inttypes.h>

static const char *skip(const struct rule_context *context)
{
	const struct plan *plan = &context->facts->plan;

	if (plan->state == FACT_DENIED || plan->state == FACT_FAILED)
		return NULL;
	return plan->datacenter.cidrs.count ? NULL
					    : "the plan declares no networks (datacenter.cidrs)";
}

static void judge_network(const struct prefix *network, const char *pointer, struct findings *out)
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
	finding_expected(out, finding, "no network of the data center overlaps %s", range);
	finding_evidence(out, finding, pointer, "datacenter.cidrs names %s", text);
	finding_remedy(out, finding, "address plan",
		       "renumber %s, or translate it at the edge; reserve %s in the address plan",
		       text, range);
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
			judge_network(&network, pointer, out);
			continue;
		}
		finding = findings_add(out, STATUS_UNKNOWN);
		finding_message(out, finding, "declared network '%s' is no IPv4 prefix",
				networks->items[i]);
		finding_settle(out, finding, "reachback check --plan FILE");
		finding_evidence(out, finding, pointer, "%s", networks->items[i]);
	}
}

const struct rule rule_declared_networks_clear = {
	.code = "declared-networks-clear",
	.area = "overlap",
	.title = "no network declared for the data center overlaps the range",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_PLAN),
	.vantages = VANTAGE_EVERY,
	.causes = { "OVL-16" },
	.why = "replies to addresses that a network of the data center owns stay inside it and "
	       "never reach the virtual border router, wherever the route for the range points",
	.evidence = "the plan's datacenter.cidrs against the range; prefixes that only touch it "
		    "pass",
	.remedies = {
		{ "address plan", "renumber the network or translate it at the edge, and reserve "
				  "100.104.0.0/16 in the address plan" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = skip,
	.eval = evaluate,
};
