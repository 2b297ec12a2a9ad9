/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Samples the kernel's choice of a leg. The sample is so large that a leg of the smallest weight
 * would be missed with a probability below 1e-9; where so many different packets do not exist, or
 * the answer depends on more than addresses and ports, nothing is said.
 */
#include "probes/proof_legs.h"

#include "probes/system_file.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#define SYSCTL "/proc/sys/net/ipv4/fib_multipath_"
#define MISSED 21u		/* (1 - p)^(21 / p) < e^-21 < 1e-9 */
#define SAMPLE_MAX 8192u	/* of one route */
#define LOOKUPS_MAX 65536u	/* of one proof */

/* Cells of one route, and the look-ups over them. */
struct sample {
	const struct sheet *sheet;
	struct hops hops; /* HOP_UNUSED until seen */
	uint32_t *places; /* cells that the route answers */
	uint64_t *ends;   /* behind the last packet of each */
	size_t count;
	uint64_t packets; /* that differ in what legs are picked by */
	uint32_t size;    /* of the sample */
	uint32_t base;    /* of the batch */
	bool odd;	  /* an answer that is none of the legs */
};

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t length)
{
	const unsigned char *at = bytes;

	while (length--)
		hash = (hash ^ *at++) * 1099511628211u;
	return hash;
}

uint64_t legs_route(const struct nlmsghdr *header, const struct route_message *message)
{
	/* with table, type and legs these are what the kernel shares legs by: fib_find_info() */
	static const unsigned int shared[] = { RTA_PRIORITY, RTA_PREFSRC, RTA_METRICS };
	const struct nlattr *tb[RTA_METRICS + 1];
	const struct rtmsg *route = rtnl_body(header, sizeof(*route));
	uint64_t hash = 14695981039346656037u;
	size_t i;

	if (message->hops.count < 2 || message->next_hop_id || !route ||
	    rtnl_attributes(header, sizeof(*route), tb, RTA_METRICS))
		return 0;
	hash = hash_bytes(hash, &route->rtm_protocol, sizeof(route->rtm_protocol));
	hash = hash_bytes(hash, &route->rtm_scope, sizeof(route->rtm_scope));
	for (i = 0; i < sizeof(shared) / sizeof(shared[0]); i++)
		if (tb[shared[i]])
			hash = hash_bytes(hash, tb[shared[i]], tb[shared[i]]->nla_len);
	return hash ? hash : 1;
}

void legs_release(struct legs *legs)
{
	free(legs->choices);
	memset(legs, 0, sizeof(*legs));
}

/* Value of a switch with one digit; `*value` is -1 when it cannot be read. */
static void read_switch(const char *path, int *value)
{
	char digit[8];

	*value = -1;
	if (system_file_read(path, digit, sizeof(digit)) > 0 && digit[0] >= '0' && digit[0] <= '9')
		*value = digit[0] - '0';
}

/* How legs are picked here; asked once, and only where there is something to pick. */
static void read_policy(struct legs *legs)
{
	int policy, neighbours;

	if (legs->read)
		return;
	legs->read = true;
	read_switch(SYSCTL "hash_policy", &policy);
	read_switch(SYSCTL "use_neigh", &neighbours);
	legs->by_ports = policy == 1;
	/* a policy of chosen fields may leave any of them out; a neighbour's state is a moment */
	legs->known = policy >= 0 && policy <= 2 && neighbours == 0;
}

static size_t interval(const struct sheet *sheet, size_t port)
{
	return port_cuts_end(sheet->ports, port) - sheet->ports->starts[port] + 1;
}

static size_t addresses(const struct sheet *sheet, size_t piece)
{
	return (size_t)cuts_end(&sheet->cuts, piece) - sheet->cuts.starts[piece] + 1;
}

/* Every cell from `first` on that the same route answers. */
static int find_places(struct sample *sample, size_t first)
{
	const struct sheet *sheet = sample->sheet;
	bool by_ports = sheet->proof->legs.by_ports;
	size_t ports = sheet->ports->count;
	size_t cells = sheet->cuts.count * ports;
	size_t i;

	sample->places = malloc((cells - first) * sizeof(*sample->places));
	sample->ends = malloc((cells - first) * sizeof(*sample->ends));
	if (!sample->places || !sample->ends)
		return -ENOMEM;
	for (i = first; i < cells; i++) {
		const struct cell *cell = &sheet->cells[i];

		if (cell->route != sheet->cells[first].route ||
		    cell->answer != sheet->cells[first].answer)
			continue;
		/* other ports make no other packet where only addresses count */
		if (!by_ports && sample->count &&
		    sample->places[sample->count - 1] / ports == i / ports)
			continue;
		sample->packets += addresses(sheet, i / ports) *
				   (by_ports ? interval(sheet, i % ports) : 1);
		sample->places[sample->count] = (uint32_t)i;
		sample->ends[sample->count++] = sample->packets;
	}
	return 0;
}

/* Packet `index` of the sample: evenly spread over all of them. */
static void ask(size_t index, struct lookup_tuple *tuple, void *data)
{
	const struct sample *sample = data;
	const struct sheet *sheet = sample->sheet;
	uint64_t turn = sample->base + index;
	uint64_t packet = turn * sample->packets / sample->size;
	size_t low = 0, high = sample->count - 1;
	size_t piece, port, width;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (sample->ends[middle] <= packet)
			low = middle + 1;
		else
			high = middle;
	}
	packet -= low ? sample->ends[low - 1] : 0;
	piece = sample->places[low] / sheet->ports->count;
	port = sample->places[low] % sheet->ports->count;
	width = addresses(sheet, piece);
	*tuple = sheet->base;
	tuple->destination = sheet->cuts.starts[piece] + (uint32_t)(packet % width);
	/* no further than the interval: packets behind the first `width` come only by ports */
	tuple->dport = (uint16_t)(sheet->ports->starts[port] + packet / width);
}

static bool same_leg(const struct hop *a, const struct hop *b)
{
	return a->oif == b->oif && a->family == b->family &&
	       !memcmp(a->via, b->via, sizeof(a->via));
}

static int take_leg(size_t index, const struct nlmsghdr *header, int error, void *data)
{
	struct sample *sample = data;
	struct route_message *message = &sample->sheet->proof->message;
	bool known = false;
	size_t i;
	int code;

	(void)index;
	(void)error;
	code = header ? route_message_decode(header, message) : 0;
	if (code)
		return code;
	for (i = 0; header && message->hops.count == 1 && i < sample->hops.count; i++) {
		if (!same_leg(&sample->hops.items[i], &message->hops.items[0]))
			continue;
		sample->hops.items[i].flags &= (uint8_t)~HOP_UNUSED;
		known = true;
	}
	/* a redirect or a route that has changed: this sample says nothing */
	sample->odd |= !known;
	return 0;
}

/* 0: too many would be needed. */
static uint32_t sample_size(const struct hops *hops)
{
	uint32_t total = 0, least = UINT32_MAX;
	uint64_t size;
	size_t i;

	for (i = 0; i < hops->count; i++) {
		total += hops->items[i].weight;
		if (hops->items[i].weight < least)
			least = hops->items[i].weight;
	}
	size = ((uint64_t)MISSED * total + least - 1) / least;
	return size <= SAMPLE_MAX ? (uint32_t)size : 0;
}

static bool all_seen(const struct hops *hops)
{
	size_t i;

	for (i = 0; i < hops->count; i++)
		if (hops->items[i].flags & HOP_UNUSED)
			return false;
	return true;
}

static int ask_sample(struct sample *sample, struct fault *fault)
{
	struct lookup *lookup = sample->sheet->proof->lookup;
	uint32_t flags = lookup->flags;
	int code = 0;

	/* without RTM_F_FIB_MATCH the answer is the one packet's */
	lookup->flags = 0;
	while (!code && !sample->odd && sample->base < sample->size && !all_seen(&sample->hops)) {
		uint32_t left = sample->size - sample->base;
		struct lookup_run run = { .count = left < LOOKUP_BATCH ? left : LOOKUP_BATCH,
					  .ask = ask, .answer = take_leg, .data = sample };

		code = lookup_all(lookup, &run, fault);
		sample->base += (uint32_t)run.count;
	}
	lookup->flags = flags;
	return code;
}

/* Samples the route of cell `first`; `choice` keeps its answer where nothing can be said. */
static int choose(struct sheet *sheet, size_t first, struct legs_choice *choice,
		  struct fault *fault)
{
	struct proof *proof = sheet->proof;
	struct answer answer = proof->answers.items[choice->from];
	struct sample sample = { .sheet = sheet };
	size_t i;
	int code = 0;

	for (i = 0; !code && i < answer.hop_count; i++) {
		struct hop hop = answer.hops[i];

		hop.flags |= HOP_UNUSED;
		code = hops_add(&sample.hops, &hop);
	}
	sample.size = sample_size(&sample.hops);
	if (!code)
		code = find_places(&sample, first);
	if (!code && sample.size && sample.packets >= sample.size &&
	    proof->legs.asked + sample.size <= LOOKUPS_MAX) {
		code = ask_sample(&sample, fault);
		proof->legs.asked += sample.base;
		choice->certain = !sample.odd;
	}
	if (!code && choice->certain) {
		answer.hops = sample.hops.items;
		code = answers_intern(&proof->answers, &answer, &choice->to);
	}
	hops_release(&sample.hops);
	free(sample.places);
	free(sample.ends);
	return code;
}

static struct legs_choice *find_choice(struct legs *legs, const struct legs_choice *wanted)
{
	size_t i;

	for (i = legs->count; i-- > 0;) {
		struct legs_choice *choice = &legs->choices[i];

		if (choice->source == wanted->source && choice->route == wanted->route &&
		    choice->from == wanted->from)
			return choice;
	}
	return NULL;
}

static int keep_choice(struct legs *legs, const struct legs_choice *choice)
{
	if (legs->count == legs->room) {
		size_t room = legs->room ? legs->room * 2 : 8;
		struct legs_choice *choices = realloc(legs->choices, room * sizeof(*choices));

		if (!choices)
			return -ENOMEM;
		legs->choices = choices;
		legs->room = room;
	}
	legs->choices[legs->count++] = *choice;
	return 0;
}

/* What could not be said of one sheet may be said of the next. */
static void forget_uncertain(struct legs *legs)
{
	size_t kept = 0;
	size_t i;

	for (i = 0; i < legs->count; i++)
		if (legs->choices[i].certain)
			legs->choices[kept++] = legs->choices[i];
	legs->count = kept;
}

int legs_mark(struct sheet *sheet, struct fault *fault)
{
	struct legs *legs = &sheet->proof->legs;
	size_t cells = sheet->cuts.count * sheet->ports->count;
	size_t i;
	int code = 0;

	forget_uncertain(legs);
	for (i = 0; !code && i < cells; i++) {
		struct cell *cell = &sheet->cells[i];
		struct legs_choice choice = { .source = sheet->base.source, .route = cell->route,
					      .from = cell->answer, .to = cell->answer };
		const struct legs_choice *known;

		if (!cell->route)
			continue;
		read_policy(legs);
		if (!legs->known)
			return 0;
		known = find_choice(legs, &choice);
		if (!known) {
			code = choose(sheet, i, &choice, fault);
			if (!code)
				code = keep_choice(legs, &choice);
			known = &choice;
		}
		cell->answer = known->to;
	}
	return code;
}
