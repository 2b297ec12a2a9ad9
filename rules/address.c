/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses of both families as text (RFC 4291 in, RFC 5952 out) and as values. Reads and prints by
 * itself: the core includes no header of the network.
 */
#include "rules/prefix.h"

#include "rules/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define GROUPS 8

int address_parse_quad(const char **cursor, uint32_t *host_order)
{
	const char *at = *cursor;
	uint32_t result = 0;
	int i;

	for (i = 0; i < 4; i++) {
		uint64_t octet;

		if (i > 0 && *at++ != '.')
			return -EINVAL;
		if (text_number(&at, 255, &octet) != 0)
			return -EINVAL;
		result = result << 8 | (uint32_t)octet;
	}
	*cursor = at;
	*host_order = result;
	return 0;
}

/* One to four hexadecimal digits. */
static int parse_group(const char **cursor, uint16_t *group)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	unsigned int value = 0;
	int i;

	for (i = 0; **cursor != '\0' && strchr(digits, **cursor); i++) {
		if (i == 4)
			return -EINVAL;
		value = value << 4 | ((unsigned int)(strchr(digits, **cursor) - digits) & 0xf);
		(*cursor)++;
	}
	*group = (uint16_t)value;
	return i > 0 ? 0 : -EINVAL;
}

/*
 * Groups up to a "::" or whatever else cannot go on. The very last two may be a dotted quad.
 * Returns how many were read, or -EINVAL.
 */
static int parse_groups(const char **cursor, uint16_t groups[GROUPS], int room)
{
	int count = 0;

	for (;;) {
		const char *quad = *cursor;
		uint32_t ipv4;

		if (room - count >= 2 && address_parse_quad(&quad, &ipv4) == 0 && *quad == '\0') {
			groups[count] = (uint16_t)(ipv4 >> 16);
			groups[count + 1] = (uint16_t)ipv4;
			*cursor = quad;
			return count + 2;
		}
		if (count == room || parse_group(cursor, &groups[count]) != 0)
			return -EINVAL;
		count++;
		if (**cursor != ':' || (*cursor)[1] == ':')
			return count;
		(*cursor)++;
	}
}

static int parse_ipv6(const char *string, struct address *address)
{
	uint16_t groups[GROUPS] = { 0 };
	uint16_t tail[GROUPS];
	int head = 0;
	int behind = 0;
	int i;

	if (string[0] != ':' || string[1] != ':')
		head = parse_groups(&string, groups, GROUPS);
	if (head < 0)
		return -EINVAL;
	if (*string == ':') {
		string += 2; /* a single one is no way for parse_groups() to end */
		if (head == GROUPS)
			return -EINVAL;
		if (*string != '\0')
			behind = parse_groups(&string, tail, GROUPS - 1 - head);
		if (behind < 0)
			return -EINVAL;
		memcpy(groups + GROUPS - behind, tail, (size_t)behind * sizeof(*tail));
	} else if (head != GROUPS) {
		return -EINVAL;
	}
	if (*string != '\0')
		return -EINVAL;
	*address = (struct address){ .family = ADDRESS_IPV6 };
	for (i = 0; i < GROUPS; i++) {
		address->bytes[2 * i] = (uint8_t)(groups[i] >> 8);
		address->bytes[2 * i + 1] = (uint8_t)groups[i];
	}
	return 0;
}

int address_parse(const char *string, struct address *address)
{
	uint32_t number;

	if (!string)
		return -EINVAL;
	if (strchr(string, ':'))
		return parse_ipv6(string, address);
	if (address_parse_quad(&string, &number) != 0 || *string != '\0')
		return -EINVAL;
	*address = address_from_ipv4(number);
	return 0;
}

/* The first of the longest runs of at least two zero groups; returns its length. */
static int longest_gap(const uint16_t groups[GROUPS], int *from)
{
	int longest = 1;
	int run = 0;
	int i;

	*from = GROUPS;
	for (i = 0; i < GROUPS; i++) {
		run = groups[i] == 0 ? run + 1 : 0;
		if (run > longest) {
			longest = run;
			*from = i + 1 - run;
		}
	}
	return *from < GROUPS ? longest : 0;
}

static void print_ipv6(const uint8_t bytes[16], char text[ADDRESS_TEXT_MAX])
{
	uint16_t groups[GROUPS];
	size_t used = 0;
	int gap_from;
	int gap;
	int i;
	int last = GROUPS;

	for (i = 0; i < GROUPS; i++)
		groups[i] = (uint16_t)(bytes[2 * i] << 8 | bytes[2 * i + 1]);
	gap = longest_gap(groups, &gap_from);
	/* addresses that embed one of IPv4 show it: ::ffff:a.b.c.d and the old ::a.b.c.d */
	if (gap_from == 0 && (gap == 6 || (gap == 5 && groups[5] == 0xffff)))
		last = GROUPS - 2;
	for (i = 0; i < last; i++) {
		const bool colon = i > 0 && i != gap_from + gap;

		if (i == gap_from)
			used += (size_t)snprintf(text + used, ADDRESS_TEXT_MAX - used, "::");
		if (i < gap_from || i >= gap_from + gap)
			used += (size_t)snprintf(text + used, ADDRESS_TEXT_MAX - used, "%s%x",
						 colon ? ":" : "", groups[i]);
	}
	if (last < GROUPS)
		(void)snprintf(text + used, ADDRESS_TEXT_MAX - used, "%s%u.%u.%u.%u",
			       gap == 5 ? ":" : "", bytes[12], bytes[13], bytes[14], bytes[15]);
}

const char *address_print(const struct address *address, char text[ADDRESS_TEXT_MAX])
{
	const uint8_t *const bytes = address->bytes;

	if (address->family == ADDRESS_IPV6)
		print_ipv6(bytes, text);
	else if (address->family == ADDRESS_IPV4)
		(void)snprintf(text, ADDRESS_TEXT_MAX, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2],
			       bytes[3]);
	else
		(void)snprintf(text, ADDRESS_TEXT_MAX, "none");
	return text;
}

struct address address_from_ipv4(uint32_t host_order)
{
	return (struct address){
		.family = ADDRESS_IPV4,
		.bytes = { (uint8_t)(host_order >> 24), (uint8_t)(host_order >> 16),
			   (uint8_t)(host_order >> 8), (uint8_t)host_order },
	};
}

uint32_t address_ipv4(const struct address *address)
{
	const uint8_t *const bytes = address->bytes;

	if (address->family != ADDRESS_IPV4)
		return 0;
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

int address_compare(const struct address *a, const struct address *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

bool address_equal(const struct address *a, const struct address *b)
{
	return address_compare(a, b) == 0;
}

bool address_is_loopback(const struct address *address)
{
	static const uint8_t ipv6[16] = { [15] = 1 };

	if (address->family == ADDRESS_IPV6)
		return memcmp(address->bytes, ipv6, sizeof(ipv6)) == 0;
	return address->family == ADDRESS_IPV4 && address->bytes[0] == 127;
}
