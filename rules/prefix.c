/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IPv4 prefixes. Owns the reverse-access range; judges nothing. Addresses: address.c, sets: span.c.
 */
#include "rules/prefix.h"

#include "rules/text.h"

#include <errno.h>
#include <stdio.h>

#define LENGTH_MAX 32u

const struct prefix reverse_range = { .known = true, .length = 16, .address = 0x64680000u };

static uint32_t mask_of(unsigned int length)
{
	return length == 0 ? 0 : UINT32_MAX << (LENGTH_MAX - length);
}

/* Reads both spellings; the host bits are handed over as they were written. */
static int parse_prefix(const char *string, uint32_t *address, unsigned int *length)
{
	uint64_t number = LENGTH_MAX;

	if (!string || address_parse_quad(&string, address) != 0)
		return -EINVAL;
	if (*string == '/') {
		string++;
		if (text_number(&string, LENGTH_MAX, &number) != 0)
			return -EINVAL;
	}
	if (*string != '\0')
		return -EINVAL;
	*length = (unsigned int)number;
	return 0;
}

int prefix_parse_loose(const char *string, struct prefix *prefix)
{
	uint32_t address;
	unsigned int length;

	if (parse_prefix(string, &address, &length) != 0)
		return -EINVAL;
	*prefix = prefix_make(address, length);
	return 0;
}

int prefix_parse(const char *string, struct prefix *prefix)
{
	uint32_t address;
	unsigned int length;

	if (parse_prefix(string, &address, &length) != 0 || (address & ~mask_of(length)) != 0)
		return -EINVAL;
	*prefix = prefix_make(address, length);
	return 0;
}

const char *prefix_print(const struct prefix *prefix, char text[PREFIX_TEXT_MAX])
{
	const uint32_t address = prefix->address;

	if (prefix->known)
		(void)snprintf(text, PREFIX_TEXT_MAX, "%u.%u.%u.%u/%u", address >> 24,
			       address >> 16 & 0xff, address >> 8 & 0xff, address & 0xff,
			       prefix->length % 100u);
	else
		(void)snprintf(text, PREFIX_TEXT_MAX, "none");
	return text;
}

struct prefix prefix_make(uint32_t address, unsigned int length)
{
	if (length > LENGTH_MAX)
		length = LENGTH_MAX;
	return (struct prefix){
		.known = true,
		.length = (uint8_t)length,
		.address = address & mask_of(length),
	};
}

uint32_t prefix_first(const struct prefix *prefix)
{
	return prefix->address;
}

uint32_t prefix_last(const struct prefix *prefix)
{
	return prefix->known ? prefix->address | ~mask_of(prefix->length) : 0;
}

bool prefix_contains(const struct prefix *outer, uint32_t address)
{
	return outer->known && (address & mask_of(outer->length)) == outer->address;
}

bool prefix_covers(const struct prefix *outer, const struct prefix *inner)
{
	return inner->known && inner->length >= outer->length &&
	       prefix_contains(outer, inner->address);
}

bool prefix_overlaps(const struct prefix *a, const struct prefix *b)
{
	return prefix_covers(a, b) || prefix_covers(b, a);
}

bool prefix_equal(const struct prefix *a, const struct prefix *b)
{
	return prefix_compare(a, b) == 0;
}

int prefix_compare(const struct prefix *a, const struct prefix *b)
{
	if (a->known != b->known)
		return a->known ? 1 : -1;
	if (!a->known)
		return 0;
	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	return (a->length > b->length) - (a->length < b->length);
}

struct prefix prefix_of_span(uint32_t first, uint32_t last)
{
	unsigned int length;

	if (first > last)
		return (struct prefix){ .known = false };
	for (length = 0; length < LENGTH_MAX; length++) {
		const struct prefix prefix = prefix_make(first, length);

		if (prefix.address == first && prefix_last(&prefix) <= last)
			return prefix;
	}
	return prefix_make(first, LENGTH_MAX);
}
