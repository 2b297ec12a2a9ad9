/* SPDX-License-Identifier: Apache-2.0 */
/* Protocols, ports and addresses of rules, read; see admission_words.h. */
#include "rules/admission_words.h"

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
