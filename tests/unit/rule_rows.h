/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows for tests of rules: facts in, one finding expected, judged by the engine with the program's
 * own catalogue. Macros that build small facts documents.
 */
#ifndef TESTS_UNIT_RULE_ROWS_H
#define TESTS_UNIT_RULE_ROWS_H

#include "rules/engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define JOIN(a, b) a "," b
#define FACTS2(a, b) "{\"schema\":\"reachback.facts/1\"," a "," b "}"
#define FACTS3(a, b, c) FACTS2(a, b "," c)
#define FACTS4(a, b, c, d) FACTS2(a, b "," c "," d)
#define HOST(more) "\"host\":{\"state\":\"ok\"" more "}"
#define PLAN(more) "\"plan\":{\"state\":\"ok\"" more "}"
#define SERVICES(list) "\"services\":{\"state\":\"ok\",\"services\":[" list "]}"
#define LISTENERS(list, published)                                                                 \
	"\"listeners\":{\"state\":\"ok\",\"listeners\":[" list "],\"published\":[" published "]}"
#define SERVICE(address, port, origin, more)                                                       \
	"{\"service\":\"" address ":" port "\",\"address\":\"" address "\",\"port\":" port        \
	",\"origin\":\"" origin "\",\"resolved\":true" more "}"
#define WEB SERVICE("10.0.0.5", "443", "option", ",\"local\":true,\"arrival\":\"eth0\"")
#define FORWARDED                                                                                  \
	SERVICE("172.17.0.2", "443", "published", ",\"iif\":\"docker0\",\"arrival\":\"eth0\"")
#define LISTENER(address, port, more)                                                              \
	"{\"address\":\"" address "\",\"port\":" port more "}"
#define PUBLISHED                                                                                  \
	"{\"address\":\"0.0.0.0\",\"port\":443,\"container\":\"172.17.0.2\","                      \
	"\"container_port\":443,\"dev\":\"docker0\",\"source\":\"docker-proxy command line\"}"
#define ROUTER PLAN(",\"vantage\":\"idc-router\"")
#define SYSCTL(name, value) "{\"name\":\"net.ipv4." name "\",\"value\":\"" value "\"}"
#define SYSCTLS(list) "\"sysctls\":{\"state\":\"ok\",\"sysctls\":[" list "]}"

struct row {
	const char *name, *facts;
	int status;        /* of the one finding that counts; STATUS_PASS: none but a pass */
	const char *cause; /* NULL: none */
	const char *words; /* in its message */
	uint32_t share;    /* addresses; 0: none given or not asked */
};

static bool speaks(const struct finding *finding, const char *code)
{
	return text_equal(finding->code, code);
}

/* Findings of `code` with `status`; the last of them in `*found`. */
static size_t count_status(const struct judgement *judgement, const char *code, int status,
			   const struct finding **found)
{
	size_t i, count = 0;

	for (i = 0; i < judgement->findings.list.count; i++) {
		const struct finding *one =
			LIST_AT(&judgement->findings.list, struct finding, i);

		if (!speaks(one, code) || one->status != status)
			continue;
		*found = one;
		count++;
	}
	return count;
}

static void check_row(const char *code, const struct row *row)
{
	const struct finding *found = NULL, *other = NULL;
	struct judgement judgement;
	struct fault fault = { 0 };
	struct facts facts;

	if (facts_read(row->facts, strlen(row->facts), &facts, &fault))
		fail_msg("%s: %s", row->name, fault.text);
	if (engine_judge(&facts, NULL, &judgement, &fault))
		fail_msg("%s: %s", row->name, fault.text);
	if (count_status(&judgement, code, row->status, &found) != 1)
		fail_msg("%s: not one %s of %s", row->name, status_words[row->status], code);
	if (row->status != STATUS_FAIL && count_status(&judgement, code, STATUS_FAIL, &other))
		fail_msg("%s: fails: %s", row->name, other->message);
	if (row->status != STATUS_WARN && count_status(&judgement, code, STATUS_WARN, &other))
		fail_msg("%s: warns: %s", row->name, other->message);
	if (row->cause && !strings_contain(&found->causes, row->cause))
		fail_msg("%s: does not name %s", row->name, row->cause);
	if (!row->cause && found->causes.count)
		fail_msg("%s: names %s", row->name, found->causes.items[0]);
	if (row->words && !strstr(found->message, row->words))
		fail_msg("%s: says \"%s\"", row->name, found->message);
	if (row->share && found->share.addresses != row->share)
		fail_msg("%s: share %u", row->name, found->share.addresses);
	judgement_release(&judgement);
	facts_release(&facts);
}

/* The remedy for `platform` of the one finding of `code` with `status`; "" where it has none. */
__attribute__((unused))
static void check_remedy(const char *json, const char *code, int status, const char *platform,
			 const char *text)
{
	const struct finding *found = NULL;
	struct judgement judgement;
	struct fault fault = { 0 };
	struct facts facts;
	const char *given = "";
	size_t i;

	if (facts_read(json, strlen(json), &facts, &fault) ||
	    engine_judge(&facts, NULL, &judgement, &fault))
		fail_msg("%s", fault.text);
	assert_int_equal(count_status(&judgement, code, status, &found), 1);
	for (i = 0; i < found->remedy.count; i++)
		if (text_equal(LIST_AT(&found->remedy, struct remedy, i)->platform, platform))
			given = LIST_AT(&found->remedy, struct remedy, i)->text;
	assert_string_equal(given, text);
	judgement_release(&judgement);
	facts_release(&facts);
}

#define CHECK_ROWS(code, rows)                                                                     \
	do {                                                                                       \
		size_t at;                                                                         \
												\
		for (at = 0; at < sizeof(rows) / sizeof((rows)[0]); at++)                          \
			check_row(code, &(rows)[at]);                                              \
	} while (0)

#define CLASS(first, last, type, dev)                                                              \
	"{\"service\":\"10.0.0.5:443\",\"mark\":0,\"first\":\"" first "\",\"last\":\"" last       \
	"\",\"type\":\"" type "\",\"next_hops\":[{\"via\":null,\"dev\":\"" dev                    \
	"\",\"weight\":1}]}"
#define ROUTES(classes, entries)                                                                   \
	"\"routes\":{\"state\":\"ok\",\"classes\":[" classes "],\"entries\":[" entries "]}"
#define ALL(dev) CLASS("100.104.0.0", "100.104.255.255", "unicast", dev)

#endif
