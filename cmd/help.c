/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --help and --version, printed from the tables of commands and options.
 */
#include "cmd/help.h"

#include "cmd/output.h"
#include "cmd/style.h"

#include <string.h>

#define HELP_SIZE_MAX ((size_t)256 * 1024)
#define COMMAND_COLUMN 12
#define OPTION_COLUMN 30

const struct exit_row exit_rows[] = {
	{ 0, "ready (risks are listed)" },
	{ 1, "ready with risks, with --strict" },
	{ 2, "not ready" },
	{ 3, "undetermined" },
	{ EXIT_USAGE, "wrong usage, or input that cannot be read" },
	{ EXIT_OWN, "the program itself failed" },
	{ EXIT_WRITE, "the answer could not be written" },
};
const size_t exit_row_count = sizeof(exit_rows) / sizeof(exit_rows[0]);

void help_option_words(const struct option *option, struct text *out)
{
	if (option->letter)
		text_addf(out, "-%c, ", option->letter);
	text_addf(out, "--%s", option->name);
	if (option->argument)
		text_addf(out, option->kind == OPTION_COLOR ? "[=%s]" : " %s", option->argument);
}

bool help_opens_group(const struct option_set *set, const struct option *option,
		      unsigned int commands)
{
	const struct option *other;

	for (other = set->options; other != option; other++)
		if ((other->commands & commands) && strcmp(other->group, option->group) == 0)
			return false;
	return true;
}

static void add_option(const struct option *option, struct text *out)
{
	struct text words, help;

	text_init(&words, 256);
	text_init(&help, 4096);
	help_option_words(option, &words);
	text_addf(&help, "%s%s", option->help ? option->help : "",
		  option->repeatable ? "; may be repeated" : "");
	style_item(out, option->letter ? 2 : 6, OPTION_COLUMN, text_string(&words),
		   text_string(&help));
	if (text_error(&words) || text_error(&help))
		out->error = text_error(&words) ? text_error(&words) : text_error(&help);
	text_release(&words);
	text_release(&help);
}

/* Options that any of `commands` takes, under their headings; `keys`: those of the plan, too. */
static void add_options(const struct option_set *set, unsigned int commands, bool keys,
			struct text *out)
{
	const struct option *heading, *option;

	for (heading = set->options; heading->name; heading++) {
		if (!(heading->commands & commands) || !help_opens_group(set, heading, commands))
			continue;
		if (heading->key && !keys)
			continue;
		text_addf(out, "\n%s:\n", heading->group);
		for (option = heading; option->name; option++)
			if ((option->commands & commands) &&
			    strcmp(option->group, heading->group) == 0)
				add_option(option, out);
	}
}

static void add_synopsis(const struct command *command, struct text *out)
{
	text_addf(out, "Usage: reachback %s", command->name);
	text_add(out, " [OPTION]...");
	if (command->operands)
		text_addf(out, " %s", command->operands);
	text_add(out, "\n\n");
	style_wrap(out, 0, 0, command->doc);
	if (command->words) {
		struct text words;

		text_init(&words, HELP_SIZE_MAX);
		command->words(&words);
		text_add(out, "\n");
		style_item(out, 0, COMMAND_COLUMN, command->operands, text_string(&words));
		if (text_error(&words))
			out->error = text_error(&words);
		text_release(&words);
	}
}

static void add_overview(const struct settings *settings, struct text *out)
{
	const struct command *command;
	size_t i;

	text_add(out, "Usage: reachback [COMMAND] [OPTION]...\n\n");
	style_wrap(out, 0, 0,
		   "Says whether a private link of a container registry will work from this host: "
		   "whether every reply into 100.104.0.0/16 finds its way home.");
	text_add(out, "\nCommands:\n");
	for (command = settings->commands; command->name; command++)
		style_item(out, 2, COMMAND_COLUMN, command->name, command->summary);
	add_options(&settings->set, COMMAND_CHECK, false, out);
	text_add(out, "\n");
	style_wrap(out, 0, 0,
		   "Every key of the plan has an option, such as --return-next-hop or "
		   "--gitlab-url: \"reachback check --help\" lists them.");
	text_add(out, "\nExit status:\n");
	for (i = 0; i < exit_row_count; i++)
		text_addf(out, "  %2d  %s\n", exit_rows[i].status, exit_rows[i].meaning);
	text_add(out, "\n");
	style_wrap(out, 0, 0,
		   "\"reachback COMMAND --help\" shows what a command takes, \"reachback docs "
		   "man\" the manual page.");
}

int help_answer(const struct settings *settings)
{
	struct text out;
	int status;

	text_init(&out, HELP_SIZE_MAX);
	if (settings->command) {
		add_synopsis(settings->command, &out);
		add_options(&settings->set, (unsigned int)settings->command->bit, true, &out);
	} else {
		add_overview(settings, &out);
	}
	status = output_answer(&out);
	text_release(&out);
	return status;
}

int version_answer(void)
{
	struct text out;
	int status;

	text_init(&out, 256);
	text_add(&out, "reachback " REACHBACK_VERSION "\n");
	status = output_answer(&out);
	text_release(&out);
	return status;
}
