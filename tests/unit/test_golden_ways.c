/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every golden/ways/NAME.json, facts of several machines, judged as one against NAME.expect: the
 * verdict and the causes; then, a line each and sorted, "CODE HOST SEGMENTS" of what fails or warns
 * and names a segment, and "CODE blocked" of a connection that something else explains.
 *
 * A new fixture is a row of golden/ways.py; nothing here has to change.
 */
#include "rules/join.h"
#include "rules/segments.h"
#include "rules/text.h"
#include "tests/unit/fixture.h"

#include <cjson/cJSON.h>

#include <dirent.h>

#define FOLDER "golden/ways"
#define MACHINES_MAX 4
#define LIMIT ((size_t)65536)

static size_t read_machines(const char *name, struct facts *facts)
{
	char *text = fixture_text(FOLDER, name, ".json"), *one;
	cJSON *all = cJSON_Parse(text);
	struct fault fault = { 0 };
	const cJSON *row;
	size_t count = 0;

	assert_non_null(all);
	cJSON_ArrayForEach(row, all) {
		assert_true(count < MACHINES_MAX);
		one = cJSON_PrintUnformatted(row);
		assert_non_null(one);
		facts_init(&facts[count]);
		if (facts_read(one, strlen(one), &facts[count], &fault))
			fail_msg("%s: %s", name, fault_text(&fault, fault.code));
		free(one);
		count++;
	}
	cJSON_Delete(all);
	free(text);
	return count;
}

static bool speaks(const struct finding *finding)
{
	return finding->status == STATUS_FAIL || finding->status == STATUS_WARN;
}

static void add_line(const struct finding *finding, struct strings *lines)
{
	struct text line;
	size_t i;

	text_init(&line, LIMIT);
	if (speaks(finding) && finding->segments.count) {
		text_addf(&line, "%s %s", finding->code,
			  finding->subject.host ? finding->subject.host : "-");
		for (i = 0; i < finding->segments.count; i++)
			text_addf(&line, " %s", finding->segments.items[i]);
	} else if (finding->status == STATUS_BLOCKED &&
		   text_equal(finding->code, "endpoint-connects")) {
		text_addf(&line, "%s blocked", finding->code);
	}
	assert_int_equal(text_error(&line), 0);
	if (line.length && !strings_contain(lines, text_string(&line)))
		assert_int_equal(strings_add(lines, text_string(&line)), 0);
	text_release(&line);
}

/* What the expectation spells. */
static char *summarize(const struct judgement *judgement)
{
	const struct list *list = &judgement->findings.list;
	struct strings causes = { 0 }, lines = { 0 };
	struct text out;
	char *words;
	size_t i, j;

	for (i = 0; i < list->count; i++) {
		const struct finding *finding = LIST_AT(list, struct finding, i);

		for (j = 0; speaks(finding) && j < finding->causes.count; j++)
			if (!strings_contain(&causes, finding->causes.items[j]))
				assert_int_equal(strings_add(&causes, finding->causes.items[j]),
						 0);
		add_line(finding, &lines);
	}
	strings_sort(&causes);
	strings_sort(&lines);
	text_init(&out, LIMIT);
	text_add(&out, verdict_words[judgement->verdict]);
	for (i = 0; i < causes.count; i++)
		text_addf(&out, " %s", causes.items[i]);
	for (i = 0; i < lines.count; i++)
		text_addf(&out, "\n%s", lines.items[i]);
	text_add(&out, "\n");
	words = text_take(&out);
	assert_non_null(words);
	strings_release(&causes);
	strings_release(&lines);
	return words;
}

static void show(const struct judgement *judgement)
{
	size_t i;

	for (i = 0; i < judgement->findings.list.count; i++) {
		const struct finding *finding =
			LIST_AT(&judgement->findings.list, struct finding, i);

		if (finding->status != STATUS_PASS && finding->status != STATUS_SKIPPED)
			print_message("%s %s %s: %s\n", status_words[finding->status],
				      finding->code,
				      finding->subject.host ? finding->subject.host : "-",
				      finding->message);
	}
}

static void check_fixture(const char *name)
{
	struct facts facts[MACHINES_MAX];
	const struct facts *given[MACHINES_MAX];
	char *expected = fixture_text(FOLDER, name, ".expect"), *judged;
	size_t count = read_machines(name, facts), i;
	struct judgement judgement;
	struct fault fault = { 0 };
	struct join join;

	for (i = 0; i < count; i++)
		given[i] = &facts[i];
	if (join_choose(given, count, &join, &fault) ||
	    join_judge(&join, "2026-11-20", &judgement, &fault))
		fail_msg("%s: %s", name, fault_text(&fault, fault.code));
	judged = summarize(&judgement);
	if (strcmp(judged, expected) != 0) {
		show(&judgement);
		fail_msg("%s: expected '%s', judged '%s'", name, expected, judged);
	}
	free(judged);
	free(expected);
	judgement_release(&judgement);
	join_release(&join);
	for (i = 0; i < count; i++)
		facts_release(&facts[i]);
}

static void test_all(void **state)
{
	struct dirent **names;
	int count = scandir(FOLDER, &names, NULL, alphasort), fixtures = 0, i;

	(void)state;
	assert_true(count > 0);
	for (i = 0; i < count; i++) {
		char *end = strstr(names[i]->d_name, ".json");

		if (end) {
			*end = '\0';
			check_fixture(names[i]->d_name);
			fixtures++;
		}
		free(names[i]);
	}
	free(names);
	assert_true(fixtures > 0);
}

/* A rule that is renamed must not fall out of the tables without a word. */
static void test_codes(void **state)
{
	size_t place;

	(void)state;
	for (place = 0; segments_code(place); place++)
		if (!rule_find(segments_code(place)))
			fail_msg("no rule %s", segments_code(place));
	assert_true(place > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all), cmocka_unit_test(test_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
