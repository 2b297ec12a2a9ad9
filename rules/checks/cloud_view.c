/* SPDX-License-Identifier: Apache-2.0 */
/* What the rules about the cloud share: subjects, questions without an answer, services. */
#include "rules/checks/cloud_rules.h"
#include "rules/facts_link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct finding *cloud_finding(struct findings *out, enum finding_status status,
			      const char *resource)
{
	struct finding *finding = findings_add(out, status);

	if (!finding || !resource)
		return finding;
	finding->subject.resource = text_copy(resource);
	if (!finding->subject.resource)
		out->error = -ENOMEM;
	return finding;
}

/* The permission that is missing stands in the note: whoever grants it can settle this. */
static void add_unanswered(int state, const char *note, const char *what, const char *resource,
			   struct findings *out)
{
	struct finding *finding = cloud_finding(out, STATUS_UNKNOWN, resource);

	finding_message(out, finding, "%s: %s", what,
			note ? note : state == FACT_ABSENT ? "not asked" : "no answer");
	finding_settle(out, finding, state == FACT_DENIED
		       ? "reachback check, with a credential that may ask for it"
		       : "reachback check");
}

bool cloud_asked(const struct inquiry *asked, const char *what, const char *resource,
		 struct findings *out)
{
	if (asked->state == FACT_OK)
		return true;
	add_unanswered(asked->state, asked->note, what, resource, out);
	return false;
}

const char *cloud_refused(const struct section *section, const struct inquiry *asked)
{
	if (section->state == FACT_DENIED || section->state == FACT_FAILED)
		return section->note ? section->note : "no answer";
	if (asked->state == FACT_DENIED || asked->state == FACT_FAILED)
		return asked->note ? asked->note : "no answer";
	return NULL;
}

bool cloud_table_read(const struct list *tables, const struct list *routes, const char *table,
		      struct findings *out)
{
	const struct table_fact *fact = table_find(tables, table);
	struct inquiry asked = { FACT_ABSENT, NULL };
	struct finding *finding;

	if (fact)
		asked = (struct inquiry){ fact->state, fact->note };
	if (!table) {
		finding = findings_add(out, STATUS_UNKNOWN);
		finding_message(out, finding, "which route table is used was not told");
		finding_settle(out, finding, "reachback check");
		return false;
	}
	if (!cloud_asked(&asked, "the entries of the route table", table, out))
		return false;
	if (cloud_route_count(routes, table))
		return true;
	finding = cloud_finding(out, STATUS_UNKNOWN, table);
	finding_message(out, finding, "the route table is told to be empty, which none is: the "
				      "credential may not see its entries");
	finding_settle(out, finding, "reachback check, with a credential that sees the routes");
	return false;
}

bool cloud_section(const struct rule_context *context, enum section_id id, struct findings *out)
{
	const struct section *section = facts_section_const(context->facts, id);
	struct finding *finding;

	if (section->state == FACT_OK)
		return true;
	if (section->state == FACT_ABSENT)
		return false;
	finding = findings_add(out, STATUS_UNKNOWN);
	finding_message(out, finding, "%s could not be read: %s", section_name(id),
			section->note ? section->note : "no answer");
	finding_settle(out, finding, "reachback check");
	return false;
}

/* Absent, though it was named, is the engine's matter: then somebody has to look. */
static bool is_absent(const struct rule_context *context, enum section_id id)
{
	return facts_section_const(context->facts, id)->state == FACT_ABSENT;
}

const char *cloud_no_instance(const struct rule_context *context)
{
	if (!is_absent(context, SECTION_INSTANCE) || context->facts->plan.link.instance_id)
		return NULL;
	return "no instance is named (link.instance_id)";
}

static bool names_network(const struct rule_context *context)
{
	return facts_link_vpc(context->facts) || facts_link_vswitch(context->facts);
}

const char *cloud_no_vswitch(const struct rule_context *context)
{
	const struct network_facts *network = &context->facts->network;

	if (is_absent(context, SECTION_NETWORK) && !names_network(context))
		return "neither a VPC nor a vSwitch is named (link.vpc_id, link.vswitch_id)";
	if (network->section.state == FACT_OK && !network->vswitch_id)
		return "no vSwitch is named (link.vswitch_id)";
	return NULL;
}

bool cloud_is_datacenter(const struct rule_context *context)
{
	const struct plan_datacenter *datacenter = &context->facts->plan.datacenter;

	if (context->access == ACCESS_UNSET)
		return datacenter->vbr_id || datacenter->cidrs.count;
	return context->access == ACCESS_DATACENTER;
}

const char *cloud_no_datacenter(const struct rule_context *context)
{
	if (!cloud_is_datacenter(context))
		return "the plan's GitLab is not in a data center (gitlab.access)";
	if (is_absent(context, SECTION_TRANSIT) && !names_network(context) &&
	    !context->facts->plan.datacenter.vbr_id)
		return "neither a VPC nor a border router is named (link.vpc_id, "
		       "datacenter.vbr_id)";
	return NULL;
}

static void add_service(const struct address *address, struct cloud_services *services)
{
	size_t i;

	if (address->family != ADDRESS_IPV4 || services->count >= CLOUD_SERVICES_MAX)
		return;
	for (i = 0; i < services->count; i++)
		if (address_equal(&services->items[i], address))
			return;
	services->items[services->count++] = *address;
}

static void add_host(const char *url, struct cloud_services *services)
{
	char host[PLAN_HOST_MAX];
	struct address address;
	uint32_t port;

	if (url && !plan_url_parts(url, host, &port, NULL) && !address_parse(host, &address))
		add_service(&address, services);
}

void cloud_services(const struct plan *plan, struct cloud_services *services)
{
	struct address address;
	size_t i;

	services->count = 0;
	add_service(&plan->link.gitlab_ip, services);
	for (i = 0; i < plan->link.other_ips.count; i++)
		if (!address_parse(plan->link.other_ips.items[i], &address))
			add_service(&address, services);
	add_host(plan->gitlab.url, services);
	for (i = 0; i < plan->maven.count; i++)
		add_host(LIST_AT(&plan->maven, struct plan_maven, i)->url, services);
}

const char *cloud_link_vpc(const struct rule_context *context)
{
	const struct network_facts *network = &context->facts->network;
	const struct vswitch_fact *vswitch;

	if (facts_link_vpc(context->facts))
		return facts_link_vpc(context->facts);
	if (network->section.state != FACT_OK)
		return NULL;
	if (network->vpc_id)
		return network->vpc_id;
	vswitch = network_link_vswitch(network);
	return vswitch ? vswitch->vpc_id : NULL;
}

const char *cloud_link_table(const struct rule_context *context)
{
	const struct network_facts *network = &context->facts->network;
	const struct vswitch_fact *vswitch =
		network->section.state == FACT_OK ? network_link_vswitch(network) : NULL;

	return vswitch ? vswitch->route_table : NULL;
}

struct cloud_pointer cloud_pointer(const char *list, const struct list *items, const void *item,
				   size_t size)
{
	struct cloud_pointer pointer;
	size_t place = (size_t)((const char *)item - (const char *)items->items) / size;

	(void)snprintf(pointer.text, sizeof(pointer.text), "%s/%zu", list, place);
	return pointer;
}

void cloud_route_words(const struct cloud_route *route, struct text *out)
{
	char text[PREFIX_TEXT_MAX];
	size_t i;

	text_add(out, route->destination.known ? prefix_print(&route->destination, text)
					       : route->unread ? route->unread : "?");
	for (i = 0; i < route->next_hops.count && i < 4; i++) {
		const struct cloud_hop *hop = LIST_AT(&route->next_hops, struct cloud_hop, i);

		text_addf(out, "%s %s%s%s", i ? "," : " by", hop->type ? hop->type : "?",
			  hop->id ? " " : "", hop->id ? hop->id : "");
	}
	text_addf(out, " (%s, %s)", route->type ? route->type : "?",
		  route->status ? route->status : "?");
}
