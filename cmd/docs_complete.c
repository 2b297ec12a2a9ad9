/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Completions for bash, zsh and fish, from the tables of commands and options.
 */
#include "cmd/docs.h"

#include <string.h>

#define HEAD "# SPDX-License-Identifier: Apache-2.0\n# Made by \"reachback docs completion-%s\".\n"

/* Does the argument name a file? Then the shell's own completion of names serves. */
static bool takes_file(const struct option *option)
{
	return option->argument && (strcmp(option->argument, "FILE") == 0);
}

/* Words that an argument may be, with blanks between: "ecs slb datacenter"; else nothing. */
static void add_choices(struct text *out, const struct option *option)
{
	const char *argument = option->argument;

	if (option->kind == OPTION_COLOR) {
		text_add(out, "auto always never");
		return;
	}
	if (!option->field || option->field->type != FIELD_ENUM)
		return;
	for (; *argument != '\0'; argument++)
		text_add_bytes(out, *argument == '|' ? " " : argument, 1);
}

static bool has_choices(const struct option *option)
{
	return option->kind == OPTION_COLOR ||
	       (option->field && option->field->type == FIELD_ENUM);
}

static void add_bash_options(const struct settings *settings, const struct command *command,
			     struct text *out)
{
	const struct option *option;

	for (option = settings->set.options; option->name; option++)
		if (option->commands & (unsigned int)command->bit)
			text_addf(out, " --%s", option->name);
}

static void add_bash_arguments(const struct settings *settings, struct text *out)
{
	const struct option *option;

	for (option = settings->set.options; option->name; option++) {
		if (!option->argument || option->kind == OPTION_COLOR)
			continue;
		text_addf(out, "\t--%s", option->name);
		if (option->letter)
			text_addf(out, "|-%c", option->letter);
		if (takes_file(option)) {
			text_add(out, ") COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n");
		} else if (has_choices(option)) {
			text_add(out, ") COMPREPLY=($(compgen -W '");
			add_choices(out, option);
			text_add(out, "' -- \"$cur\")); return ;;\n");
		} else {
			text_add(out, ") return ;;\n");
		}
	}
}

void docs_bash(const struct settings *settings, struct text *out)
{
	const struct command *command;

	text_addf(out, HEAD, "bash");
	text_add(out, "_reachback()\n{\n"
		      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
		      "\tlocal command= word options= words=\n"
		      "\tCOMPREPLY=()\n"
		      "\tcase $prev in\n");
	add_bash_arguments(settings, out);
	text_add(out, "\tesac\n"
		      "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
		      "\t\tcase $word in\n\t\t");
	for (command = settings->commands; command->name; command++)
		text_addf(out, "%s%s", command == settings->commands ? "" : "|", command->name);
	text_add(out, ") command=$word; break ;;\n\t\tesac\n\tdone\n\tcase $command in\n");
	for (command = settings->commands; command->name; command++) {
		text_addf(out, "\t%s%s)\n\t\toptions='",
			  command == settings->commands ? "''|" : "", command->name);
		add_bash_options(settings, command, out);
		text_add(out, "'\n");
		if (command->words) {
			text_add(out, "\t\twords='");
			command->words(out);
			text_add(out, "'\n");
		}
		text_add(out, "\t\t;;\n");
	}
	text_add(out, "\tesac\n\tif [ -z \"$command\" ]; then\n\t\twords='");
	for (command = settings->commands; command->name; command++)
		text_addf(out, "%s ", command->name);
	text_add(out, "'\n\tfi\n"
		      "\tif [[ $cur == -* ]]; then\n"
		      "\t\tCOMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
		      "\telif [ -n \"$words\" ]; then\n"
		      "\t\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
		      "\telif [ \"$command\" = judge ]; then\n"
		      "\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n"
		      "\tfi\n}\n"
		      "complete -F _reachback reachback\n");
}

/* Help between single quotes; zsh reads brackets and colons in a specification itself. */
static void add_quoted(struct text *out, const char *words, const char *escaped)
{
	for (; words && *words != '\0'; words++) {
		if (*words == '\'') {
			text_add(out, "'\\''");
			continue;
		}
		if (strchr(escaped, *words))
			text_add(out, "\\");
		text_add_bytes(out, words, 1);
	}
}

static void add_zsh_spec(const struct option *option, const char *dashes, const char *name,
			 struct text *out)
{
	const char *equals = option->kind == OPTION_COLOR ? "=-" : "=";

	text_addf(out, "\t\t\t'%s%s%s%s[", option->repeatable ? "*" : "", dashes, name,
		  option->argument && dashes[1] == '-' ? equals : "");
	add_quoted(out, option->help, "[]:\\");
	text_add(out, "]");
	if (option->argument) {
		text_add(out, option->kind == OPTION_COLOR ? "::" : ":");
		add_quoted(out, option->argument, "[]:\\");
		text_add(out, ":");
		if (takes_file(option)) {
			text_add(out, "_files");
		} else if (has_choices(option)) {
			text_add(out, "(");
			add_choices(out, option);
			text_add(out, ")");
		}
	}
	text_add(out, "'\n");
}

static void add_zsh_command(const struct settings *settings, const struct command *command,
			    struct text *out)
{
	const struct option *option;

	text_addf(out, "\t%s%s)\n\t\tspecs+=(\n", command == settings->commands ? "''|" : "",
		  command->name);
	for (option = settings->set.options; option->name; option++) {
		char letter[2] = { option->letter, '\0' };

		if (!(option->commands & (unsigned int)command->bit))
			continue;
		if (option->letter)
			add_zsh_spec(option, "-", letter, out);
		add_zsh_spec(option, "--", option->name, out);
	}
	text_add(out, "\t\t)\n");
	if (command->words) {
		text_add(out, "\t\tspecs+=('*:word:(");
		command->words(out);
		text_add(out, ")')\n");
	} else if (command->operands) {
		text_add(out, "\t\tspecs+=('*:file:_files')\n");
	}
	text_add(out, "\t\t;;\n");
}

void docs_zsh(const struct settings *settings, struct text *out)
{
	const struct command *command;

	text_add(out, "#compdef reachback\n");
	text_addf(out, HEAD, "zsh");
	text_add(out, "_reachback()\n{\n"
		      "\tlocal command= word\n"
		      "\tlocal -a specs commands\n"
		      "\tcommands=(\n");
	for (command = settings->commands; command->name; command++) {
		text_addf(out, "\t\t'%s:", command->name);
		add_quoted(out, command->summary, ":\\");
		text_add(out, "'\n");
	}
	text_add(out, "\t)\n"
		      "\tfor word in ${words[2,CURRENT-1]}; do\n"
		      "\t\tif (( ${commands[(I)$word:*]} )); then command=$word; break; fi\n"
		      "\tdone\n"
		      "\tcase $command in\n");
	for (command = settings->commands; command->name; command++)
		add_zsh_command(settings, command, out);
	text_add(out, "\tesac\n"
		      "\tif [[ -z $command ]]; then\n"
		      "\t\tspecs+=('1:command:{_describe command commands}')\n"
		      "\telse\n"
		      "\t\tspecs=('1:command:' $specs)\n"
		      "\tfi\n"
		      "\t_arguments -s $specs\n}\n"
		      "_reachback \"$@\"\n");
}

static void add_fish_option(const struct settings *settings, const struct option *option,
			    struct text *out)
{
	const struct command *command;

	text_add(out, "complete -c reachback");
	if (option->commands != COMMAND_ALL) {
		text_add(out, " -n '__reachback_in");
		if (option->commands & (unsigned int)settings->commands->bit)
			text_add(out, " none");
		for (command = settings->commands; command->name; command++)
			if (option->commands & (unsigned int)command->bit)
				text_addf(out, " %s", command->name);
		text_add(out, "'");
	}
	if (option->letter)
		text_addf(out, " -s %c", option->letter);
	text_addf(out, " -l %s", option->name);
	if (option->argument && option->kind != OPTION_COLOR)
		text_add(out, takes_file(option) ? " -r -F" : " -x");
	if (has_choices(option)) {
		text_add(out, " -a '");
		add_choices(out, option);
		text_add(out, "'");
	}
	text_add(out, " -d '");
	/* fish knows two escapes between single quotes. */
	for (const char *help = option->help ? option->help : ""; *help != '\0'; help++) {
		if (*help == '\'' || *help == '\\')
			text_add(out, "\\");
		text_add_bytes(out, help, 1);
	}
	text_add(out, "'\n");
}

void docs_fish(const struct settings *settings, struct text *out)
{
	const struct command *command;
	const struct option *option;

	text_addf(out, HEAD, "fish");
	text_add(out, "function __reachback_in\n"
		      "\tset -l command none\n"
		      "\tfor word in (commandline -opc)[2..-1]\n"
		      "\t\tif contains -- $word");
	for (command = settings->commands; command->name; command++)
		text_addf(out, " %s", command->name);
	text_add(out, "\n\t\t\tset command $word\n\t\t\tbreak\n\t\tend\n\tend\n"
		      "\tcontains -- $command $argv\nend\n"
		      "complete -c reachback -f\n");
	for (command = settings->commands; command->name; command++)
		text_addf(out, "complete -c reachback -n '__reachback_in none' -a %s -d '%s'\n",
			  command->name, command->summary);
	for (command = settings->commands; command->name; command++) {
		if (!command->operands)
			continue;
		text_addf(out, "complete -c reachback -n '__reachback_in %s'", command->name);
		if (command->words) {
			text_add(out, " -a '");
			command->words(out);
			text_add(out, "'\n");
		} else {
			text_add(out, " -F\n");
		}
	}
	for (option = settings->set.options; option->name; option++)
		add_fish_option(settings, option, out);
}
