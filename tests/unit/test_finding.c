/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings: words are cleaned, causes are sorted, shares are exact, order does not depend on the
 * order of adding, what is unset is left out of JSON.
 */
#include "rules/finding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_json(const struct finding *finding, const char *expected)
{
	struct text text;

	text_init(&text, 65536);
	record_write(&finding_record, finding, &text, -1);
	assert_int_equal(text_error(&text), 0);
	assert_string_equal(text_string(&text), expected);
	text_release(&text);
}

static void test_json(void **state)
{
	struct findings findings;
	struct finding *finding;

	(void)state;
	findings_init(&findings);
	finding = findings_add(&findings, STATUS_FAIL);
	assert_non_null(finding);
	finding->code = text_copy("return-route-partial");
	finding_cause(&findings, finding, "RT-02");
	finding_cause(&findings, finding, "EC-02");
	finding_cause(&findings, finding, "RT-02");
	finding->subject.prefix = prefix_make(0x64688000, 17);
	finding->share = (struct share){ .known = true, .addresses = 32768 };
	finding_message(&findings, finding, "%s", "seen");
	finding_evidence(&findings, finding, "/routes/classes/1", "class %d", 1);
	finding_remedy(&findings, finding, "linux", "ip route replace %s", "x");
	finding->source.document = text_copy("000");
	finding->source.heading = text_copy("Prerequisites");
	assert_int_equal(findings.error, 0);
	assert_json(finding,
		    "{\"code\":\"return-route-partial\",\"causes\":[\"EC-02\",\"RT-02\"],"
		    "\"status\":\"fail\",\"severity\":\"blocker\",\"blocked_by\":[],"
		    "\"subject\":{\"prefix\":\"100.104.128.0/17\"},\"share\":0.5,"
		    "\"message\":\"seen\",\"evidence\":[{\"fact\":\"/routes/classes/1\","
		    "\"text\":\"class 1\"}],\"remedy\":[{\"platform\":\"linux\","
		    "\"text\":\"ip route replace x\"}],\"source\":{\"document\":\"000\","
		    "\"heading\":\"Prerequisites\"}}");
	findings_release(&findings);
}

static void test_subject_is_always_an_object(void **state)
{
	struct findings findings;
	struct finding *finding;

	(void)state;
	findings_init(&findings);
	finding = findings_add(&findings, STATUS_SKIPPED);
	assert_non_null(finding);
	finding->code = text_copy("x");
	finding->accepted.reason = text_copy("known");
	assert_json(finding, "{\"code\":\"x\",\"causes\":[],\"status\":\"skipped\","
			     "\"severity\":\"blocker\",\"blocked_by\":[],\"subject\":{},"
			     "\"message\":null,\"evidence\":[],\"remedy\":[],\"source\":"
			     "{\"document\":null,\"heading\":null},\"accepted\":{\"reason\":"
			     "\"known\"}}");
	findings_release(&findings);
}

/* A hostile interface name must not steer the terminal, nor may it hide the second try. */
static void test_words_are_clean_and_replaced(void **state)
{
	struct findings findings;
	struct finding *finding;

	(void)state;
	findings_init(&findings);
	finding = findings_add(&findings, STATUS_WARN);
	finding_message(&findings, finding, "dev %s", "\033[2J");
	assert_string_equal(finding->message, "dev \\x1b[2J");
	finding_message(&findings, finding, "second");
	assert_string_equal(finding->message, "second");
	finding_settle(&findings, finding, "settle %d", 1);
	finding_next(&findings, finding, "next %d", 2);
	finding_expected(&findings, finding, "expected %d", 3);
	assert_string_equal(finding->settle, "settle 1");
	assert_string_equal(finding->next, "next 2");
	assert_string_equal(finding->expected, "expected 3");
	finding_message(&findings, NULL, "nobody");
	finding_evidence(&findings, NULL, "/x", "nobody");
	findings_release(&findings);
}

static void test_subject_in_words(void **state)
{
	struct subject subject;
	struct text text;

	(void)state;
	memset(&subject, 0, sizeof(subject));
	text_init(&text, 4096);
	subject_print(&subject, &text);
	assert_string_equal(text_string(&text), "");
	subject.prefix = prefix_make(0x64680000, 17);
	assert_int_equal(strings_add(&subject.services, "10.0.0.5:443"), 0);
	assert_int_equal(address_parse("10.0.0.6", &subject.address), 0);
	subject.port = (struct maybe){ .known = true, .value = 80 };
	subject.mark = (struct maybe){ .known = true, .value = 16 };
	subject.dev = text_copy("eth1");
	subject_print(&subject, &text);
	assert_int_equal(text_error(&text), 0);
	assert_string_equal(text_string(&text),
			    "100.104.0.0/17 10.0.0.5:443 10.0.0.6:80 mark 0x10 dev eth1");
	text_release(&text);
	strings_release(&subject.services);
	free(subject.dev);
}

static struct finding *add(struct findings *findings, const char *code, int status,
			   const char *prefix)
{
	struct finding *finding = findings_add(findings, (enum finding_status)status);

	assert_non_null(finding);
	finding->code = text_copy(code);
	if (prefix)
		assert_int_equal(prefix_parse(prefix, &finding->subject.prefix), 0);
	return finding;
}

static void test_order(void **state)
{
	static const struct {
		const char *code;
		int status;
		const char *prefix;
	} rows[] = {
		/* what calls for action first, then the catalogue's order, then the subject */
		{ "listener-answers", STATUS_FAIL, NULL },
		{ "declared-networks-clear", STATUS_WARN, "100.104.0.0/17" },
		{ "routes-persist", STATUS_WARN, "100.104.0.0/16" },
		{ "routes-persist", STATUS_WARN, "100.104.0.0/17" },
		{ "routes-persist", STATUS_WARN, "100.104.128.0/17" },
		{ "routes-persist", STATUS_UNKNOWN, NULL },
		{ "routes-persist", STATUS_BLOCKED, NULL },
		{ "routes-persist", STATUS_SKIPPED, NULL },
		{ "declared-networks-clear", STATUS_PASS, NULL },
	};
	const size_t count = sizeof(rows) / sizeof(rows[0]);
	struct findings findings;
	size_t i, turn;

	(void)state;
	for (turn = 0; turn < count; turn++) {
		findings_init(&findings);
		for (i = 0; i < count; i++) {
			size_t at = (i * 4 + turn) % count; /* 4 and 9 share no factor */

			add(&findings, rows[at].code, rows[at].status, rows[at].prefix);
		}
		findings_sort(&findings);
		assert_int_equal(findings.error, 0);
		for (i = 0; i < count; i++) {
			const struct finding *one = LIST_AT(&findings.list, struct finding, i);

			assert_string_equal(one->code, rows[i].code);
			assert_int_equal(one->status, rows[i].status);
		}
		findings_release(&findings);
	}
}

static void test_addresses(void **state)
{
	struct findings findings;
	struct finding *finding;
	struct span_set set;
	struct text text;

	(void)state;
	findings_init(&findings);
	span_set_init(&set);
	text_init(&text, 4096);
	span_set_add(&set, 0x64680000, 0x6468ffff);
	finding = findings_add(&findings, STATUS_FAIL);
	finding_addresses(&findings, finding, &set);
	assert_int_equal(finding->subject.prefix.length, 16);
	assert_int_equal(finding->subject.prefixes.count, 0);
	span_set_subtract(&set, 0x64688000, 0x64688000);
	finding = findings_add(&findings, STATUS_FAIL);
	finding_addresses(&findings, finding, &set);
	assert_false(finding->subject.prefix.known);
	assert_int_equal(finding->subject.prefixes.count, 16);
	assert_string_equal(finding->subject.prefixes.items[0], "100.104.0.0/17");
	assert_string_equal(finding->subject.prefixes.items[1], "100.104.128.1/32");
	assert_string_equal(finding->subject.prefixes.items[15], "100.104.192.0/18");
	span_set_print(&set, &text);
	assert_string_equal(text_string(&text), "65535 addresses in 16 prefixes");
	text_release(&text);
	span_set_release(&set);
	findings_release(&findings);
}

/* Not even the last address of all may make the walk over prefixes run on. */
static void test_addresses_at_the_end(void **state)
{
	struct span_set set;
	struct text text;

	(void)state;
	span_set_init(&set);
	text_init(&text, 4096);
	span_set_add(&set, 0, 0);
	span_set_add(&set, 0xfffffffe, 0xffffffff);
	span_set_print(&set, &text);
	assert_string_equal(text_string(&text), "0.0.0.0/32 and 255.255.255.254/31");
	text_release(&text);
	span_set_release(&set);
}

static void test_percent(void **state)
{
	static const struct {
		uint64_t part, whole;
		const char *words;
	} rows[] = {
		{ 65536, 65536, "100%" },
		{ 32768, 65536, "50.0%" },
		{ 1, 65536, "1 of 65536 addresses" },
		{ 65535, 65536, "65535 of 65536 addresses" },
		{ 656, 65536, "1.0%" },
		{ 256, 65536, "256 of 65536 addresses" },
		{ 64, 256, "25.0%" },
		{ 1, 1, "100%" },
	};
	char text[48];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		share_print(rows[i].part, rows[i].whole, text, sizeof(text));
		assert_string_equal(text, rows[i].words);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_subject_is_always_an_object),
		cmocka_unit_test(test_words_are_clean_and_replaced),
		cmocka_unit_test(test_subject_in_words),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_addresses_at_the_end),
		cmocka_unit_test(test_percent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
