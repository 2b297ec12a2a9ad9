/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses, prefixes and sets of addresses: all the arithmetic there is.
 *
 * Addresses of either family are kept for display and equality; arithmetic is IPv4 only, because
 * links of the registry are (no page of the vendor mentions IPv6). IPv4 numbers are in host byte
 * order. "Overlaps" means "shares at least one address"; prefixes that only touch do not overlap.
 */
#ifndef RULES_PREFIX_H
#define RULES_PREFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ADDRESS_TEXT_MAX 48 /* INET6_ADDRSTRLEN and a little */
#define PREFIX_TEXT_MAX 20

enum address_family { ADDRESS_NONE = 0, ADDRESS_IPV4 = 4, ADDRESS_IPV6 = 6 };

struct address {
	uint8_t family;    /* enum address_family; ADDRESS_NONE: there is none (JSON null) */
	uint8_t bytes[16]; /* network order, IPv4 in the first four, the rest zero */
};

/* Dotted quad or RFC 4291 text, nothing before or after. -EINVAL else. */
int address_parse(const char *string, struct address *address);
/* Advances `*cursor` over "a.b.c.d", host order; -EINVAL leaves both alone. */
int address_parse_quad(const char **cursor, uint32_t *host_order);
/* RFC 5952 text, "none" when there is none. Returns `text`. */
const char *address_print(const struct address *address, char text[ADDRESS_TEXT_MAX]);
struct address address_from_ipv4(uint32_t host_order);
/* Host-order number of an IPv4 address; 0 for any other. */
uint32_t address_ipv4(const struct address *address);
bool address_equal(const struct address *a, const struct address *b);
int address_compare(const struct address *a, const struct address *b);
bool address_is_loopback(const struct address *address);

struct prefix {
	bool known;       /* false: there is none (JSON null) */
	uint8_t length;   /* 0..32 */
	uint32_t address; /* first address, host order, host bits zero */
};

/* "a.b.c.d/len" or "a.b.c.d" (/32). Host bits that are set are refused. */
int prefix_parse(const char *string, struct prefix *prefix);
/* As prefix_parse, but host bits are cleared silently (configuration files write them so). */
int prefix_parse_loose(const char *string, struct prefix *prefix);
/* "a.b.c.d/len", "none" when there is none. Returns `text`. */
const char *prefix_print(const struct prefix *prefix, char text[PREFIX_TEXT_MAX]);
struct prefix prefix_make(uint32_t address, unsigned int length);
uint32_t prefix_first(const struct prefix *prefix);
uint32_t prefix_last(const struct prefix *prefix);
bool prefix_contains(const struct prefix *outer, uint32_t address);
bool prefix_covers(const struct prefix *outer, const struct prefix *inner);
bool prefix_overlaps(const struct prefix *a, const struct prefix *b);
bool prefix_equal(const struct prefix *a, const struct prefix *b);
int prefix_compare(const struct prefix *a, const struct prefix *b); /* by address, then length */

/* The reverse-access range of the registry, 100.104.0.0/16: written down in prefix.c alone. */
extern const struct prefix reverse_range;
#define REVERSE_RANGE_SIZE 65536u

/* Addresses first..last, both included. */
struct span {
	uint32_t first;
	uint32_t last;
};

/* A set of addresses: spans in order, disjoint and not touching. */
struct span_set {
	struct span *spans;
	size_t count;
	size_t room;
	int error; /* latched -ENOMEM */
};

void span_set_init(struct span_set *set);
void span_set_release(struct span_set *set);
/* Adds first..last, merging what overlaps or touches. */
void span_set_add(struct span_set *set, uint32_t first, uint32_t last);
void span_set_subtract(struct span_set *set, uint32_t first, uint32_t last);
bool span_set_contains(const struct span_set *set, uint32_t address);
bool span_set_equal(const struct span_set *a, const struct span_set *b);
uint64_t span_set_size(const struct span_set *set); /* number of addresses */

/* The largest prefix that starts at `first` and ends at or before `last`. */
struct prefix prefix_of_span(uint32_t first, uint32_t last);

#endif
