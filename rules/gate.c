/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate: what the link needs that this machine alone cannot show, and how far what was looked
 * at may be trusted (MET-07, MET-08).
 *
 * Owns judgement->missing and judgement->vantage_notes. It finds no fault: a hint that something
 * could drop the range is evidence of a look that is still to come, never a warning.
 */
#include "rules/engine_internal.h"

#include "rules/checks/endpoint_path.h"
#include "rules/checks/return_trace.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACCESS_BIT(access) (1u << (access))
#define BY_ECS ACCESS_BIT(ACCESS_ECS)
#define BY_SLB ACCESS_BIT(ACCESS_SLB)
#define BY_IDC ACCESS_BIT(ACCESS_DATACENTER)
#define BY_UNSET ACCESS_BIT(ACCESS_UNSET)

struct need {
	unsigned int accesses;
	int supplied_by;       /* enum vantage that supplies it; -1: any, with its sections */
	unsigned int sections; /* SECTION_BIT()s that must have been read for it */
	bool optional;         /* nothing of this program looks at it yet */
	bool traced;           /* by traces of the way back from the GitLab host as well */
	bool like_the_link;    /* by connections that went the link's way */
	const char *accept;    /* code whose acceptance stands for it; NULL: none does */
	const char *vantage;   /* where it has to be looked at */
	const char *what;
	const char *needs;
	const char *command; /* NULL: the one that fills the first section that is missing */
};

#define ROUTES_READ (SECTION_BIT(SECTION_SERVICES) | SECTION_BIT(SECTION_ROUTES))
#define NETWORK_READ (SECTION_BIT(SECTION_CLOUD) | SECTION_BIT(SECTION_NETWORK))
#define GROUPS_READ SECTION_BIT(SECTION_GROUPS)
#define TRANSIT_READ SECTION_BIT(SECTION_TRANSIT)
#define BALANCERS_READ SECTION_BIT(SECTION_BALANCERS)

static const struct need needs[] = {
	{ .accesses = BY_UNSET | BY_ECS | BY_IDC, .supplied_by = VANTAGE_GITLAB_HOST,
	  .sections = ROUTES_READ, .vantage = "gitlab-host", .what = "the host's routes",
	  .needs = "overlap and return route, seen by the host that owns the service address",
	  .command = "reachback check" },
	{ .accesses = BY_IDC, .supplied_by = VANTAGE_IDC_ROUTER, .sections = ROUTES_READ,
	  .traced = true, .accept = "return-carried-on", .vantage = "idc-router",
	  .what = "the router's routes",
	  .needs = "return route on the router of the data center, or a hop trace from the "
		   "GitLab host (reachback check --trace ADDRESS) or a live witness instead",
	  .command = "reachback check --vantage idc-router" },
	{ .accesses = BY_UNSET, .supplied_by = VANTAGE_IDC_ROUTER, .sections = ROUTES_READ,
	  .traced = true, .accept = "return-carried-on", .vantage = "idc-router",
	  .what = "the router's routes",
	  .needs = "return route on the router of the data center, or a hop trace from the "
		   "GitLab host (reachback check --trace ADDRESS) or a live witness instead; not "
		   "needed where the plan's gitlab.access is \"ecs\" or \"slb\" "
		   "(--gitlab-access)",
	  .command = "reachback check --vantage idc-router" },
	{ .accesses = BY_UNSET | BY_ECS | BY_IDC, .supplied_by = -1, .optional = true,
	  .vantage = "gitlab-host", .what = "packets seen",
	  .needs = "packets: no connection from the reverse-access range was watched arriving and "
		   "being answered" },
	{ .accesses = BY_ECS, .supplied_by = -1, .sections = NETWORK_READ | GROUPS_READ,
	  .vantage = "cloud", .what = "security groups",
	  .needs = "security groups of the GitLab instance, network ACL, route table of the VPC, "
		   "zone and vSwitch of the link" },
	{ .accesses = BY_IDC, .supplied_by = -1, .sections = NETWORK_READ | TRANSIT_READ,
	  .vantage = "cloud", .what = "routes of VBR and VPC",
	  .needs = "routes of the virtual border router and of the VPC, state of the circuit, "
		   "zone and vSwitch of the link" },
	{ .accesses = BY_UNSET, .supplied_by = -1,
	  .sections = NETWORK_READ | GROUPS_READ | TRANSIT_READ,
	  .vantage = "cloud", .what = "security groups",
	  .needs = "security groups, network ACL, route tables of the VPC and of the virtual "
		   "border router, zone and vSwitch of the link; the plan's gitlab.access "
		   "(--gitlab-access) narrows this" },
	{ .accesses = BY_SLB, .supplied_by = -1, .sections = NETWORK_READ | BALANCERS_READ,
	  .vantage = "cloud", .what = "the load balancer",
	  .needs = "listener, access control list and backends of the load balancer" },
	{ .accesses = BY_UNSET | BY_ECS | BY_IDC | BY_SLB, .supplied_by = VANTAGE_VSWITCH_HOST,
	  .sections = SECTION_BIT(SECTION_ENDPOINTS), .like_the_link = true,
	  .vantage = "vswitch-host",
	  .what = "endpoints from the vSwitch", .needs = "endpoints answer from the vSwitch",
	  .command = "reachback check --vantage vswitch-host --plan FILE" },
};

static int copy_words(char **place, const char *words)
{
	*place = text_copy(words);
	return words && !*place ? -ENOMEM : 0;
}

/* NULL when out of memory; what was added belongs to the judgement already. */
static struct gate_missing *add_missing(struct judgement *judgement, const char *vantage,
					const char *what, const char *words, const char *command)
{
	struct gate_missing *missing = list_add(&judgement->missing, sizeof(*missing));

	if (!missing || copy_words(&missing->vantage, vantage) ||
	    copy_words(&missing->what, what) || copy_words(&missing->needs, words) ||
	    copy_words(&missing->command, command))
		return NULL;
	return missing;
}

__attribute__((format(printf, 2, 3)))
static int add_string(struct strings *strings, const char *format, ...)
{
	va_list arguments;
	char *words = NULL;
	int length, error;

	va_start(arguments, format);
	length = vasprintf(&words, format, arguments);
	va_end(arguments);
	if (length < 0)
		return -ENOMEM;
	error = strings_add(strings, words);
	free(words);
	return error;
}

/* The first of the sections that was not read; SECTION_COUNT: none. */
static enum section_id first_unread(const struct facts *facts, unsigned int sections)
{
	unsigned int id;

	for (id = 0; id < SECTION_COUNT; id++)
		if ((sections & SECTION_BIT(id)) &&
		    facts_section_const(facts, (enum section_id)id)->state != FACT_OK)
			break;
	return (enum section_id)id;
}

static bool is_supplied_here(const struct rule_context *context, const struct need *need)
{
	if (need->supplied_by >= 0 ? need->supplied_by != (int)context->vantage : !need->sections)
		return false;
	return first_unread(context->facts, need->sections) == SECTION_COUNT;
}

/* NULL: nothing of this program supplies it yet. */
static const char *command_for(const struct facts *facts, const struct need *need)
{
	enum section_id id = first_unread(facts, need->sections);

	return need->command || id == SECTION_COUNT ? need->command : engine_settle(facts, id);
}

static int add_need(const struct rule_context *context, const char *today, const struct need *need,
		    struct judgement *judgement)
{
	const struct plan_accept *accept = NULL;
	struct gate_missing *missing;

	missing = add_missing(judgement, need->vantage, need->what, need->needs,
			      command_for(context->facts, need));
	if (!missing)
		return -ENOMEM;
	if (need->accept)
		accept = engine_accepts_need(context->facts, today, need->accept, need->vantage);
	missing->traced = need->traced;
	missing->needed = !need->optional && !accept;
	missing->accepted = accept != NULL;
	if (!accept)
		return 0;
	return add_string(&missing->evidence, "accepted (%s): %s", need->accept,
			  accept->reason ? accept->reason : "no reason given");
}

/* Did traces decide it? Where some were made, what they leave open is told with the need. */
static int look_at_traces(const struct rule_context *context, bool *decide, struct strings *lack)
{
	*decide = false;
	if (context->vantage != VANTAGE_GITLAB_HOST ||
	    first_unread(context->facts, SECTION_BIT(SECTION_TRACE)) != SECTION_COUNT)
		return 0;
	return return_traces_decide(context, decide, lack);
}

static int add_traced(const struct rule_context *context, const char *today,
		      const struct need *need, struct judgement *judgement)
{
	struct strings lack = { 0 };
	bool decide;
	int error = look_at_traces(context, &decide, &lack);
	size_t i;

	if (!error && !decide)
		error = add_need(context, today, need, judgement);
	for (i = 0; i < lack.count && !error && !decide; i++) {
		struct list *missing = &judgement->missing;

		error = strings_add(&LIST_AT(missing, struct gate_missing,
					     missing->count - 1)->evidence, lack.items[i]);
	}
	strings_release(&lack);
	return error;
}

/* What was asked from elsewhere, or by a machine of itself, shows nothing of the link's way. */
static int add_doubted(const struct rule_context *context, const char *today,
		       const struct need *need, struct judgement *judgement)
{
	struct strings doubts = { 0 };
	int error = source_doubts(context, &doubts);
	size_t i;

	if (!error && doubts.count)
		error = add_need(context, today, need, judgement);
	for (i = 0; i < doubts.count && !error; i++) {
		struct list *missing = &judgement->missing;

		error = strings_add(&LIST_AT(missing, struct gate_missing,
					     missing->count - 1)->evidence, doubts.items[i]);
	}
	strings_release(&doubts);
	return error;
}

static int add_needs(const struct rule_context *context, const char *today,
		     struct judgement *judgement)
{
	size_t i;
	int error = 0;

	for (i = 0; i < sizeof(needs) / sizeof(needs[0]) && !error; i++) {
		if (!(needs[i].accesses & ACCESS_BIT(context->access)))
			continue;
		if (is_supplied_here(context, &needs[i])) {
			if (needs[i].like_the_link)
				error = add_doubted(context, today, &needs[i], judgement);
			continue;
		}
		error = needs[i].traced ? add_traced(context, today, &needs[i], judgement) :
					  add_need(context, today, &needs[i], judgement);
	}
	return error;
}

/* What the plan leaves out nobody looks at; without its URL that is GitLab itself. */
static int add_gitlab(const struct rule_context *context, struct judgement *judgement)
{
	const struct plan *plan = &context->facts->plan;
	struct gate_missing *missing;

	if (plan->state != FACT_OK || plan->gitlab.url ||
	    (!plan->link.gitlab_ip.family && !plan->maven.count))
		return 0;
	missing = add_missing(judgement, "plan", "GitLab's URL",
			      "gitlab.url of the plan: without it neither GitLab's port nor what "
			      "GitLab answers was looked at, only what else the plan names",
			      "reachback check --gitlab-url URL");
	if (!missing)
		return -ENOMEM;
	missing->needed = true;
	return 0;
}

static bool looks_at_range(const struct rule_context *context)
{
	return context->access != ACCESS_SLB && (context->vantage == VANTAGE_GITLAB_HOST ||
						 context->vantage == VANTAGE_IDC_ROUTER);
}

/* Host packet filters are not looked at; what hints at one is told with that. */
static int add_filters(const struct rule_context *context, struct judgement *judgement)
{
	const struct facts *facts = context->facts;
	struct gate_missing *missing;
	int error = 0;
	size_t i;

	if (!looks_at_range(context))
		return 0;
	missing = add_missing(judgement, vantage_words[context->vantage], "host filters",
			      "host packet filters: nftables, iptables, tc and XDP programs that "
			      "may drop the reverse-access range were not looked at", NULL);
	if (!missing)
		return -ENOMEM;
	for (i = 0; facts->host.section.state == FACT_OK && !error &&
		    i < facts->host.packet_filters.count; i++)
		error = add_string(&missing->evidence, "%s", facts->host.packet_filters.items[i]);
	if (!error && facts->listeners.section.state == FACT_OK && facts->listeners.section.note)
		error = add_string(&missing->evidence, "%s", facts->listeners.section.note);
	for (i = 0; facts->links.section.state == FACT_OK && !error &&
		    i < facts->links.links.count; i++) {
		const struct link_fact *link = LIST_AT(&facts->links.links, struct link_fact, i);

		if (link->name && text_has_prefix(link->name, "tailscale"))
			error = add_string(&missing->evidence,
					   "interface %s: its client may drop what comes from "
					   "100.64.0.0/10 by another interface", link->name);
	}
	return error;
}

/* Is there a proof over the vSwitch CIDR for every service that has one over the range? */
static int look_for_vswitch(const struct facts *facts, bool *proved)
{
	struct proofs proofs;
	size_t i, range = 0, vswitch = 0;
	int error = proofs_init(&proofs, facts);

	for (i = 0; !error && i < proofs.count; i++) {
		if (proofs.items[i].mark || !proof_counts(&proofs.items[i]))
			continue;
		range += !proofs.items[i].vswitch;
		vswitch += proofs.items[i].vswitch && proofs.items[i].whole;
	}
	*proved = vswitch >= range;
	if (!error)
		proofs_release(&proofs);
	return error;
}

static int add_vswitch(const struct rule_context *context, struct judgement *judgement)
{
	const struct facts *facts = context->facts;
	const char *words = NULL, *command = "reachback check";
	bool proved = true;

	if (!looks_at_range(context))
		return 0;
	if (look_for_vswitch(facts, &proved))
		return -ENOMEM;
	if (facts->plan.state != FACT_OK || !facts->plan.link.vswitch_cidr.known) {
		words = "proof over the addresses of the vSwitch: link.vswitch_cidr is not "
			"declared";
		command = "reachback check --link-vswitch-cidr CIDR";
	} else if (!proved) {
		words = "proof over the addresses of the vSwitch: the facts hold none of it for "
			"some service";
	}
	if (words && !add_missing(judgement, vantage_words[context->vantage], "vSwitch CIDR", words,
				  command))
		return -ENOMEM;
	return 0;
}

/* A wish reads "what: what it would add". */
static bool add_wish(const struct rule_context *context, const struct rule *rule,
		     enum section_id id, struct judgement *judgement)
{
	char what[48];

	(void)snprintf(what, sizeof(what), "%.*s", (int)strcspn(rule->wish, ":"), rule->wish);
	return add_missing(judgement, vantage_words[context->vantage], what, rule->wish,
			   engine_settle(context->facts, id)) != NULL;
}

/* What a rule could do without and had to. */
static int add_wishes(const struct rule_context *context, struct judgement *judgement)
{
	size_t i;
	unsigned int id;

	for (i = 0; i < rule_catalog_count; i++) {
		const struct rule *rule = rule_catalog[i];

		if (!rule_runs(context, rule))
			continue;
		for (id = 0; id < SECTION_COUNT; id++) {
			if (!(rule->wishes & SECTION_BIT(id)) ||
			    first_unread(context->facts, SECTION_BIT(id)) == SECTION_COUNT)
				continue;
			if (!add_wish(context, rule, (enum section_id)id, judgement))
				return -ENOMEM;
		}
	}
	return 0;
}

/* MET-07: is this the network that serves GitLab? */
static int note_place(const struct host_facts *host, struct strings *notes)
{
	int error = 0;

	if (host->section.state != FACT_OK)
		return strings_add(notes, "MET-07: whether this is the network namespace of the "
					  "host could not be told");
	if (host->container)
		error = add_string(notes, "MET-07: this runs inside a container (%s): the host "
					  "around it was not looked at", host->container);
	if (error)
		return error;
	if (!host->netns_known_init)
		return strings_add(notes, "MET-07: whether this is the network namespace of the "
					  "host could not be told");
	if (host->netns_is_init)
		return 0;
	if (host->netns_name)
		return add_string(notes, "MET-07: this looked into network namespace '%s', not "
					 "into that of pid 1", host->netns_name);
	return strings_add(notes, "MET-07: this looked into a network namespace that is not that "
				  "of pid 1");
}

/* MET-08: what was denied would have added something. */
static int note_denied(const struct facts *facts, struct strings *notes)
{
	static const char *const adds[SECTION_COUNT] = {
		[SECTION_PLAN] = "what is intended",
		[SECTION_HOST] = "where this looked from, forwarding, hints of packet filters",
		[SECTION_LINKS] = "owners of overlaps, links that are down",
		[SECTION_ADDRESSES] = "addresses inside the range, which services are local",
		[SECTION_RULES] = "policy rules that divert replies",
		[SECTION_SERVICES] = "which replies to prove",
		[SECTION_ROUTES] = "the proof itself",
		[SECTION_NEIGHBOURS] = "next hops that do not answer",
		[SECTION_SYSCTLS] = "reverse-path filter, forwarding and ARP settings",
		[SECTION_XFRM] = "IPsec policies that take replies",
		[SECTION_COUNTERS] = "counters of lost packets",
		[SECTION_LISTENERS] = "whether something listens on the service ports",
		[SECTION_CONFIGS] = "networks and routes that stand in configuration",
		[SECTION_EXCEPTIONS] = "cached path MTUs and redirects",
		[SECTION_TRACE] = "how far replies get that leave well",
		[SECTION_ENDPOINTS] = "what GitLab and Maven answer",
		[SECTION_METADATA] = "instance, region and vSwitch of this machine",
		[SECTION_CLOUD] = "what the cloud's API says",
		[SECTION_INSTANCE] = "the registry's instance, its links and build rules",
		[SECTION_NETWORK] = "vSwitch, VPC and route tables",
		[SECTION_TRANSIT] = "border router, circuit, CEN and transit routers",
		[SECTION_PRIVATE_ZONES] = "names that PrivateZone answers",
		[SECTION_GROUPS] = "security groups and network ACLs",
		[SECTION_BALANCERS] = "listeners, access control and backends of load balancers",
	};
	int error = 0;
	size_t i;

	for (i = 0; i < SECTION_COUNT && !error; i++) {
		const struct section *section = facts_section_const(facts, (enum section_id)i);

		if (section->state == FACT_DENIED)
			error = add_string(notes, "MET-08: %s denied: it would add %s",
					   section_name((enum section_id)i), adds[i]);
	}
	for (i = 0; facts->configs.section.state == FACT_OK && !error &&
		    i < facts->configs.denied.count; i++)
		error = add_string(notes, "MET-08: %s could not be read: it would add networks "
					  "and routes that are configured there",
				   facts->configs.denied.items[i]);
	/* the section stands without them; its note says why, and what they may do */
	if (!error && facts->listeners.section.state == FACT_OK && facts->listeners.nat_unknown &&
	    facts->listeners.section.note)
		error = add_string(notes, "MET-08: %s", facts->listeners.section.note);
	return error;
}

int engine_gate(const struct rule_context *context, const char *today, struct judgement *judgement)
{
	int error = add_needs(context, today, judgement);

	if (!error)
		error = add_gitlab(context, judgement);
	if (!error)
		error = add_filters(context, judgement);
	if (!error)
		error = add_vswitch(context, judgement);
	if (!error)
		error = add_wishes(context, judgement);
	if (!error)
		error = note_place(&context->facts->host, &judgement->vantage_notes);
	if (!error)
		error = note_denied(context->facts, &judgement->vantage_notes);
	return error;
}
