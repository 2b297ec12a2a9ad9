/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A link that is there: its interface on the vSwitch stands (CTL-12), and its managed group names
 * the address that GitLab has now (CTL-11). Only `verify` expects one; before a link is made there
 * is none, and nothing is wrong with that.
 */
#include "rules/checks/cloud_rules.h"
#include "rules/facts_link.h"

#include <strings.h>

static const char *skip_unexpected(const struct rule_context *context)
{
	return context->facts->link_expected ? NULL :
					       "only verify looks at a link that is there";
}

/* Does some rule that lets out name this address, alone or in a network? */
static bool group_names(const struct group_fact *group, const struct address *address)
{
	size_t i;

	for (i = 0; i < group->rules.count; i++) {
		const struct group_rule_fact *rule =
			LIST_AT(&group->rules, struct group_rule_fact, i);
		struct prefix peer;
		struct address one;

		if (!rule->direction || strcasecmp(rule->direction, "egress") != 0 ||
		    !rule->policy || strcasecmp(rule->policy, "accept") != 0 || !rule->destination)
			continue;
		/* a rule for everybody names nobody */
		if (!prefix_parse_loose(rule->destination, &peer) && peer.length &&
		    prefix_contains(&peer, address_ipv4(address)))
			return true;
		if (!address_parse(rule->destination, &one) && address_equal(&one, address))
			return true;
	}
	return false;
}

/* What the managed interfaces on the link's vSwitch show. */
struct standing {
	const struct interface_fact *interface; /* whose group names something of the link */
	bool gitlab;  /* a group names GitLab's address */
	bool unread;  /* some group's rules were not read */
};

static bool is_in_use(const struct interface_fact *interface)
{
	return interface->status && !strcasecmp(interface->status, "InUse");
}

static void look_at_group(const struct rule_context *context,
			  const struct interface_fact *interface, const char *id,
			  struct standing *standing)
{
	const struct plan *plan = &context->facts->plan;
	const struct group_fact *group = groups_group(&context->facts->groups, id);
	struct cloud_services services;
	size_t i;

	if (!group || group->state != FACT_OK) {
		standing->unread = true;
		return;
	}
	if (group_names(group, &plan->link.gitlab_ip) &&
	    (!standing->gitlab || !is_in_use(standing->interface))) {
		standing->gitlab = true;
		standing->interface = interface;
	}
	cloud_services(plan, &services);
	for (i = 0; i < services.count; i++)
		if (!standing->interface && group_names(group, &services.items[i]))
			standing->interface = interface;
}

static void look_around(const struct rule_context *context, struct standing *standing)
{
	const struct groups_facts *groups = &context->facts->groups;
	const char *vswitch = facts_link_vswitch(context->facts);
	size_t i, j;

	for (i = 0; i < groups->interfaces.count; i++) {
		const struct interface_fact *one =
			LIST_AT(&groups->interfaces, struct interface_fact, i);

		if (!one->service_managed || !text_equal(one->vswitch_id, vswitch))
			continue;
		for (j = 0; j < one->groups.count; j++)
			look_at_group(context, one, one->groups.items[j], standing);
	}
}

/* The link stands, and was made for another address than GitLab's. */
static bool is_of_another(const struct standing *standing)
{
	return standing->interface && !standing->gitlab && !standing->unread;
}

bool cloud_link_lacks(const struct rule_context *context, const struct address *address)
{
	struct standing standing = { .interface = NULL };

	if (!context->facts->link_expected ||
	    !address_equal(address, &context->facts->plan.link.gitlab_ip))
		return false;
	look_around(context, &standing);
	return is_of_another(&standing);
}

static void add_gone(const struct rule_context *context, struct findings *out)
{
	const char *vswitch = facts_link_vswitch(context->facts);
	struct finding *finding = cloud_finding(out, STATUS_FAIL, vswitch);

	finding_cause(out, finding, "CTL-12");
	finding_message(out, finding, "on vSwitch %s stands no managed interface whose group names "
				      "an address of the link", vswitch);
	finding_expected(out, finding, "a managed interface, and a managed group whose egress "
				       "names every address of the link's form");
	finding_evidence(out, finding, "/groups/interfaces", "%zu interfaces were listed",
			 context->facts->groups.interfaces.count);
	finding_remedy(out, finding, "cloud", "delete the link in the console and make it again; "
					      "let no clean-up job touch managed interfaces");
}

static void add_other_address(const struct rule_context *context, const struct standing *standing,
			      struct findings *out)
{
	const struct groups_facts *groups = &context->facts->groups;
	char words[ADDRESS_TEXT_MAX];
	const char *gitlab = address_print(&context->facts->plan.link.gitlab_ip, words);
	struct finding *finding = cloud_finding(out, STATUS_FAIL, standing->interface->id);

	finding_cause(out, finding, "CTL-11");
	finding_message(out, finding, "the managed group of %s names other addresses of the link, "
				      "and not %s, which is GitLab's", standing->interface->id,
			gitlab);
	finding_evidence(out, finding,
			 CLOUD_POINTER("/groups/interfaces", &groups->interfaces,
				       standing->interface).text,
			 "groups of %s", standing->interface->id);
	finding_evidence(out, finding, "/plan/link/gitlab_ip", "%s", gitlab);
	finding_remedy(out, finding, "cloud", "delete the link and make it again with GitLab "
					      "private IP %s", gitlab);
}

static void add_unread(const char *resource, const char *what, const char *command,
		       struct findings *out)
{
	struct finding *finding = cloud_finding(out, STATUS_UNKNOWN, resource);

	finding_message(out, finding, "%s", what);
	finding_settle(out, finding, "%s", command);
}

enum life { LIFE_GOOD, LIFE_YOUNG, LIFE_FAILED, LIFE_IDLE, LIFE_GOING, LIFE_UNKNOWN };

/* DescribeNetworkInterfaces, Status; those of managed interfaces as well. */
static enum life life_of(const struct interface_fact *interface)
{
	static const struct {
		const char *status;
		enum life life;
	} rows[] = {
		{ "InUse", LIFE_GOOD }, { "Creating", LIFE_YOUNG }, { "Attaching", LIFE_YOUNG },
		{ "Linking", LIFE_YOUNG }, { "CreateFailed", LIFE_FAILED },
		{ "Available", LIFE_IDLE }, { "Detached", LIFE_IDLE },
		{ "Detaching", LIFE_GOING }, { "Unlinking", LIFE_GOING },
		{ "Deleting", LIFE_GOING }, { "Deleted", LIFE_GOING },
	};
	size_t i;

	for (i = 0; interface->status && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcasecmp(rows[i].status, interface->status))
			return rows[i].life;
	return LIFE_UNKNOWN;
}

/* It is there, and named right; does it work? */
static void add_standing(const struct rule_context *context, const struct interface_fact *one,
			 struct findings *out)
{
	static const struct {
		enum finding_status status;
		const char *cause, *words;
	} lives[] = {
		[LIFE_GOOD] = { STATUS_PASS, NULL, "stands on the vSwitch, and its group names "
						   "GitLab's address" },
		[LIFE_YOUNG] = { STATUS_UNKNOWN, "CTL-13", "is still being made" },
		[LIFE_FAILED] = { STATUS_FAIL, "CTL-13", "could not be made" },
		/* what stands behind a managed interface is the registry's, and not shown */
		[LIFE_IDLE] = { STATUS_WARN, "CTL-12", "is attached to nothing that is shown, as "
						       "what a clean-up job leaves" },
		[LIFE_GOING] = { STATUS_FAIL, "CTL-12", "is being taken away: nobody builds "
							"through it" },
		[LIFE_UNKNOWN] = { STATUS_UNKNOWN, NULL, "has no status that tells whether it is "
							 "in use" },
	};
	const enum life life = life_of(one);
	struct finding *finding = cloud_finding(out, lives[life].status, one->id);

	if (lives[life].cause)
		finding_cause(out, finding, lives[life].cause);
	finding_message(out, finding, "interface %s %s", one->id, lives[life].words);
	finding_evidence(out, finding,
			 CLOUD_POINTER("/groups/interfaces", &context->facts->groups.interfaces,
				       one).text,
			 "%s: %s", one->id, one->status ? one->status : "no status");
	if (lives[life].status == STATUS_UNKNOWN)
		finding_settle(out, finding, "reachback verify, once more in some minutes");
	if (lives[life].status == STATUS_FAIL || lives[life].status == STATUS_WARN)
		finding_remedy(out, finding, "cloud", "delete the link in the console and make it "
						      "again");
}

static bool lets_in(const struct group_fact *group)
{
	size_t i;

	for (i = 0; i < group->rules.count; i++) {
		const struct group_rule_fact *rule =
			LIST_AT(&group->rules, struct group_rule_fact, i);

		if (rule->direction && !strcasecmp(rule->direction, "ingress") &&
		    (!rule->policy || strcasecmp(rule->policy, "drop") != 0))
			return true;
	}
	return false;
}

/* The registry makes the group without a rule that lets in: somebody else has been there. */
static void add_let_in(const struct rule_context *context, const struct interface_fact *interface,
		       struct findings *out)
{
	const struct groups_facts *groups = &context->facts->groups;
	size_t i;

	for (i = 0; i < interface->groups.count; i++) {
		const struct group_fact *group =
			groups_group(groups, interface->groups.items[i]);
		struct finding *finding;

		if (!group || group->state != FACT_OK || !lets_in(group))
			continue;
		finding = cloud_finding(out, STATUS_WARN, group->id);
		finding_cause(out, finding, "CTL-12");
		finding_message(out, finding, "the managed group %s lets something in, which the "
					      "registry's own never does: it was changed",
				group->id);
		finding_expected(out, finding, "no inbound rule that accepts");
		finding_evidence(out, finding,
				 CLOUD_POINTER("/groups/groups", &groups->groups, group).text,
				 "inbound rules of %s", group->id);
		finding_remedy(out, finding, "cloud", "take the inbound rules of %s away, or "
						      "delete the link and make it again",
			       group->id);
	}
}

static void evaluate_stands(const struct rule_context *context, struct findings *out)
{
	const char *vswitch = facts_link_vswitch(context->facts);
	struct standing standing = { .interface = NULL };

	if (!vswitch || !context->facts->plan.link.gitlab_ip.family) {
		add_unread(NULL, "the plan does not say on which vSwitch the link stands, or "
				 "GitLab's address in its form",
			   "reachback verify --link-vswitch-id VSWITCH --link-gitlab-ip ADDRESS",
			   out);
		return;
	}
	look_around(context, &standing);
	if (standing.gitlab) {
		add_standing(context, standing.interface, out);
		add_let_in(context, standing.interface, out);
	} else if (standing.unread) {
		add_unread(vswitch, "rules of a managed group could not be read",
			   "reachback docs ram-policy", out);
	} else if (is_of_another(&standing)) {
		add_other_address(context, &standing, out);
	} else {
		add_gone(context, out);
	}
}

const struct rule rule_link_stands = {
	.code = "link-stands",
	.area = "link",
	.title = "the link's managed interface stands, and its group names GitLab's address",
	.severity = SEVERITY_BLOCKER,
	.reads = CLOUD_READS | SECTION_BIT(SECTION_GROUPS),
	.vantages = VANTAGE_CLOUD,
	.verifies = true,
	.causes = { "CTL-11", "CTL-12", "CTL-13" },
	.why = "the registry builds through an interface of its own on the vSwitch, with a group "
	       "that lets out what the form named on the day the link was made; neither follows "
	       "when GitLab moves, and a clean-up job may take both away",
	.evidence = "managed interfaces on the link's vSwitch, their status, and the rules of "
		    "their groups",
	.remedies = {
		{ "cloud", "delete the link in the console and make it again" },
	},
	.document = "000",
	.heading = "How it works",
	.skip = skip_unexpected,
	.eval = evaluate_stands,
};

static void evaluate_bound(const struct rule_context *context, struct findings *out)
{
	add_unread(context->facts->plan.link.instance_id,
		   "which link a repository's source account uses, whether a link is still being "
		   "made, and whether there are two, no operation that reads tells",
		   "the console's pages of the instance: Repositories, Build, and Manage Link",
		   out);
}

const struct rule rule_link_bound = {
	.code = "link-bound",
	.area = "link",
	.title = "builds use this link, and it is the only one",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_PLAN),
	.vantages = VANTAGE_CLOUD,
	.why = "a source account that is bound to another link, or to the public network, never "
	       "uses this one; the API has no operation that shows the binding (CTL-10, CTL-13, "
	       "CTL-14 of the failure catalogue)",
	.evidence = "nothing: only the console tells",
	.remedies = {
		{ "cloud", "compare the link in the console's Build page with the one that was "
			   "made, and delete a second one" },
	},
	.document = "000",
	.heading = "How it works",
	.skip = skip_unexpected,
	.eval = evaluate_bound,
};
