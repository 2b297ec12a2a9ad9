/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which ports of this host NAT rules send elsewhere: reads the ruleset as libnftables lists it (see
 * libnftables-json(5)) and follows a connection from the range through the chains at prerouting.
 *
 * Pure: asks nothing of the kernel. What it cannot decide becomes a row that does not divert for
 * sure, or the section's note; never silence.
 */
#ifndef PROBES_NAT_RULES_H
#define PROBES_NAT_RULES_H

#include "rules/facts.h"

#include <cjson/cJSON.h>

struct nat_ruleset {
	const cJSON *objects; /* the array "nftables" */
	const char *text; /* the same in words, with handles: these translate xt; "" */
};

/* The chain in an object of the listing that changes destinations at prerouting; NULL: another. */
const cJSON *nat_base_chain(const cJSON *object);
/* Is something of iptables in there, for which the words are needed? */
bool nat_has_foreign(const cJSON *objects);
/*
 * Adds a row to `listeners->published` for every address and port to which `port` is sent. To this
 * host itself: 0.0.0.0, the first address of the interface by which a connection comes; none, the
 * address that it asks for.
 */
int nat_read_port(const struct nat_ruleset *ruleset, uint32_t port,
		  struct listeners_facts *listeners);

/* Internal: a connection on its way through the rules. */
struct nat_packet {
	uint32_t port;
	struct address destination; /* ADDRESS_NONE: whichever of this host's */
	bool named;                 /* a condition named its port */
	bool doubtful;              /* a condition that could not be decided lies behind it */
};
enum nat_answer { NAT_NO, NAT_YES, NAT_DOUBT };

/* Does a "match" hold? Narrows `packet->destination`. */
enum nat_answer nat_match(const struct nat_ruleset *ruleset, const cJSON *rule, const cJSON *match,
			  struct nat_packet *packet);
/* Does an xt match hold, by the words of its rule ("" where there are none)? */
enum nat_answer nat_match_words(const char *name, const char *words,
				struct nat_packet *packet);
/* Elements of the set or map "@name" of the rule's table; NULL: there is none. */
const cJSON *nat_elements(const struct nat_ruleset *ruleset, const cJSON *rule, const char *name);
const char *nat_string(const cJSON *object, const char *key);
/* Is it { "payload": { "protocol": "tcp" or "th", "field": "dport" } }? */
bool nat_is_port(const cJSON *left);
/* Is the number in the value: a number, a range, a set? */
enum nat_answer nat_contains(const cJSON *value, uint32_t number);
/* Does the map choose by lot (numgen, jhash, symhash), each number of which the list holds? */
bool nat_is_whole_lot(const cJSON *map, const cJSON *list);

#endif
