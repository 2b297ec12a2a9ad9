/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader of DNS messages: the first byte chooses the type asked for, the rest is the message.
 * Whatever it says, what is kept of it is in order, bounded, and printable.
 */
#include "probes/endpoints_helper/names_answer.h"
#include "rules/facts_endpoints.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void check_name(const struct dns_name *name)
{
	char text[DNS_NAME_TEXT_MAX];
	struct dns_name again;
	size_t i, length;

	FUZZ_CHECK(name->length > 0 && name->length <= DNS_NAME_MAX);
	FUZZ_CHECK(name->bytes[name->length - 1] == 0);
	length = strlen(dns_name_print(name, text));
	FUZZ_CHECK(length < sizeof(text));
	for (i = 0; i < length; i++)
		FUZZ_CHECK(text[i] > ' ' && text[i] < 0x7f);
	if (length && !strchr(text, '\\')) {
		FUZZ_CHECK(dns_name_parse(text, &again) == 0);
		FUZZ_CHECK(again.length == name->length &&
			   !memcmp(again.bytes, name->bytes, name->length));
	}
}

static void check_answer(const struct dns_answer *answer, int family)
{
	size_t i;

	FUZZ_CHECK(answer->count <= NAMES_MAX_ADDRESSES);
	FUZZ_CHECK(answer->alias_count <= DNS_ALIASES_MAX);
	FUZZ_CHECK(!answer->left_out || answer->count == NAMES_MAX_ADDRESSES ||
		   answer->outcome == NAME_MALFORMED);
	FUZZ_CHECK(answer->outcome != NAME_ANSWERED || answer->count > 0);
	FUZZ_CHECK(answer->outcome != NAME_MALFORMED || answer->count == 0);
	FUZZ_CHECK(answer->cut == (answer->outcome == NAME_TRUNCATED) ||
		   answer->outcome == NAME_MALFORMED);
	for (i = 0; i < answer->count; i++) {
		FUZZ_CHECK(answer->addresses[i].family == family);
		FUZZ_CHECK(i == 0 || address_compare(&answer->addresses[i - 1],
						     &answer->addresses[i]) < 0);
	}
	for (i = 0; i < answer->alias_count; i++)
		check_name(&answer->aliases[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dns_answer answer;
	bool ipv6 = size > 0 && (data[0] & 1);
	struct dns_name name;
	uint8_t *message;
	char *text;

	if (!size)
		return 0;
	/* a copy of its own, so that a read beyond it is seen */
	message = malloc(size);
	text = fuzz_string(data + 1, size - 1);
	if (!message)
		abort();
	memcpy(message, data + 1, size - 1);
	FUZZ_CHECK(dns_name_parse("gitlab.test", &name) == 0);
	dns_answer_read(message, size - 1, &name, ipv6 ? DNS_TYPE_AAAA : DNS_TYPE_A, &answer);
	check_answer(&answer, ipv6 ? ADDRESS_IPV6 : ADDRESS_IPV4);
	if (dns_name_parse(text, &name) == 0)
		check_name(&name);
	free(text);
	free(message);
	return 0;
}
