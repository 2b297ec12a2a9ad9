/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invents worlds. Nothing here is likely on a real host, all of it is possible: prefixes nested and
 * at the edges of the range, every route type, every selector of rules.
 *
 * Lines that the kernel refuses (a gateway out of reach, a route that is there already) are skipped
 * by `ip -force`: what remains is the world.
 */
#include "tests/worlds/world.h"

#include <inttypes.h>

#define LINKS 4
#define TABLES_COUNT (sizeof(tables) / sizeof(tables[0]))

static const unsigned int tables[] = { 254, 254, 254, 100, 101, 102, 253, 255 };
static const unsigned int rule_tables[] = { 254, 254, 100, 101, 102, 253 };

struct invention {
	struct random *random;
	FILE *out;
	bool router;
	bool objects;
	bool dports, marks, uids; /* kinds of selectors in this world: bounds the look-ups */
};

static uint32_t below(struct invention *world, uint32_t bound)
{
	return random_below(world->random, bound);
}

static bool one_in(struct invention *world, uint32_t chances)
{
	return below(world, chances) == 0;
}

/* Addresses where mistakes like to hide. */
static uint32_t pick_address(struct invention *world)
{
	const uint32_t first = prefix_first(&reverse_range), last = prefix_last(&reverse_range);
	const uint32_t edges[] = { first, last, first - 1, last + 1, first + 32767, first + 32768 };

	switch (below(world, 4)) {
	case 0:
		return edges[below(world, 6)];
	case 1:
		return first - 65536 + below(world, 3 * 65536);
	default:
		return first + below(world, 65536);
	}
}

static void put_prefix(struct invention *world, unsigned int length)
{
	struct prefix prefix = prefix_make(pick_address(world), length);
	char text[PREFIX_TEXT_MAX];

	fputs(prefix_print(&prefix, text), world->out);
}

static unsigned int pick_length(struct invention *world)
{
	static const unsigned int lengths[] = { 0, 8, 10, 13, 15, 16, 16, 16, 17, 18, 20, 22, 24,
						24, 25, 28, 30, 31, 32, 32, 32 };

	return one_in(world, 4) ? below(world, 33) :
		lengths[below(world, sizeof(lengths) / sizeof(lengths[0]))];
}

static void put_links(struct invention *world)
{
	unsigned int i;

	fprintf(world->out, "link set lo up\n");
	for (i = 0; i < LINKS; i++) {
		fprintf(world->out, "link add v%u type veth peer name w%u\n", i, i);
		fprintf(world->out, "link set v%u up\n", i);
		if (i < 2 || !one_in(world, 3)) /* else: no carrier */
			fprintf(world->out, "link set w%u up\n", i);
		fprintf(world->out, "address add 10.0.%u.1/24 dev v%u\n", i, i);
		if (one_in(world, 4))
			fprintf(world->out, "link set v%u group %u\n", i, 1 + below(world, 2));
	}
	if (one_in(world, 3))
		fprintf(world->out, "address add 172.20.5.10/32 dev lo\n");
	while (one_in(world, 3)) {
		static const unsigned int lengths[] = { 8, 10, 16, 20, 24, 24, 30, 31, 32 };

		fprintf(world->out, "address add ");
		put_prefix(world, 32);
		fseek(world->out, -3, SEEK_CUR);
		fprintf(world->out, "/%u dev v%u\n", lengths[below(world, 9)], below(world, LINKS));
	}
}

static void put_sysctls(struct invention *world)
{
	unsigned int i;

	fprintf(world->out, "sysctl ip_forward %u\n", world->router || one_in(world, 4));
	fprintf(world->out, "sysctl conf/all/rp_filter %u\n", one_in(world, 4) * below(world, 3));
	fprintf(world->out, "sysctl fib_multipath_hash_policy %u\n", below(world, 3));
	fprintf(world->out, "sysctl nexthop_compat_mode %u\n", !one_in(world, 3));
	for (i = 0; i < LINKS; i++) {
		fprintf(world->out, "sysctl conf/v%u/rp_filter %u\n", i, below(world, 3));
		if (one_in(world, 4))
			fprintf(world->out, "sysctl conf/v%u/ignore_routes_with_linkdown 1\n", i);
		if (one_in(world, 8))
			fprintf(world->out, "sysctl conf/v%u/accept_local 1\n", i);
	}
}

static void put_objects(struct invention *world)
{
	unsigned int i;

	for (i = 1; i <= 6; i++)
		fprintf(world->out, "nexthop add id %u via 10.0.%u.%u dev v%u\n", i, i % LINKS,
			2 + i, i % LINKS);
	fprintf(world->out, "nexthop add id 7 dev v%u\n", below(world, LINKS));
	fprintf(world->out, "nexthop add id 8 blackhole\n");
	fprintf(world->out, "nexthop add id 9 via fe80::%x dev v0\n", 1 + below(world, 9));
	fprintf(world->out, "nexthop add id 20 group 1/2\n");
	fprintf(world->out, "nexthop add id 21 group 3,%u/4,%u/1\n", 1 + below(world, 5),
		1 + below(world, 5));
	fprintf(world->out, "nexthop add id 22 group 5/6 type resilient buckets 8\n");
}

static void put_leg(struct invention *world)
{
	unsigned int link = below(world, LINKS);

	if (one_in(world, 12))
		fprintf(world->out, " via inet6 fe80::%x dev v%u", 1 + below(world, 9), link);
	else if (one_in(world, 4))
		fprintf(world->out, " dev v%u", link);
	else
		fprintf(world->out, " via 10.0.%u.%u dev v%u", link, 2 + below(world, 8), link);
	if (one_in(world, 10))
		fprintf(world->out, " onlink");
}

static void put_target(struct invention *world)
{
	static const unsigned int ids[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 21, 22 };
	unsigned int legs;

	if (world->objects && one_in(world, 4)) {
		fprintf(world->out, " nhid %u", ids[below(world, 12)]);
	} else if (one_in(world, 6)) {
		for (legs = 2 + below(world, 2); legs; legs--) {
			fprintf(world->out, " nexthop");
			put_leg(world);
			fprintf(world->out, " weight %u", 1 + below(world, 3));
		}
	} else {
		put_leg(world);
	}
}

static void put_route(struct invention *world)
{
	static const char *const refusals[] = { "blackhole", "unreachable", "prohibit", "throw" };
	unsigned int table = tables[below(world, TABLES_COUNT)];
	unsigned int length = pick_length(world);
	const char *refusal = one_in(world, 5) ? refusals[below(world, 4)] : NULL;
	bool local = !refusal && table == 255 && one_in(world, 2);

	fprintf(world->out, "route add %s%s", refusal ? refusal : "", refusal ? " " : "");
	if (local)
		fprintf(world->out, one_in(world, 4) ? "broadcast " : "local ");
	put_prefix(world, length);
	fprintf(world->out, " table %u", table);
	if (local) {
		fprintf(world->out, " dev v%u\n", below(world, LINKS));
		return;
	}
	if (one_in(world, 3))
		fprintf(world->out, " metric %u", below(world, 4) * 10);
	if (one_in(world, 12))
		fprintf(world->out, " tos 0x10");
	if (!refusal) {
		/* options of the route stand before its legs */
		if (one_in(world, 10))
			fprintf(world->out, " mtu 1400");
		put_target(world);
	}
	fprintf(world->out, "\n");
}

static void put_routes(struct invention *world)
{
	uint32_t count = one_in(world, 12) ? 3000 : one_in(world, 3) ? 200 : 30;

	if (!one_in(world, 4))
		fprintf(world->out, "route add default via 10.0.0.254 dev v0\n");
	for (count = below(world, count); count; count--)
		put_route(world);
}

static void put_selectors(struct invention *world)
{
	static const char *const froms[] = { "10.0.0.1", "10.0.1.0/24", "172.20.5.10", "10.0.0.0/8",
					     "100.104.0.0/17", "100.104.7.0/24", "10.0.3.77" };
	static const char *const dports[] = { "443", "1024-5000", "40000-50000", "50000",
					      "65535", "1-1024" };

	if (one_in(world, 3))
		fprintf(world->out, " from %s", froms[below(world, 7)]);
	if (one_in(world, 3)) {
		fprintf(world->out, " to ");
		put_prefix(world, 8 + below(world, 25));
	}
	if (one_in(world, 5))
		fprintf(world->out, " iif %s",
			one_in(world, 3) ? "lo" : one_in(world, 2) ? "v1" : "v2");
	if (one_in(world, 9))
		fprintf(world->out, " oif v%u", below(world, LINKS));
	if (world->marks && one_in(world, 3))
		fprintf(world->out, one_in(world, 2) ? " fwmark 0x%x" : " fwmark 0x%x/0xf",
			1 + below(world, 2));
	if (one_in(world, 6))
		fprintf(world->out, " ipproto %s", one_in(world, 3) ? "udp" : "tcp");
	if (one_in(world, 6))
		fprintf(world->out, " sport %s", one_in(world, 2) ? "443" : "22-500");
	if (world->dports && one_in(world, 3))
		fprintf(world->out, " dport %s", dports[below(world, 6)]);
	if (world->uids && one_in(world, 3))
		fprintf(world->out, " uidrange %s", one_in(world, 2) ? "0-0" : "1-65535");
	if (one_in(world, 14))
		fprintf(world->out, " tos 0x10");
}

static void put_rule(struct invention *world, unsigned int priority)
{
	static const char *const actions[] = { "blackhole", "unreachable", "prohibit" };

	fprintf(world->out, "rule add %spriority %u", one_in(world, 8) ? "not " : "", priority);
	put_selectors(world);
	if (one_in(world, 8)) {
		fprintf(world->out, " goto %u\n", priority + 10 * (1 + below(world, 6)));
		return;
	}
	if (one_in(world, 12)) {
		fprintf(world->out, " %s\n", actions[below(world, 3)]);
		return;
	}
	fprintf(world->out, " lookup %u", rule_tables[below(world, 6)]);
	if (one_in(world, 5))
		fprintf(world->out, " suppress_prefixlength %u", below(world, 3) * 8);
	if (one_in(world, 10))
		fprintf(world->out, " suppress_ifgroup %u", below(world, 3));
	fprintf(world->out, "\n");
}

static void put_rules(struct invention *world)
{
	uint32_t count = one_in(world, 4) ? 0 : below(world, 10);
	unsigned int priority = one_in(world, 6) ? 0 : 100;

	for (; count; count--, priority += 10)
		put_rule(world, priority);
	if (one_in(world, 10))
		fprintf(world->out, "rule del priority 0\nrule add priority 300 lookup 255\n");
	if (one_in(world, 16))
		fprintf(world->out, "rule del priority 32766\n");
}

static void put_plan(struct invention *world)
{
	static const char *const local[] = { "10.0.0.1", "10.0.1.1", "172.20.5.10" };
	static const char *const cidrs[] = { "192.168.1.0/24", "10.0.2.0/23", "100.104.5.0/24",
					     "100.64.0.0/12" };

	fprintf(world->out, "plan vantage %s\n", world->router ? "idc-router" : "gitlab-host");
	if (one_in(world, 5))
		fprintf(world->out, "plan vswitch_cidr %s\n", cidrs[below(world, 4)]);
	if (one_in(world, 2))
		fprintf(world->out, "plan return_next_hop 10.0.%u.%u\n", below(world, 2),
			2 + below(world, 8));
	if (world->uids)
		fprintf(world->out, "listener 0.0.0.0 443 %u %u", one_in(world, 2) * 1000,
			world->marks * below(world, 20));
	if (world->uids && one_in(world, 2))
		fprintf(world->out, " v%u", below(world, LINKS));
	if (world->uids)
		fprintf(world->out, "\n");
	fprintf(world->out, "service %s 443\n", world->router ?
		one_in(world, 2) ? "10.0.3.77" : "10.0.1.5" : local[below(world, 3)]);
	if (one_in(world, 6))
		fprintf(world->out, "service %s 22\n", local[below(world, 2)]);
}

void world_invent(struct random *random, FILE *out)
{
	struct invention world = { .random = random, .out = out };

	world.router = one_in(&world, 4);
	world.objects = one_in(&world, 2);
	world.dports = one_in(&world, 3);
	world.marks = one_in(&world, 3);
	world.uids = one_in(&world, 3);
	put_links(&world);
	put_sysctls(&world);
	if (world.objects)
		put_objects(&world);
	put_routes(&world);
	put_rules(&world);
	put_plan(&world);
}
