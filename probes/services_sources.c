/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A wildcard listener stands for the addresses by which the kernel would reply: the preferred
 * sources over the pieces of the range, asked for with what its replies take from the socket. One
 * that is bound to a device replies by that device alone.
 */
#include "probes/services.h"

#include "probes/routes_hops.h"
#include "probes/routes_scan.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

/* Questions at least: a piece whose route has several legs has several sources. */
#define QUESTIONS 64

struct run {
	const struct sources *sources;
	size_t each; /* questions a piece and interval of ports */
	struct sources_answer *answer;
};

void sources_init(struct sources *sources, struct facts *facts, uint64_t deadline_ms)
{
	memset(sources, 0, sizeof(*sources));
	sources->facts = facts;
	sources->deadline_ms = deadline_ms;
}

void sources_release(struct sources *sources)
{
	size_t i;

	for (i = 0; i < sources->known.count; i++)
		free(LIST_AT(&sources->known, struct sources_answer, i)->items);
	free(sources->known.items);
	if (sources->ready)
		lookup_close(&sources->lookup);
	port_cuts_release(&sources->ports);
	cuts_release(&sources->cuts);
	memset(sources, 0, sizeof(*sources));
}

static void ask(size_t index, struct lookup_tuple *tuple, void *data)
{
	const struct run *run = data;
	const struct sources *sources = run->sources;
	size_t turn = index % run->each;
	size_t port = index / run->each % sources->ports.count;
	size_t piece = index / run->each / sources->ports.count;
	uint32_t first = sources->cuts.starts[piece];
	uint64_t size = (uint64_t)cuts_end(&sources->cuts, piece) - first + 1;

	*tuple = run->answer->asked;
	tuple->destination = first + (uint32_t)(size * turn / run->each);
	tuple->dport = sources->ports.starts[port];
}

static int keep(struct sources_answer *answer, uint32_t source)
{
	size_t i;

	for (i = 0; i < answer->count; i++)
		if (answer->items[i] == source)
			return 0;
	if (answer->count == answer->room) {
		size_t room = answer->room ? answer->room * 2 : 8;
		uint32_t *items = realloc(answer->items, room * sizeof(*items));

		if (!items)
			return -ENOMEM;
		answer->items = items;
		answer->room = room;
	}
	answer->items[answer->count++] = source;
	return 0;
}

static int take_source(size_t index, const struct nlmsghdr *header, int error, void *data)
{
	const struct run *run = data;
	const struct nlattr *tb[RTA_PREFSRC + 1];
	struct address address;
	uint32_t source;

	(void)index;
	(void)error;
	if (!header)
		return 0;
	if (rtnl_attributes(header, sizeof(struct rtmsg), tb, RTA_PREFSRC))
		return -EBADMSG;
	if (!rtnl_ipv4(tb[RTA_PREFSRC], &source) || prefix_contains(&reverse_range, source))
		return 0;
	address = address_from_ipv4(source);
	return address_is_loopback(&address) ? 0 : keep(run->answer, source);
}

static int compare(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a;
	uint32_t right = *(const uint32_t *)b;

	return left < right ? -1 : left > right;
}

/* Addresses of this host that a socket bound to `dev` serves; of all its interfaces: NULL. */
static int keep_addresses(const struct facts *facts, const char *dev, struct sources_answer *answer)
{
	size_t i;
	int code = 0;

	for (i = 0; !code && i < facts->addresses.addresses.count; i++) {
		const struct address_fact *fact =
			LIST_AT(&facts->addresses.addresses, struct address_fact, i);
		uint32_t address = address_ipv4(&fact->address);

		if (address && !address_is_loopback(&fact->address) &&
		    !prefix_contains(&reverse_range, address) &&
		    service_hears(facts, dev, &fact->address))
			code = keep(answer, address);
	}
	return code;
}

/* Cuts by the routes. Reading them costs less than asking for every address, however many. */
static int cut(struct sources *sources, struct fault *fault)
{
	struct route_scan scan = { .facts = sources->facts, .ranges = { &sources->cuts, NULL } };
	struct rtnl rtnl;
	int code = rtnl_open(&rtnl, NETLINK_ROUTE, 0, sources->deadline_ms, fault);

	if (code)
		return code;
	code = routes_scan(&rtnl, &scan, fault);
	rtnl_close(&rtnl);
	if (code)
		return code;
	cuts_add_policy(&sources->cuts, sources->facts);
	code = cuts_settle(&sources->cuts);
	if (!code)
		code = port_cuts_make(&sources->ports, &sources->facts->rules, false);
	return code ? fault_set(fault, code, "out of memory") : 0;
}

static int make_ready(struct sources *sources, struct fault *fault)
{
	int code;

	if (sources->ready)
		return 0;
	port_cuts_release(&sources->ports);
	cuts_release(&sources->cuts);
	cuts_init(&sources->cuts, &reverse_range);
	code = cut(sources, fault);
	if (!code)
		code = lookup_open(&sources->lookup, sources->deadline_ms, fault);
	if (code)
		return code;
	/* without RTM_F_FIB_MATCH the answer is the one packet's, chosen source included */
	sources->lookup.flags = 0;
	sources->ready = true;
	return 0;
}

static int ask_kernel(struct sources *sources, struct sources_answer *answer, struct fault *fault)
{
	struct run own = { .sources = sources, .answer = answer };
	struct lookup_run run = { .ask = ask, .answer = take_source, .data = &own };
	int code = make_ready(sources, fault);

	if (code)
		return code;
	own.each = sources->cuts.count < QUESTIONS ? QUESTIONS / sources->cuts.count : 1;
	run.count = sources->cuts.count * sources->ports.count * own.each;
	return lookup_all(&sources->lookup, &run, fault);
}

static int fill(struct sources *sources, const char *dev, struct sources_answer *answer,
		struct fault *fault)
{
	int code = keep_addresses(sources->facts, NULL, answer);

	/* one address leaves no choice, whatever the routes say */
	if (code || answer->count < 2)
		return code;
	answer->count = 0;
	code = ask_kernel(sources, answer, fault);
	if (!code && !answer->count)
		code = keep_addresses(sources->facts, dev, answer);
	if (!code && !answer->count)
		code = keep_addresses(sources->facts, NULL, answer);
	if (answer->count)
		qsort(answer->items, answer->count, sizeof(*answer->items), compare);
	return code;
}

/* What no rule looks at makes no difference: sockets that differ in it alone share an answer. */
static bool same_question(const struct rules_facts *rules, const struct lookup_tuple *a,
			  const struct lookup_tuple *b)
{
	bool same = a->oif == b->oif;
	size_t i;

	for (i = 0; same && i < rules->rules.count; i++) {
		const struct rule_fact *rule = LIST_AT(&rules->rules, struct rule_fact, i);
		bool any = rule->unknown_selectors.count > 0;

		if ((any || rule->sport_first.known) && a->sport != b->sport)
			same = false;
		if ((any || rule->uid_first.known) && a->uid != b->uid)
			same = false;
		if ((any || rule->mark.known) && a->mark != b->mark)
			same = false;
	}
	return same;
}

int sources_find(struct sources *sources, const struct sources_question *question,
		 const struct sources_answer **answer, struct fault *fault)
{
	struct sources_answer *added;
	struct lookup_tuple asked = {
		.sport = (uint16_t)question->port,
		.uid = question->uid,
		.mark = question->mark,
		.oif = device_index(sources->facts, question->dev),
	};
	size_t i;
	int code;

	for (i = 0; i < sources->known.count; i++) {
		*answer = LIST_AT(&sources->known, struct sources_answer, i);
		if (same_question(&sources->facts->rules, &(*answer)->asked, &asked))
			return 0;
	}
	added = list_add(&sources->known, sizeof(*added));
	if (!added)
		return fault_set(fault, -ENOMEM, "out of memory");
	added->asked = asked;
	*answer = added;
	code = fill(sources, question->dev, added, fault);
	return code ? fault_set(fault, code, "cannot find the source of replies") : 0;
}
