/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What security groups let out: GitLab's own calls to the registry (SG-09), and the registry's
 * interface to every service once a link stands (SG-14).
 */
#include "rules/checks/checks.h"
#include "rules/checks/cloud_admission.h"
#include "rules/checks/cloud_rules.h"
#include "rules/facts_link.h"

#include <errno.h>
#include <stdio.h>

#define PORT_HTTPS 443
#define WORDS_LIMIT ((size_t)4096)

/*
 * Peers that the interface may not reach on the port; `hopeful` as in struct group_question.
 * -ENOMEM; -ENODATA: a group is not known.
 */
static int refused_outwards(const struct admission_view *view, struct span peers, uint32_t port,
			    bool hopeful, struct list *pieces)
{
	const struct interface_fact *interface = view->interface;
	struct group_question question = {
		.facts = view->groups, .groups = &interface->groups, .outwards = true,
		.hopeful = hopeful,
	};
	struct list atoms = { .count = 0 };
	size_t i;
	int error;

	for (i = 0; i < interface->groups.count; i++) {
		const struct group_fact *group = groups_group(view->groups,
							      interface->groups.items[i]);

		if (!group || group->state != FACT_OK)
			return -ENODATA;
	}
	if (!interface->groups.count || !interface->addresses.count ||
	    address_parse(interface->addresses.items[0], &question.local) < 0)
		return -ENODATA;
	error = admission_groups(&question, &atoms);
	if (!error)
		error = admission_refused(&atoms, peers, (struct port_span){ port, port },
					  CLIENT_PORTS, pieces);
	admission_release(&atoms);
	return error;
}

static size_t place_of(const struct groups_facts *groups, const char *id)
{
	size_t i;

	for (i = 0; i < groups->groups.count; i++)
		if (text_equal(LIST_AT(&groups->groups, struct group_fact, i)->id, id))
			break;
	return i;
}

static void add_group_evidence(struct admission_view *view, struct finding *finding)
{
	const char *id = view->interface->groups.items[0];
	char pointer[64];

	pointer_print(pointer, sizeof(pointer), "/groups/groups", place_of(view->groups, id));
	finding_evidence(view->out, finding, pointer, "%s of %s admits none of it outwards", id,
			 view->interface->id);
}

/*
 * Basic groups let everything out, advanced ones nothing: the first group of which the kind is not
 * known, NULL where all are.
 */
static const struct group_fact *kindless_group(const struct admission_view *view)
{
	size_t i;

	for (i = 0; i < view->interface->groups.count; i++) {
		const struct group_fact *group =
			groups_group(view->groups, view->interface->groups.items[i]);

		if (group && !group->type)
			return group;
	}
	return NULL;
}

static void add_unknown(struct admission_view *view)
{
	struct finding *finding = admission_finding(view, STATUS_UNKNOWN);
	const struct group_fact *group = kindless_group(view);

	finding_message(view->out, finding, "what the security groups of %s let out is not known: "
					    "their %s%s%s", view->interface->id,
			group ? "kind could not be read" : "rules were not all read",
			group && group->type_note ? ": " : "",
			group && group->type_note ? group->type_note : "");
	finding_settle(view->out, finding,
		       "reachback check, with a key that may read security groups: reachback docs "
		       "ram-policy");
}

static void judge_webhooks(struct admission_view *view)
{
	const struct span everywhere = { 0, UINT32_MAX };
	struct list pieces = { .count = 0 };
	struct finding *finding;
	struct text why;
	bool silent;
	int error;

	text_init(&why, WORDS_LIMIT);
	/* a load balancer calls nobody */
	if (view->service->gitlab && admission_interface(view, &silent, &why) &&
	    !view->interface->service_managed) {
		error = refused_outwards(view, everywhere, PORT_HTTPS, true, &pieces);
		if (error == -ENOMEM)
			view->out->error = error;
		else if (error || kindless_group(view))
			add_unknown(view);
		else if (admission_size(&pieces) == (uint64_t)UINT32_MAX + 1 &&
			 (finding = admission_finding(view, STATUS_WARN))) {
			finding_cause(view->out, finding, "SG-09");
			finding_message(view->out, finding,
					"the advanced groups of %s let nothing out on port %u: "
					"GitLab cannot tell the registry of a push, so no build "
					"starts by itself", view->interface->id, PORT_HTTPS);
			add_group_evidence(view, finding);
			finding_remedy(view->out, finding, "cloud",
				       "add an outbound rule to %s: accept, TCP, port %u, to the "
				       "registry's endpoint", view->interface->groups.items[0],
				       PORT_HTTPS);
		}
	}
	if (text_error(&why) == -ENOMEM)
		view->out->error = -ENOMEM;
	admission_release(&pieces);
	text_release(&why);
}

static void evaluate_webhooks(const struct rule_context *context, struct findings *out)
{
	admission_each(context, out, judge_webhooks);
}

const struct rule rule_webhooks_let_out = {
	.code = "webhooks-let-out",
	.area = "admission",
	.title = "GitLab's security groups let its webhooks out",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_CLOUD) | SECTION_BIT(SECTION_GROUPS),
	.vantages = VANTAGE_EVERY,
	.causes = { "SG-09" },
	.why = "An advanced group refuses what is not listed in both directions; builds that start "
	       "on a push need GitLab's call to the registry.",
	.evidence = "the kind of the groups and their outbound rules for port 443",
	.remedies = {
		{ "cloud", "add an outbound rule to GitLab's group: accept, TCP, port 443" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = admission_skip,
	.eval = evaluate_webhooks,
};

/* How many services the interface may reach; -ENOMEM, or -ENODATA: its groups are not known. */
static int count_reached(struct admission_view *view, size_t *reached)
{
	struct list pieces = { .count = 0 };
	size_t i;
	int error = 0;

	*reached = 0;
	for (i = 0; i < view->services->count && !error; i++) {
		const struct planned_service *one =
			LIST_AT(view->services, struct planned_service, i);
		uint32_t address = address_ipv4(&one->address);

		error = refused_outwards(view, (struct span){ address, address }, one->port,
					 true, &pieces);
		*reached += !error && !pieces.count;
	}
	admission_release(&pieces);
	return error;
}

/*
 * The registry's interface on the link's vSwitch: managed, and let out to some service at least.
 * That tells it from interfaces of other products, which have nothing to do there. NULL: none is
 * known to be; then `unread` is one that may be, whose groups were not read.
 */
static const struct interface_fact *link_interface(struct admission_view *view,
						   const struct interface_fact **unread)
{
	const char *vswitch = facts_link_vswitch(view->context->facts);
	const struct interface_fact *best = NULL;
	size_t i, reached, most = 0;

	*unread = NULL;
	for (i = 0; vswitch && i < view->groups->interfaces.count; i++) {
		view->interface = LIST_AT(&view->groups->interfaces, struct interface_fact, i);
		if (!view->interface->service_managed ||
		    !text_equal(view->interface->vswitch_id, vswitch))
			continue;
		switch (count_reached(view, &reached)) {
		case 0:
			break;
		case -ENOMEM:
			view->out->error = -ENOMEM;
			return NULL;
		default:
			*unread = view->interface;
			continue;
		}
		if (reached > most) {
			best = view->interface;
			most = reached;
		}
	}
	return best;
}

/* No interface whose groups were read is the link's. */
static void add_no_interface(struct admission_view *view, const struct interface_fact *unread)
{
	struct finding *finding;

	if (unread) {
		view->interface = unread;
		add_unknown(view);
		return;
	}
	finding = admission_finding(view, STATUS_SKIPPED);
	finding_message(view->out, finding, "no managed interface on the link's vSwitch is let out "
					    "to any service: none is the link's");
}

static void add_unlisted(struct admission_view *view)
{
	struct finding *finding;
	char name[32];

	if (cloud_link_lacks(view->context, &view->service->address)) {
		finding = admission_finding(view, STATUS_BLOCKED);
		finding_message(view->out, finding, "the managed group does not list %s: the link "
						    "was made for another address",
				admission_name(view->service, name));
		if (finding && strings_add(&finding->blocked_by, rule_link_stands.code))
			view->out->error = -ENOMEM;
		return;
	}
	finding = admission_finding(view, STATUS_FAIL);
	finding_cause(view->out, finding, "SG-14");
	finding_message(view->out, finding,
			"the registry's interface %s may not reach %s: its managed group does not "
			"list that address", view->interface->id,
			admission_name(view->service, name));
	add_group_evidence(view, finding);
	finding_remedy(view->out, finding, "cloud",
		       "add the address under Other IP Addresses of the link: delete the link and "
		       "create it again with the whole list");
}

/* Doubts are taken for the best first, then for the worst: only where both agree is it known. */
static void judge_managed(struct admission_view *view)
{
	uint32_t address = address_ipv4(&view->service->address);
	struct span peer = { address, address };
	struct list refused = { .count = 0 }, doubtful = { .count = 0 };
	const struct interface_fact *unread;
	int error;

	view->interface = link_interface(view, &unread);
	if (!view->interface) {
		add_no_interface(view, unread);
		return;
	}
	error = refused_outwards(view, peer, view->service->port, true, &refused);
	if (!error)
		error = refused_outwards(view, peer, view->service->port, false, &doubtful);
	if (error == -ENOMEM)
		view->out->error = error;
	else if (refused.count)
		add_unlisted(view);
	else if (error || doubtful.count)
		add_unknown(view);
	admission_release(&refused);
	admission_release(&doubtful);
}

static const char *skip_managed(const struct rule_context *context)
{
	const struct groups_facts *groups = &context->facts->groups;
	const char *vswitch = facts_link_vswitch(context->facts);
	size_t i;

	if (groups->section.state != FACT_OK)
		return NULL;
	for (i = 0; vswitch && i < groups->interfaces.count; i++) {
		const struct interface_fact *one =
			LIST_AT(&groups->interfaces, struct interface_fact, i);

		if (one->service_managed && text_equal(one->vswitch_id, vswitch))
			return NULL;
	}
	return "no managed interface stands on the link's vSwitch";
}

static void evaluate_managed(const struct rule_context *context, struct findings *out)
{
	admission_each(context, out, judge_managed);
}

const struct rule rule_managed_group_lets_out = {
	.code = "managed-group-lets-out",
	.area = "admission",
	.title = "the registry's managed group lists every service address",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_CLOUD) | SECTION_BIT(SECTION_GROUPS),
	.vantages = VANTAGE_EVERY,
	.causes = { "SG-14" },
	.why = "The registry makes a group for its interface that lets out what the link's form "
	       "named, and nothing else: a host that is missing there is out of reach of builds.",
	.evidence = "managed interfaces on the link's vSwitch and the outbound rules of their "
		    "groups",
	.remedies = {
		{ "cloud", "list every address under Other IP Addresses of the link" },
	},
	.document = "000",
	.heading = "How it works",
	.skip = skip_managed,
	.eval = evaluate_managed,
};
