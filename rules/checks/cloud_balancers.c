/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Load balancers that own a service address: is there a running listener (SG-20), does its access
 * control let the range in (SG-17)? Security groups and network ACLs of NLB and ALB are those of
 * their interfaces and judged there (SG-19); backends in cloud_balancer_backends.c.
 */
#include "rules/checks/cloud_balancers.h"

#include "rules/admission_words.h"
#include "rules/checks/checks.h"

#include <errno.h>
#include <stdio.h>

#define WORDS_LIMIT ((size_t)4096)

struct finding *balanced_finding(const struct balanced *at, enum finding_status status)
{
	struct finding *finding = admission_finding(at->view, status);

	if (!finding)
		return NULL;
	finding->subject.resource = text_copy(at->balancer->id);
	if (!finding->subject.resource)
		at->view->out->error = -ENOMEM;
	return finding;
}

void balanced_unknown(const struct balanced *at, const char *what, const char *note)
{
	struct finding *finding = balanced_finding(at, STATUS_UNKNOWN);

	finding_message(at->view->out, finding, "%s of %s %s known%s%s", what, at->balancer->id,
			"is not", note ? ": " : "", note ? note : "");
	finding_settle(at->view->out, finding,
		       "reachback check, with a key that may read load balancers: reachback docs "
		       "ram-policy");
}

static bool carries_tcp(const struct listener_entry_fact *listener)
{
	return !words_are(listener->protocol, "udp") && !words_are(listener->protocol, "quic");
}

/* A listener of an NLB may have a range of ports. */
static bool listens_on(const struct listener_entry_fact *listener, uint32_t port)
{
	return listener->port <= port &&
	       port <= (listener->last.known ? listener->last.value : listener->port);
}

static const char *locate(struct balanced *at)
{
	const struct list *balancers = &at->view->context->facts->balancers.balancers;
	size_t place = (size_t)(at->balancer - (const struct balancer_fact *)balancers->items);
	size_t i;

	(void)snprintf(at->pointer, sizeof(at->pointer), "/balancers/balancers/%zu", place);
	for (i = 0; i < at->balancer->listeners.count; i++) {
		const struct listener_entry_fact *one =
			LIST_AT(&at->balancer->listeners, struct listener_entry_fact, i);

		if (!listens_on(one, at->view->service->port) || !carries_tcp(one))
			continue;
		at->listener = one;
		(void)snprintf(at->pointer, sizeof(at->pointer),
			       "/balancers/balancers/%zu/listeners/%zu", place, i);
	}
	return admission_name(at->view->service, at->name);
}

static bool find_balancer(struct admission_view *view, struct balanced *at)
{
	const struct facts *facts = view->context->facts;
	struct finding *finding;
	char name[32];

	*at = (struct balanced){
		.view = view,
		.balancer = balancers_of(&facts->balancers, &view->service->address),
	};
	if (at->balancer) {
		(void)locate(at);
		return true;
	}
	if (!view->service->gitlab || facts->plan.gitlab.access != ACCESS_SLB)
		return false;
	finding = admission_finding(view, STATUS_UNKNOWN);
	finding_message(view->out, finding,
			"the cloud shows no load balancer at %s: it is of another region or "
			"account, or the key may not see it", admission_name(view->service, name));
	finding_settle(view->out, finding, "reachback check --region REGION, with a key that may "
					   "read load balancers: reachback docs ram-policy");
	return false;
}

bool balanced_find(struct admission_view *view, struct balanced *at)
{
	if (!find_balancer(view, at))
		return false;
	if (at->balancer->listeners_state == FACT_OK)
		return true;
	balanced_unknown(at, "the list of listeners", at->balancer->listeners_note);
	return false;
}

static bool is_owned(const struct rule_context *context, const struct address *address)
{
	const struct groups_facts *groups = &context->facts->groups;
	const struct owner_fact *owner = groups->section.state == FACT_OK
						 ? groups_owner(groups, address) : NULL;
	const struct interface_fact *interface =
		owner ? groups_interface(groups, owner->interface) : NULL;

	return interface && !interface->service_managed;
}

const char *balanced_skip(const struct rule_context *context)
{
	const struct facts *facts = context->facts;
	struct list services = { .count = 0 };
	struct strings open = { .count = 0 };
	bool balanced = facts->plan.gitlab.access == ACCESS_SLB, doubt = false;
	size_t i;
	int error = planned_services(facts, &services, &open);

	for (i = 0; i < services.count && !error; i++) {
		const struct planned_service *one =
			LIST_AT(&services, struct planned_service, i);

		balanced = balanced || admission_is_balanced(facts, &one->address);
		doubt = doubt || !(is_owned(context, &one->address) ||
				   planned_in_datacenter(&facts->plan, one));
	}
	strings_release(&open);
	admission_release(&services);
	if (error)
		return rule_skip_failed;
	if (balanced ||
	    (facts->balancers.section.state != FACT_OK && doubt &&
	     facts->plan.gitlab.access == ACCESS_UNSET))
		return NULL;
	return "no service address is known to be a load balancer's";
}

/* On its way from one state to another: it may or may not answer. */
static bool is_changing(const char *status)
{
	static const char *const words[] = { "configuring", "provisioning", "starting", "stopping",
					     NULL };
	size_t i;

	for (i = 0; status && words[i]; i++)
		if (words_are(status, words[i]))
			return true;
	return false;
}

static void judge_listener(struct admission_view *view)
{
	struct finding *finding;
	struct balanced at;
	bool stopped, locked, idle;

	if (!balanced_find(view, &at))
		return;
	if ((at.listener && is_changing(at.listener->status)) || is_changing(at.balancer->status)) {
		balanced_unknown(&at, "the state of its listener", "it is being changed");
		return;
	}
	stopped = at.listener && at.listener->status &&
		  !words_are(at.listener->status, "running");
	locked = at.balancer->business && !words_are(at.balancer->business, "normal");
	idle = locked || (at.balancer->status && !words_are(at.balancer->status, "active"));
	if (at.listener && !at.listener->status && !idle) {
		balanced_unknown(&at, "the state of its listener", NULL);
		return;
	}
	if (at.listener && !stopped && !idle) {
		finding = balanced_finding(&at, STATUS_PASS);
		finding_message(view->out, finding, "%s has a running listener for %s",
				at.balancer->id, at.name);
		return;
	}
	finding = balanced_finding(&at, STATUS_FAIL);
	finding_cause(view->out, finding, "SG-20");
	if (!at.listener)
		finding_message(view->out, finding, "%s has no TCP, HTTP or HTTPS listener on "
						    "port %u", at.balancer->id,
				view->service->port);
	else
		finding_message(view->out, finding, "%s of %s is \"%s\"",
				stopped ? "the listener" : "the load balancer", at.name,
				stopped ? at.listener->status :
				locked ? at.balancer->business : at.balancer->status);
	finding_evidence(view->out, finding, at.pointer, "%s, %zu listeners", at.balancer->id,
			 at.balancer->listeners.count);
	finding_remedy(view->out, finding, "cloud",
		       locked ? "see in the console why the load balancer of port %u is locked: an "
				"account in arrears, or a security measure" :
		       at.listener ? "start the listener on port %u" :
				     "create a listener on port %u and start it",
		       view->service->port);
}

static void evaluate_listener(const struct rule_context *context, struct findings *out)
{
	admission_each(context, out, judge_listener);
}

const struct rule rule_balancer_listener_runs = {
	.code = "balancer-listener-runs",
	.area = "balancer",
	.title = "the load balancer has a running listener for every service port",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_CLOUD) | SECTION_BIT(SECTION_BALANCERS),
	.vantages = VANTAGE_EVERY,
	.causes = { "SG-20" },
	.why = "A port without a running listener refuses every connection.",
	.evidence = "the load balancer that owns the address, its state and its listeners",
	.remedies = {
		{ "cloud", "create the listener, or start it" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = balanced_skip,
	.eval = evaluate_listener,
};

/*
 * What of the range the listener's access control refuses; false: an entry was not understood. A
 * list without any entry refuses nobody, of either kind: help.aliyun.com/document_detail/85979,
 * "Access control" of classic load balancers, 2025-07-30. One whose entries are all IPv6 has some.
 */
static bool find_refused(const struct balanced *at, struct span_set *refused)
{
	bool white = at->listener->entries.count && !words_are(at->listener->control, "black");
	struct admission_side side = { .doubt = false };
	bool known;
	size_t i;

	if (white)
		span_set_add(refused, prefix_first(&reverse_range), prefix_last(&reverse_range));
	for (i = 0; i < at->listener->entries.count; i++)
		words_add_peers(&side, at->listener->entries.items[i]);
	for (i = 0; i < side.spans.count; i++) {
		const struct span *span = LIST_AT(&side.spans, struct span, i);
		uint32_t first = span->first, last = span->last;

		if (first < prefix_first(&reverse_range))
			first = prefix_first(&reverse_range);
		if (last > prefix_last(&reverse_range))
			last = prefix_last(&reverse_range);
		if (first > last)
			continue;
		if (white)
			span_set_subtract(refused, first, last);
		else
			span_set_add(refused, first, last);
	}
	if (side.error || refused->error)
		at->view->out->error = -ENOMEM;
	known = !side.doubt && (at->listener->control || !at->listener->entries.count);
	side_release(&side);
	return known;
}

static void add_refused(const struct balanced *at, const struct span_set *refused)
{
	struct finding *finding = balanced_finding(at, STATUS_FAIL);
	struct findings *out = at->view->out;
	char range[PREFIX_TEXT_MAX];
	struct text where;

	text_init(&where, WORDS_LIMIT);
	span_set_print(refused, &where);
	(void)prefix_print(&reverse_range, range);
	finding_cause(out, finding, "SG-17");
	finding_message(out, finding, "the access control of %s refuses part or all of %s: %s",
			at->name, range, text_string(&where));
	finding_evidence(out, finding, at->pointer, "%s list, %zu entries",
			 at->listener->control ? at->listener->control : "access control",
			 at->listener->entries.count);
	finding_remedy(out, finding, "cloud",
		       words_are(at->listener->control, "black") ?
			       "take %s off the listener's black list" :
			       "add %s to the listener's white list", range);
	if (text_error(&where) == -ENOMEM)
		out->error = -ENOMEM;
	text_release(&where);
}

static void judge_control(struct admission_view *view)
{
	struct finding *finding;
	struct span_set refused;
	struct balanced at;

	if (!balanced_find(view, &at) || !at.listener)
		return; /* without a listener it is another rule's fail */
	if (at.listener->control_state != FACT_OK) {
		balanced_unknown(&at, "the access control", at.listener->control_note);
		return;
	}
	/* its pages contradict each other about what such a list lets through: all, or nothing */
	if (at.listener->controlled && words_are(at.balancer->kind, "alb") &&
	    words_are(at.listener->control, "white") && !at.listener->entries.count) {
		balanced_unknown(&at, "the access control",
				 "a white list without an entry: add the range to it");
		return;
	}
	span_set_init(&refused);
	if (at.listener->controlled && !find_refused(&at, &refused)) {
		balanced_unknown(&at, "the access control", "an entry was not understood");
	} else if (at.listener->controlled && refused.count) {
		add_refused(&at, &refused);
	} else {
		finding = balanced_finding(&at, STATUS_PASS);
		finding_message(view->out, finding, "the access control of %s admits the range%s",
				at.name, at.listener->controlled && !at.listener->entries.count ?
				": its list has no entry, which lets everything through" : "");
	}
	span_set_release(&refused);
}

static void evaluate_control(const struct rule_context *context, struct findings *out)
{
	admission_each(context, out, judge_control);
}

const struct rule rule_balancer_admits_range = {
	.code = "balancer-admits-range",
	.area = "balancer",
	.title = "the access control of the load balancer's listener admits all of the range",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_CLOUD) | SECTION_BIT(SECTION_BALANCERS),
	.vantages = VANTAGE_EVERY,
	.causes = { "SG-17" },
	.why = "A load balancer needs no security group, but a listener with a white list admits "
	       "nobody else. Of a classic one, a list without entries admits everybody (\"Access "
	       "control\" of its user guide, 2025-07-30).",
	.evidence = "the listener's access control, its kind and the entries of its lists",
	.remedies = {
		{ "cloud", "add the range to the white list of the listener" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = balanced_skip,
	.eval = evaluate_control,
};
