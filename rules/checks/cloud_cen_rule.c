/* SPDX-License-Identifier: Apache-2.0 */
/* The rule over CEN: see cloud_cen.c for what can be wrong. */
#include "rules/checks/cloud_rules.h"
#include "rules/facts_link.h"

#include <errno.h>

static void add_unseen(const struct address *address, const struct cen_defect *defect,
		       const char *why, struct findings *out)
{
	struct finding *finding = cloud_finding(out, STATUS_UNKNOWN, defect->resource);
	char text[ADDRESS_TEXT_MAX];

	if (!finding)
		return;
	finding->subject.address = *address;
	(void)address_print(address, text);
	finding_message(out, finding, "whether CEN carries the link to %s is not known: %s", text,
			why);
	finding_evidence(out, finding, defect->pointer.text, "%s", why);
	finding_settle(out, finding, "reachback check --vbr-id VBR, or look at the entries of %s "
		       "in the console", defect->resource ? defect->resource : "its tables");
}

static void add_defect(const struct address *address, const struct cen_defect *defect,
		       const char *why, struct findings *out)
{
	struct finding *finding = cloud_finding(out, STATUS_FAIL, defect->resource);
	char text[ADDRESS_TEXT_MAX];

	if (!finding)
		return;
	finding->subject.address = *address;
	(void)address_print(address, text);
	finding_cause(out, finding, defect->cause);
	finding_message(out, finding, "CEN does not carry the link to %s: %s", text, why);
	finding_expected(out, finding, "VPC and border router attached and associated, with routes "
				       "for the address one way and for the range the other");
	finding_evidence(out, finding, defect->pointer.text, "%s", why);
	if (text_equal(defect->cause, "CLD-06"))
		finding_remedy(out, finding, "cloud", "withdraw one of the two prefixes, or "
			       "advertise different ones");
	else if (text_equal(defect->cause, "EC-18"))
		finding_remedy(out, finding, "cloud", "connect the data center by Express Connect, "
			       "or put a load balancer or proxy for GitLab into the VPC");
	else
		finding_remedy(out, finding, "cloud", "associate and propagate both attachments, "
			       "permit the prefixes in the route maps, and add the range with the "
			       "VPC as next hop to the table of the border router");
}

/* What the answer depends on and was not told. */
static void tell_unanswered(const struct transit_facts *transit, struct findings *out)
{
	size_t i;

	(void)cloud_asked(&transit->members, "the members of CEN", NULL, out);
	if (transit->cen_routes.state != FACT_ABSENT)
		(void)cloud_asked(&transit->cen_routes, "the routes of CEN", NULL, out);
	if (transit->routers.state != FACT_ABSENT)
		(void)cloud_asked(&transit->routers, "the transit routers", NULL, out);
	if (transit->attachments.state != FACT_ABSENT)
		(void)cloud_asked(&transit->attachments, "the attachments", NULL, out);
	for (i = 0; i < transit->attachment_list.count; i++) {
		const struct attachment_fact *one =
			LIST_AT(&transit->attachment_list, struct attachment_fact, i);
		const struct table_fact *table = table_find(&transit->tables, one->table);

		if (one->associations.state != FACT_ABSENT)
			(void)cloud_asked(&one->associations, "the associated route table",
					    one->id, out);
		if (table && table->state != FACT_OK)
			(void)cloud_asked(&(struct inquiry){ table->state, table->note },
					    "the routes of the transit router", table->id, out);
	}
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	struct cloud_services services;
	struct cen_defect defect;
	struct text why;
	size_t i;

	cloud_services(&context->facts->plan, &services);
	for (i = 0; i < services.count; i++) {
		text_init(&why, 512);
		if (cloud_cen_defect(context, &services.items[i], &defect, &why))
			(defect.cause ? add_defect : add_unseen)(&services.items[i], &defect,
								 text_string(&why), out);
		if (text_error(&why) == -ENOMEM)
			out->error = -ENOMEM;
		text_release(&why);
	}
	tell_unanswered(&context->facts->transit, out);
}

static const char *skip(const struct rule_context *context)
{
	const char *reason = cloud_no_datacenter(context);

	if (reason)
		return reason;
	if (context->facts->network.section.state == FACT_ABSENT &&
	    !facts_link_vpc(context->facts) && !facts_link_vswitch(context->facts))
		return "no VPC is named (link.vpc_id)";
	if (context->facts->transit.section.state == FACT_OK && !cloud_uses_cen(context))
		return "CEN is not on the way to the data center";
	return NULL;
}

const struct rule rule_cen_carries_routes = {
	.code = "cen-carries-routes",
	.area = "cloud routes",
	.title = "CEN carries the data center's network one way and the range the other",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_NETWORK) |
		 SECTION_BIT(SECTION_TRANSIT),
	.vantages = VANTAGE_CLOUD,
	.causes = { "CLD-03", "CLD-05", "CLD-06", "EC-18" },
	.why = "a transit router forwards by the table that each attachment is associated with: "
	       "the VPC's must lead to the border router, and the border router's must lead the "
	       "range to the VPC",
	.evidence = "attachments, associations and tables of the transit router; routes, conflicts "
		    "and route maps as the members of CEN see them",
	.remedies = {
		{ "cloud", "associate and propagate both attachments, and permit the prefixes in "
			   "the route maps" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = skip,
	.eval = evaluate,
};
