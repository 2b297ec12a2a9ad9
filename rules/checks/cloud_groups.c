/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Do the security groups of the interface let the whole range in (SG-01 to SG-09, SG-11, SG-19),
 * and the link's vSwitch as well (SG-10)?
 *
 * Every question is asked twice: with all that was not understood or not read taken for the worst,
 * and for the best. Where both say the same it is proved.
 */
#include "rules/checks/cloud_admission.h"

#include "rules/checks/checks.h"
#include "rules/checks/cloud_rules.h"
#include "rules/facts_link.h"

#include <errno.h>
#include <stdio.h>

#define EVIDENCE_MAX 8
#define WORDS_LIMIT ((size_t)4096)
#define NOT_UNDERSTOOD                                                                             \
	"a rule that may decide was not understood, or its prefix list or port list could not be " \
	"read"

/* What is refused at worst [0] and at best [1], and by which rules. */
struct judged {
	struct list atoms[2];  /* struct admission_atom */
	struct list pieces[2]; /* struct admission_piece */
	struct span_set refused[2];
	int error;
};

static void judged_release(struct judged *judged)
{
	size_t i;

	for (i = 0; i < 2; i++) {
		admission_release(&judged->atoms[i]);
		admission_release(&judged->pieces[i]);
		span_set_release(&judged->refused[i]);
	}
}

static void judge_peers(const struct admission_view *view, const struct prefix *peers,
			struct judged *judged)
{
	struct span span = { prefix_first(peers), prefix_last(peers) };
	struct port_span port = { view->service->port, view->service->port };
	struct group_question question = {
		.facts = view->groups, .groups = &view->interface->groups,
		.local = view->service->address,
	};
	size_t i;

	*judged = (struct judged){ .error = 0 };
	for (i = 0; i < 2 && !judged->error; i++) {
		question.hopeful = i == 1;
		judged->error = admission_groups(&question, &judged->atoms[i]);
		if (!judged->error)
			judged->error = admission_refused(&judged->atoms[i], span, port,
							  CLIENT_PORTS, &judged->pieces[i]);
		admission_span_set(&judged->pieces[i], &judged->refused[i]);
		if (!judged->error)
			judged->error = judged->refused[i].error;
	}
}

/* Groups of the interface whose rules are not there; the first of them in words. */
bool admission_misses_group(const struct admission_view *view, struct text *why)
{
	const struct strings *ids = &view->interface->groups;
	size_t i;

	if (!ids->count)
		text_addf(why, "the cloud shows no security group of %s", view->interface->id);
	for (i = 0; i < ids->count && !why->length; i++) {
		const struct group_fact *group = groups_group(view->groups, ids->items[i]);

		if (group && group->state == FACT_OK)
			continue;
		text_addf(why, "the rules of %s are not known%s%s", ids->items[i],
			  group && group->note ? ": " : "", group && group->note ? group->note
									       : "");
	}
	return why->length > 0;
}

/* A load balancer with interfaces may carry no group, and then admits everybody. */
bool admission_is_groupless(const struct admission_view *view)
{
	const struct facts *facts = view->context->facts;
	const struct balancer_fact *balancer =
		facts->balancers.section.state == FACT_OK ?
			balancers_of(&facts->balancers, &view->service->address) : NULL;

	return view->interface->service_managed && balancer && !words_are(balancer->kind, "clb") &&
	       !balancer->groups.count;
}

static void add_unknown(struct admission_view *view, const char *why)
{
	struct finding *finding = admission_finding(view, STATUS_UNKNOWN);

	finding_message(view->out, finding, "%s", why);
	finding_settle(view->out, finding,
		       "reachback check, with a key that may read security groups: reachback docs "
		       "ram-policy");
}

void admission_add_groups(const struct admission_view *view, struct text *out)
{
	size_t i;

	for (i = 0; i < view->interface->groups.count; i++)
		text_addf(out, "%s%s", i ? ", " : "", view->interface->groups.items[i]);
}

/* What one rule says, in the cloud's own words. */
static void rule_print(const struct group_fact *group, const struct group_rule_fact *rule,
		       struct text *out)
{
	const char *peer = rule->source ? rule->source : rule->source_group ? rule->source_group :
			   rule->source_list ? rule->source_list : "";

	text_addf(out, "%s of %s: %s %s %s from %s, priority %s", rule->id ? rule->id : "a rule",
		  group->id, rule->policy ? rule->policy : "?",
		  rule->protocol ? rule->protocol : "?",
		  rule->ports ? rule->ports : rule->port_list ? rule->port_list : "?", peer,
		  rule->priority ? rule->priority : "1");
}

static void add_evidence(struct admission_view *view, const struct list *pieces,
			 struct finding *finding)
{
	uint32_t said[EVIDENCE_MAX];
	size_t i, j, count = 0;

	for (i = 0; i < pieces->count && count < EVIDENCE_MAX; i++) {
		uint32_t number = LIST_AT(pieces, struct admission_piece, i)->rule;
		const struct group_fact *group;
		const struct group_rule_fact *rule =
			admission_group_rule(view->groups, number, &group);
		char pointer[64];
		struct text words;

		for (j = 0; j < count && said[j] != number; j++)
			;
		if (j < count)
			continue;
		said[count++] = number;
		text_init(&words, WORDS_LIMIT);
		if (rule)
			rule_print(group, rule, &words);
		else
			text_addf(&words, "no rule of the groups admits it: refused by default");
		admission_group_pointer(view->groups, number, pointer, sizeof(pointer));
		finding_evidence(view->out, finding, pointer, "%s", text_string(&words));
		if (text_error(&words) == -ENOMEM)
			view->out->error = -ENOMEM;
		text_release(&words);
	}
}

static void add_remedies(struct admission_view *view, struct finding *finding, bool dropped,
			 const struct prefix *peers)
{
	const char *group = view->interface->groups.items[0];
	char prefix[PREFIX_TEXT_MAX];
	uint32_t port = view->service->port;

	(void)prefix_print(peers, prefix);
	if (dropped)
		finding_remedy(view->out, finding, "cloud",
			       "narrow the refusing rule, or give the one that admits %s a smaller "
			       "priority number than it", prefix);
	else
		finding_remedy(view->out, finding, "cloud",
			       "add an inbound rule to %s: accept, TCP, port %u, source %s", group,
			       port, prefix);
	finding_remedy(view->out, finding, "aliyun",
		       "aliyun ecs AuthorizeSecurityGroup --SecurityGroupId %s --IpProtocol tcp "
		       "--PortRange %u/%u --SourceCidrIp %s --Policy accept --Priority 1",
		       group, port, port, prefix);
}

/* Peers that no rule admits, whatever refuses them: what the accepting rules leave out. */
static int find_missing(const struct list *atoms, uint32_t port, struct span_set *missing)
{
	const struct span peers = { prefix_first(&reverse_range), prefix_last(&reverse_range) };
	struct list accepts = { .count = 0 }, pieces = { .count = 0 };
	size_t i;
	int error = 0;

	for (i = 0; i < atoms->count && !error; i++) {
		const struct admission_atom *atom = LIST_AT(atoms, struct admission_atom, i);
		struct admission_atom *copy;

		if (!atom->admits)
			continue;
		copy = list_add(&accepts, sizeof(*copy));
		if (copy)
			*copy = *atom;
		else
			error = -ENOMEM;
	}
	if (!error)
		error = admission_refused(&accepts, peers, (struct port_span){ port, port },
					  CLIENT_PORTS, &pieces);
	admission_span_set(&pieces, missing);
	admission_release(&pieces);
	admission_release(&accepts);
	return error ? error : missing->error;
}

static void add_causes(struct admission_view *view, const struct list *atoms, uint64_t refused,
		       struct finding *finding)
{
	struct span_set missing;
	struct near_misses misses = { .missing = &missing, .whole = refused == REVERSE_RANGE_SIZE };
	bool dropped;

	span_set_init(&missing);
	if (find_missing(atoms, view->service->port, &missing))
		view->out->error = -ENOMEM;
	dropped = span_set_size(&missing) < refused;
	if (!misses.whole)
		finding_cause(view->out, finding, "SG-02");
	if (dropped)
		finding_cause(view->out, finding, "SG-06");
	/* no instance's: a load balancer that has interfaces, as the classic one has not */
	if (view->interface->service_managed)
		finding_cause(view->out, finding, "SG-19");
	if (missing.count)
		admission_near_misses(view, &misses, finding);
	add_remedies(view, finding, dropped, &reverse_range);
	span_set_release(&missing);
}

/* `sure`: what is refused is known exactly; else what is refused at best is so in any case. */
static void add_fail(struct admission_view *view, const struct judged *judged, bool sure)
{
	const size_t which = sure ? 0 : 1;
	const struct span_set *refused = &judged->refused[which];
	struct finding *finding = admission_finding(view, STATUS_FAIL);
	uint64_t size = span_set_size(refused);
	char range[PREFIX_TEXT_MAX], share[48], name[32];
	struct text where, groups;

	if (!finding)
		return;
	text_init(&where, WORDS_LIMIT);
	text_init(&groups, WORDS_LIMIT);
	span_set_print(refused, &where);
	admission_add_groups(view, &groups);
	share_print(size, REVERSE_RANGE_SIZE, share, sizeof(share));
	if (sure)
		finding->share = (struct share){ true, (uint32_t)size };
	finding_message(view->out, finding,
			"the security groups of %s (%s) refuse %s%s of %s to %s: %s",
			view->interface->id, text_string(&groups), sure ? "" : "at least ", share,
			prefix_print(&reverse_range, range), admission_name(view->service, name),
			text_string(&where));
	add_causes(view, &judged->atoms[which], size, finding);
	add_evidence(view, &judged->pieces[which], finding);
	if (text_error(&where) == -ENOMEM || text_error(&groups) == -ENOMEM)
		view->out->error = -ENOMEM;
	text_release(&groups);
	text_release(&where);
}

static void add_pass(struct admission_view *view)
{
	struct finding *finding = admission_finding(view, STATUS_PASS);
	char range[PREFIX_TEXT_MAX], name[32];
	struct text groups;

	if (!finding)
		return;
	text_init(&groups, WORDS_LIMIT);
	admission_add_groups(view, &groups);
	finding->share = (struct share){ true, 0 };
	finding_message(view->out, finding,
			"the security groups of %s (%s) admit all of %s to %s",
			view->interface->id,
			admission_is_groupless(view) ? "it carries none" : text_string(&groups),
			prefix_print(&reverse_range, range), admission_name(view->service, name));
	if (text_error(&groups) == -ENOMEM)
		view->out->error = -ENOMEM;
	text_release(&groups);
}

static void judge_range(struct admission_view *view)
{
	struct judged judged;

	judge_peers(view, &reverse_range, &judged);
	if (judged.error)
		view->out->error = judged.error;
	else if (!judged.refused[0].count)
		add_pass(view);
	else if (span_set_equal(&judged.refused[0], &judged.refused[1]))
		add_fail(view, &judged, true);
	else if (judged.refused[1].count)
		add_fail(view, &judged, false);
	else
		add_unknown(view, NOT_UNDERSTOOD);
	judged_release(&judged);
}

static void judge_service(struct admission_view *view)
{
	struct text why;
	bool silent;

	text_init(&why, WORDS_LIMIT);
	if (admission_interface(view, &silent, &why) && admission_is_groupless(view))
		add_pass(view);
	else if (view->interface && !admission_misses_group(view, &why))
		judge_range(view);
	else if (view->interface || !silent)
		add_unknown(view, text_string(&why));
	if (text_error(&why) == -ENOMEM)
		view->out->error = -ENOMEM;
	text_release(&why);
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	admission_each(context, out, judge_service);
	admission_portless(context, out);
}

const struct rule rule_security_groups_admit_range = {
	.code = "security-groups-admit-range",
	.area = "admission",
	.title = "the security groups of every service address admit all of the range",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_CLOUD) | SECTION_BIT(SECTION_GROUPS),
	.vantages = VANTAGE_EVERY,
	.causes = { "SG-01", "SG-02", "SG-03", "SG-04", "SG-05", "SG-06", "SG-07", "SG-08", "SG-09",
		    "SG-11", "SG-19" },
	.why = "The registry reaches GitLab and Maven on ECS from the whole range; what the groups "
	       "of the interface refuse is dropped without an answer, and builds time out.",
	.evidence = "the interface that owns the address, the rules of all its groups pooled by "
		    "priority, prefix lists and port lists, over every address of the range",
	.remedies = {
		{ "cloud", "add an inbound rule to a group of the interface: accept, TCP, the "
			   "service's port, source the whole range" },
		{ "aliyun", "aliyun ecs AuthorizeSecurityGroup --SecurityGroupId GROUP "
			    "--IpProtocol tcp --PortRange PORT/PORT --SourceCidrIp RANGE --Policy "
			    "accept --Priority 1" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = admission_skip_range,
	.eval = evaluate,
};

/* As the cloud shows it, else as the plan declares it or this machine has it; NULL: none. */
static const struct prefix *vswitch_cidr(const struct facts *facts)
{
	const struct vswitch_fact *vswitch = facts->network.section.state == FACT_OK ?
						     network_link_vswitch(&facts->network) : NULL;

	return vswitch && vswitch->cidr.known ? &vswitch->cidr : facts_link_cidr(facts);
}

static void judge_vswitch_cidr(struct admission_view *view)
{
	const struct network_facts *network = &view->context->facts->network;
	const struct prefix *cidr = vswitch_cidr(view->context->facts);
	char prefix[PREFIX_TEXT_MAX], name[32];
	struct finding *finding;
	struct judged judged;

	judge_peers(view, cidr, &judged);
	if (judged.error)
		view->out->error = judged.error;
	if (judged.refused[1].count && (finding = admission_finding(view, STATUS_WARN))) {
		finding_cause(view->out, finding, "SG-10");
		finding_message(view->out, finding,
				"the groups of %s do not admit all of the link's vSwitch %s to "
				"%s, and the registry's interface there may be what speaks to it",
				view->interface->id, prefix_print(cidr, prefix),
				admission_name(view->service, name));
		add_evidence(view, &judged.pieces[1], finding);
		add_remedies(view, finding, false, cidr);
	} else if (judged.refused[0].count) {
		add_unknown(view, NOT_UNDERSTOOD);
	} else if (cloud_refused(&network->section, &network->vswitch)) {
		add_unknown(view, "the network of the link's vSwitch is the plan's word alone: "
				  "the cloud did not tell it");
	}
	judged_release(&judged);
}

static void judge_vswitch(struct admission_view *view)
{
	struct text why;
	bool silent;

	text_init(&why, WORDS_LIMIT);
	if (!admission_interface(view, &silent, &why)) {
		if (!silent)
			add_unknown(view, text_string(&why));
	} else if (!admission_is_groupless(view)) {
		if (admission_misses_group(view, &why))
			add_unknown(view, text_string(&why));
		else
			judge_vswitch_cidr(view);
	}
	if (text_error(&why) == -ENOMEM)
		view->out->error = -ENOMEM;
	text_release(&why);
}

static const char *skip_vswitch(const struct rule_context *context)
{
	if (!vswitch_cidr(context->facts))
		return "the CIDR block of the link's vSwitch is not known "
		       "(--link-vswitch-cidr)";
	return admission_skip(context);
}

static void evaluate_vswitch(const struct rule_context *context, struct findings *out)
{
	admission_each(context, out, judge_vswitch);
}

const struct rule rule_security_groups_admit_vswitch = {
	.code = "security-groups-admit-vswitch",
	.area = "admission",
	.title = "the security groups admit the link's vSwitch, too",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_CLOUD) | SECTION_BIT(SECTION_GROUPS),
	.vantages = VANTAGE_EVERY,
	.causes = { "SG-10" },
	.why = "The vendor's pages leave open whether GitLab sees the range or the address of the "
	       "registry's interface on the vSwitch as the source.",
	.evidence = "the rules of all groups of the interface over every address of the vSwitch",
	.remedies = {
		{ "cloud", "add an inbound rule for the CIDR block of the vSwitch" },
		{ "aliyun", "aliyun ecs AuthorizeSecurityGroup --SecurityGroupId GROUP "
			    "--IpProtocol tcp --PortRange PORT/PORT --SourceCidrIp CIDR --Policy "
			    "accept" },
	},
	.document = "000",
	.heading = "How it works",
	.skip = skip_vswitch,
	.eval = evaluate_vswitch,
};
