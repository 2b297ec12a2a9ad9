/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text report: what stands first, what is folded, and that no line is too wide.
 */
#include "cmd/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct scene {
	struct facts facts;
	struct judgement judgement;
	struct text out;
};

static void scene_init(struct scene *scene, enum verdict verdict, enum verdict gate)
{
	memset(scene, 0, sizeof(*scene));
	facts_init(&scene->facts);
	findings_init(&scene->judgement.findings);
	scene->facts.started = text_copy("2026-11-20T12:00:00Z");
	scene->judgement.vantage_reason = text_copy("172.20.5.10 sits here");
	scene->judgement.verdict = verdict;
	scene->judgement.gate = gate;
	text_init(&scene->out, 1 << 20);
}

static void scene_release(struct scene *scene)
{
	facts_release(&scene->facts);
	judgement_release(&scene->judgement);
	text_release(&scene->out);
}

static const char *scene_render(struct scene *scene, const struct report_options *options)
{
	struct join_machine machine = { .facts = &scene->facts };
	const struct join join = { .machines = { .items = &machine, .count = 1 } };
	struct report report;

	text_clear(&scene->out);
	assert_int_equal(report_build(&report, &join, &scene->judgement), 0);
	report_render(&report, options, &scene->out);
	report_release(&report);
	assert_int_equal(text_error(&scene->out), 0);
	return text_string(&scene->out);
}

static struct finding *add_finding(struct scene *scene, const char *code,
				   enum finding_status status)
{
	struct finding *finding = findings_add(&scene->judgement.findings, status);

	assert_non_null(finding);
	finding->code = text_copy(code);
	scene->judgement.counts[status]++;
	return finding;
}

static void add_missing(struct scene *scene, const char *vantage, const char *what,
			const char *needs)
{
	struct gate_missing *missing = list_add(&scene->judgement.missing, sizeof(*missing));

	assert_non_null(missing);
	missing->vantage = text_copy(vantage);
	missing->what = text_copy(what);
	missing->needs = text_copy(needs);
	missing->needed = true;
}

/* Every line, colour left out, fits 80 columns. */
static void assert_narrow(const char *text)
{
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");

		if (length > STYLE_COLUMNS)
			fail_msg("too wide: %.*s", (int)length, text);
		text += length + (text[length] == '\n');
	}
}

static void both_verdicts_stand_first(void **state)
{
	const struct report_options options = { .verbose = false };
	struct scene scene;
	const char *text;

	(void)state;
	scene_init(&scene, VERDICT_READY, VERDICT_UNDETERMINED);
	add_missing(&scene, "vswitch-host", "endpoints from the vSwitch",
		    "nobody asked the endpoints from there");
	add_missing(&scene, "cloud", "security groups", "security groups and network ACL");
	add_missing(&scene, "gitlab-host", "security groups", "said once in the first line");
	text = scene_render(&scene, &options);
	assert_true(text_has_prefix(text,
				    "THIS HOST READY, LINK UNDETERMINED: needs endpoints from the "
				    "vSwitch, security\n  groups\n"));
	assert_non_null(strstr(text, "nobody asked the endpoints"));
	assert_narrow(text);
	scene.judgement.verdict = scene.judgement.gate = VERDICT_NOT_READY;
	text = scene_render(&scene, &options);
	assert_true(text_has_prefix(text, "THIS HOST NOT READY, LINK NOT READY\n"));
	scene_release(&scene);
}

static void add_cause(struct scene *scene)
{
	struct findings *findings = &scene->judgement.findings;
	struct finding *finding = add_finding(scene, "return-route-partial", STATUS_FAIL);

	finding_cause(findings, finding, "RT-02");
	finding->subject.prefix = prefix_make(0x64688000, 17);
	strings_add(&finding->subject.services, "172.20.5.10:443");
	finding_message(findings, finding, "50.0%% of 100.104.0.0/16 leaves by 172.21.5.1");
	finding_expected(findings, finding, "all of it by 172.20.5.1");
	finding_evidence(findings, finding, "/routes/classes/1", "100.104.128.0/17 dev eth1");
	finding_remedy(findings, finding, "linux",
		       "ip route replace 100.104.0.0/16 via 172.20.5.1");
	finding_remedy(findings, finding, "frr", "ip route 100.104.0.0/16 172.20.5.1");
	finding_next(findings, finding, "the router behind 172.20.5.1");
}

static void a_cause_says_all_it_knows(void **state)
{
	static const char *const wanted[] = {
		"FAIL return-route-partial (RT-02)\n", "\n  50.0% of ",
		"\n  where     100.104.128.0/17, service 172.20.5.10:443\n",
		"\n  expected  all of it by 172.20.5.1\n",
		"\n  seen      100.104.128.0/17 dev eth1\n",
		"\n  fix       ip route replace 100.104.0.0/16 via 172.20.5.1\n",
		"\n  next      the router behind 172.20.5.1\n",
		"\n  more      reachback explain return-route-partial\n",
	};
	struct report_options options = { .verbose = false };
	struct scene scene;
	const char *text, *at;
	size_t i;

	(void)state;
	scene_init(&scene, VERDICT_NOT_READY, VERDICT_NOT_READY);
	add_cause(&scene);
	text = at = scene_render(&scene, &options);
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		at = strstr(at, wanted[i]);
		if (!at)
			fail_msg("missing: %s", wanted[i]);
	}
	assert_null(strstr(text, "frr: "));
	assert_null(strstr(text, "/routes/classes/1"));
	options.verbose = true;
	text = scene_render(&scene, &options);
	assert_non_null(strstr(text, "frr: ip route 100.104.0.0/16 172.20.5.1\n"));
	assert_non_null(strstr(text, "/routes/classes/1"));
	options.no_hints = true;
	text = scene_render(&scene, &options);
	assert_null(strstr(text, "ip route replace"));
	assert_null(strstr(text, "  next  "));
	assert_non_null(strstr(text, "  seen  "));
	scene_release(&scene);
}

static void unknowns_follow_causes_and_passes_are_folded(void **state)
{
	struct report_options options = { .verbose = false };
	struct scene scene;
	struct finding *finding;
	const char *text;

	(void)state;
	scene_init(&scene, VERDICT_NOT_READY, VERDICT_NOT_READY);
	finding = add_finding(&scene, "no-such-rule", STATUS_UNKNOWN);
	finding_message(&scene.judgement.findings, finding, "could not look");
	finding_settle(&scene.judgement.findings, finding, "sudo reachback");
	finding = add_finding(&scene, "no-such-pass", STATUS_PASS);
	finding_message(&scene.judgement.findings, finding, "all is well");
	finding = add_finding(&scene, "no-such-block", STATUS_BLOCKED);
	finding_message(&scene.judgement.findings, finding, "hidden");
	strings_add(&finding->blocked_by, "return-route-partial");
	add_cause(&scene);
	text = scene_render(&scene, &options);
	assert_true(strstr(text, "FAIL ") < strstr(text, "UNKNOWN "));
	assert_non_null(strstr(text, "\n  settle    sudo reachback\n"));
	assert_null(strstr(text, "all is well"));
	assert_non_null(strstr(text, "1 pass, 1 unknown, 1 blocked (behind return-route-partial)"));
	options.verbose = true;
	text = scene_render(&scene, &options);
	assert_non_null(strstr(text, "PASS no-such-pass\n  all is well\n"));
	assert_non_null(strstr(text, "\n  blocked by\n            return-route-partial\n"));
	scene_release(&scene);
}

static void an_acceptance_is_shown(void **state)
{
	const struct report_options options = { .verbose = false };
	struct scene scene;
	struct finding *finding;

	(void)state;
	scene_init(&scene, VERDICT_RISKS, VERDICT_UNDETERMINED);
	finding = add_finding(&scene, "no-such-rule", STATUS_FAIL);
	finding->accepted.reason = text_copy("carrier confirmed");
	finding->accepted.until = text_copy("2026-12-31");
	assert_non_null(strstr(scene_render(&scene, &options),
			       "\n  accepted  carrier confirmed, until 2026-12-31\n"));
	scene_release(&scene);
}

struct wrap_row {
	const char *words;
	bool command;
	const char *wanted;
};

#define TEN "0123456789"
#define FORTY TEN TEN TEN TEN

static const struct wrap_row wrap_rows[] = {
	{ "", false, "\n" },
	{ "a b", false, "a b\n" },
	{ FORTY " " FORTY, false, FORTY "\n  " FORTY "\n" },
	{ FORTY " " FORTY " x", true, FORTY " \\\n  " FORTY " x\n" },
	{ FORTY FORTY TEN " x", false, FORTY FORTY TEN "\n  x\n" },
	{ "echo '" FORTY " " FORTY "'", true, "echo \\\n  '" FORTY " " FORTY "'\n" },
	{ "one\n  two\n\nthree", false, "one\n    two\n  \n  three\n" },
	{ "it's " FORTY " " FORTY, true, "it's " FORTY " \\\n  " FORTY "\n" },
	{ "blank at the end ", false, "blank at the end\n" },
};

static void words_are_wrapped(void **state)
{
	struct text out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrap_rows) / sizeof(wrap_rows[0]); i++) {
		text_init(&out, 65536);
		if (wrap_rows[i].command)
			style_wrap_command(&out, 0, 2, wrap_rows[i].words);
		else
			style_wrap(&out, 0, 2, wrap_rows[i].words);
		assert_string_equal(text_string(&out), wrap_rows[i].wanted);
		text_release(&out);
	}
}

/* A column is a character: 40 of two bytes leave room for 39 more. */
static void columns_are_characters(void **state)
{
	struct text words, out;
	int i;

	(void)state;
	text_init(&words, 65536);
	text_init(&out, 65536);
	for (i = 0; i < 40; i++)
		text_add(&words, "\xc3\xa9");
	text_add(&words, " 012345678901234567890123456789012345678");
	assert_int_equal(style_width(text_string(&words)), 80);
	style_wrap(&out, 0, 2, text_string(&words));
	assert_int_equal(strcspn(text_string(&out), "\n"), words.length);
	text_release(&words);
	text_release(&out);
}

/* Words of any length in every place: never wider than 80 columns where a blank would do. */
static void long_words_stay_narrow(void **state)
{
	const struct report_options options = { .verbose = true };
	struct scene scene;
	struct findings *findings;
	struct finding *finding;
	int i, size;

	(void)state;
	for (size = 1; size < 60; size += 7) {
		scene_init(&scene, VERDICT_NOT_READY, VERDICT_UNDETERMINED);
		findings = &scene.judgement.findings;
		finding = add_finding(&scene, "return-route-partial", STATUS_FAIL);
		finding_message(findings, finding, "%0*d %0*d %0*d", size, 0, size, 0, size, 0);
		finding_expected(findings, finding, "%0*d %0*d", size, 0, size, 0);
		finding_evidence(findings, finding, "/a", "%0*d %0*d", size, 0, size, 0);
		finding_remedy(findings, finding, "linux", "%0*d %0*d %d", size, 0, size, 0, size);
		finding_remedy(findings, finding, "netplan", "%0*d %0*d", size - 1, 0, size, 0);
		for (i = 0; i < 9; i++)
			strings_add(&finding->subject.services, "172.20.5.100:65535");
		add_missing(&scene, "vswitch-host", "this and that",
			    "this and that and more and still more than that and so on until the "
			    "line is full");
		assert_narrow(scene_render(&scene, &options));
		scene_release(&scene);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_verdicts_stand_first),
		cmocka_unit_test(a_cause_says_all_it_knows),
		cmocka_unit_test(unknowns_follow_causes_and_passes_are_folded),
		cmocka_unit_test(an_acceptance_is_shown),
		cmocka_unit_test(words_are_wrapped),
		cmocka_unit_test(columns_are_characters),
		cmocka_unit_test(long_words_stay_narrow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
