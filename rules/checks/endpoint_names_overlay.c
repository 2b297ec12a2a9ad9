/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS-05: Tailscale's own filter drops what comes from 100.64.0.0/10 by any other interface, and
 * with it every answer of the cloud's name servers. Without rights nobody sees the drop: a silent
 * server in that range and Tailscale on this machine are told together, as a risk.
 */
#include "rules/checks/endpoint_names.h"

#include "rules/checks/checks.h"
#include "rules/text.h"

#include <errno.h>

static const struct link_fact *find_overlay(const struct facts *facts, size_t *place)
{
	size_t i;

	for (i = 0; i < facts->links.links.count; i++) {
		const struct link_fact *link = LIST_AT(&facts->links.links, struct link_fact, i);

		*place = i;
		if (link->up && link->name && text_has_prefix(link->name, "tailscale"))
			return link;
	}
	return NULL;
}

/* Is the server one whose answers that filter drops? */
static bool is_in_shared_space(const struct name_fact *row)
{
	static const struct prefix shared = { true, 10, 0x64400000 }; /* RFC 6598 */
	const char *cursor = row->server;
	uint32_t ipv4;

	return !address_parse_quad(&cursor, &ipv4) && prefix_contains(&shared, ipv4);
}

/* The first such server that stays silent where none of them answers anything. */
static const struct name_fact *find_silent(const struct endpoints_facts *endpoints)
{
	const struct name_fact *silent = NULL;
	size_t i;

	for (i = 0; i < endpoints->names.count; i++) {
		const struct name_fact *row = LIST_AT(&endpoints->names, struct name_fact, i);

		if (!is_in_shared_space(row))
			continue;
		if (row->outcome != NAME_TIMED_OUT)
			return NULL;
		if (!silent)
			silent = row;
	}
	return silent;
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct facts *facts = context->facts;
	const struct name_fact *silent = find_silent(&facts->endpoints);
	size_t place = 0;
	const struct link_fact *overlay = find_overlay(facts, &place);
	struct finding *finding = findings_add(out, overlay && silent ? STATUS_WARN : STATUS_PASS);
	char pointer[64];

	if (!overlay || !silent) {
		finding_message(out, finding, overlay ? "Tailscale is here, and no name server in "
							"100.64.0.0/10 stays silent"
						      : "Tailscale is not here");
		return;
	}
	if (!finding)
		return;
	finding->subject.dev = text_copy(overlay->name);
	if (!finding->subject.dev)
		out->error = -ENOMEM;
	finding_cause(out, finding, "DNS-05");
	finding_message(out, finding, "%s stays silent, and Tailscale is here: its filter drops "
				      "what comes from 100.64.0.0/10 by another interface than %s",
			silent->server, overlay->name);
	finding_expected(out, finding, "answers of the cloud's name servers reach this machine");
	pointer_print(pointer, sizeof(pointer), "/links/links", place);
	finding_evidence(out, finding, pointer, "%s is up", overlay->name);
	name_row_tell(&facts->endpoints, silent, out, finding);
	finding_next(out, finding, "iptables -vnL ts-input, and whether its counter grows with "
				   "each question");
	finding_remedy(out, finding, "tailscale", "tailscale set --netfilter-mode=off, or check "
						  "from a host without Tailscale");
}

const struct rule rule_overlay_passes_names = {
	.code = "overlay-passes-names",
	.area = "names",
	.title = "no overlay's filter keeps the cloud's name servers from this machine",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_ENDPOINTS) |
		 SECTION_BIT(SECTION_LINKS),
	.vantages = VANTAGE_BIT(VANTAGE_VSWITCH_HOST),
	.causes = { "DNS-05" },
	.why = "the cloud's name servers lie in 100.64.0.0/10, which Tailscale takes for its own: "
	       "then names fail here although routes are right, and builds are well",
	.evidence = "name servers of 100.64.0.0/10 that stay silent, interfaces named tailscale*",
	.remedies = {
		{ "tailscale", "tailscale set --netfilter-mode=off" },
	},
	.document = "000",
	.heading = "Step 2: Bind the GitLab source code repository",
	.skip = endpoint_no_url,
	.eval = evaluate,
};
