/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is every service address one whose replies this machine sends or forwards? Look-ups for any other
 * source are refused by the kernel and would read as "no route" (MET-04). The engine makes the
 * rules over classes `unknown` for such a service; this rule says why, once.
 */
#include "rules/checks/checks.h"

static void add_unknown(const struct service_fact *service, size_t place, struct findings *out)
{
	struct finding *finding = findings_add(out, STATUS_UNKNOWN);
	char pointer[64], address[ADDRESS_TEXT_MAX];

	if (!finding)
		return;
	finding->subject.address = service->address;
	finding->subject.port = (struct maybe){ .known = true, .value = service->port };
	finding_cause(out, finding, "MET-04");
	pointer_print(pointer, sizeof(pointer), "/services/services", place);
	address_print(&service->address, address);
	finding_evidence(out, finding, pointer, "service %s, from %s, local: %s", service->service,
			 service->origin ? service->origin : "nowhere",
			 service->local ? "yes" : "no");
	if (!service->resolved) {
		finding_message(out, finding, "the proof for %s cannot be made: %s",
				service->service,
				service->detail ? service->detail : "its address is not known");
		finding_settle(out, finding, "reachback check --service ADDRESS:PORT");
	} else if (address_is_loopback(&service->address)) {
		finding_message(out, finding,
				"%s is a loopback address: nothing outside reaches it, and a test "
				"from this machine to itself proves nothing",
				service->service);
		finding_settle(out, finding, "reachback check --service ADDRESS:%u", service->port);
	} else {
		finding_message(out, finding,
				"%s is not an address of this machine: from here its replies prove "
				"nothing",
				address);
		finding_settle(out, finding, "on the machine that owns %s: reachback check",
			       address);
	}
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct list *services = &context->facts->services.services;
	size_t i;

	for (i = 0; i < services->count; i++) {
		const struct service_fact *service = LIST_AT(services, struct service_fact, i);

		if (!service_is_here(service))
			add_unknown(service, i, out);
	}
}

const struct rule rule_service_address_local = {
	.code = "service-address-local",
	.area = "looking",
	.title = "every service address belongs to this machine or is forwarded by it",
	.severity = SEVERITY_NOTE,
	.reads = SECTION_BIT(SECTION_SERVICES),
	.vantages = VANTAGE_HOST | VANTAGE_ROUTER,
	.causes = { "MET-04" },
	.why = "replies are proved with the service address as their source; from a machine that "
	       "neither owns nor forwards that address, and from a loopback address, the answer "
	       "would be about something else",
	.evidence = "the services that were asked for and the addresses of this machine",
	.remedies = {
		{ "linux", "reachback check --service ADDRESS:PORT" },
	},
	.document = "000",
	.heading = "Step 1: Create a VPC link",
	.eval = evaluate,
};
