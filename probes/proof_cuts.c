/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cuts of address ranges and port ranges, and the marks worth asking about. Pure arithmetic over
 * facts; a range of 2^n addresses never has more than 2^n cuts, however many routes there are.
 */
#include "probes/proof_cuts.h"

#include "rules/text.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 64

void cuts_init(struct cuts *cuts, const struct prefix *range)
{
	memset(cuts, 0, sizeof(*cuts));
	cuts->first = prefix_first(range);
	cuts->last = prefix_last(range);
}

void cuts_release(struct cuts *cuts)
{
	free(cuts->starts);
	memset(cuts, 0, sizeof(*cuts));
}

static int compare_addresses(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a;
	uint32_t right = *(const uint32_t *)b;

	return left < right ? -1 : left > right;
}

static size_t sort_unique(uint32_t *items, size_t count)
{
	size_t kept = 0;
	size_t i;

	qsort(items, count, sizeof(*items), compare_addresses);
	for (i = 0; i < count; i++)
		if (!kept || items[kept - 1] != items[i])
			items[kept++] = items[i];
	return kept;
}

/* Room for one more: repeated cuts go first, so that memory follows the distinct ones. */
static int make_room(struct cuts *cuts)
{
	size_t room = cuts->room ? cuts->room * 2 : ROOM_FIRST;
	uint32_t *starts;

	if (cuts->count < cuts->room)
		return 0;
	if (cuts->count) {
		cuts->count = sort_unique(cuts->starts, cuts->count);
		if (cuts->count <= cuts->room / 2)
			return 0;
	}
	starts = realloc(cuts->starts, room * sizeof(*starts));
	if (!starts)
		return -ENOMEM;
	cuts->starts = starts;
	cuts->room = room;
	return 0;
}

static void add_start(struct cuts *cuts, uint32_t start)
{
	if (!cuts->error)
		cuts->error = make_room(cuts);
	if (cuts->error)
		return;
	cuts->starts[cuts->count++] = start;
	cuts->settled = false;
}

void cuts_add(struct cuts *cuts, uint32_t first, uint32_t last)
{
	if (first > cuts->first && first <= cuts->last)
		add_start(cuts, first);
	if (last >= cuts->first && last < cuts->last)
		add_start(cuts, last + 1);
}

void cuts_add_prefix(struct cuts *cuts, const struct prefix *prefix)
{
	if (prefix->known)
		cuts_add(cuts, prefix_first(prefix), prefix_last(prefix));
}

int cuts_settle(struct cuts *cuts)
{
	if (cuts->settled || cuts->error)
		return cuts->error;
	add_start(cuts, cuts->first);
	if (cuts->error)
		return cuts->error;
	cuts->count = sort_unique(cuts->starts, cuts->count);
	cuts->settled = true;
	return 0;
}

uint32_t cuts_end(const struct cuts *cuts, size_t index)
{
	return index + 1 < cuts->count ? cuts->starts[index + 1] - 1 : cuts->last;
}

void cuts_add_policy(struct cuts *cuts, const struct facts *facts)
{
	/* this network, loopback, multicast, reserved, limited broadcast: ip_route_input_slow() */
	static const struct {
		uint32_t first, last;
	} apart[] = {
		{ 0x00000000, 0x00ffffff }, { 0x7f000000, 0x7fffffff }, { 0xe0000000, 0xefffffff },
		{ 0xf0000000, 0xfffffffe }, { 0x00000000, 0x00000000 },
	};
	size_t i;

	for (i = 0; i < facts->addresses.addresses.count; i++) {
		const struct address_fact *fact =
			LIST_AT(&facts->addresses.addresses, struct address_fact, i);
		uint32_t address = address_ipv4(&fact->address);

		cuts_add(cuts, address, address);
	}
	for (i = 0; i < facts->rules.rules.count; i++) {
		const struct rule_fact *rule = LIST_AT(&facts->rules.rules, struct rule_fact, i);

		cuts_add_prefix(cuts, &rule->to);
		/* the way back to a source in the range is looked up for packets that enter */
		cuts_add_prefix(cuts, &rule->from);
	}
	for (i = 0; i < sizeof(apart) / sizeof(apart[0]); i++)
		cuts_add(cuts, apart[i].first, apart[i].last);
}

/* The mask of a port, which facts keep in words: "dport mask 0xf00". 0: there is none. */
static uint32_t port_mask(const struct rule_fact *rule, const char *words)
{
	size_t i;

	for (i = 0; i < rule->unknown_selectors.count; i++) {
		const char *item = rule->unknown_selectors.items[i];

		if (text_has_prefix(item, words))
			return (uint32_t)strtoul(item + strlen(words), NULL, 16) & 0xffffu;
	}
	return 0;
}

/*
 * Cuts at the ends of first..last; with a mask wherever a port agrees with `first` in its bits and
 * the port before does not, or the other way round (fib_rule_port_match()).
 */
static void cut_ports(struct cuts *ports, const struct maybe *first, const struct maybe *last,
		      uint32_t mask)
{
	uint32_t port;

	if (!first->known)
		return;
	if (!mask) {
		cuts_add(ports, first->value, last->known ? last->value : first->value);
		return;
	}
	for (port = ports->first; port < ports->last; port++)
		if (!((port ^ first->value) & mask) != !(((port + 1) ^ first->value) & mask))
			cuts_add(ports, port + 1, ports->last);
}

static int take_ports(struct port_cuts *cuts, struct cuts *ports)
{
	size_t i;
	int code = cuts_settle(ports);

	if (code)
		return code;
	cuts->starts = malloc(ports->count * sizeof(*cuts->starts));
	if (!cuts->starts)
		return -ENOMEM;
	for (i = 0; i < ports->count; i++)
		cuts->starts[i] = (uint16_t)ports->starts[i];
	cuts->count = ports->count;
	return 0;
}

int port_cuts_make(struct port_cuts *cuts, const struct rules_facts *rules, bool forwarded)
{
	struct cuts ports = { .first = EPHEMERAL_FIRST, .last = EPHEMERAL_LAST };
	size_t i;
	int code;

	memset(cuts, 0, sizeof(*cuts));
	for (i = 0; i < rules->rules.count; i++) {
		const struct rule_fact *rule = LIST_AT(&rules->rules, struct rule_fact, i);

		if (rule->ipproto.known && rule->ipproto.value &&
		    rule->ipproto.value != IPPROTO_TCP)
			continue;
		cut_ports(&ports, &rule->dport_first, &rule->dport_last,
			  port_mask(rule, "dport mask "));
		if (forwarded)
			cut_ports(&ports, &rule->sport_first, &rule->sport_last,
				  port_mask(rule, "sport mask "));
	}
	code = take_ports(cuts, &ports);
	cuts_release(&ports);
	return code;
}

void port_cuts_release(struct port_cuts *cuts)
{
	free(cuts->starts);
	memset(cuts, 0, sizeof(*cuts));
}

uint32_t port_cuts_end(const struct port_cuts *cuts, size_t index)
{
	return index + 1 < cuts->count ? cuts->starts[index + 1] - 1u : EPHEMERAL_LAST;
}

int marks_of_rules(const struct rules_facts *rules, uint32_t **marks, size_t *count)
{
	uint32_t *items = malloc((rules->rules.count + 1) * sizeof(*items));
	size_t i;

	if (!items)
		return -ENOMEM;
	*count = 0;
	items[(*count)++] = 0;
	for (i = 0; i < rules->rules.count; i++) {
		const struct rule_fact *rule = LIST_AT(&rules->rules, struct rule_fact, i);

		if (rule->mark.known)
			items[(*count)++] = rule->mark.value;
	}
	*count = sort_unique(items, *count);
	*marks = items;
	return 0;
}
