/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line and the options that come from the plan's table.
 */
#include "cmd/option.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define WORDS_MAX 16

static const struct command table[] = {
	{ .name = "check", .bit = COMMAND_CHECK, .summary = "look", .doc = "Looks." },
	{ .name = "judge", .bit = COMMAND_JUDGE, .operands = "FACTS...", .least = 1, .most = 2,
	  .summary = "judge", .doc = "Judges." },
	{ .name = NULL },
};

/* Parses a line of words with single blanks between them; the copy must outlive the settings. */
static int parse(struct settings *settings, char *line, struct fault *fault)
{
	char *argv[WORDS_MAX] = { (char *)"reachback" };
	int argc = 1;

	memset(fault, 0, sizeof(*fault));
	while (*line != '\0' && argc < WORDS_MAX) {
		argv[argc++] = line;
		line += strcspn(line, " ");
		if (*line != '\0')
			*line++ = '\0';
	}
	return settings_parse(settings, table, argc, argv, fault);
}

struct line_row {
	const char *line;
	int code;
	const char *command;
	size_t operands;
	bool json, pretty;
	int color;
	const char *plan, *netns;
};

static const struct line_row line_rows[] = {
	{ "", 0, "check", 0, false, false, COLOR_AUTO, NULL, NULL },
	{ "-j", 0, "check", 0, true, false, COLOR_AUTO, NULL, NULL },
	{ "-jp", 0, "check", 0, true, true, COLOR_AUTO, NULL, NULL },
	{ "--json judge a --pretty b", 0, "judge", 2, true, true, COLOR_AUTO, NULL, NULL },
	{ "judge -- --json", 0, "judge", 1, false, false, COLOR_AUTO, NULL, NULL },
	{ "judge -", 0, "judge", 1, false, false, COLOR_AUTO, NULL, NULL },
	{ "-c", 0, "check", 0, false, false, COLOR_ALWAYS, NULL, NULL },
	{ "-cj", 0, "check", 0, true, false, COLOR_ALWAYS, NULL, NULL },
	{ "-c=never", 0, "check", 0, false, false, COLOR_NEVER, NULL, NULL },
	{ "--color check", 0, "check", 0, false, false, COLOR_ALWAYS, NULL, NULL },
	{ "--color=auto", 0, "check", 0, false, false, COLOR_AUTO, NULL, NULL },
	{ "--plan p.json", 0, "check", 0, false, false, COLOR_AUTO, "p.json", NULL },
	{ "--plan=p.json -n blue", 0, "check", 0, false, false, COLOR_AUTO, "p.json", "blue" },
	{ "-jnblue", 0, "check", 0, true, false, COLOR_AUTO, NULL, "blue" },
	{ "-n=blue", 0, "check", 0, false, false, COLOR_AUTO, NULL, "blue" },
	{ "--plan=", 0, "check", 0, false, false, COLOR_AUTO, "", NULL },
	{ "--plan", -EINVAL, NULL, 0, false, false, 0, NULL, NULL },
	{ "-n", -EINVAL, NULL, 0, false, false, 0, NULL, NULL },
	{ "--pla=x", -EINVAL, NULL, 0, false, false, 0, NULL, NULL },
	{ "--json=1", -EINVAL, NULL, 0, false, false, 0, NULL, NULL },
	{ "-c=red", -EINVAL, NULL, 0, false, false, 0, NULL, NULL },
	{ "judge", -EINVAL, NULL, 0, false, false, 0, NULL, NULL },
	{ "judge a b c", -EINVAL, NULL, 0, false, false, 0, NULL, NULL },
	{ "judge a --netns x", -EINVAL, NULL, 0, false, false, 0, NULL, NULL },
	{ "jugde a", -EINVAL, NULL, 0, false, false, 0, NULL, NULL },
	{ "check a", -EINVAL, NULL, 0, false, false, 0, NULL, NULL },
};

static void lines_are_read(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(line_rows) / sizeof(line_rows[0]); i++) {
		const struct line_row *row = &line_rows[i];
		struct settings settings;
		struct fault fault;
		char line[128] = "";

		strncat(line, row->line, sizeof(line) - 1);
		assert_int_equal(parse(&settings, line, &fault), row->code);
		if (row->code) {
			assert_true(fault.text[0] != '\0');
		} else {
			assert_string_equal(settings.command->name, row->command);
			assert_int_equal(settings.operand_count, row->operands);
			assert_int_equal(settings.json, row->json);
			assert_int_equal(settings.pretty, row->pretty);
			assert_int_equal(settings.color, row->color);
			assert_true(text_equal(settings.plan_file, row->plan));
			assert_true(text_equal(settings.netns, row->netns));
		}
		settings_release(&settings);
	}
}

static void help_outweighs_what_is_missing(void **state)
{
	struct settings settings;
	struct fault fault;
	char line[] = "judge --help";

	(void)state;
	assert_int_equal(parse(&settings, line, &fault), 0);
	assert_true(settings.help);
	settings_release(&settings);
}

struct duration_row {
	const char *words;
	int code;
	uint64_t ms;
};

static const struct duration_row duration_rows[] = {
	{ "10", 0, 10000 },      { "0.5", 0, 500 },     { "2.25s", 0, 2250 },
	{ "30m", 0, 1800000 },   { "24h", 0, 86400000 }, { "0.001", 0, 1 },
	{ "1.5m", 0, 90000 },    { "", -EINVAL, 0 },    { "0", -EINVAL, 0 },
	{ "0.0", -EINVAL, 0 },   { "-1", -EINVAL, 0 },  { "+1", -EINVAL, 0 },
	{ " 1", -EINVAL, 0 },    { "1 ", -EINVAL, 0 },  { "1.", -EINVAL, 0 },
	{ ".5", -EINVAL, 0 },    { "1.2345", -EINVAL, 0 }, { "1w", -EINVAL, 0 },
	{ "1ms", -EINVAL, 0 },   { "0x10", -EINVAL, 0 }, { "1e3", -EINVAL, 0 },
	{ "2d", -EINVAL, 0 },    { "4294967296", -EINVAL, 0 },
};

static void durations_are_read(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(duration_rows) / sizeof(duration_rows[0]); i++) {
		const struct duration_row *row = &duration_rows[i];
		uint64_t ms = 0;

		assert_int_equal(duration_parse(row->words, 86400000, &ms), row->code);
		if (!row->code)
			assert_int_equal(ms, row->ms);
	}
}

/* Walks the plan's table as a reader of the design would, apart from the code under test. */
static size_t check_section(const struct option_set *set, const struct field *fields,
			    const char *prefix)
{
	size_t found = 0;

	for (; fields->name; fields++) {
		char name[128] = "";
		char *mark;

		if (fields->record || fields->type == FIELD_JSON ||
		    strcmp(fields->name, "schema") == 0)
			continue;
		strncat(name, prefix, 60);
		strncat(name, fields->name, 60);
		while ((mark = strchr(name, '_')) != NULL)
			*mark = '-';
		assert_non_null(option_find(set, name));
		assert_non_null(option_find(set, name)->help);
		found++;
	}
	return found;
}

static void every_key_of_the_plan_is_an_option(void **state)
{
	const struct field *field;
	struct option_set set = { .options = NULL };
	size_t found, own = 0, i;

	(void)state;
	option_set_init(&set);
	assert_int_equal(option_set_complete(&set), 0);
	found = check_section(&set, plan_record.fields, "");
	for (field = plan_record.fields; field->name; field++) {
		char prefix[64] = "";

		if (!field->record || strcmp(field->name, "accept") == 0)
			continue;
		if (strcmp(field->name, "datacenter") != 0) {
			strncat(prefix, field->name, 60);
			strncat(prefix, "-", 2);
		}
		found += check_section(&set, field->record->fields, prefix);
	}
	assert_true(found > 20);
	for (i = 0; i < set.count; i++)
		own += set.options[i].kind != OPTION_PLAN;
	assert_int_equal(own + found, set.count);
	option_set_release(&set);
}

static void names_and_letters_are_unique(void **state)
{
	struct option_set set = { .options = NULL };
	size_t i, j;

	(void)state;
	option_set_init(&set);
	assert_int_equal(option_set_complete(&set), 0);
	for (i = 0; i < set.count; i++) {
		assert_true(set.options[i].commands != 0);
		for (j = 0; j < i; j++) {
			assert_string_not_equal(set.options[i].name, set.options[j].name);
			if (set.options[i].letter)
				assert_int_not_equal(set.options[i].letter, set.options[j].letter);
		}
	}
	option_set_release(&set);
}

/* Options over what a file said. */
static void options_override_the_plan(void **state)
{
	static const char file[] =
		"{\"region\":\"cn-a\",\"link\":{\"gitlab_ip\":\"10.0.0.1\",\"other_ips\":"
		"[\"10.0.0.2\"]},\"maven\":[{\"url\":\"http://10.0.0.3/\",\"artifact\":\"a:b:1\"}],"
		"\"datacenter\":{\"return_next_hop\":\"10.0.0.4\",\"by_vantage\":{\"idc-router\":"
		"{\"return_next_hop\":\"10.0.0.5\",\"return_interface\":\"eth9\"}}}}";
	char line[] = "--link-other-ips 10.1.0.2 --link-other-ips 10.1.0.3 --maven-artifact c:d:2 "
		      "--return-next-hop 10.1.0.4 --gitlab-access ecs "
		      "--link-vswitch-cidr 10.2.0.0/24";
	struct settings settings;
	struct fault fault;
	struct plan plan;

	(void)state;
	memset(&plan, 0, sizeof(plan));
	assert_int_equal(parse(&settings, line, &fault), 0);
	assert_int_equal(plan_read(file, strlen(file), &plan, &fault), 0);
	assert_int_equal(options_apply(&settings, &plan, &fault), 0);
	assert_int_equal(plan.state, FACT_OK);
	assert_string_equal(plan.region, "cn-a");
	assert_int_equal(address_ipv4(&plan.link.gitlab_ip), 0x0a000001);
	assert_int_equal(plan.link.other_ips.count, 2);
	assert_string_equal(plan.link.other_ips.items[0], "10.1.0.2");
	assert_true(plan.link.vswitch_cidr.known);
	assert_int_equal(plan.maven.count, 1);
	assert_string_equal(LIST_AT(&plan.maven, struct plan_maven, 0)->artifact, "c:d:2");
	assert_int_equal(plan.gitlab.access, ACCESS_ECS);
	assert_int_equal(address_ipv4(&plan.datacenter.return_next_hop), 0x0a010004);
	assert_int_equal(plan.datacenter.by_vantage.idc_router.return_next_hop.family,
			 ADDRESS_NONE);
	assert_string_equal(plan.datacenter.by_vantage.idc_router.return_interface, "eth9");
	plan_release(&plan);
	settings_release(&settings);
}

static void lists_are_replaced_as_a_whole(void **state)
{
	char line[] = "--maven-url http://10.0.0.1/ --maven-artifact a:b:1 --maven-url "
		      "http://10.0.0.2/";
	static const char file[] = "{\"maven\":[{\"url\":\"http://10.9.9.9/\"}]}";
	struct settings settings;
	struct fault fault;
	struct plan plan;

	(void)state;
	memset(&plan, 0, sizeof(plan));
	assert_int_equal(parse(&settings, line, &fault), 0);
	assert_int_equal(plan_read(file, strlen(file), &plan, &fault), 0);
	assert_int_equal(options_apply(&settings, &plan, &fault), 0);
	assert_int_equal(plan.maven.count, 2);
	assert_string_equal(LIST_AT(&plan.maven, struct plan_maven, 0)->url, "http://10.0.0.1/");
	assert_string_equal(LIST_AT(&plan.maven, struct plan_maven, 0)->artifact, "a:b:1");
	assert_null(LIST_AT(&plan.maven, struct plan_maven, 1)->artifact);
	plan_release(&plan);
	settings_release(&settings);
}

static void without_options_the_plan_stays_absent(void **state)
{
	char line[] = "--json";
	struct settings settings;
	struct fault fault;
	struct plan plan;

	(void)state;
	memset(&plan, 0, sizeof(plan));
	assert_int_equal(parse(&settings, line, &fault), 0);
	assert_int_equal(options_apply(&settings, &plan, &fault), 0);
	assert_int_equal(plan.state, FACT_ABSENT);
	plan_release(&plan);
	settings_release(&settings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read),
		cmocka_unit_test(help_outweighs_what_is_missing),
		cmocka_unit_test(durations_are_read),
		cmocka_unit_test(every_key_of_the_plan_is_an_option),
		cmocka_unit_test(names_and_letters_are_unique),
		cmocka_unit_test(options_override_the_plan),
		cmocka_unit_test(lists_are_replaced_as_a_whole),
		cmocka_unit_test(without_options_the_plan_stays_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
