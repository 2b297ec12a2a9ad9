/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random security groups and network ACLs, told twice: as numbers, for an oracle, and in the
 * cloud's words, for the program. The oracle paints the 65,536 addresses of the range, the weakest
 * rule first, and shares no line with rules/admission*.c.
 */
#ifndef TESTS_UNIT_ADMISSION_WORLD_H
#define TESTS_UNIT_ADMISSION_WORLD_H

#include "rules/facts.h"
#include "rules/facts_cloud_groups.h"
#include "tests/random.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define WORLD_RULES 40u
#define WORLD_SPANS 4u
#define WORLD_WORDS 1024u /* 65,536 bits */
#define WORLD_FIRST 0x64680000u
#define WORLD_LAST 0x6468ffffu
#define WORLD_LOCAL "172.20.5.10"
#define WORLD_NONE UINT32_MAX
#define WORLD_MEMBERS (UINT32_MAX - 1)

/* A rule in numbers; `applies` is false where protocol, direction or destination is another. */
struct told_rule {
	bool applies, admits;
	uint64_t strength; /* smaller wins; then refusing */
	uint32_t number;   /* as the program numbers it */
	uint32_t peers[WORLD_SPANS][2];
	uint32_t ports[WORLD_SPANS][2];
	uint32_t sources[2]; /* source ports */
	unsigned int peer_count, port_count;
	uint64_t bits[WORLD_WORDS]; /* peers inside the range */
};

struct told_world {
	struct told_rule rules[WORLD_RULES + 2];
	unsigned int count;
	struct groups_facts facts;
	struct strings attached; /* groups of the interface */
};

/* assert() is not compiled into every build. */
static inline void world_must(bool holds)
{
	if (!holds)
		abort();
}

static inline void *world_list_add(struct list *list, size_t size)
{
	void *item = list_add(list, size);

	world_must(item != NULL);
	return item;
}

static inline char *world_words(const char *words)
{
	char *copy = text_copy(words);

	world_must(copy != NULL);
	return copy;
}

static inline void world_quad(uint32_t address, char *text, size_t size)
{
	(void)snprintf(text, size, "%u.%u.%u.%u", address >> 24, address >> 16 & 255,
		       address >> 8 & 255, address & 255);
}

/* Sets the bits of first..last, as far as they lie in the range. */
static inline void world_fill(uint64_t bits[WORLD_WORDS], uint32_t first, uint32_t last)
{
	uint32_t low = first < WORLD_FIRST ? WORLD_FIRST : first;
	uint32_t high = last > WORLD_LAST ? WORLD_LAST : last;

	while (low <= high) {
		bool whole = (low & 63) == 0 && high - low >= 63;

		bits[(low & 0xffff) / 64] |= whole ? UINT64_MAX : 1ull << (low & 63);
		low += whole ? 64 : 1;
	}
}

static inline void told_peers(struct told_rule *rule, uint32_t first, uint32_t last)
{
	rule->peers[rule->peer_count][0] = first;
	rule->peers[rule->peer_count++][1] = last;
	world_fill(rule->bits, first, last);
}

/* An address or block that often has to do with the range. */
static inline char *random_block(struct told_rule *rule, struct random *random)
{
	static const struct {
		uint32_t address;
		unsigned int length;
	} known[] = {
		{ 0, 0 }, { 0x64400000, 10 }, { 0x64680000, 16 }, { 0x64680000, 16 },
		{ 0x64600000, 11 }, { 0x64670000, 16 }, { 0x64690000, 16 }, { 0x64400000, 13 },
		{ 0x0a000000, 8 }, { 0x64680000, 15 }, { 0x64688000, 17 }, { 0x64680000, 17 },
	};
	uint32_t pick = random_below(random, 20), size, first;
	unsigned int length;
	char words[64], quad[20];

	if (pick < 12) {
		first = known[pick].address;
		length = known[pick].length;
	} else {
		length = 16 + random_below(random, 17);
		first = WORLD_FIRST | random_below(random, 65536);
	}
	size = length ? (uint32_t)((1ull << (32 - length)) - 1) : UINT32_MAX;
	first &= ~size;
	told_peers(rule, first, first + size);
	/* host bits may stand there; of a single address the length may be left out */
	world_quad(first + (pick % 3 || length == 32 ? 0 : random_below(random, size) & size), quad,
		   sizeof(quad));
	(void)snprintf(words, sizeof(words), length == 32 && pick % 2 ? "%s" : "%s/%u", quad,
		       length);
	return world_words(words);
}

static inline char *random_range(struct told_rule *rule, struct random *random)
{
	uint32_t first = WORLD_FIRST - 512 + random_below(random, 66560);
	uint32_t last = first + random_below(random, random_below(random, 2) ? 300 : 66000);
	char words[64], from[20], to[20];

	told_peers(rule, first, last);
	world_quad(first, from, sizeof(from));
	world_quad(last, to, sizeof(to));
	(void)snprintf(words, sizeof(words), "%s%s%s", from, last % 2 ? "-" : " - ", to);
	return world_words(words);
}

static inline void told_ports(struct told_rule *rule, uint32_t first, uint32_t last)
{
	rule->ports[rule->port_count][0] = first;
	rule->ports[rule->port_count++][1] = last;
}

static inline char *random_ports(struct told_rule *rule, struct random *random)
{
	static const uint32_t known[][2] = {
		{ 80, 80 }, { 443, 443 }, { 80, 443 }, { 1, 65535 }, { 22, 22 }, { 443, 8081 },
		{ 8081, 8081 }, { 1024, 65535 }, { 32768, 60999 },
	};
	uint32_t pick = random_below(random, 14), first, last;
	char words[32];

	if (pick >= 12) {
		told_ports(rule, 0, 65535);
		return world_words("-1/-1");
	}
	if (pick < 9) {
		first = known[pick][0];
		last = known[pick][1];
	} else {
		first = 1 + random_below(random, 65535);
		last = first + random_below(random, 65536 - first);
	}
	told_ports(rule, first, last);
	(void)snprintf(words, sizeof(words), "%u/%u", first, last);
	return world_words(words);
}

/* Puts an entry list of 0..WORLD_SPANS made entries under a new id. */
static inline char *random_list(struct list *lists, struct told_rule *rule, struct random *random,
				char *(*make)(struct told_rule *rule, struct random *random))
{
	struct named_list_fact *list = world_list_add(lists, sizeof(*list));
	uint32_t entries = random_below(random, WORLD_SPANS + 1);
	char words[32];

	(void)snprintf(words, sizeof(words), "pl-%zu", lists->count);
	list->id = world_words(words);
	list->state = FACT_OK;
	while (entries--) {
		char *entry = make(rule, random);

		world_must(strings_add(&list->entries, entry) == 0);
		free(entry);
	}
	return world_words(words);
}

/* Names of TCP, then of others. */
static inline char *random_protocol(struct told_rule *rule, struct random *random)
{
	static const char *const names[] = { "TCP", "tcp", "6", "ALL", "all", "Tcp", "TCP", "TCP",
					     "UDP", "ICMP", "GRE", "17", "1", "icmp" };
	uint32_t pick = random_below(random, random_below(random, 3) ? 8 : 14);

	rule->applies = rule->applies && pick < 8;
	return world_words(names[pick]);
}

static inline void random_source(struct told_world *world, struct told_rule *rule,
				 struct group_rule_fact *fact, struct random *random)
{
	switch (random_below(random, 12)) {
	case 0:
		fact->source_v6 = world_words("::/0");
		break;
	case 1: /* a member inside the range: the cloud has none, the algebra does not know */
		fact->source_group = world_words("sg-m");
		told_peers(rule, WORLD_FIRST + 77, WORLD_FIRST + 77);
		break;
	case 2:
	case 3:
		fact->source_list = random_list(&world->facts.prefix_lists, rule, random,
						random_block);
		break;
	case 4:
		fact->source = random_range(rule, random);
		fact->source_list = world_words("pl-none"); /* the block wins */
		break;
	default:
		fact->source = random_block(rule, random);
	}
}

static inline void random_group_rule(struct told_world *world, struct group_fact *group,
				     bool attached, struct random *random)
{
	static const uint32_t priorities[] = { 1, 1, 2, 5, 50, 100, 110 };
	static const char *const directions[] = { "ingress", "ingress", "ingress", "ingress",
						  "ingress", "ingress", "ingress", "egress" };
	struct group_rule_fact *fact = world_list_add(&group->rules, sizeof(*fact));
	struct told_rule *rule = &world->rules[world->count];
	uint32_t pick = random_below(random, 8), priority = priorities[random_below(random, 7)];
	char words[32];

	rule->number = world->count++;
	rule->applies = attached && pick < 7;
	rule->admits = random_below(random, 5) > 1;
	rule->strength = priority;
	fact->direction = world_words(directions[pick]);
	fact->policy = world_words(rule->admits ? "Accept" : pick % 2 ? "Drop" : "drop");
	(void)snprintf(words, sizeof(words), "%u", priority);
	fact->priority = priority == 1 && pick == 3 ? NULL : world_words(words);
	fact->protocol = random_protocol(rule, random);
	if (random_below(random, 8))
		fact->ports = random_ports(rule, random);
	else
		fact->port_list = random_list(&world->facts.port_lists, rule, random,
					      random_ports);
	rule->sources[1] = 65535;
	if (!random_below(random, 8)) {
		rule->sources[0] = random_below(random, 65536);
		rule->sources[1] = rule->sources[0] + random_below(random,
								   65536 - rule->sources[0]);
		(void)snprintf(words, sizeof(words), "%u/%u", rule->sources[0], rule->sources[1]);
		fact->source_ports = world_words(words);
	}
	random_source(world, rule, fact, random);
	pick = random_below(random, 16);
	if (pick == 0)
		fact->destination = world_words("172.20.5.0/24");
	if (pick == 1) {
		fact->destination = world_words("172.20.5.11");
		rule->applies = false;
	}
}

/* The interface with the local address, and one with an address in the range in group sg-m. */
static inline void world_interfaces(struct told_world *world, bool own, bool inner)
{
	struct interface_fact *one = world_list_add(&world->facts.interfaces, sizeof(*one));
	struct told_rule *rule;

	one->id = world_words("eni-m");
	world_must(strings_add(&one->addresses, "100.104.0.77") == 0);
	world_must(strings_add(&one->groups, "sg-m") == 0);
	if (!own)
		return;
	/* it is in the first group of ours, too */
	world_must(strings_add(&one->groups, "sg-0") == 0);
	if (!inner)
		return;
	rule = &world->rules[world->count++];
	rule->applies = rule->admits = true;
	rule->number = WORLD_MEMBERS;
	told_peers(rule, WORLD_FIRST + 77, WORLD_FIRST + 77);
	told_ports(rule, 0, 65535);
	rule->sources[1] = 65535;
}

static inline void world_groups(struct told_world *world, struct random *random)
{
	uint32_t count = 1 + random_below(random, 3), i, rules;
	bool advanced = random_below(random, 2), inner = random_below(random, 2);
	char words[32];

	memset(world, 0, sizeof(*world));
	for (i = 0; i < count + 1; i++) { /* the last one is not attached */
		struct group_fact *group = world_list_add(&world->facts.groups, sizeof(*group));

		(void)snprintf(words, sizeof(words), "sg-%u", i);
		group->id = world_words(words);
		group->state = FACT_OK;
		group->type = world_words(advanced ? "enterprise" : "normal");
		group->inner_policy = world_words(i == 0 && inner ? "Accept" : "Drop");
		if (i < count)
			world_must(strings_add(&world->attached, words) == 0);
		for (rules = random_below(random, WORLD_RULES / 4 + 1); rules; rules--)
			random_group_rule(world, group, i < count, random);
	}
	world_interfaces(world, random_below(random, 2), inner && !advanced);
}

/* One ACL; the ingress list alone is filled. */
static inline void world_acl(struct told_world *world, struct random *random)
{
	struct network_acl_fact *acl;
	uint32_t rules = random_below(random, WORLD_RULES);

	memset(world, 0, sizeof(*world));
	acl = world_list_add(&world->facts.acls, sizeof(*acl));
	acl->id = world_words("nacl-1");
	acl->state = FACT_OK;
	while (rules--) {
		struct acl_rule_fact *fact = world_list_add(&acl->ingress, sizeof(*fact));
		struct told_rule *rule = &world->rules[world->count];

		rule->number = world->count;
		rule->strength = world->count++;
		rule->applies = random_below(random, 16) > 0;
		rule->admits = random_below(random, 2);
		rule->sources[1] = 65535;
		fact->family = world_words(rule->applies ? "ipv4" : "ipv6");
		fact->policy = world_words(rule->admits ? "accept" : "drop");
		fact->protocol = random_protocol(rule, random);
		fact->ports = random_ports(rule, random);
		fact->peer = random_below(random, 5) ? random_block(rule, random) :
			     random_list(&world->facts.prefix_lists, rule, random, random_block);
	}
}

static inline void world_release(struct told_world *world)
{
	record_release(section_record(SECTION_GROUPS), &world->facts);
	strings_release(&world->attached);
}

static inline bool told_holds(const struct told_rule *rule, uint32_t port, uint32_t source)
{
	unsigned int i;

	if (!rule->applies || source < rule->sources[0] || source > rule->sources[1])
		return false;
	for (i = 0; i < rule->port_count; i++)
		if (rule->ports[i][0] <= port && port <= rule->ports[i][1])
			return true;
	return false;
}

static inline bool told_wins(const struct told_rule *a, const struct told_rule *b)
{
	if (a->strength != b->strength)
		return a->strength < b->strength;
	return !a->admits && b->admits;
}

/* Bits of the admitted addresses for one destination port and one source port. */
static inline void world_paint(const struct told_world *world, uint32_t port, uint32_t source,
			       uint64_t bits[WORLD_WORDS])
{
	const struct told_rule *order[WORLD_RULES + 2];
	unsigned int i, j, count = 0;

	for (i = 0; i < world->count; i++) {
		if (!told_holds(&world->rules[i], port, source))
			continue;
		for (j = count++; j > 0 && told_wins(order[j - 1], &world->rules[i]); j--)
			order[j] = order[j - 1];
		order[j] = &world->rules[i];
	}
	memset(bits, 0, WORLD_WORDS * sizeof(*bits));
	for (i = 0; i < count; i++) {
		const uint64_t *mask = order[i]->bits;

		for (j = 0; order[i]->admits && j < WORLD_WORDS; j++)
			bits[j] |= mask[j];
		for (j = 0; !order[i]->admits && j < WORLD_WORDS; j++)
			bits[j] &= ~mask[j];
	}
}

/* The rule that decides one address of the range; WORLD_NONE: none. */
static inline uint32_t world_decides(const struct told_world *world, uint32_t address,
				     uint32_t port, uint32_t source)
{
	const struct told_rule *best = NULL;
	unsigned int i;

	for (i = 0; i < world->count; i++) {
		const struct told_rule *rule = &world->rules[i];

		if (told_holds(rule, port, source) &&
		    (rule->bits[(address & 0xffff) / 64] >> (address & 63) & 1) &&
		    (!best || told_wins(rule, best)))
			best = rule;
	}
	return best ? best->number : WORLD_NONE;
}

#endif
