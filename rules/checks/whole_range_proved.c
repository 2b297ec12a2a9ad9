/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much was proved: every address of the range, for every service (MET-02). One address proves
 * nothing: with one /24 lost, 1 of 256 builds fails.
 */
#include "rules/checks/checks.h"

#include "rules/engine_internal.h"

#include <errno.h>

static void add_unknown(const struct service_fact *service, const char *reason,
			struct findings *out)
{
	struct finding *finding = findings_add(out, STATUS_UNKNOWN);

	if (!finding)
		return;
	finding->subject.address = service->address;
	finding->subject.port = (struct maybe){ .known = true, .value = service->port };
	finding_cause(out, finding, "MET-02");
	finding_message(out, finding, "the range is not proved for %s: %s", service->service,
			reason);
	/* a service that is still a name is none that --service takes */
	if (service->address.family == ADDRESS_NONE)
		finding_settle(out, finding, "reachback check --service ADDRESS:%u", service->port);
	else
		finding_settle(out, finding, "reachback check --service %s", service->service);
}

static void add_pass(const struct rule_context *context, const struct proofs *proofs,
		     struct findings *out)
{
	struct finding *finding = findings_add(out, STATUS_PASS);
	size_t i, classes = 0, count = 0;

	if (!finding)
		return;
	for (i = 0; i < proofs->count; i++) {
		if (proofs->items[i].mark || proofs->items[i].vswitch)
			continue;
		classes += proofs->items[i].count;
		count++;
	}
	finding->subject.prefix = reverse_range;
	finding_message(out, finding,
			"all %u addresses proved for %zu service%s: %zu class%s, %u look-ups",
			REVERSE_RANGE_SIZE, count, count == 1 ? "" : "s", classes,
			classes == 1 ? "" : "es", context->facts->routes.lookups);
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct list *services = &context->facts->services.services;
	bool whole = true;
	struct proofs proofs;
	size_t i;

	if (proofs_init(&proofs, context->facts)) {
		out->error = -ENOMEM;
		return;
	}
	for (i = 0; i < services->count; i++) {
		const struct service_fact *service = LIST_AT(services, struct service_fact, i);
		const char *defect = proof_defect(&proofs, service);

		if (!defect)
			continue;
		whole = false;
		add_unknown(service, defect, out);
	}
	if (!services->count) {
		struct finding *finding = findings_add(out, STATUS_UNKNOWN);

		finding_message(out, finding, "no service address is known to prove the range for");
		finding_settle(out, finding, "reachback check --service ADDRESS:PORT");
	} else if (whole) {
		add_pass(context, &proofs, out);
	}
	proofs_release(&proofs);
}

const struct rule rule_whole_range_proved = {
	.code = "whole-range-proved",
	.area = "looking",
	.title = "every address of the range was proved for every service",
	.severity = SEVERITY_NOTE,
	.reads = SECTION_BIT(SECTION_SERVICES) | SECTION_BIT(SECTION_ROUTES),
	.vantages = VANTAGE_HOST | VANTAGE_ROUTER,
	.causes = { "MET-02" },
	.why = "the registry may come from any of the 65,536 addresses; one address that answers "
	       "says nothing about the others, and a small hole fails only some builds",
	.evidence = "the classes of addresses of each service: whether they are disjoint and leave "
		    "none out",
	.remedies = {
		{ "linux", "reachback check" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.eval = evaluate,
};
