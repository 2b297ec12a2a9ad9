/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON report: its keys as the contract has them, from facts and judgement alone.
 */
#include "cmd/clock.h"
#include "cmd/report.h"

#include <cJSON.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const keys[] = {
	"schema", "tool", "verdict", "gate", "vantage", "range", "started", "took_ms", "summary",
	"findings", "probes",
};

static void fill(struct facts *facts, struct judgement *judgement)
{
	struct finding *finding;

	facts_init(facts);
	memset(judgement, 0, sizeof(*judgement));
	findings_init(&judgement->findings);
	facts->started = text_copy("2026-11-20T12:00:00Z");
	facts->took_ms = 41;
	facts->host.section.state = FACT_OK;
	facts->host.name = text_copy("git1");
	facts->host.uid = 7;
	facts->xfrm.section.state = FACT_DENIED;
	facts->xfrm.section.note = text_copy("needs \"net_admin\"");
	finding = findings_add(&judgement->findings, STATUS_FAIL);
	assert_non_null(finding);
	finding->code = text_copy("return-route-partial");
	finding->share = (struct share){ .known = true, .addresses = 1 };
	finding_message(&judgement->findings, finding, "a %s message", "\"quoted\"");
	judgement->counts[STATUS_FAIL] = 1;
	judgement->verdict = VERDICT_NOT_READY;
	judgement->gate = VERDICT_NOT_READY;
	judgement->vantage = VANTAGE_IDC_ROUTER;
}

static cJSON *render(const struct facts *facts, const struct judgement *judgement, bool pretty)
{
	const struct report_options options = { .json = true, .pretty = pretty };
	struct join_machine machine = { .facts = facts };
	const struct join join = { .machines = { .items = &machine, .count = 1 } };
	struct report report;
	struct text out;
	cJSON *json = NULL;

	text_init(&out, 1 << 20);
	assert_int_equal(report_build(&report, &join, judgement), 0);
	report_render(&report, &options, &out);
	report_release(&report);
	assert_int_equal(text_error(&out), 0);
	assert_int_equal(json_parse(text_string(&out), out.length, &json, NULL), 0);
	assert_int_equal(strcspn(text_string(&out), "\n") + 1 == out.length, !pretty);
	text_release(&out);
	return json;
}

static const char *word(const cJSON *json, const char *key)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, key));
}

static void keys_are_the_contracts(void **state)
{
	struct facts facts;
	struct judgement judgement;
	const cJSON *item;
	cJSON *json;
	size_t i;

	(void)state;
	fill(&facts, &judgement);
	json = render(&facts, &judgement, false);
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		assert_non_null(cJSON_GetObjectItemCaseSensitive(json, keys[i]));
	assert_string_equal(word(json, "schema"), "reachback.report/1");
	assert_string_equal(word(json, "verdict"), "not-ready");
	assert_string_equal(word(json, "range"), "100.104.0.0/16");
	item = cJSON_GetObjectItemCaseSensitive(json, "vantage");
	assert_string_equal(word(item, "kind"), "idc-router");
	assert_string_equal(word(item, "host"), "git1");
	item = cJSON_GetObjectItemCaseSensitive(json, "summary");
	assert_int_equal(cJSON_GetObjectItemCaseSensitive(item, "fail")->valueint, 1);
	item = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(json, "findings"), 0);
	assert_string_equal(word(item, "message"), "a \"quoted\" message");
	assert_string_equal(word(item, "status"), "fail");
	assert_true(cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(item, "subject")));
	assert_true(cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(item, "causes")));
	assert_true(cJSON_GetObjectItemCaseSensitive(item, "share")->valuedouble == 1.0 / 65536);
	cJSON_Delete(json);
	json = render(&facts, &judgement, true);
	assert_string_equal(word(json, "verdict"), "not-ready");
	cJSON_Delete(json);
	facts_release(&facts);
	judgement_release(&judgement);
}

static void every_section_has_its_state(void **state)
{
	struct facts facts;
	struct judgement judgement;
	const cJSON *probes, *probe;
	bool denied = false;
	cJSON *json;

	(void)state;
	fill(&facts, &judgement);
	json = render(&facts, &judgement, false);
	probes = cJSON_GetObjectItemCaseSensitive(json, "probes");
	assert_int_equal(cJSON_GetArraySize(probes), SECTION_COUNT - 1);
	cJSON_ArrayForEach(probe, probes) {
		if (strcmp(word(probe, "name"), "xfrm") != 0)
			continue;
		assert_string_equal(word(probe, "state"), "denied");
		assert_string_equal(word(probe, "note"), "needs \"net_admin\"");
		denied = true;
	}
	assert_true(denied);
	cJSON_Delete(json);
	facts_release(&facts);
	judgement_release(&judgement);
}

struct time_row {
	const char *text;
	int code;
	int64_t seconds;
};

static const struct time_row time_rows[] = {
	{ "1970-01-01T00:00:00Z", 0, 0 },
	{ "2026-11-20T12:00:00Z", 0, 1795176000 },
	{ "2028-02-29T00:00:00Z", 0, 1835395200 },
	{ "2026-02-29T00:00:00Z", -EINVAL, 0 },
	{ "2026-13-01T00:00:00Z", -EINVAL, 0 },
	{ "2026-11-20T24:00:00Z", -EINVAL, 0 },
	{ "2026-11-20T12:00:00", -EINVAL, 0 },
	{ "2026-11-20 12:00:00Z", -EINVAL, 0 },
	{ "2026-11-20T12:00:00Zx", -EINVAL, 0 },
	{ "", -EINVAL, 0 },
	{ NULL, -EINVAL, 0 },
};

static void times_are_read(void **state)
{
	char now[CLOCK_TEXT_MAX];
	int64_t seconds = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(time_rows) / sizeof(time_rows[0]); i++) {
		assert_int_equal(clock_parse(time_rows[i].text, &seconds), time_rows[i].code);
		if (!time_rows[i].code)
			assert_int_equal(seconds, time_rows[i].seconds);
	}
	assert_int_equal(clock_now_text(now), 0);
	assert_int_equal(clock_parse(now, &seconds), 0);
	assert_string_equal(clock_age_words(119, now), "119 s");
	assert_string_equal(clock_age_words(7200, now), "2 h");
	assert_string_equal(clock_age_words(86400 * 3, now), "3 days");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_the_contracts),
		cmocka_unit_test(every_section_has_its_state),
		cmocka_unit_test(times_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
