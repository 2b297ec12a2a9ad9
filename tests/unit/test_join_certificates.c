/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same server's certificate seen from two machines.
 */
#include "rules/join.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RULE "certificate-same-elsewhere"
#define URL "https://git.test"
#define ADDRESS "172.20.5.10"
#define UNKNOWN_ISSUER "20" /* X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY */

/* A certificate; one of an authority behind it. */
#define LEAF(print, issuer, since)                                                                 \
	"{\"subject\":\"CN=git.test\",\"issuer\":\"CN=" issuer "\",\"names\":[\"DNS:git.test\"],"  \
	"\"not_before\":\"" since "\",\"not_after\":\"2027-11-01T00:00:00Z\",\"fingerprint\":"    \
	"\"" print "\"}"
#define ABOVE(name, issuer)                                                                        \
	",{\"subject\":\"CN=" name "\",\"issuer\":\"CN=" issuer "\",\"not_before\":"               \
	"\"2020-01-01T00:00:00Z\",\"not_after\":\"2040-01-01T00:00:00Z\",\"fingerprint\":\"" name  \
	"\"}"
/* Facts of another hand may lack what the program always writes. */
#define PRINTLESS(issuer)                                                                          \
	"{\"subject\":\"CN=git.test\",\"issuer\":\"CN=" issuer "\",\"names\":[\"DNS:git.test\"],"  \
	"\"not_before\":\"" SINCE "\",\"not_after\":\"2027-11-01T00:00:00Z\"}"
#define SINCE "2026-11-01T00:00:00Z"
#define REAL LEAF("aa", "Issuing", SINCE) ABOVE("Issuing", "Root")

struct side {
	const char *address, *chain, *system; /* certificates; chain_system */
};

/* What a machine saw; chain NULL: the handshake did not come about. */
static void read_machine(const char *name, const char *vantage, const struct side *side,
			 struct facts *facts)
{
	struct fault fault = { 0 };
	char json[4096];

	snprintf(json, sizeof(json),
		 "{\"schema\":\"reachback.facts/1\",\"started\":\"2026-11-20T12:00:0%cZ\","
		 "\"plan\":{\"state\":\"ok\",\"vantage\":\"%s\",\"gitlab\":{\"url\":\"" URL "\"},"
		 "\"link\":{\"gitlab_ip\":\"" ADDRESS "\"}},\"host\":{\"state\":\"ok\",\"name\":"
		 "\"%s\",\"machine\":\"%s\"},\"endpoints\":{\"state\":\"ok\",\"targets\":[{\"url\":"
		 "\"" URL "\",\"purpose\":\"gitlab\",\"root\":\"" URL "\",\"root_purpose\":"
		 "\"gitlab\",\"scheme\":\"https\",\"host\":\"git.test\",\"port\":443}],"
		 "\"attempts\":[{\"url\":\"" URL "\",\"address\":\"%s\",\"port\":443,\"tcp\":"
		 "{\"outcome\":\"connected\"},\"tls\":{\"outcome\":\"%s\",\"chain_system\":%s,"
		 "\"name_matches\":true,\"in_order\":true,\"certificates\":[%s]},\"http\":{"
		 "\"outcome\":\"untried\"}}]}}",
		 *name == 'a' ? '0' : '1', vantage, name, name, side->address,
		 side->chain ? "done" : "closed", side->system, side->chain ? side->chain : "");
	if (facts_read(json, strlen(json), facts, &fault))
		fail_msg("%s", fault.text);
}

struct row {
	const char *what;
	struct side sides[2];
	int status; /* STATUS_COUNT: no finding */
	const char *suspect;
	int trust[2]; /* what becomes of certificate-trusted of each machine */
};

/* The one finding of `code` (and of `host`); NULL: none. */
static const struct finding *finding_of(const struct judgement *judgement, const char *code,
					const char *host)
{
	const struct finding *found = NULL;
	size_t i;

	for (i = 0; i < judgement->findings.list.count; i++) {
		const struct finding *one = LIST_AT(&judgement->findings.list, struct finding, i);

		if (!text_equal(one->code, code) ||
		    (host && !text_equal(one->subject.host, host)) || !one->subject.url)
			continue;
		assert_null(found);
		found = one;
	}
	return found;
}

static void check_trust(const struct judgement *judgement, const struct row *row)
{
	static const char *const names[] = { "a", "b" };
	size_t i;

	for (i = 0; i < 2; i++) {
		const struct finding *trust = finding_of(judgement, "certificate-trusted",
							 names[i]);
		const struct finding *api = finding_of(judgement, "gitlab-api-answers", names[i]);

		assert_non_null(trust);
		if ((int)trust->status != row->trust[i])
			fail_msg("%s: %s of %s: %s", row->what, trust->code, names[i],
				 status_words[trust->status]);
		if (trust->status != STATUS_BLOCKED)
			continue;
		assert_int_equal(trust->blocked_by.count, 1);
		assert_int_equal(trust->causes.count, 0);
		if (row->status != STATUS_FAIL)
			continue;
		assert_string_equal(trust->blocked_by.items[0], RULE);
		assert_non_null(api);
		assert_int_equal(api->status, STATUS_BLOCKED);
		assert_true(strings_contain(&api->blocked_by, RULE));
		assert_false(strings_contain(&api->blocked_by, "certificate-trusted"));
	}
}

static void check_row(const struct row *row)
{
	struct facts facts[2];
	const struct facts *given[] = { &facts[0], &facts[1] };
	const struct finding *found;
	struct judgement judgement;
	struct fault fault = { 0 };
	struct join join;

	read_machine("a", "vswitch-host", &row->sides[0], &facts[0]);
	read_machine("b", "vswitch-host", &row->sides[1], &facts[1]);
	memset(&join, 0, sizeof(join));
	assert_int_equal(join_choose(given, 2, &join, &fault), 0);
	assert_int_equal(join_judge(&join, "2026-11-20", &judgement, &fault), 0);
	found = finding_of(&judgement, RULE, NULL);
	if ((found ? (int)found->status : STATUS_COUNT) != row->status)
		fail_msg("%s: %s", row->what, found ? found->message : "no finding");
	if (found) {
		assert_int_equal(found->causes.count, row->status == STATUS_FAIL);
		if (row->status == STATUS_FAIL)
			assert_string_equal(found->causes.items[0], "TLS-09");
		if (row->suspect)
			assert_string_equal(found->subject.host, row->suspect);
		else
			assert_null(found->subject.host);
		assert_int_equal(found->evidence.count, 2);
	}
	check_trust(&judgement, row);
	judgement_release(&judgement);
	join_release(&join);
	facts_release(&facts[0]);
	facts_release(&facts[1]);
}

#define HEALTHY { ADDRESS, REAL, "0" }

static const struct row rows[] = {
	{ "the same certificate", { HEALTHY, HEALTHY }, STATUS_PASS, NULL,
	  { STATUS_PASS, STATUS_PASS } },
	{ "renewed by the same issuer",
	  { HEALTHY, { ADDRESS, LEAF("bb", "Issuing", "2026-11-20T12:00:01Z"), "0" } },
	  STATUS_PASS, NULL, { STATUS_PASS, STATUS_PASS } },
	{ "renewed by a sister of the issuer",
	  { HEALTHY, { ADDRESS, LEAF("bb", "Issuing 2", SINCE) ABOVE("Issuing 2", "Root"), "0" } },
	  STATUS_PASS, NULL, { STATUS_PASS, STATUS_PASS } },
	{ "two addresses, two authorities",
	  { HEALTHY, { "172.20.5.11", LEAF("bb", "Other", SINCE), "0" } },
	  STATUS_COUNT, NULL, { STATUS_PASS, STATUS_PASS } },
	{ "no certificate there", { HEALTHY, { ADDRESS, NULL, "null" } },
	  STATUS_COUNT, NULL, { STATUS_PASS, STATUS_BLOCKED } },
	{ "renewed by another authority",
	  { HEALTHY, { ADDRESS, LEAF("bb", "Other", "2026-11-20T12:00:01Z"), "0" } },
	  STATUS_UNKNOWN, NULL, { STATUS_PASS, STATUS_PASS } },
	{ "a trusted firewall",
	  { HEALTHY, { ADDRESS, LEAF("bb", "Firewall", SINCE), "0" } },
	  STATUS_FAIL, NULL, { STATUS_PASS, STATUS_PASS } },
	{ "a firewall that is not trusted",
	  { HEALTHY, { ADDRESS, LEAF("bb", "Firewall", SINCE), UNKNOWN_ISSUER } },
	  STATUS_FAIL, "b", { STATUS_PASS, STATUS_BLOCKED } },
	{ "the first machine's firewall",
	  { { ADDRESS, LEAF("bb", "Firewall", SINCE), UNKNOWN_ISSUER }, HEALTHY },
	  STATUS_FAIL, "a", { STATUS_BLOCKED, STATUS_PASS } },
	{ "a firewall, and no fingerprint that could tell",
	  { { ADDRESS, PRINTLESS("Issuing"), "0" }, { ADDRESS, PRINTLESS("Firewall"), "0" } },
	  STATUS_FAIL, NULL, { STATUS_PASS, STATUS_PASS } },
	{ "neither is trusted",
	  { { ADDRESS, LEAF("cc", "Private", SINCE), UNKNOWN_ISSUER },
	    { ADDRESS, LEAF("bb", "Firewall", SINCE), UNKNOWN_ISSUER } },
	  STATUS_FAIL, NULL, { STATUS_FAIL, STATUS_FAIL } },
};

static void test_two_machines(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_machines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
