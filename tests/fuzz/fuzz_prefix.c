/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Address and prefix text: what is accepted prints back to the same value, a prefix is consistent
 * with its own ends, and the strict reader accepts nothing that the loose one refuses.
 */
#include "rules/prefix.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void check_prefix(const struct prefix *prefix)
{
	char text[PREFIX_TEXT_MAX];
	const uint32_t first = prefix_first(prefix);
	const uint32_t last = prefix_last(prefix);
	struct prefix again;

	FUZZ_CHECK(prefix->known && prefix->length <= 32 && first <= last);
	FUZZ_CHECK(prefix_parse(prefix_print(prefix, text), &again) == 0);
	FUZZ_CHECK(prefix_equal(prefix, &again));
	FUZZ_CHECK(prefix_contains(prefix, first) && prefix_contains(prefix, last));
	FUZZ_CHECK(first == 0 || !prefix_contains(prefix, first - 1));
	FUZZ_CHECK(last == UINT32_MAX || !prefix_contains(prefix, last + 1));
	FUZZ_CHECK(prefix_overlaps(prefix, &reverse_range) ==
		   (first <= prefix_last(&reverse_range) && last >= prefix_first(&reverse_range)));
	again = prefix_of_span(first, last);
	FUZZ_CHECK(prefix_equal(prefix, &again));
}

static void check_address(const struct address *address)
{
	char text[ADDRESS_TEXT_MAX];
	struct address again;

	FUZZ_CHECK(address->family == ADDRESS_IPV4 || address->family == ADDRESS_IPV6);
	FUZZ_CHECK(address_parse(address_print(address, text), &again) == 0);
	FUZZ_CHECK(address_equal(address, &again) && address_compare(address, &again) == 0);
	if (address->family == ADDRESS_IPV4) {
		again = address_from_ipv4(address_ipv4(address));
		FUZZ_CHECK(address_equal(address, &again));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *const string = fuzz_string(data, size);
	struct address address;
	struct prefix strict;
	struct prefix loose;
	const int loose_rc = prefix_parse_loose(string, &loose);

	if (loose_rc == 0)
		check_prefix(&loose);
	if (prefix_parse(string, &strict) == 0) {
		FUZZ_CHECK(loose_rc == 0 && prefix_equal(&strict, &loose));
		check_prefix(&strict);
	}
	if (address_parse(string, &address) == 0) {
		check_address(&address);
		if (address.family == ADDRESS_IPV4)
			FUZZ_CHECK(loose_rc == 0 && loose.length == 32);
	}
	free(string);
	return 0;
}
