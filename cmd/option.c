/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parser of the command line, driven by the option table.
 *
 * GNU habits: options and operands in any order, "--" ends the options, "--name=value" or
 * "--name value", letters in clusters, a letter's argument attached or next. No abbreviations: a
 * script must not break when an option is added.
 */
#include "cmd/option.h"

#include "cmd/nearest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS 86400000u
#define MAX_TIME_MOST DAY_MS
#define MAX_AGE_MOST ((uint64_t)DAY_MS * 36525)

struct parser {
	struct settings *settings;
	char *const *argv;
	int argc, at;
	struct fault *fault;
};

void option_set_init(struct option_set *set)
{
	memset(set, 0, sizeof(*set));
	set->options = option_table;
	while (option_table[set->count].name)
		set->count++;
}

void option_set_release(struct option_set *set)
{
	size_t i;

	for (i = 0; i < set->text_count; i++)
		free(set->texts[i]);
	free(set->texts);
	free(set->made);
	memset(set, 0, sizeof(*set));
}

const struct option *option_find(const struct option_set *set, const char *name)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		if (strcmp(set->options[i].name, name) == 0)
			return &set->options[i];
	return NULL;
}

static const struct option *find_letter(const struct option_set *set, char letter)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		if (set->options[i].letter == letter)
			return &set->options[i];
	return NULL;
}

int duration_parse(const char *string, uint64_t most_ms, uint64_t *ms)
{
	static const struct { char letter; uint64_t ms; } units[] = {
		{ 's', 1000 }, { 'm', 60000 }, { 'h', 3600000 }, { 'd', DAY_MS },
	};
	uint64_t whole, thousandths = 0, scale = 100, unit = 1000;
	const char *cursor = string;
	size_t i;

	if (text_number(&cursor, UINT32_MAX, &whole))
		return -EINVAL;
	if (*cursor == '.') {
		for (cursor++; *cursor >= '0' && *cursor <= '9' && scale > 0; cursor++) {
			thousandths += (uint64_t)(*cursor - '0') * scale;
			scale /= 10;
		}
		if (scale == 100)
			return -EINVAL;
	}
	for (i = 0; *cursor != '\0' && i < sizeof(units) / sizeof(units[0]); i++) {
		if (*cursor == units[i].letter) {
			unit = units[i].ms;
			cursor++;
			break;
		}
	}
	if (*cursor != '\0')
		return -EINVAL;
	*ms = whole * unit + thousandths * unit / 1000;
	return *ms > 0 && *ms <= most_ms ? 0 : -EINVAL;
}

static int set_duration(struct parser *parser, const struct option *option, const char *value)
{
	struct duration *duration =
		(struct duration *)(void *)((char *)parser->settings + option->offset);
	uint64_t most = duration == &parser->settings->max_age ? MAX_AGE_MOST : MAX_TIME_MOST;

	if (duration_parse(value, most, &duration->ms))
		return fault_set(parser->fault, -EINVAL,
				 "--%s: \"%s\" is no time (accepted: seconds, or a number with s, "
				 "m, h or d, above 0 and at most %u days)",
				 option->name, value, (unsigned int)(most / DAY_MS));
	duration->given = true;
	return 0;
}

static int set_color(struct parser *parser, const struct option *option, const char *value)
{
	static const char *const words[] = { "auto", "always", "never" };
	int i;

	parser->settings->color_given = true;
	parser->settings->color = COLOR_ALWAYS;
	if (!value)
		return 0;
	for (i = COLOR_AUTO; i <= COLOR_NEVER; i++) {
		if (strcmp(value, words[i]) == 0) {
			parser->settings->color = i;
			return 0;
		}
	}
	return fault_set(parser->fault, -EINVAL,
			 "--%s: unknown word \"%s\" (accepted: auto, always, never)", option->name,
			 value);
}

static int set_option(struct parser *parser, const struct option *option, const char *value)
{
	char *base = (char *)parser->settings;
	struct given *given = &parser->settings->given[parser->settings->given_count++];

	given->option = option;
	given->value = value;
	switch (option->kind) {
	case OPTION_FLAG:
		*(bool *)(base + option->offset) = true;
		return 0;
	case OPTION_TEXT:
		*(const char **)(void *)(base + option->offset) = value;
		return 0;
	case OPTION_DURATION:
		return set_duration(parser, option, value);
	case OPTION_COLOR:
		return set_color(parser, option, value);
	case OPTION_LATER:
	case OPTION_PLAN:
		return 0;
	}
	return 0;
}

/* The argument of an option that needs one: attached, or the next word. */
static int take_value(struct parser *parser, const struct option *option, const char **value)
{
	if (*value || option->kind == OPTION_COLOR)
		return 0;
	if (parser->at + 1 >= parser->argc)
		return fault_set(parser->fault, -EINVAL, "--%s needs an argument: %s", option->name,
				 option->argument);
	*value = parser->argv[++parser->at];
	return 0;
}

static int unknown_option(struct parser *parser, const char *name)
{
	const struct option_set *set = &parser->settings->set;
	struct nearest nearest;
	size_t i;

	nearest_init(&nearest, name);
	for (i = 0; i < set->count; i++)
		nearest_offer(&nearest, set->options[i].name);
	if (!nearest.best)
		return fault_set(parser->fault, -EINVAL,
				 "unknown option \"--%s\" (see \"reachback --help\")", name);
	return fault_set(parser->fault, -EINVAL, "unknown option \"--%s\", did you mean \"--%s\"?",
			 name, nearest.best);
}

static int parse_long(struct parser *parser, const char *word)
{
	const char *value = strchr(word, '=');
	size_t length = value ? (size_t)(value - word) : strlen(word);
	const struct option *option;
	char *name;
	int code;

	name = strndup(word, length);
	if (!name)
		return -ENOMEM;
	option = option_find(&parser->settings->set, name);
	code = option ? 0 : option_set_complete(&parser->settings->set);
	if (!option && !code) {
		option = option_find(&parser->settings->set, name);
		code = option ? 0 : unknown_option(parser, name);
	}
	free(name);
	if (code)
		return code;
	if (value)
		value++;
	if (!option->argument) {
		if (value)
			return fault_set(parser->fault, -EINVAL, "--%s takes no argument",
					 option->name);
		return set_option(parser, option, NULL);
	}
	code = take_value(parser, option, &value);
	return code ? code : set_option(parser, option, value);
}

/* A cluster: flags, and at its end perhaps a letter with an argument. */
static int parse_letters(struct parser *parser, const char *letters)
{
	for (; *letters != '\0'; letters++) {
		const struct option *option = find_letter(&parser->settings->set, *letters);
		const char *value = NULL;
		int code;

		if (!option)
			return fault_set(parser->fault, -EINVAL,
					 "unknown option \"-%c\" (see \"reachback --help\")",
					 *letters);
		if (!option->argument) {
			code = set_option(parser, option, NULL);
			if (code)
				return code;
			continue;
		}
		if (letters[1] == '=')
			value = letters + 2;
		else if (letters[1] != '\0' && option->kind != OPTION_COLOR)
			value = letters + 1;
		else if (letters[1] != '\0') {
			code = set_option(parser, option, NULL);
			if (code)
				return code;
			continue;
		}
		code = take_value(parser, option, &value);
		return code ? code : set_option(parser, option, value);
	}
	return 0;
}

static int set_command(struct parser *parser, const char *word)
{
	const struct command *command;
	struct nearest nearest;

	nearest_init(&nearest, word);
	for (command = parser->settings->commands; command->name; command++) {
		if (strcmp(command->name, word) == 0) {
			parser->settings->command = command;
			return 0;
		}
		nearest_offer(&nearest, command->name);
	}
	if (nearest.best)
		return fault_set(parser->fault, -EINVAL,
				 "unknown command \"%s\", did you mean \"%s\"?", word,
				 nearest.best);
	return fault_set(parser->fault, -EINVAL,
			 "unknown command \"%s\" (see \"reachback --help\")", word);
}

static int parse_words(struct parser *parser)
{
	struct settings *settings = parser->settings;
	bool options = true;
	int code = 0;

	for (parser->at = 1; !code && parser->at < parser->argc; parser->at++) {
		const char *word = parser->argv[parser->at];

		if (options && strcmp(word, "--") == 0)
			options = false;
		else if (options && word[0] == '-' && word[1] == '-')
			code = parse_long(parser, word + 2);
		else if (options && word[0] == '-' && word[1] != '\0')
			code = parse_letters(parser, word + 1);
		else if (!settings->command)
			code = set_command(parser, word);
		else
			settings->operands[settings->operand_count++] = word;
	}
	return code;
}

/* Is every option one of the command's, and is the number of operands right? */
static int check_fit(const struct settings *settings, struct fault *fault)
{
	const struct command *command = settings->command;
	size_t i;

	for (i = 0; i < settings->given_count; i++) {
		const struct option *option = settings->given[i].option;

		if (!(option->commands & (unsigned int)command->bit))
			return fault_set(fault, -EINVAL,
					 "\"%s\" takes no option --%s (see \"reachback %s "
					 "--help\")",
					 command->name, option->name, command->name);
	}
	if (settings->operand_count < command->least)
		return fault_set(fault, -EINVAL, "\"%s\" needs an operand: %s", command->name,
				 command->operands);
	if (settings->operand_count > command->most)
		return fault_set(fault, -EINVAL, "\"%s\" takes no operand \"%s\"", command->name,
				 settings->operands[command->most]);
	return 0;
}

int settings_parse(struct settings *settings, const struct command *commands, int argc,
		   char *const argv[], struct fault *fault)
{
	struct parser parser = { .settings = settings, .argv = argv, .argc = argc, .fault = fault };
	size_t letters = 0;
	int i, code;

	memset(settings, 0, sizeof(*settings));
	settings->commands = commands;
	for (i = 1; i < argc; i++)
		letters += strlen(argv[i]);
	/* Every letter of a cluster may be an option. */
	settings->given = calloc(letters + 1, sizeof(*settings->given));
	settings->operands = calloc((size_t)(argc > 0 ? argc : 1), sizeof(*settings->operands));
	if (!settings->given || !settings->operands)
		return -ENOMEM;
	option_set_init(&settings->set);
	code = parse_words(&parser);
	if (!code && (settings->help || (settings->command && settings->command->all_options)))
		code = option_set_complete(&settings->set);
	if (code || settings->help || settings->version)
		return code;
	if (!settings->command)
		settings->command = commands;
	return check_fit(settings, fault);
}

void settings_release(struct settings *settings)
{
	option_set_release(&settings->set);
	free(settings->given);
	free(settings->operands);
	memset(settings, 0, sizeof(*settings));
}

bool settings_have(const struct settings *settings, const char *name)
{
	size_t i;

	for (i = 0; i < settings->given_count; i++)
		if (strcmp(settings->given[i].option->name, name) == 0)
			return true;
	return false;
}
