/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Are saved facts young enough to speak of the present (MET-10)? Only `judge --max-age` asks, and
 * only it can answer: this layer has no clock. The row stands here; the findings are made there.
 */
#include "rules/checks/checks.h"
#include "rules/join.h"

static const char *needs_clock(const struct rule_context *context)
{
	(void)context;
	return "asked by reachback judge --max-age alone";
}

const struct rule rule_facts_fresh = {
	.code = "facts-fresh",
	.area = "looking",
	.title = "the saved facts are not older than --max-age",
	.severity = SEVERITY_BLOCKER,
	.vantages = VANTAGE_BIT(VANTAGE_OFFLINE),
	.causes = { "MET-10" },
	.why = "routes and rules change: facts of last week do not prove that builds work today",
	.evidence = "the moment at which the facts were observed (started), against the present",
	.remedies = {
		{ "linux", "reachback check" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = needs_clock,
};
