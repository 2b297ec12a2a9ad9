/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Network ACLs, which keep no state: on the vSwitch of the service requests have to come in and
 * answers to go out (SG-15), on the link's vSwitch the other way round (SG-16).
 *
 * They stand before network interfaces. A classic load balancer has none, and what stays within one
 * vSwitch does not pass its ACL.
 */
#include "rules/admission_acls.h"
#include "rules/checks/checks.h"
#include "rules/checks/cloud_admission.h"
#include "rules/checks/cloud_rules.h"
#include "rules/facts_link.h"

#include <errno.h>
#include <stdio.h>

#define EVIDENCE_MAX 6
#define WORDS_LIMIT ((size_t)4096)

/* One direction through one ACL. */
struct passage {
	const struct network_acl_fact *acl;
	bool outwards;
	struct span peers;
	struct port_span ports;
};

struct outcome {
	struct list refused[2]; /* struct admission_piece, at worst and at best */
	int error;
};

static void outcome_release(struct outcome *outcome)
{
	admission_release(&outcome->refused[0]);
	admission_release(&outcome->refused[1]);
}

static void pass_through(const struct admission_view *view, const struct passage *passage,
			 struct outcome *outcome)
{
	struct acl_question question = {
		.facts = view->groups, .acl = passage->acl, .outwards = passage->outwards,
	};
	size_t i;

	*outcome = (struct outcome){ .error = 0 };
	for (i = 0; i < 2 && !outcome->error; i++) {
		struct list atoms = { .count = 0 };

		question.hopeful = i == 1;
		outcome->error = admission_acls(&question, &atoms);
		if (!outcome->error)
			outcome->error = admission_refused(&atoms, passage->peers, passage->ports,
							   CLIENT_PORTS, &outcome->refused[i]);
		admission_release(&atoms);
	}
	if (outcome->error)
		view->out->error = outcome->error;
}

static void add_evidence(struct admission_view *view, const struct passage *passage,
			 const struct list *pieces, struct finding *finding)
{
	const struct list *rules = passage->outwards ? &passage->acl->egress
						     : &passage->acl->ingress;
	const char *side = passage->outwards ? "egress" : "ingress";
	size_t place = (size_t)(passage->acl - (const struct network_acl_fact *)
							view->groups->acls.items);
	uint32_t said[EVIDENCE_MAX];
	size_t i, j, count = 0;
	char pointer[80];

	for (i = 0; i < pieces->count && count < EVIDENCE_MAX; i++) {
		uint32_t rule = LIST_AT(pieces, struct admission_piece, i)->rule;
		const struct acl_rule_fact *one;

		for (j = 0; j < count && said[j] != rule; j++)
			;
		if (j < count)
			continue;
		said[count++] = rule;
		if (rule >= rules->count) {
			(void)snprintf(pointer, sizeof(pointer), "/groups/acls/%zu/%s", place,
				       side);
			finding_evidence(view->out, finding, pointer,
					 "no %s entry of %s matches: refused by default", side,
					 passage->acl->id);
			continue;
		}
		one = LIST_AT(rules, struct acl_rule_fact, rule);
		(void)snprintf(pointer, sizeof(pointer), "/groups/acls/%zu/%s/%u", place, side,
			       rule);
		finding_evidence(view->out, finding, pointer, "%s entry %u of %s: %s %s %s %s",
				 side, rule + 1, passage->acl->id,
				 one->policy ? one->policy : "?",
				 one->protocol ? one->protocol : "?",
				 one->ports ? one->ports : "?", one->peer ? one->peer : "?");
	}
}

static void peers_print(struct span peers, struct text *out)
{
	struct span_set set;

	span_set_init(&set);
	span_set_add(&set, peers.first, peers.last);
	span_set_print(&set, out);
	if (set.error)
		out->error = set.error;
	span_set_release(&set);
}

static void add_refused(struct admission_view *view, const struct passage *passage,
			const struct list *pieces, enum finding_status status, const char *cause)
{
	struct finding *finding = admission_finding(view, status);
	struct span_set set;
	struct text where, peers;
	char name[32];

	if (!finding)
		return;
	text_init(&where, WORDS_LIMIT);
	text_init(&peers, WORDS_LIMIT);
	span_set_init(&set);
	admission_span_set(pieces, &set);
	span_set_print(&set, &where);
	peers_print(passage->peers, &peers);
	finding_cause(view->out, finding, cause);
	finding_message(view->out, finding,
			"network ACL %s does not let everything %s on TCP ports %u-%u, which %s "
			"needs; refused: %s", passage->acl->id,
			passage->outwards ? "out" : "in", passage->ports.first,
			passage->ports.last, admission_name(view->service, name),
			text_string(&where));
	add_evidence(view, passage, pieces, finding);
	finding_remedy(view->out, finding, "cloud",
		       "add an %s entry to %s before the one that refuses: accept, TCP, ports "
		       "%u/%u, %s %s", passage->outwards ? "outbound" : "inbound",
		       passage->acl->id, passage->ports.first, passage->ports.last,
		       passage->outwards ? "destination" : "source", text_string(&peers));
	if (text_error(&where) || text_error(&peers) || set.error)
		view->out->error = -ENOMEM;
	span_set_release(&set);
	text_release(&peers);
	text_release(&where);
}

static void add_unknown(struct admission_view *view, const char *why)
{
	struct finding *finding = admission_finding(view, STATUS_UNKNOWN);

	finding_message(view->out, finding, "%s", why);
	finding_settle(view->out, finding,
		       "reachback check, with a key that may read network ACLs: reachback docs "
		       "ram-policy");
}

/* Judges one direction; true: it is sure that it passes. */
static bool judge_passage(struct admission_view *view, const struct passage *passage,
			  enum finding_status status, const char *cause)
{
	struct outcome outcome;
	bool passes = false;

	pass_through(view, passage, &outcome);
	if (outcome.error || !outcome.refused[0].count)
		passes = !outcome.error;
	else if (outcome.refused[1].count)
		add_refused(view, passage, &outcome.refused[1], status, cause);
	else
		add_unknown(view, "an entry of the network ACL that may decide was not understood, "
				  "or its prefix list could not be read");
	outcome_release(&outcome);
	return passes;
}

/* As the vSwitch itself tells: lists of ACLs leave out what the credential may not see. */
static const char *acl_by_vswitch(const struct admission_view *view, const char *vswitch)
{
	const struct network_facts *network = &view->context->facts->network;
	size_t i;

	for (i = 0; network->section.state == FACT_OK && i < network->vswitch_list.count; i++) {
		const struct vswitch_fact *one =
			LIST_AT(&network->vswitch_list, struct vswitch_fact, i);

		if (text_equal(one->id, vswitch))
			return one->network_acl;
	}
	return NULL;
}

/* Its own word was refused: then a list that shows no ACL proves nothing. NULL: it was not. */
static const char *refused_word(const struct admission_view *view, const char *vswitch)
{
	const struct network_facts *network = &view->context->facts->network;
	bool is_link = text_equal(vswitch, facts_link_vswitch(view->context->facts));

	return cloud_refused(&network->section, is_link ? &network->vswitch : &network->vswitches);
}

/*
 * The ACL of a vSwitch. NULL with `why` empty: it has none; else `why` says why it is not known.
 */
static const struct network_acl_fact *acl_of(const struct admission_view *view,
					     const char *vswitch, struct text *why)
{
	const struct guard_fact *guard = groups_guard(view->groups, vswitch);
	bool listed = guard && guard->state == FACT_OK;
	const char *id = listed && guard->acl ? guard->acl : acl_by_vswitch(view, vswitch);
	const struct network_acl_fact *acl;
	const char *note = listed && !id ? refused_word(view, vswitch) : NULL;

	if (listed && !id && !note)
		return NULL;
	acl = id ? groups_acl(view->groups, id) : NULL;
	if (acl && acl->state == FACT_OK)
		return acl;
	if (!note)
		note = acl ? acl->note : guard ? guard->note : NULL;
	text_addf(why, "the network ACL %s%sof %s is not known%s%s", id ? id : "", id ? " " : "",
		  vswitch ? vswitch : "its vSwitch", note ? ": " : "", note ? note : "");
	return NULL;
}

static void judge_acl(struct admission_view *view, const struct network_acl_fact *acl)
{
	struct passage in = {
		.acl = acl, .peers = { prefix_first(&reverse_range), prefix_last(&reverse_range) },
		.ports = { view->service->port, view->service->port },
	};
	struct passage out = in;

	out.outwards = true;
	out.ports = CLIENT_PORTS;
	(void)judge_passage(view, &in, STATUS_FAIL, "SG-15");
	if (!judge_passage(view, &out, STATUS_FAIL, "SG-15"))
		return;
	out.ports = CLIENT_PORTS_ALL;
	(void)judge_passage(view, &out, STATUS_WARN, "SG-15");
}

static void judge_service(struct admission_view *view)
{
	const struct network_acl_fact *acl = NULL;
	struct text why;
	bool silent;

	text_init(&why, WORDS_LIMIT);
	if (admission_interface(view, &silent, &why))
		acl = acl_of(view, view->interface->vswitch_id, &why);
	else if (silent)
		text_clear(&why);
	if (acl)
		judge_acl(view, acl);
	else if (why.length)
		add_unknown(view, text_string(&why));
	if (text_error(&why) == -ENOMEM)
		view->out->error = -ENOMEM;
	text_release(&why);
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	admission_each(context, out, judge_service);
}

const struct rule rule_network_acl_passes_range = {
	.code = "network-acl-passes-range",
	.area = "admission",
	.title = "the network ACL of the service's vSwitch passes requests and answers",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_CLOUD) | SECTION_BIT(SECTION_GROUPS),
	.vantages = VANTAGE_EVERY,
	.causes = { "SG-15" },
	.why = "A network ACL keeps no state: without an outbound entry for the ports that clients "
	       "speak from, requests arrive and the answers are lost within the VPC.",
	.evidence = "the ACL bound to the vSwitch of the interface that owns the address, both "
		    "directions, over every address of the range",
	.remedies = {
		{ "cloud", "add an outbound entry to the ACL: accept, TCP, ports 1024/65535, "
			   "destination the range; and an inbound one for the service's port" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = admission_skip,
	.eval = evaluate,
};

/* From the link's vSwitch to the service and back. */
static void judge_link_acl(struct admission_view *view, const struct network_acl_fact *acl)
{
	uint32_t address = address_ipv4(&view->service->address);
	struct passage out = {
		.acl = acl, .outwards = true, .peers = { address, address },
		.ports = { view->service->port, view->service->port },
	};
	struct passage in = out;

	in.outwards = false;
	in.ports = CLIENT_PORTS;
	(void)judge_passage(view, &out, STATUS_FAIL, "SG-16");
	if (!judge_passage(view, &in, STATUS_FAIL, "SG-16"))
		return;
	in.ports = CLIENT_PORTS_ALL;
	(void)judge_passage(view, &in, STATUS_WARN, "SG-16");
}

static void judge_from_link(struct admission_view *view)
{
	const char *vswitch = facts_link_vswitch(view->context->facts);
	const struct owner_fact *owner = groups_owner(view->groups, &view->service->address);
	const struct network_acl_fact *acl;
	struct text why;

	view->interface = owner ? groups_interface(view->groups, owner->interface) : NULL;
	if (view->interface && text_equal(view->interface->vswitch_id, vswitch))
		return;
	text_init(&why, WORDS_LIMIT);
	acl = acl_of(view, vswitch, &why);
	if (acl)
		judge_link_acl(view, acl);
	else if (why.length)
		add_unknown(view, text_string(&why));
	if (text_error(&why) == -ENOMEM)
		view->out->error = -ENOMEM;
	text_release(&why);
}

static const char *skip_link(const struct rule_context *context)
{
	const struct plan *plan = &context->facts->plan;

	if (!facts_link_vswitch(context->facts))
		return "the plan names no vSwitch of the link (--link-vswitch-id)";
	return plan->gitlab.url || plan->maven.count ? NULL :
						       "the plan names no URL of GitLab or Maven";
}

static void evaluate_link(const struct rule_context *context, struct findings *out)
{
	admission_each(context, out, judge_from_link);
}

const struct rule rule_network_acl_lets_out = {
	.code = "network-acl-lets-out",
	.area = "admission",
	.title = "the network ACL of the link's vSwitch lets the registry reach every service",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_CLOUD) | SECTION_BIT(SECTION_GROUPS),
	.vantages = VANTAGE_EVERY,
	.causes = { "SG-16" },
	.why = "The registry's interface stands on the link's vSwitch: what the ACL there refuses "
	       "is never seen at GitLab.",
	.evidence = "the ACL bound to the link's vSwitch: outbound to each service, inbound from "
		    "it on the ports that clients speak from",
	.remedies = {
		{ "cloud", "add entries to the ACL of the link's vSwitch: outbound TCP to the "
			   "service's port, inbound TCP 1024/65535 from the service" },
	},
	.document = "000",
	.heading = "How it works",
	.skip = skip_link,
	.eval = evaluate_link,
};
