/* SPDX-License-Identifier: Apache-2.0 */
/* What the endpoint helper's names read: DNS messages, resolver configuration, hosts, options. */
#include "probes/endpoints_helper/names_answer.h"
#include "probes/endpoints_helper/names_config.h"
#include "rules/facts_endpoints.h"
#include "rules/text.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Header of an answer with this flags word and this many records, and the question for a.b. */
#define HEAD(flags_high, flags_low, count)                                                         \
	"\x12\x34" flags_high flags_low "\0\x01\0" count "\0\0\0\0"                                \
	"\1a\1b\0\0\1\0\1"
#define OWN "\xc0\x0c" /* the name of the question */
#define RECORD(type, length) "\0" type "\0\1\0\0\0\x3c\0" length
#define ADDRESS(last) OWN RECORD("\1", "\4") "\x0a\0\0" last
#define C_NAME "\1c\0"

struct message {
	const char *name;
	const char *bytes;
	size_t length;
	int outcome;
	const char *first;   /* its first address */
	size_t count, aliases;
};

#define ROW(name, bytes, outcome, first, count, aliases)                                           \
	{ name, bytes, sizeof(bytes) - 1, outcome, first, count, aliases }

static const struct message messages[] = {
	ROW("one", HEAD("\x81", "\x80", "\1") ADDRESS("\1"), NAME_ANSWERED, "10.0.0.1", 1, 0),
	ROW("two, out of order, one twice",
	    HEAD("\x81", "\x80", "\3") ADDRESS("\2") ADDRESS("\1") ADDRESS("\2"), NAME_ANSWERED,
	    "10.0.0.1", 2, 0),
	ROW("none", HEAD("\x81", "\x80", "\0"), NAME_EMPTY, NULL, 0, 0),
	ROW("no such name", HEAD("\x81", "\x83", "\0"), NAME_NXDOMAIN, NULL, 0, 0),
	ROW("failure", HEAD("\x81", "\x82", "\0"), NAME_SERVFAIL, NULL, 0, 0),
	ROW("refusal", HEAD("\x81", "\x85", "\0"), NAME_REFUSED, NULL, 0, 0),
	ROW("a kind that it does not know", HEAD("\x81", "\x84", "\0"), NAME_ERROR, NULL, 0, 0),
	ROW("a code of its own", HEAD("\x81", "\x8f", "\0"), NAME_ERROR, NULL, 0, 0),
	ROW("cut", HEAD("\x83", "\x80", "\2") ADDRESS("\1") OWN, NAME_TRUNCATED, "10.0.0.1", 1, 0),
	ROW("an alias",
	    HEAD("\x81", "\x80", "\2") OWN RECORD("\5", "\3") C_NAME C_NAME RECORD("\1", "\4")
		"\x0a\0\0\7",
	    NAME_ANSWERED, "10.0.0.7", 1, 1),
	ROW("an alias to nowhere", HEAD("\x81", "\x80", "\1") OWN RECORD("\5", "\3") C_NAME,
	    NAME_EMPTY, NULL, 0, 1),
	ROW("an alias to itself", HEAD("\x81", "\x80", "\1") OWN RECORD("\5", "\2") OWN,
	    NAME_MALFORMED, NULL, 0, DNS_ALIASES_MAX),
	ROW("address of another name",
	    HEAD("\x81", "\x80", "\1") C_NAME RECORD("\1", "\4") "\x0a\0\0\7", NAME_EMPTY, NULL, 0,
	    0),
	ROW("a record of another type", HEAD("\x81", "\x80", "\1") OWN RECORD("\x10", "\2") "\1x",
	    NAME_EMPTY, NULL, 0, 0),
	ROW("fewer records than promised", HEAD("\x81", "\x80", "\2") ADDRESS("\1"),
	    NAME_MALFORMED, NULL, 0, 0),
	ROW("an address of five bytes",
	    HEAD("\x81", "\x80", "\1") OWN RECORD("\1", "\5") "\x0a\0\0\1\0", NAME_MALFORMED, NULL,
	    0, 0),
	ROW("a pointer to itself",
	    HEAD("\x81", "\x80", "\1") "\xc0\x15" RECORD("\1", "\4") "\x0a\0\0\1", NAME_MALFORMED,
	    NULL, 0, 0),
	ROW("a pointer forward",
	    HEAD("\x81", "\x80", "\1") "\xc0\x20" RECORD("\1", "\4") "\x0a\0\0\1", NAME_MALFORMED,
	    NULL, 0, 0),
	ROW("a label of 64", HEAD("\x81", "\x80", "\1") "\x40" ADDRESS("\1"), NAME_MALFORMED, NULL,
	    0, 0),
	ROW("a question", HEAD("\x01", "\x00", "\0"), NAME_MALFORMED, NULL, 0, 0),
	ROW("a notification", HEAD("\xa1", "\x80", "\0"), NAME_MALFORMED, NULL, 0, 0),
	ROW("half a header", "\x12\x34\x81\x80\0\1", NAME_MALFORMED, NULL, 0, 0),
	ROW("another question",
	    "\x12\x34\x81\x80\0\x01\0\0\0\0\0\0\1a\1c\0\0\1\0\1", NAME_MALFORMED, NULL, 0, 0),
	ROW("another type", "\x12\x34\x81\x80\0\x01\0\0\0\0\0\0\1a\1b\0\0\x1c\0\1", NAME_MALFORMED,
	    NULL, 0, 0),
	ROW("the name in capitals", "\x12\x34\x81\x80\0\x01\0\1\0\0\0\0\1A\1B\0\0\1\0\1"
				    ADDRESS("\1"), NAME_ANSWERED, "10.0.0.1", 1, 0),
};

static void test_messages(void **state)
{
	struct dns_name name;
	size_t i;

	(void)state;
	assert_int_equal(dns_name_parse("a.B", &name), 0);
	for (i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		const struct message *row = &messages[i];
		struct dns_answer answer;
		char text[ADDRESS_TEXT_MAX];

		dns_answer_read((const uint8_t *)row->bytes, row->length, &name, DNS_TYPE_A,
				&answer);
		if (answer.outcome != row->outcome || answer.count != row->count ||
		    answer.alias_count != row->aliases)
			fail_msg("%s: %s, %zu addresses, %zu aliases", row->name,
				 name_outcome_words[answer.outcome], answer.count,
				 answer.alias_count);
		if (row->first)
			assert_string_equal(address_print(&answer.addresses[0], text), row->first);
	}
}

/* However a server rotates its answers, the same addresses are kept. */
static void test_many_addresses(void **state)
{
	static const char head[] = HEAD("\x81", "\x80", "\xc8");
	static const char record[] = ADDRESS("\1");
	const size_t length = sizeof(record) - 1;
	uint8_t message[sizeof(head) + 200 * sizeof(record)];
	struct dns_answer answer;
	struct dns_name name;
	unsigned int turn, i;

	(void)state;
	assert_int_equal(dns_name_parse("a.b", &name), 0);
	for (turn = 0; turn < 200; turn += 33) {
		memcpy(message, head, sizeof(head) - 1);
		for (i = 0; i < 200; i++) {
			uint8_t *at = message + sizeof(head) - 1 + i * length;

			memcpy(at, record, length);
			at[length - 1] = (uint8_t)((i + turn) % 200);
		}
		dns_answer_read(message, sizeof(head) - 1 + 200 * length, &name, DNS_TYPE_A,
				&answer);
		assert_int_equal(answer.outcome, NAME_ANSWERED);
		assert_int_equal(answer.count, NAMES_MAX_ADDRESSES);
		assert_int_equal(answer.left_out, 200 - NAMES_MAX_ADDRESSES);
		assert_int_equal(answer.addresses[0].bytes[3], 0);
		assert_int_equal(answer.addresses[NAMES_MAX_ADDRESSES - 1].bytes[3],
				 NAMES_MAX_ADDRESSES - 1);
	}
}

static void test_names(void **state)
{
	static const char *const bad[] = { "", ".", "a..b", ".a", "a\\.b",
		"a123456789012345678901234567890123456789012345678901234567890123.b" };
	char text[DNS_NAME_TEXT_MAX], *big;
	struct dns_name name;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_not_equal(dns_name_parse(bad[i], &name), 0);
	assert_int_equal(dns_name_parse("Git.Example.", &name), 0);
	assert_string_equal(dns_name_print(&name, text), "git.example");
	/* 127 labels of one letter are 255 bytes; one more is too long */
	big = calloc(1, 300);
	assert_non_null(big);
	for (i = 0; i < 127; i++)
		memcpy(big + 2 * i, "a.", 2);
	assert_int_equal(dns_name_parse(big, &name), 0);
	assert_int_equal(name.length, DNS_NAME_MAX);
	memcpy(big + 2 * i, "a.", 2);
	assert_int_not_equal(dns_name_parse(big, &name), 0);
	free(big);
	name = (struct dns_name){ .bytes = "\3a.\1\1\x7f", .length = 7 };
	assert_string_equal(dns_name_print(&name, text), "a\\046\\001.\\127");
}

static void check_servers(const char *text, const char *servers, const char *search)
{
	struct names_config config = { .server_count = 0 };
	struct text seen;
	size_t i;

	text_init(&seen, 4096);
	assert_int_equal(names_config_resolver(&config, text), 0);
	for (i = 0; i < config.server_count; i++)
		text_addf(&seen, "%s%s", i ? " " : "", config.servers[i].text);
	assert_string_equal(text_string(&seen), servers);
	text_clear(&seen);
	for (i = 0; i < config.search.count; i++)
		text_addf(&seen, "%s%s", i ? " " : "", config.search.items[i]);
	assert_string_equal(text_string(&seen), search);
	text_release(&seen);
	names_config_release(&config);
}

static void test_resolver(void **state)
{
	(void)state;
	check_servers("", "127.0.0.1:53", "");
	check_servers("# none\nnameserver\nnameserver x\n nameserver 192.0.2.1\n",
		      "127.0.0.1:53", "");
	check_servers("nameserver 192.0.2.1\nnameserver\t2001:db8::1 # second\r\n"
		      "search a.test b.test.\n",
		      "192.0.2.1:53 [2001:db8::1]:53", "a.test b.test");
	check_servers("domain x\nsearch a\ndomain c.test\nnameserver fe80::1%eth0",
		      "[fe80::1%eth0]:53", "c.test");
	check_servers("nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n"
		      "nameserver 192.0.2.4\nsearch a b c d e f g\n",
		      "192.0.2.1:53 192.0.2.2:53 192.0.2.3:53", "a b c d e f");
}

static void test_extra_servers(void **state)
{
	static const struct {
		const char *option, *text; /* NULL: refused */
	} rows[] = {
		{ "192.0.2.1", "192.0.2.1:53" }, { "192.0.2.1:5353", "192.0.2.1:5353" },
		{ "2001:db8::1", "[2001:db8::1]:53" }, { "[2001:db8::1]", "[2001:db8::1]:53" },
		{ "[2001:db8::1]:99", "[2001:db8::1]:99" }, { "192.0.2.1:0", NULL },
		{ "192.0.2.1:65536", NULL }, { "192.0.2.1:", NULL }, { "name", NULL },
		{ "[2001:db8::1", NULL }, { "[192.0.2.1]x:5", NULL }, { "", NULL }, { "[", NULL },
		{ "[]", NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct names_config config = { .server_count = 0 };
		int error = names_config_server(&config, rows[i].option);

		if (!error != (rows[i].text != NULL))
			fail_msg("\"%s\" gives %d", rows[i].option, error);
		if (rows[i].text) {
			assert_string_equal(config.servers[0].text, rows[i].text);
			assert_true(config.servers[0].extra);
		}
		names_config_release(&config);
	}
}

static void test_options(void **state)
{
	static const char *const bad[] = { "", "a", "a:1", ":1:192.0.2.1", "a:0:192.0.2.1",
		"a:x:192.0.2.1", "a:1:", "a:1:b", "a:1:192.0.2.1,", "a:1:192.0.2.1,,192.0.2.2",
		"a:100000000:192.0.2.1" };
	struct names_config config = { .server_count = 0 };
	const struct name_option *row;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(names_config_option(&config, bad[i]), -EINVAL);
	names_config_release(&config);
	assert_int_equal(names_config_option(&config, "Git.Test:443:192.0.2.2,192.0.2.1"), 0);
	assert_int_equal(names_config_option(&config, "b:80:[2001:db8::1],2001:db8::2"), 0);
	row = LIST_AT(&config.options, struct name_option, 0);
	assert_string_equal(row->host, "git.test");
	assert_int_equal(row->port, 443);
	assert_int_equal(row->addresses.count, 2);
	assert_string_equal(row->addresses.items[0], "192.0.2.1");
	row = LIST_AT(&config.options, struct name_option, 1);
	assert_string_equal(row->addresses.items[1], "2001:db8::2");
	names_config_release(&config);
}

static void test_hosts(void **state)
{
	struct names_config config = { .server_count = 0 };
	struct strings addresses = { NULL, 0 };

	(void)state;
	text_init(&config.hosts, 4096);
	text_add(&config.hosts,
		 "127.0.0.1 localhost # git.test\n192.0.2.2\tGIT.test git\r\n"
		 "192.0.2.1 other git.TEST\n2001:db8::1 git.test\nx git.test\n192.0.2.1 git.test");
	assert_int_equal(names_config_hosts(&config, "git.test", ADDRESS_IPV4, &addresses), 0);
	assert_int_equal(addresses.count, 2);
	assert_string_equal(addresses.items[0], "192.0.2.1");
	assert_string_equal(addresses.items[1], "192.0.2.2");
	strings_release(&addresses);
	assert_int_equal(names_config_hosts(&config, "git.test", ADDRESS_IPV6, &addresses), 0);
	assert_int_equal(addresses.count, 1);
	strings_release(&addresses);
	assert_int_equal(names_config_hosts(&config, "it.test", ADDRESS_IPV4, &addresses), 0);
	assert_int_equal(addresses.count, 0);
	names_config_release(&config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_many_addresses),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_resolver),
		cmocka_unit_test(test_extra_servers),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
