/* SPDX-License-Identifier: Apache-2.0 */
/* Protocols, ports and addresses of rules, read; see admission_words.h. */
#include "rules/admission_words.h"

#include "rules/facts_cloud_groups.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PROTOCOL_TCP 6
#define PROTOCOL_ICMP 1
#define PROTOCOL_MOST 255

/* One layout for both kinds of span: the first and the last number. */
_Static_assert(sizeof(struct span) == sizeof(struct port_span), "spans of one layout");

void side_add(struct admission_side *side, uint32_t first, uint32_t last)
{
	struct span *span = list_add(&side->spans, sizeof(*span));

	if (!span)
		side->error = -ENOMEM;
	else
		*span = (struct span){ first, last };
}

void side_release(struct admission_side *side)
{
	free(side->spans.items);
	*side = (struct admission_side){ .doubt = false };
}

bool words_are(const char *words, const char *meant)
{
	return words && strcasecmp(words, meant) == 0;
}

static bool is_number(const char *words, uint64_t *number)
{
	return text_whole_number(words, PROTOCOL_MOST, number) == 0;
}

enum admission_match words_are_tcp(const char *protocol)
{
	static const char *const others[] = { "udp", "icmp", "icmpv6", "gre", "esp", "ah", "sctp",
					      "igmp" };
	uint64_t number;
	size_t i;

	if (!protocol)
		return MATCH_DOUBT;
	if (words_are(protocol, "tcp") || words_are(protocol, "all") || words_are(protocol, "-1"))
		return MATCH_YES;
	if (is_number(protocol, &number))
		return number == PROTOCOL_TCP ? MATCH_YES : MATCH_NO;
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (words_are(protocol, others[i]))
			return MATCH_NO;
	return MATCH_DOUBT;
}

bool words_are_icmp(const char *protocol)
{
	uint64_t number;

	return words_are(protocol, "icmp") ||
	       (protocol && is_number(protocol, &number) && number == PROTOCOL_ICMP);
}

void words_add_ports(struct admission_side *side, const char *ports)
{
	const char *at = ports;
	uint64_t first, last;

	if (!ports) {
		side->doubt = true;
		return;
	}
	if (strcmp(ports, "-1/-1") == 0 || strcmp(ports, "-1") == 0) {
		side_add(side, 0, ADMISSION_PORTS);
		return;
	}
	if (text_number(&at, ADMISSION_PORTS, &first) < 0) {
		side->doubt = true;
		return;
	}
	last = first;
	if ((*at == '/' || *at == '-') &&
	    (at++, text_number(&at, ADMISSION_PORTS, &last) < 0 || last < first))
		side->doubt = true;
	else if (*at != '\0')
		side->doubt = true;
	else
		side_add(side, (uint32_t)first, (uint32_t)last);
}

/* "a.b.c.d-e.f.g.h": the API accepts ranges and does not publish how it writes them. */
static bool add_range(struct admission_side *side, const char *peers)
{
	const char *at = peers;
	uint32_t first, last;

	if (address_parse_quad(&at, &first) < 0)
		return false;
	while (*at == ' ')
		at++;
	if (*at++ != '-')
		return false;
	while (*at == ' ')
		at++;
	if (address_parse_quad(&at, &last) < 0 || *at != '\0' || last < first)
		return false;
	side_add(side, first, last);
	return true;
}

/* IPv6 addresses and prefixes alone hold a colon; links are IPv4. */
void words_add_peers(struct admission_side *side, const char *peers)
{
	struct prefix prefix;

	if (!peers)
		side->doubt = true;
	else if (prefix_parse_loose(peers, &prefix) == 0)
		side_add(side, prefix_first(&prefix), prefix_last(&prefix));
	else if (!strchr(peers, ':') && !add_range(side, peers))
		side->doubt = true;
}

void words_add_list(struct admission_side *side, const struct list *lists, const char *id,
		    void (*add)(struct admission_side *side, const char *words))
{
	const struct named_list_fact *list = groups_list(lists, id);
	size_t i;

	if (!list || list->state != FACT_OK) {
		side->doubt = true;
		return;
	}
	for (i = 0; i < list->entries.count; i++)
		add(side, list->entries.items[i]);
}

static void widen(struct admission_side *side, uint32_t last)
{
	if (side->doubt)
		side_add(side, 0, last);
}

static int add_box(const struct admission_atom *like, struct list *atoms, struct span peers,
		   struct port_span ports, struct port_span peer_ports)
{
	struct admission_atom *atom = list_add(atoms, sizeof(*atom));

	if (!atom)
		return -ENOMEM;
	*atom = *like;
	atom->peers = peers;
	atom->ports = ports;
	atom->peer_ports = peer_ports;
	return 0;
}

static int add_boxes(const struct admission_sides *sides, const struct admission_atom *like,
		     struct list *atoms)
{
	const struct list *peers = &sides->peers.spans, *ports = &sides->ports.spans;
	const struct list *peer_ports = &sides->peer_ports.spans;
	size_t i, j, k;
	int error = 0;

	for (i = 0; i < peers->count; i++)
		for (j = 0; j < ports->count; j++)
			for (k = 0; k < peer_ports->count && !error; k++)
				error = add_box(like, atoms, *LIST_AT(peers, struct span, i),
						*LIST_AT(ports, struct port_span, j),
						*LIST_AT(peer_ports, struct port_span, k));
	return error;
}

int sides_add(struct admission_sides *sides, const struct admission_atom *like, bool wide,
	      struct list *atoms)
{
	int error = 0;

	if (wide) {
		widen(&sides->peers, UINT32_MAX);
		widen(&sides->ports, ADMISSION_PORTS);
		widen(&sides->peer_ports, ADMISSION_PORTS);
	}
	if (sides->peers.error || sides->ports.error || sides->peer_ports.error)
		error = -ENOMEM;
	if (!error)
		error = add_boxes(sides, like, atoms);
	side_release(&sides->peers);
	side_release(&sides->ports);
	side_release(&sides->peer_ports);
	return error;
}
