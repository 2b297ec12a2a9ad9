/* SPDX-License-Identifier: Apache-2.0 */
/* What a look for a link makes of saved answers: there, not there, or not to be told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "probes/cloud_helper/change.h"
#include "rules/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Looks for the link of vpc-1 in such a reply of the operation "ListLinks". */
static void look(const char *status, const char *reply, struct change_answer *answer)
{
	struct change_parameter match[] = { { (char *)"VpcId", (char *)"vpc-1" },
					    { (char *)"Port", (char *)"443" } };
	char folder[] = "/tmp/reachback-change-XXXXXX", path[64];
	struct change_request request = {
		.cloud = { .saved = folder, .budget_ms = 1000 },
		.call = { .product = (char *)"cr", .action = (char *)"ListLinks" },
		.match = { .items = match, .count = 2 },
	};
	struct fault fault = { .code = 0 };
	FILE *file;

	memset(answer, 0, sizeof(*answer));
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/cr-ListLinks-001.json", folder);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fprintf(file, "{\"request\":{\"product\":\"cr\",\"action\":\"ListLinks\","
				  "\"parameters\":{}},\"status\":%s,\"reply\":%s}", status,
			    reply) > 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(cloud_change(&request, answer, &fault), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

#define OTHER "{\"VpcId\":\"vpc-2\",\"Port\":443}"
#define LINK "{\"VpcId\":\"vpc-1\",\"Port\":443,\"LinkId\":\"l-1\",\"Status\":\"RUNNING\"}"

static const struct {
	const char *status, *reply;
	int outcome;
	const char *id, *words;
} rows[] = {
	{ "200", "{\"Links\":[" OTHER "," LINK "]}", CHANGE_DONE, "l-1", NULL },
	{ "200", "{\"Links\":[" OTHER "]}", CHANGE_DONE, NULL, NULL },
	{ "200", "{\"Links\":[]}", CHANGE_DONE, NULL, NULL },
	{ "404", "{\"Code\":\"INSTANCE_ACCESS_NOT_EXIST\"}", CHANGE_DONE, NULL, NULL },
	{ "500", "{\"Code\":\"InternalError\"}", CHANGE_UNCLEAR, NULL, "InternalError" },
	/* what stands on pages that were not read may be the link */
	{ "200", "{\"Links\":[" OTHER "],\"NextToken\":\"x\"}", CHANGE_UNCLEAR, NULL,
	  "more pages" },
	{ "200", "{\"Links\":[" OTHER "],\"TotalCount\":\"2\",\"PageNo\":1,\"PageSize\":1}",
	  CHANGE_UNCLEAR, NULL, "more pages" },
	{ "200", "{\"Links\":[" OTHER "],\"TotalCount\":31,\"PageSize\":30}", CHANGE_UNCLEAR, NULL,
	  "more pages" },
	{ "200", "{\"Links\":[" OTHER "],\"TotalCount\":2,\"PageNumber\":2,\"PageSize\":1}",
	  CHANGE_DONE, NULL, NULL },
	{ "200", "{\"Links\":[" LINK "],\"NextToken\":\"x\"}", CHANGE_DONE, "l-1", NULL },
	{ "200", "{\"Links\":[],\"TotalCount\":1}", CHANGE_UNCLEAR, NULL, "more pages" },
	{ "200", "{\"Links\":[" OTHER "],\"TotalCount\":1,\"PageNumber\":1}", CHANGE_DONE, NULL,
	  NULL },
	/* no list is no empty list */
	{ "200", "{\"Code\":\"success\",\"IsSuccess\":true}", CHANGE_UNCLEAR, NULL, "no list" },
	{ "200", "{\"Links\":null}", CHANGE_UNCLEAR, NULL, "no list" },
	{ "200", "{\"Zones\":[\"cn-x-a\"]}", CHANGE_UNCLEAR, NULL, "no list" },
	/* links that are told by other fields */
	{ "200", "{\"Links\":[{\"VpcId\":\"vpc-1\"}]}", CHANGE_UNCLEAR, NULL, "has the fields" },
	{ "200", "{\"Links\":{\"Link\":[{\"Id\":\"l-1\",\"Tags\":[]}]}}", CHANGE_UNCLEAR, NULL,
	  "has the fields" },
	/* their twins: an empty list beside another one, fields further down, one object */
	{ "200", "{\"Links\":{\"Link\":[]},\"Zones\":[{\"Id\":\"x\"}]}", CHANGE_DONE, NULL, NULL },
	{ "200", "{\"Links\":[{\"Id\":\"l-2\",\"Network\":" OTHER "}]}", CHANGE_DONE, NULL, NULL },
	{ "200", "{\"Link\":" OTHER ",\"TotalCount\":1}", CHANGE_DONE, NULL, NULL },
};

static void test_looks(void **state)
{
	struct change_answer answer;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		look(rows[i].status, rows[i].reply, &answer);
		assert_int_equal(answer.outcome, rows[i].outcome);
		assert_int_equal(answer.found, rows[i].id != NULL);
		assert_true(text_equal(answer.id, rows[i].id));
		assert_int_equal(answer.note != NULL, rows[i].words != NULL);
		assert_true(!rows[i].words || strstr(answer.note, rows[i].words));
		record_release(&change_answer_record, &answer);
	}
}

/* A call that never left this machine changed nothing, and says why it did not. */
static void test_call_that_is_not_sent_is_refused(void **state)
{
	static const char keys[] = "ALIBABA_CLOUD_ACCESS_KEY_ID=id\0"
				   "ALIBABA_CLOUD_ACCESS_KEY_SECRET=secret";
	int fd = memfd_create("keys", MFD_CLOEXEC);
	struct change_request request = {
		.cloud = { .budget_ms = 1000, .environment_fd = { true, (uint32_t)fd },
			   .plan = { .region = (char *)"cn-x",
				     .endpoints.cr = (char *)"ftp://nowhere" } },
		.make = true, .call = { .product = (char *)"cr", .action = (char *)"MakeLink" },
	};
	struct change_answer answer = { .outcome = CHANGE_UNSET };
	struct fault fault = { .code = 0 };

	(void)state;
	assert_true(fd >= 0);
	assert_true(write(fd, keys, sizeof(keys)) == sizeof(keys));
	assert_int_equal(cloud_change(&request, &answer, &fault), 0);
	assert_int_equal(answer.outcome, CHANGE_REFUSED);
	assert_non_null(strstr(answer.note, "the endpoint's address is none"));
	record_release(&change_answer_record, &answer);
	assert_int_equal(close(fd), 0);
}

/* Wherever the reply hides it: a link that is not found is made once more. */
static void test_look_goes_to_the_bottom(void **state)
{
	struct change_answer answer;
	struct text reply;
	int depth;

	(void)state;
	text_init(&reply, 4096);
	for (depth = 0; depth < 40; depth++)
		text_add(&reply, "{\"A\":");
	text_add(&reply, LINK);
	for (depth = 0; depth < 40; depth++)
		text_add(&reply, "}");
	assert_int_equal(text_error(&reply), 0);
	look("200", text_string(&reply), &answer);
	assert_int_equal(answer.outcome, CHANGE_DONE);
	assert_true(answer.found);
	record_release(&change_answer_record, &answer);
	text_release(&reply);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_looks),
		cmocka_unit_test(test_call_that_is_not_sent_is_refused),
		cmocka_unit_test(test_look_goes_to_the_bottom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
