/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The routes probe: what any table holds for the range, and the proof for every service.
 *
 * The order makes it one picture: listen to events, read, ask, then see whether anything that
 * touches the range has happened since. If so, all of it is done once more, and then given up as
 * unstable: an answer from two states of the host would be worse than none.
 */
#include "probes/catalog.h"
#include "probes/proof.h"
#include "probes/routes_events.h"
#include "probes/routes_scan.h"
#include "rules/text.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#define ATTEMPTS 2
/* A refusing interface may take 65,536 of them; those beyond are left out, and so not known. */
#define OTHER_WAYS_LOOKUPS_MAX (UINT32_C(1) << 19)

struct work {
	const struct probe_context *context;
	struct facts *facts;
	struct lookup lookup;
	struct route_events events;
	struct cuts range;
	struct cuts vswitch;
	struct fault *fault;
};

/* Does the probe that filled a section earlier still see the same? */
static int reread(struct work *work, const struct probe *probe, bool *changed)
{
	struct facts now;
	struct text before, after;
	int code;

	facts_init(&now);
	text_init(&before, JSON_SIZE_MAX);
	text_init(&after, JSON_SIZE_MAX);
	code = probe->run(work->context, &now, work->fault);
	if (!code) {
		const struct record *record = section_record(probe->section);
		struct section *old = facts_section(work->facts, probe->section);
		struct section *new = facts_section(&now, probe->section);

		facts_sort(&now);
		*new = (struct section){ .state = old->state, .took_ms = old->took_ms,
					 .note = text_copy(old->note) };
		record_write(record, old, &before, -1);
		record_write(record, new, &after, -1);
		code = text_error(&before) ? text_error(&before) : text_error(&after);
		*changed |= !text_equal(text_string(&before), text_string(&after));
	}
	text_release(&before);
	text_release(&after);
	facts_release(&now);
	return code;
}

/* Rules and addresses were read by other probes, before the events were listened to. */
static int still_the_same(struct work *work)
{
	bool changed = false;
	int code = reread(work, &probe_policy_rules, &changed);

	if (!code)
		code = reread(work, &probe_addresses, &changed);
	if (!code && changed)
		return fault_set(work->fault, -EAGAIN,
				 "unstable: rules or addresses changed since they were read");
	return code;
}

static int scan(struct work *work)
{
	struct routes_facts *routes = &work->facts->routes;
	struct route_scan pass = {
		.facts = work->facts,
		.ranges = { &work->range,
			    work->facts->plan.link.vswitch_cidr.known ? &work->vswitch : NULL },
		.entries = &routes->entries,
	};
	int code = routes_scan(&work->lookup.rtnl, &pass, work->fault);

	routes->scanned = pass.scanned;
	if (!code)
		code = routes_resolve(&work->lookup.rtnl, &pass, work->fault);
	if (code)
		return code;
	cuts_add_policy(&work->range, work->facts);
	cuts_add_policy(&work->vswitch, work->facts);
	code = cuts_settle(&work->range);
	return code ? code : cuts_settle(&work->vswitch);
}

/* Two services may share address and port (sent from here, and forwarded): one way in. */
static bool has_ingress(const struct routes_facts *routes, const struct way_in *way)
{
	size_t i;

	for (i = 0; i < routes->ingress.count; i++) {
		const struct ingress_fact *fact = LIST_AT(&routes->ingress, struct ingress_fact, i);

		if (text_equal(fact->service, way->service->service) &&
		    text_equal(fact->arrival, way->arrival))
			return true;
	}
	return false;
}

static int prove_way_in(struct work *work, struct proof *proof, const struct way_in *way)
{
	struct list *ingress = &work->facts->routes.ingress;

	if (!way->arrival || has_ingress(&work->facts->routes, way))
		return 0;
	return proof_ingress(proof, way, &work->range, ingress, work->fault);
}

/* By every interface on which it could arrive, as long as that does not take too long. */
static int prove_ways_in(struct work *work, struct proof *proof, const struct service_fact *service)
{
	const struct strings *others = &service->arrivals;
	struct way_in way = { service, service->arrival };
	int code = prove_way_in(work, proof, &way);
	uint32_t from = work->lookup.asked;
	size_t i;

	for (i = 0; !code && i < others->count; i++) {
		if (work->lookup.asked - from > OTHER_WAYS_LOOKUPS_MAX)
			break;
		way.arrival = others->items[i];
		code = prove_way_in(work, proof, &way);
	}
	return code;
}

static int prove_service(struct work *work, struct proof *proof, const struct service_fact *service)
{
	struct routes_facts *routes = &work->facts->routes;
	int code;

	if (!proof_possible(service))
		return 0;
	code = proof_classes(proof, service, &work->range, &routes->classes, work->fault);
	if (!code && work->facts->plan.link.vswitch_cidr.known)
		code = proof_classes(proof, service, &work->vswitch, &routes->vswitch_classes,
				     work->fault);
	return code ? code : prove_ways_in(work, proof, service);
}

static int prove(struct work *work)
{
	const struct list *services = &work->facts->services.services;
	struct proof proof;
	size_t i;
	int code = proof_tables_merged(work->facts, &work->lookup,
				       &work->facts->routes.merged_tables, work->fault);

	if (!code)
		code = proof_init(&proof, work->facts, &work->lookup, work->fault);
	if (code)
		return code;
	for (i = 0; !code && i < services->count; i++)
		code = prove_service(work, &proof, LIST_AT(services, struct service_fact, i));
	proof_release(&proof);
	work->facts->routes.lookups = work->lookup.asked;
	return code;
}

static int ignore_reply(uint32_t index, const struct nlmsghdr *header, int error, void *data)
{
	(void)index;
	(void)header;
	(void)error;
	(void)data;
	return 0;
}

/*
 * A change is seen by look-ups a moment before its event is sent, both under the kernel's rtnl
 * lock: a question that takes this lock lets a change in flight finish its event.
 */
static int wait_for_changes(struct work *work)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg link;
	} request;
	struct rtnl_batch batch = { .bytes = &request, .length = sizeof(request), .count = 1 };

	memset(&request, 0, sizeof(request));
	request.header.nlmsg_len = sizeof(request);
	request.header.nlmsg_type = RTM_GETLINK;
	request.link.ifi_index = 1;
	return rtnl_exchange(&work->lookup.rtnl, &batch, ignore_reply, NULL, work->fault);
}

static int look(struct work *work, bool *changed)
{
	int code = still_the_same(work);

	if (!code)
		code = scan(work);
	if (!code)
		code = prove(work);
	/* a device that vanished between two questions is a change, not a failure */
	if (code == -ENODEV)
		*changed = true;
	else if (code)
		return code;
	else
		code = wait_for_changes(work);
	if (*changed)
		return 0;
	return code ? code : route_events_changed(&work->events, work->facts, changed, work->fault);
}

static int attempt(struct work *work, bool *changed)
{
	const struct prefix *vswitch = &work->facts->plan.link.vswitch_cidr;
	uint64_t deadline = work->context->deadline_ms;
	int code = route_events_open(&work->events, vswitch, deadline, work->fault);

	if (code)
		return code;
	cuts_init(&work->range, &reverse_range);
	cuts_init(&work->vswitch, vswitch->known ? vswitch : &reverse_range);
	code = lookup_open(&work->lookup, deadline, work->fault);
	if (!code) {
		code = look(work, changed);
		lookup_close(&work->lookup);
	}
	route_events_close(&work->events);
	cuts_release(&work->range);
	cuts_release(&work->vswitch);
	return code;
}

/* Without these no cut can be trusted. */
static int check_needs(const struct facts *facts, struct fault *fault)
{
	static const enum section_id needed[] = { SECTION_RULES, SECTION_ADDRESSES, SECTION_LINKS,
						  SECTION_SERVICES };
	size_t i;

	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		const struct section *section = facts_section_const(facts, needed[i]);

		if (section->state != FACT_OK)
			return fault_set(fault, section->state == FACT_DENIED ? -EACCES : -ENODATA,
					 "nothing can be proved without section \"%s\"",
					 section_name(needed[i]));
	}
	return 0;
}

static int run(const struct probe_context *context, struct facts *facts, struct fault *fault)
{
	int code = check_needs(facts, fault);
	int turn;

	facts_sort(facts); /* as what is read again will be */
	for (turn = 0; !code && turn < ATTEMPTS; turn++) {
		/* words of an attempt that is repeated must not stand for the next one's */
		struct fault words = { .code = 0 };
		struct work work = { .context = context, .facts = facts, .fault = &words };
		bool changed = false;

		record_release(section_record(SECTION_ROUTES), &facts->routes);
		code = attempt(&work, &changed);
		if (code)
			return fault_set(fault, code, "%s", fault_text(&words, code));
		if (!changed)
			return 0;
	}
	return code ? code :
		fault_set(fault, -EAGAIN, "unstable: routes, rules or links that touch the range "
			  "changed while they were read, %d times", ATTEMPTS);
}

const struct probe probe_routes = {
	.name = "routes",
	.summary = "routes of all tables that meet the range, and the proof over all its addresses",
	.needs = PROBE_NEEDS_NETLINK | PROBE_NEEDS_PROC,
	.wire = "nothing: the kernel is asked how it would route, no packet is sent",
	.doc = "RTM_GETROUTE (dump and look-ups), RTM_GETNEXTHOP, events of routes, rules, "
	       "addresses and links; fib_multipath_hash_policy and _use_neigh, rp_filter",
	.section = SECTION_ROUTES,
	.after = SECTION_BIT(SECTION_HOST) | SECTION_BIT(SECTION_LINKS) |
		 SECTION_BIT(SECTION_ADDRESSES) | SECTION_BIT(SECTION_RULES) |
		 SECTION_BIT(SECTION_LISTENERS) | SECTION_BIT(SECTION_SERVICES),
	.run = run,
};
