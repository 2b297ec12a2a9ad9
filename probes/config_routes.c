/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reader of routes in the network configuration of ifupdown, ifcfg files, NetworkManager keyfiles
 * and networkd: whether a route will be there after a reboot. Each line that speaks of a route is
 * looked through for prefixes; the key is always "route". Netplan is YAML and read by the helper.
 */
#include "probes/config_source.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define LINE_MAX_BYTES 1024
#define WORD_MAX 64

/* Cuts the next word of address characters out of `*at`; false at the end of the line. */
static bool next_word(const char **at, char word[WORD_MAX])
{
	static const char characters[] = "0123456789.:/abcdefghijklmnopqrstuvwxyz-"
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	size_t length;

	*at += strcspn(*at, characters);
	length = strspn(*at, characters);
	if (length == 0)
		return false;
	snprintf(word, WORD_MAX, "%.*s", length < WORD_MAX ? (int)length : WORD_MAX - 1, *at);
	*at += length;
	return true;
}

/* "100.104.0.0" and "255.255.0.0" as a prefix; false where the mask is none. */
static bool add_masked(struct config_sink *sink, const char *network, const char *mask)
{
	struct address address;
	unsigned int length = 0;
	char prefix[WORD_MAX + 8];
	uint32_t number;

	if (address_parse(mask, &address) || address.family != ADDRESS_IPV4)
		return false;
	number = address_ipv4(&address);
	while (length < 32 && (number & (0x80000000u >> length)) != 0)
		length++;
	if (length < 32 && number << length != 0)
		return false;
	snprintf(prefix, sizeof(prefix), "%s/%u", network, length);
	config_add(sink, "route", prefix, 0);
	return true;
}

/* ADDRESS0=100.104.0.0 and NETMASK0=255.255.0.0 of an ifcfg file: is this line one of them? */
static bool read_pair(const char *line, char network[WORD_MAX], struct config_sink *sink)
{
	const char *value = strchr(line, '=');
	char word[WORD_MAX];

	if (value == NULL)
		return false;
	value++;
	if (strncmp(line, "ADDRESS", 7) == 0 && next_word(&value, word)) {
		memcpy(network, word, WORD_MAX);
		return true;
	}
	if (strncmp(line, "NETMASK", 7) != 0 || network[0] == '\0' || !next_word(&value, word))
		return false;
	add_masked(sink, network, word);
	network[0] = '\0';
	return true;
}

/* Does the line speak of a route? A route-DEV file of ip(8) words opens with the prefix itself. */
static bool speaks_of_route(const char *line)
{
	return isdigit((unsigned char)line[0]) || strcasestr(line, "route") != NULL ||
	       strncasecmp(line, "Destination", 11) == 0;
}

/* `ip route add 100.104.0.0/16 via ...`, `-net 100.104.0.0 netmask 255.255.0.0`, `route1=...`. */
static void read_line(const char *line, struct config_sink *sink)
{
	char word[WORD_MAX], network[WORD_MAX] = "";
	bool mask = false;

	while (next_word(&line, word)) {
		if (strchr(word, '/') != NULL)
			config_add(sink, "route", word, 0);
		else if (mask && network[0] != '\0')
			add_masked(sink, network, word);
		else if (isdigit((unsigned char)word[0]))
			memcpy(network, word, WORD_MAX);
		mask = strcmp(word, "netmask") == 0;
	}
}

int config_read_routes(const char *bytes, size_t length, struct config_sink *sink)
{
	const char *at = bytes, *end = bytes + length;
	char line[LINE_MAX_BYTES], network[WORD_MAX] = "";

	if (memchr(bytes, '\0', length) != NULL)
		return -EINVAL;
	while (at < end) {
		size_t used = strcspn(at, "\n");
		const char *start = at + strspn(at, " \t");

		/* a longer line is no route */
		if (start < at + used && *start != '#' && *start != ';' && used < sizeof(line)) {
			snprintf(line, sizeof(line), "%.*s", (int)(at + used - start), start);
			if (!read_pair(line, network, sink) && speaks_of_route(line))
				read_line(line, sink);
		}
		at += used < (size_t)(end - at) ? used + 1 : used;
	}
	return sink->error;
}
