/* SPDX-License-Identifier: Apache-2.0 */
/* What is never connected to, decided on the bytes of the address: spellings are gone by then. */
#include "probes/endpoints_helper/url.h"

#include "rules/prefix.h"

#include <string.h>

static uint32_t ipv4_of(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

static const char *forbidden_ipv4(uint32_t address, bool loopback_allowed)
{
	static const struct {
		uint32_t first;
		unsigned int length;
		const char *why;
		bool loopback;
	} rows[] = {
		{ 0x646464c8, 32, "metadata service", false }, /* 100.100.100.200 */
		{ 0x00000000, 8, "unspecified", false },
		{ 0x7f000000, 8, "loopback", true },
		{ 0xa9fe0000, 16, "link-local", false },
		{ 0xe0000000, 4, "multicast", false },
		{ 0xffffffff, 32, "broadcast", false },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct prefix prefix = prefix_make(rows[i].first, rows[i].length);

		if (prefix_contains(&prefix, address) && !(rows[i].loopback && loopback_allowed))
			return rows[i].why;
	}
	return NULL;
}

/* IPv6 forms that carry an IPv4 address; `mask` bits of `start` name the form. */
struct carrier {
	uint8_t start[16];
	unsigned int from, bits; /* which bits of `start` count */
	uint8_t places[4];       /* of the four bytes */
	bool inverted;           /* Teredo hides the client's */
	bool guessed; /* one of several places that it may be: nothing but zeros is no address */
};

static const struct carrier carriers[] = {
	/* RFC 4291: v4-mapped, v4-compatible */
	{ { [10] = 0xff, [11] = 0xff }, 0, 96, { 12, 13, 14, 15 }, false, false },
	{ { 0 }, 0, 96, { 12, 13, 14, 15 }, false, false },
	/* RFC 2765: v4-translated ::ffff:0:a.b.c.d */
	{ { [8] = 0xff, [9] = 0xff }, 0, 96, { 12, 13, 14, 15 }, false, false },
	/* RFC 3056: 6to4 */
	{ { 0x20, 0x02 }, 0, 16, { 2, 3, 4, 5 }, false, false },
	/* RFC 6052: NAT64 64:ff9b::/96 */
	{ { 0x00, 0x64, 0xff, 0x9b }, 0, 96, { 12, 13, 14, 15 }, false, false },
	/* RFC 8215: 64:ff9b:1::/48, its prefix may be of 48, 56, 64 or 96 bits */
	{ { 0x00, 0x64, 0xff, 0x9b, 0, 1 }, 0, 48, { 12, 13, 14, 15 }, false, true },
	{ { 0x00, 0x64, 0xff, 0x9b, 0, 1 }, 0, 48, { 6, 7, 9, 10 }, false, true },
	{ { 0x00, 0x64, 0xff, 0x9b, 0, 1 }, 0, 48, { 7, 9, 10, 11 }, false, true },
	{ { 0x00, 0x64, 0xff, 0x9b, 0, 1 }, 0, 48, { 9, 10, 11, 12 }, false, true },
	/* RFC 4380: Teredo, the server's and the client's address */
	{ { 0x20, 0x01, 0, 0 }, 0, 32, { 4, 5, 6, 7 }, false, false },
	{ { 0x20, 0x01, 0, 0 }, 0, 32, { 12, 13, 14, 15 }, true, false },
	/* RFC 5214: ISATAP, interface identifier [02]00:5efe:a.b.c.d */
	{ { [10] = 0x5e, [11] = 0xfe }, 64, 96, { 12, 13, 14, 15 }, false, false },
	{ { [8] = 0x02, [10] = 0x5e, [11] = 0xfe }, 64, 96, { 12, 13, 14, 15 }, false, false },
};

static const char *forbidden_carried(const uint8_t *bytes, bool loopback_allowed)
{
	size_t i, j;

	for (i = 0; i < sizeof(carriers) / sizeof(carriers[0]); i++) {
		const struct carrier *row = &carriers[i];
		uint8_t carried[4];
		uint32_t address;
		const char *why;

		if (memcmp(bytes + row->from / 8, row->start + row->from / 8,
			   (row->bits - row->from) / 8) != 0)
			continue;
		for (j = 0; j < 4; j++)
			carried[j] = bytes[row->places[j]] ^ (row->inverted ? 0xff : 0);
		address = ipv4_of(carried);
		why = row->guessed && address >> 24 == 0 ? NULL
			: forbidden_ipv4(address, loopback_allowed);
		if (why)
			return why;
	}
	return NULL;
}

const char *url_forbidden(const struct address *address, bool loopback_allowed)
{
	static const uint8_t unspecified[16] = { 0 };
	static const uint8_t loopback[16] = { [15] = 1 };
	const uint8_t *bytes = address->bytes;

	if (address->family == ADDRESS_IPV4)
		return forbidden_ipv4(ipv4_of(bytes), loopback_allowed);
	if (address->family != ADDRESS_IPV6 || !memcmp(bytes, unspecified, 16))
		return "unspecified";
	if (!memcmp(bytes, loopback, 16))
		return loopback_allowed ? NULL : "loopback";
	if (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80)
		return "link-local";
	if (bytes[0] == 0xff)
		return "multicast";
	return forbidden_carried(bytes, loopback_allowed);
}
