/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does an IPsec policy take the replies behind a perfect routing table, or the requests before them
 * (RT-14)?
 *
 * Policies are asked after the route was found: `out` for what is sent or forwarded, `forward` for
 * what is forwarded, `in` for what is received, unless the interface is exempt. Where NAT rules of
 * this machine sent a request on, `in` and `forward` are asked with the address before, and `out`
 * of its reply with both (nf_nat_ipv4_decode_session(), nf_xfrm_me_harder()). The one with the
 * lowest priority number whose selector fits decides (RFC 4301 section 4.4.1;
 * net/xfrm/xfrm_policy.c), without any the default. A policy with a template drops or encrypts (and
 * drops what was not encrypted), `block` drops, `allow` without a template, or with optional ones
 * alone, lets pass.
 */
#include "rules/checks/checks.h"
#include "rules/checks/ipsec.h"
#include "rules/checks/ipsec_exempt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TCP 6u
#define EPHEMERAL_FIRST 1024u /* below it no client's port lies */

static bool takes(const struct xfrm_policy_fact *policy)
{
	if (text_equal(policy->action, "block"))
		return true;
	return policy->has_template && !policy->optional_template;
}

/* A selector as seen from the service: its own end, and the client's in the range. */
struct ends {
	struct prefix own, client;
	struct maybe own_port, own_mask, client_port, client_mask;
};

static struct ends ends_of(const struct xfrm_policy_fact *policy, bool requests)
{
	if (requests)
		return (struct ends){ policy->destination, policy->source,     policy->dport,
				      policy->dport_mask,  policy->sport,      policy->sport_mask };
	return (struct ends){ policy->source,	  policy->destination, policy->sport,
			      policy->sport_mask, policy->dport,       policy->dport_mask };
}

static bool port_fits(const struct maybe *port, const struct maybe *mask, uint32_t value)
{
	uint32_t bits = mask->known ? mask->value : 0xffff;

	return !port->known || ((value ^ port->value) & bits) == 0;
}

/*
 * The client's port is any ephemeral one: a policy that takes some of them loses some connections,
 * a policy that lets some pass does not save all.
 */
static bool client_port_fits(const struct xfrm_policy_fact *policy, const struct ends *ends)
{
	uint32_t bits = ends->client_mask.known ? ends->client_mask.value & 0xffff : 0xffff;

	if (!ends->client_port.known || !bits)
		return true;
	/* the largest port that fits has every bit set that the mask leaves open */
	return takes(policy) &&
	       ((ends->client_port.value & bits) | (~bits & 0xffff)) >= EPHEMERAL_FIRST;
}

static bool selector_fits(const struct xfrm_policy_fact *policy, const struct ends *ends,
			  const struct ipsec_account *account)
{
	const struct service_fact *service = account->service;
	uint32_t mask = policy->mark_mask.known ? policy->mark_mask.value : 0xffffffff;

	if (ends->own.known && !prefix_contains(&ends->own, address_ipv4(&account->end->address)))
		return false;
	/* which interface a received packet is held against depends on its route: left alone */
	if (account->requests && policy->dev &&
	    (!text_equal(policy->direction, "out") || !text_equal(policy->dev, service->iif)))
		return false;
	if (policy->ipproto.known && policy->ipproto.value && policy->ipproto.value != TCP)
		return false;
	if (policy->mark.known && (policy->mark.value & mask) != 0)
		return false;
	if (policy->if_id.known && policy->if_id.value)
		return false;
	return port_fits(&ends->own_port, &ends->own_mask, account->end->port) &&
	       client_port_fits(policy, ends);
}

static bool leaves_by(const struct class_fact *one, const char *dev)
{
	size_t i;

	for (i = 0; i < one->next_hops.count; i++) {
		const struct next_hop *hop = LIST_AT(&one->next_hops, struct next_hop, i);

		if (!hop->unused && text_equal(hop->dev, dev))
			return true;
	}
	return false;
}

/* Addresses whose replies leave by the interface that a selector names; all when it names none. */
static void add_reach(const struct ipsec_account *account, const char *dev, struct span_set *reach)
{
	const struct list *classes = &account->context->facts->routes.classes;
	size_t i;

	if (!dev || account->requests) {
		span_set_add(reach, prefix_first(&reverse_range), prefix_last(&reverse_range));
		return;
	}
	for (i = 0; i < classes->count; i++) {
		const struct class_fact *one = LIST_AT(classes, struct class_fact, i);

		if (!one->mark && text_equal(one->service, account->service->service) &&
		    text_equal(one->iif, account->service->iif) && leaves_by(one, dev))
			span_set_add(reach, address_ipv4(&one->first), address_ipv4(&one->last));
	}
}

/* Adds to `out` what `set` shares with first..last. */
static void add_common(const struct span_set *set, uint32_t first, uint32_t last,
		       struct span_set *out)
{
	size_t i;

	for (i = 0; i < set->count; i++) {
		uint32_t from = set->spans[i].first > first ? set->spans[i].first : first;
		uint32_t to = set->spans[i].last < last ? set->spans[i].last : last;

		if (from <= to)
			span_set_add(out, from, to);
	}
}

static void decide(struct ipsec_account *account, const struct xfrm_policy_fact *policy,
		   size_t place)
{
	const struct ends ends = ends_of(policy, account->requests);
	uint32_t first = ends.client.known ? prefix_first(&ends.client) : 0;
	uint32_t last = ends.client.known ? prefix_last(&ends.client) : UINT32_MAX;
	struct span_set reach, fits, here;
	size_t i;

	if (!selector_fits(policy, &ends, account))
		return;
	span_set_init(&reach);
	span_set_init(&fits);
	span_set_init(&here);
	add_reach(account, policy->dev, &reach);
	add_common(&reach, first, last, &fits);
	for (i = 0; i < fits.count; i++)
		add_common(&account->open, fits.spans[i].first, fits.spans[i].last, &here);
	for (i = 0; i < here.count; i++) {
		span_set_subtract(&account->open, here.spans[i].first, here.spans[i].last);
		if (takes(policy))
			span_set_add(&account->lost, here.spans[i].first, here.spans[i].last);
	}
	if (here.count && takes(policy) && !account->taker) {
		account->taker = policy;
		account->taker_place = place;
		account->taker_end = account->end;
	}
	if (reach.error || fits.error || here.error)
		account->lost.error = -ENOMEM;
	span_set_release(&reach);
	span_set_release(&fits);
	span_set_release(&here);
}

/* A policy and its place, for an order that the facts do not keep. */
struct ordered {
	const struct xfrm_policy_fact *policy;
	size_t place;
};

static int compare_priority(const void *left, const void *right)
{
	const struct ordered *a = left, *b = right;

	if (a->policy->priority != b->policy->priority)
		return a->policy->priority < b->policy->priority ? -1 : 1;
	return (a->place > b->place) - (a->place < b->place);
}

/* The addresses whose replies all leave by interfaces that are exempt. */
static void find_exempt(struct ipsec_account *account)
{
	const struct facts *facts = account->context->facts;
	size_t i, leg;

	for (i = 0; i < facts->routes.classes.count; i++) {
		const struct class_fact *one =
			LIST_AT(&facts->routes.classes, struct class_fact, i);
		bool exempt = one->next_hops.count > 0;

		if (one->mark || !text_equal(one->service, account->service->service) ||
		    !text_equal(one->iif, account->service->iif))
			continue;
		for (leg = 0; exempt && leg < one->next_hops.count; leg++) {
			const struct next_hop *hop =
				LIST_AT(&one->next_hops, struct next_hop, leg);

			exempt = hop->unused || ipsec_exempts_leaving(facts, hop->dev);
		}
		if (exempt)
			span_set_add(&account->exempt, address_ipv4(&one->first),
				     address_ipv4(&one->last));
	}
}

static void lose(struct ipsec_account *account, const struct span_set *set, const char *direction)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		span_set_add(&account->lost, set->spans[i].first, set->spans[i].last);
	if (set->count && !account->refused)
		account->refused = direction;
}

/*
 * What no policy has decided. disable_xfrm spares from the default only what is forwarded as it
 * is: not what is sent from here, nor what is asked for once more (xfrm_lookup(), `nopol`).
 */
static void decide_default(struct ipsec_account *account, const char *direction)
{
	const struct xfrm_facts *xfrm = &account->context->facts->xfrm;
	const struct service_fact *service = account->service;
	bool out = text_equal(direction, "out");

	if (!(out ? xfrm->blocks_out
		  : text_equal(direction, "in") ? xfrm->blocks_in : xfrm->blocks_forward))
		return;
	lose(account, &account->open, direction);
	if (out && !account->requests &&
	    (!service->iif || !address_equal(&account->end->address, &service->address) ||
	     account->end->port != service->port))
		lose(account, &account->exempt, direction);
}

static int decide_all(struct ipsec_account *account, const char *direction)
{
	const struct list *policies = &account->context->facts->xfrm.policies;
	struct ordered *order = calloc(policies->count + 1, sizeof(*order));
	size_t i, count = 0;

	if (!order)
		return -ENOMEM;
	for (i = 0; i < policies->count; i++) {
		const struct xfrm_policy_fact *policy =
			LIST_AT(policies, struct xfrm_policy_fact, i);

		if (text_equal(policy->direction, direction))
			order[count++] = (struct ordered){ .policy = policy, .place = i };
	}
	qsort(order, count, sizeof(*order), compare_priority);
	span_set_release(&account->open);
	span_set_release(&account->exempt);
	span_set_add(&account->open, prefix_first(&reverse_range), prefix_last(&reverse_range));
	if (!account->requests && text_equal(direction, "out"))
		find_exempt(account);
	for (i = 0; i < account->exempt.count; i++)
		span_set_subtract(&account->open, account->exempt.spans[i].first,
				  account->exempt.spans[i].last);
	for (i = 0; i < count; i++)
		decide(account, order[i].policy, order[i].place);
	free(order);
	decide_default(account, direction);
	if (account->open.error || account->exempt.error)
		return account->open.error ? account->open.error : account->exempt.error;
	return account->lost.error;
}

/* Are requests exempt on every interface on which they could arrive? */
static bool requests_exempt(const struct facts *facts, const struct service_fact *service)
{
	bool exempt = ipsec_exempts_entering(facts, service->arrival);
	size_t i;

	for (i = 0; exempt && i < service->arrivals.count; i++)
		exempt = ipsec_exempts_entering(facts, service->arrivals.items[i]);
	return exempt;
}

/* Policies of one direction, asked with each of these ends. */
static int decide_ends(struct ipsec_account *account, const char *direction,
		       const struct list *ends)
{
	size_t i;
	int error = 0;

	for (i = 0; !error && i < ends->count; i++) {
		account->end = LIST_AT(ends, struct ipsec_end, i);
		error = decide_all(account, direction);
	}
	return error;
}

/* Where NAT rules sent the requests, `out` is asked once more with the address given back. */
static int decide_replies(struct ipsec_account *account, const struct list *own,
			  const struct list *asked)
{
	const char *iif = account->service->iif;
	int error = decide_ends(account, "out", own);

	if (!error)
		error = decide_ends(account, "out", asked);
	if (!error && iif && !ipsec_exempts_entering(account->context->facts, iif))
		error = decide_ends(account, "forward", own);
	return error;
}

/* `in` and `forward` are asked with the address that the client asked for. */
static int decide_requests(struct ipsec_account *account, const struct list *own,
			   const struct list *asked)
{
	const struct facts *facts = account->context->facts;
	const char *iif = account->service->iif;
	int error = 0;

	if (!requests_exempt(facts, account->service))
		error = decide_ends(account, iif ? "forward" : "in", asked->count ? asked : own);
	/* what is forwarded leaves towards the service by where its replies enter */
	if (!error && iif && !ipsec_exempts_leaving(facts, iif))
		error = decide_ends(account, "out", own);
	return error;
}

/* What one direction of a service's packets meets on its way through this machine. */
static void judge_way(const struct rule_context *context, const struct service_fact *service,
		      bool requests, struct findings *out, size_t from)
{
	struct ipsec_account account = { .context = context, .service = service,
					 .requests = requests };
	struct ipsec_end end = { service->address, service->port };
	const struct list own = { &end, 1, 1 };
	struct list asked = { NULL, 0, 0 };
	int error = ipsec_asked_ends(context->facts, service, &asked);

	span_set_init(&account.open);
	span_set_init(&account.exempt);
	span_set_init(&account.lost);
	if (!error)
		error = requests ? decide_requests(&account, &own, &asked)
				 : decide_replies(&account, &own, &asked);
	if (error)
		out->error = error;
	else if (account.lost.count)
		ipsec_add_fail(&account, out, from);
	span_set_release(&account.open);
	span_set_release(&account.exempt);
	span_set_release(&account.lost);
	free(asked.items);
}

/* The replies of all services, or the requests to them: a policy that takes both is told twice. */
static void judge_ways(const struct rule_context *context, bool requests, struct findings *out)
{
	const struct list *services = &context->facts->services.services;
	size_t i, from = out->list.count;

	for (i = 0; i < services->count; i++) {
		const struct service_fact *service = LIST_AT(services, struct service_fact, i);

		if (service_is_here(service))
			judge_way(context, service, requests, out, from);
	}
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	if (context->facts->xfrm.section.state != FACT_OK) {
		ipsec_judge_counters(context->facts, out);
		return;
	}
	judge_ways(context, false, out);
	judge_ways(context, true, out);
}

const struct rule rule_ipsec_policy_bypassed = {
	.code = "ipsec-policy-bypassed",
	.area = "return",
	.title = "no IPsec policy takes the replies or the requests",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_COUNTERS) | SECTION_BIT(SECTION_ROUTES) |
		 SECTION_BIT(SECTION_SERVICES),
	.wishes = SECTION_BIT(SECTION_XFRM),
	.wish = "IPsec policies: whether one of them takes the replies",
	.vantages = VANTAGE_HOST | VANTAGE_ROUTER,
	.causes = { "RT-14" },
	.why = "policies are asked behind the routing table: one that covers the range encrypts or "
	       "drops every reply, and every look-up of the route is right",
	.evidence = "IPsec policies in order of priority: out against the replies, in against the "
		    "requests, forward and out against both where they are forwarded; "
		    "their defaults; disable_xfrm and disable_policy of the interfaces; where "
		    "policies are denied, the counters XfrmOut*",
	.remedies = {
		{ "linux", "ip xfrm policy add dir out src ADDRESS/32 dst 100.104.0.0/16 priority "
			   "LOWER action allow" },
		{ "strongswan", "a connection with mode = pass and remote_ts = 100.104.0.0/16" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.eval = evaluate,
};
