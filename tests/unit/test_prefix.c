/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses, prefixes and span sets: tables for the text forms, arithmetic against slow truths.
 */
#include "rules/prefix.h"
#include "tests/random.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_addresses_accepted(void **state)
{
	static const struct {
		const char *text, *printed;
	} rows[] = {
		{ "0.0.0.0", "0.0.0.0" },
		{ "255.255.255.255", "255.255.255.255" },
		{ "100.104.3.200", "100.104.3.200" },
		{ "::", "::" },
		{ "::1", "::1" },
		{ "2001:DB8:0:0:0:0:0:1", "2001:db8::1" },
		{ "::ffff:10.0.0.1", "::ffff:10.0.0.1" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[ADDRESS_TEXT_MAX];
		struct address address;

		assert_int_equal(address_parse(rows[i].text, &address), 0);
		assert_string_equal(address_print(&address, text), rows[i].printed);
		assert_int_equal(address.family,
				 strchr(rows[i].text, ':') ? ADDRESS_IPV6 : ADDRESS_IPV4);
	}
}

static void test_addresses_refused(void **state)
{
	static const char *const rows[] = {
		"", " ", "1", "1.2.3", "1.2.3.", "1.2.3.4.", "1.2.3.4.5", ".1.2.3", "256.0.0.1",
		"01.2.3.4", "1.2.3.04", "00.0.0.0", "1.2.3.-4", "+1.2.3.4", "1.2.3.4 ", " 1.2.3.4",
		"1.2.3.4/32", "0x7f.0.0.1", "1.2.3.4\n", "1..2.3", "1.2.3.4294967297", ":", ":::",
		"1::2::3", "fe80::1%eth0", "12345::", "1:2::3.4.5.6:", "1.2.3.4::",
		"1:2:3:4:5:6:7.8.9.1::", "1:2:3:4:5:6:7:8:9", "::1/128", "[::1]", "a.b.c.d",
	};
	struct address address;
	size_t i;

	(void)state;
	assert_int_equal(address_parse(NULL, &address), -EINVAL);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (address_parse(rows[i], &address) != -EINVAL)
			fail_msg("\"%s\" was accepted", rows[i]);
	}
}

static void test_address_values(void **state)
{
	const struct address none = { .family = ADDRESS_NONE };
	const struct address ipv4 = address_from_ipv4(0x0a010203);
	char text[ADDRESS_TEXT_MAX];
	struct address ipv6;
	struct address other;

	(void)state;
	assert_string_equal(address_print(&ipv4, text), "10.1.2.3");
	assert_string_equal(address_print(&none, text), "none");
	assert_int_equal(address_ipv4(&ipv4), 0x0a010203);
	assert_int_equal(address_ipv4(&none), 0);
	assert_int_equal(address_parse("a01:203::", &ipv6), 0);
	assert_int_equal(address_ipv4(&ipv6), 0);
	/* the same leading bytes, but another family */
	assert_false(address_equal(&ipv4, &ipv6));
	assert_true(address_compare(&ipv4, &ipv6) < 0 && address_compare(&ipv6, &ipv4) > 0);
	other = address_from_ipv4(0xc0000001);
	assert_true(address_compare(&ipv4, &other) < 0 && address_compare(&other, &ipv4) > 0);
	assert_true(address_equal(&other, &other) && address_equal(&none, &none));
	assert_false(address_is_loopback(&none) || address_is_loopback(&ipv4));
	other = address_from_ipv4(0x7fffffff);
	assert_true(address_is_loopback(&other));
	other = address_from_ipv4(0x80000000);
	assert_false(address_is_loopback(&other));
	assert_int_equal(address_parse("::1", &ipv6), 0);
	assert_true(address_is_loopback(&ipv6));
	assert_int_equal(address_parse("::2", &ipv6), 0);
	assert_false(address_is_loopback(&ipv6));
}

/* Random addresses with many zero groups, and random scraps of text, against libc. */
static void test_addresses_against_libc(void **state)
{
	static const char letters[] = "0123456789abcdefABCDEF:::::::...g%";
	struct random chance = random_seeded("addresses");
	unsigned int accepted = 0;
	unsigned int round;

	(void)state;
	for (round = 0; round < 200000; round++) {
		struct address address = { .family = ADDRESS_IPV6 };
		const unsigned int zeros = (unsigned int)random_next(&chance);
		char expected[ADDRESS_TEXT_MAX];
		char text[ADDRESS_TEXT_MAX];
		uint8_t bytes[16];
		uint32_t i;

		for (i = 0; i < 16; i++)
			address.bytes[i] = (uint8_t)(zeros >> i / 2 & 1 ? 0 : random_next(&chance));
		if (round % 4 == 0)
			memset(address.bytes + 10, 0xff, 2);
		assert_non_null(inet_ntop(AF_INET6, address.bytes, expected, sizeof(expected)));
		assert_string_equal(address_print(&address, text), expected);
		/* change or lose a few letters: mostly nonsense, now and then another address */
		for (i = random_below(&chance, 3); i > 0; i--)
			text[random_below(&chance, (uint32_t)strlen(text) + 1)] =
				letters[random_below(&chance, sizeof(letters))];
		if (!strchr(text, ':'))
			continue;
		if (inet_pton(AF_INET6, text, bytes) != 1) {
			if (address_parse(text, &address) != -EINVAL)
				fail_msg("\"%s\" was accepted", text);
			continue;
		}
		accepted++;
		if (address_parse(text, &address) != 0)
			fail_msg("\"%s\" was refused", text);
		assert_memory_equal(address.bytes, bytes, sizeof(bytes));
	}
	assert_true(accepted > 10000);
}

static void test_prefixes(void **state)
{
	/* `strict` or `loose` NULL: refused */
	static const struct {
		const char *text, *strict, *loose;
	} rows[] = {
		{ "100.104.0.0/16", "100.104.0.0/16", "100.104.0.0/16" },
		{ "0.0.0.0/0", "0.0.0.0/0", "0.0.0.0/0" },
		{ "10.0.0.1", "10.0.0.1/32", "10.0.0.1/32" },
		{ "10.0.0.1/32", "10.0.0.1/32", "10.0.0.1/32" },
		{ "10.0.0.1/31", NULL, "10.0.0.0/31" },
		{ "10.0.0.1/0", NULL, "0.0.0.0/0" },
		{ "128.0.0.0/1", "128.0.0.0/1", "128.0.0.0/1" },
		{ "128.0.0.0/0", NULL, "0.0.0.0/0" },
		{ "172.17.0.1/16", NULL, "172.17.0.0/16" },
		{ "10.0.0.0/33", NULL, NULL },
		{ "10.0.0.0/08", NULL, NULL },
		{ "10.0.0.0/", NULL, NULL },
		{ "10.0.0.0/8 ", NULL, NULL },
		{ "10.0.0.0/-8", NULL, NULL },
		{ "10.0.0.0/+8", NULL, NULL },
		{ "10.0.0.0//8", NULL, NULL },
		{ "10.0.0.0/8/8", NULL, NULL },
		{ "10.0.0.0/255.0.0.0", NULL, NULL },
		{ "10/8", NULL, NULL },
		{ "default", NULL, NULL },
		{ "::/0", NULL, NULL },
		{ "", NULL, NULL },
	};
	struct prefix prefix;
	size_t i;

	(void)state;
	assert_int_equal(prefix_parse(NULL, &prefix), -EINVAL);
	assert_int_equal(prefix_parse_loose(NULL, &prefix), -EINVAL);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[PREFIX_TEXT_MAX];

		assert_int_equal(prefix_parse(rows[i].text, &prefix), rows[i].strict ? 0 : -EINVAL);
		if (rows[i].strict)
			assert_string_equal(prefix_print(&prefix, text), rows[i].strict);
		assert_int_equal(prefix_parse_loose(rows[i].text, &prefix),
				 rows[i].loose ? 0 : -EINVAL);
		if (rows[i].loose)
			assert_string_equal(prefix_print(&prefix, text), rows[i].loose);
	}
}

static void test_overlap_is_not_touching(void **state)
{
	enum { APART, WITHIN, AROUND, SAME };
	static const struct {
		const char *text;
		int relation; /* to the range */
	} rows[] = {
		{ "100.103.0.0/16", APART },
		{ "100.105.0.0/16", APART },
		{ "100.64.0.0/13", APART },
		{ "100.88.0.0/16", APART },
		{ "100.100.0.0/16", APART },
		{ "100.103.255.255", APART },
		{ "100.105.0.0", APART },
		{ "100.96.0.0/13", APART },
		{ "100.104.0.0/16", SAME },
		{ "100.104.0.0/17", WITHIN },
		{ "100.104.128.0/17", WITHIN },
		{ "100.104.0.0", WITHIN },
		{ "100.104.255.255", WITHIN },
		{ "100.104.0.0/15", AROUND },
		{ "100.64.0.0/10", AROUND },
		{ "100.96.0.0/11", AROUND },
		{ "100.96.0.0/12", AROUND },
		{ "0.0.0.0/0", AROUND },
		{ "0.0.0.0/1", AROUND },
		{ "128.0.0.0/1", APART },
	};
	const struct prefix none = { .known = false };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const int relation = rows[i].relation;
		const bool within = relation == WITHIN || relation == SAME;
		const bool around = relation == AROUND || relation == SAME;
		struct prefix prefix;

		assert_int_equal(prefix_parse(rows[i].text, &prefix), 0);
		if (prefix_overlaps(&prefix, &reverse_range) != (relation != APART) ||
		    prefix_overlaps(&reverse_range, &prefix) != (relation != APART) ||
		    prefix_covers(&reverse_range, &prefix) != within ||
		    prefix_covers(&prefix, &reverse_range) != around ||
		    prefix_equal(&prefix, &reverse_range) != (relation == SAME))
			fail_msg("%s is misjudged", rows[i].text);
	}
	assert_false(prefix_overlaps(&none, &reverse_range));
	assert_false(prefix_overlaps(&reverse_range, &none));
	assert_false(prefix_covers(&none, &none) || prefix_contains(&none, 0));
	assert_true(prefix_equal(&none, &none));
	assert_false(prefix_equal(&none, &reverse_range));
}

static void test_prefix_text(void **state)
{
	const struct prefix none = { .known = false };
	const struct prefix longest = prefix_make(0x01020304, 99);
	char text[PREFIX_TEXT_MAX];

	(void)state;
	assert_string_equal(prefix_print(&none, text), "none");
	assert_string_equal(prefix_print(&longest, text), "1.2.3.4/32");
	assert_string_equal(prefix_print(&reverse_range, text), "100.104.0.0/16");
	assert_int_equal(prefix_last(&reverse_range) - prefix_first(&reverse_range) + 1,
			 REVERSE_RANGE_SIZE);
}

static void test_order(void **state)
{
	static const char *const sorted[] = { "0.0.0.0/0",  "0.0.0.0/8",    "10.0.0.0/8",
					      "10.0.0.0/9", "10.0.0.0/32",  "10.0.0.1/32",
					      "128.0.0.0/1", "255.0.0.0/8" };
	const size_t count = sizeof(sorted) / sizeof(sorted[0]);
	struct prefix none = { .known = false };
	size_t i;
	size_t j;

	(void)state;
	for (i = 0; i < count; i++) {
		for (j = 0; j < count; j++) {
			struct prefix a;
			struct prefix b;
			int order;

			assert_int_equal(prefix_parse(sorted[i], &a), 0);
			assert_int_equal(prefix_parse(sorted[j], &b), 0);
			order = prefix_compare(&a, &b);
			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
			assert_true(prefix_compare(&none, &a) < 0 && prefix_compare(&a, &none) > 0);
		}
	}
}

static void test_prefix_arithmetic(void **state)
{
	struct random chance = random_seeded("prefix arithmetic");
	unsigned int round;

	(void)state;
	for (round = 0; round < 20000; round++) {
		const struct prefix a = prefix_make((uint32_t)random_next(&chance),
						    random_below(&chance, 33));
		const uint32_t near = a.address ^ (uint32_t)1 << random_below(&chance, 32);
		const struct prefix b = prefix_make(near, random_below(&chance, 33));
		const bool apart = prefix_last(&a) < prefix_first(&b) ||
				   prefix_last(&b) < prefix_first(&a);
		const bool covers = prefix_first(&a) <= prefix_first(&b) &&
				    prefix_last(&b) <= prefix_last(&a);

		assert_int_equal((uint64_t)prefix_last(&a) - prefix_first(&a) + 1,
				 (uint64_t)1 << (32 - a.length));
		assert_int_equal(prefix_overlaps(&a, &b), !apart);
		assert_int_equal(prefix_covers(&a, &b), covers);
		assert_int_equal(prefix_contains(&a, near),
				 prefix_first(&a) <= near && near <= prefix_last(&a));
	}
}

/* Walks first..last in the fewest prefixes: each must be aligned, and none could be longer. */
static void test_prefix_of_span(void **state)
{
	struct random chance = random_seeded("prefix of span");
	struct prefix prefix;
	unsigned int round;

	(void)state;
	assert_false(prefix_of_span(2, 1).known);
	prefix = prefix_of_span(0, UINT32_MAX);
	assert_true(prefix.known && prefix.length == 0);
	prefix = prefix_of_span(UINT32_MAX, UINT32_MAX);
	assert_true(prefix.known && prefix.length == 32);
	for (round = 0; round < 5000; round++) {
		const uint32_t a = (uint32_t)random_next(&chance) >> random_below(&chance, 32);
		const uint32_t b = (uint32_t)random_next(&chance) >> random_below(&chance, 32);
		const uint32_t first = a < b ? a : b;
		const uint32_t last = a < b ? b : a;

		prefix = prefix_of_span(first, last);
		assert_true(prefix.known && prefix_first(&prefix) == first);
		assert_true(prefix_last(&prefix) <= last);
		if (prefix.length > 0) {
			const struct prefix wider = prefix_make(first, prefix.length - 1u);

			assert_true(prefix_first(&wider) != first || prefix_last(&wider) > last);
		}
	}
}

#define WORLD 256 /* addresses of the small worlds in which sets meet a bitmap */

static void check_set(const struct span_set *set, uint32_t base, const bool bitmap[WORLD])
{
	uint64_t size = 0;
	uint32_t i;
	size_t s;

	assert_int_equal(set->error, 0);
	for (i = 0; i < WORLD; i++) {
		assert_int_equal(span_set_contains(set, base + i), bitmap[i]);
		size += bitmap[i];
	}
	assert_int_equal(span_set_size(set), size);
	for (s = 0; s < set->count; s++) {
		assert_true(set->spans[s].first <= set->spans[s].last);
		if (s > 0) /* in order, disjoint, not touching */
			assert_true((uint64_t)set->spans[s - 1].last + 1 < set->spans[s].first);
	}
}

static void one_world(struct random *chance, uint32_t base)
{
	bool bitmap[WORLD] = { false };
	struct span_set set;
	struct span_set copy;
	unsigned int step;
	uint32_t i;
	size_t s;

	span_set_init(&set);
	span_set_init(&copy);
	for (step = 0; step < 40; step++) {
		const uint32_t first = random_below(chance, WORLD);
		const uint32_t most = WORLD - first < 40 ? WORLD - first : 40;
		const uint32_t last = first + random_below(chance, most);
		const bool add = random_below(chance, 3) > 0;

		for (i = first; i <= last; i++)
			bitmap[i] = add;
		if (add)
			span_set_add(&set, base + first, base + last);
		else
			span_set_subtract(&set, base + first, base + last);
		check_set(&set, base, bitmap);
	}
	for (s = set.count; s > 0; s--)
		span_set_add(&copy, set.spans[s - 1].first, set.spans[s - 1].last);
	assert_true(span_set_equal(&set, &copy));
	span_set_subtract(&copy, base + random_below(chance, WORLD), base + WORLD - 1);
	assert_int_equal(span_set_equal(&set, &copy), span_set_size(&set) == span_set_size(&copy));
	span_set_release(&copy);
	span_set_release(&set);
}

static void test_span_sets_against_a_bitmap(void **state)
{
	static const uint32_t bases[] = { 0, 0x64680000u - WORLD / 2, 0x80000000u - WORLD / 2,
					  UINT32_MAX - WORLD + 1 };
	struct random chance = random_seeded("span sets");
	unsigned int round;

	(void)state;
	for (round = 0; round < 200; round++)
		one_world(&chance, bases[round % (sizeof(bases) / sizeof(bases[0]))]);
}

static void test_span_set_edges(void **state)
{
	struct span_set set;

	(void)state;
	span_set_init(&set);
	assert_false(span_set_contains(&set, 0));
	assert_int_equal(span_set_size(&set), 0);
	span_set_add(&set, 5, 4); /* empty */
	assert_int_equal(set.count, 0);
	span_set_add(&set, 0, UINT32_MAX);
	assert_true(span_set_size(&set) == (uint64_t)1 << 32);
	span_set_subtract(&set, 0, 0);
	span_set_subtract(&set, UINT32_MAX, UINT32_MAX);
	assert_int_equal(set.count, 1);
	assert_true(set.spans[0].first == 1 && set.spans[0].last == UINT32_MAX - 1);
	span_set_subtract(&set, 9, 8); /* empty */
	assert_true(span_set_size(&set) == ((uint64_t)1 << 32) - 2);
	span_set_add(&set, UINT32_MAX, UINT32_MAX);
	span_set_add(&set, 0, 0);
	assert_int_equal(set.count, 1);
	span_set_subtract(&set, 0, UINT32_MAX);
	assert_int_equal(set.count, 0);
	span_set_release(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses_accepted),
		cmocka_unit_test(test_addresses_refused),
		cmocka_unit_test(test_address_values),
		cmocka_unit_test(test_addresses_against_libc),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_overlap_is_not_touching),
		cmocka_unit_test(test_prefix_text),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_prefix_arithmetic),
		cmocka_unit_test(test_prefix_of_span),
		cmocka_unit_test(test_span_sets_against_a_bitmap),
		cmocka_unit_test(test_span_set_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
