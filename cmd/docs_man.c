/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The manual page, in mdoc(7), from the tables of commands, options and exit statuses.
 */
#include "cmd/docs.h"

#include "cmd/endpoints.h"
#include "cmd/help.h"

#include <string.h>

/* Of the last change in words; a page that is made anew must not differ by the day. */
#define PAGE_DATE "November 21, 2026"

#define LINE_COLUMNS 70

/*
 * Text as roff takes it: a new line for each sentence and before a line grows long, no line that
 * opens with a dot or quote, a backslash that is one.
 */
static void add_roff(struct text *out, const char *words)
{
	unsigned int column = 0;
	char before = '\0';

	for (; *words != '\0'; before = *words++) {
		bool sentence = before == '.' && words[1] >= 'A' && words[1] <= 'Z';

		if (*words == ' ' && (sentence || column > LINE_COLUMNS)) {
			text_add(out, "\n");
			column = 0;
			continue;
		}
		if (column == 0 && (*words == '.' || *words == '\''))
			text_add(out, "\\&");
		if (*words == '\\')
			text_add(out, "\\e");
		else
			text_add_bytes(out, words, 1);
		column = *words == '\n' ? 0 : column + 1;
	}
}

/* A macro line may not read a word as a macro, nor a quote as one. */
static void add_argument(struct text *out, const char *word)
{
	text_add(out, "\"");
	for (; *word != '\0'; word++)
		text_add_bytes(out, *word == '"' ? "\"\"" : word, *word == '"' ? 2 : 1);
	text_add(out, "\"");
}

static void add_command(struct text *out, const struct command *command)
{
	text_addf(out, ".It Cm %s", command->name);
	if (command->operands) {
		text_add(out, " Ar ");
		add_argument(out, command->operands);
	}
	text_add(out, "\n");
	add_roff(out, command->doc);
	text_add(out, "\n");
}

/* ".It Fl c , Fl -color Ns Op = Ns Ar WHEN" */
static void add_option(struct text *out, const struct option *option,
		       const struct command *command)
{
	const char *before = "Taken by\n";

	text_add(out, ".It ");
	if (option->letter)
		text_addf(out, "Fl %c , ", option->letter);
	text_addf(out, "Fl -%s", option->name);
	if (option->kind == OPTION_COLOR)
		text_addf(out, " Ns Op = Ns Ar %s", option->argument);
	else if (option->argument) {
		text_add(out, " Ar ");
		add_argument(out, option->argument);
	}
	text_add(out, "\n");
	add_roff(out, option->help ? option->help : "");
	if (option->repeatable)
		text_add(out, "; may be repeated");
	text_add(out, ".\n");
	if (option->key)
		text_addf(out, "Key of the plan:\n.Ql %s .\n", option->key);
	if (option->key || option->commands == COMMAND_ALL)
		return;
	for (; command->name; command++) {
		if (!(option->commands & (unsigned int)command->bit))
			continue;
		text_addf(out, "%s.Cm %s", before, command->name);
		before = " ,\n";
	}
	text_add(out, " .\n");
}

static void add_options(const struct settings *settings, struct text *out)
{
	const struct option *heading, *option;

	for (heading = settings->set.options; heading->name; heading++) {
		if (!help_opens_group(&settings->set, heading, COMMAND_ALL))
			continue;
		text_addf(out, ".Ss %s\n.Bl -tag -width Ds\n", heading->group);
		for (option = heading; option->name; option++)
			if (strcmp(option->group, heading->group) == 0)
				add_option(out, option, settings->commands);
		text_add(out, ".El\n");
	}
}

static void add_head(struct text *out)
{
	text_add(out, ".\\\" SPDX-License-Identifier: Apache-2.0\n"
		      ".\\\" Made by \"reachback docs man\".\n"
		      ".Dd " PAGE_DATE "\n"
		      ".Dt REACHBACK 1\n"
		      ".Os\n"
		      ".Sh NAME\n"
		      ".Nm reachback\n"
		      ".Nd say whether a private link of a container registry will work\n"
		      ".Sh SYNOPSIS\n"
		      ".Nm\n"
		      ".Op Ar COMMAND\n"
		      ".Op Ar OPTION ...\n"
		      ".Op Ar OPERAND ...\n"
		      ".Sh DESCRIPTION\n"
		      ".Nm\n"
		      "says before a private link of Container Registry Enterprise Edition to a\n"
		      "self-managed GitLab or Maven is made whether it will work: whether nothing\n"
		      "overlaps the reverse-access range 100.104.0.0/16, and whether the reply to\n"
		      "each of its 65,536 addresses finds its way home.\n"
		      "Where not, it names the one cause, where it sits, and what mends it.\n"
		      "It needs no privilege; what was denied is listed.\n"
		      "Only\n"
		      ".Cm create\n"
		      "changes anything.\n"
		      ".Pp\n"
		      "Two verdicts are given: one over what this host can see, and one over the\n"
		      "whole link, which no single host can see alone.\n");
}

static void add_environment(struct text *out)
{
	text_add(out, ".Sh ENVIRONMENT\n"
		      ".Bl -tag -width CLICOLOR_FORCE\n"
		      ".It Ev NO_COLOR\n"
		      "When set and not empty, the text has no colour.\n"
		      ".It Ev CLICOLOR_FORCE\n"
		      "When set and not 0, the text has colour even where it is no terminal that\n"
		      "shows it, unless\n"
		      ".Ev NO_COLOR\n"
		      "is set.\n"
		      ".It Ev " TOKEN_VARIABLE "\n"
		      "The GitLab token, where neither the plan's\n"
		      ".Sy gitlab.token_file\n"
		      "nor\n"
		      ".Fl -token-fd\n"
		      "names one.\n"
		      "It goes to the GitLab of the plan alone and is never printed.\n"
		      ".It Ev ALIBABA_CLOUD_*\n"
		      "Credentials of the cloud's API, as the vendor's tools take them; without\n"
		      "them the files of these tools below\n"
		      ".Ev HOME ,\n"
		      "then the role of the instance.\n"
		      ".It Ev XDG_STATE_HOME\n"
		      "Where\n"
		      ".Cm create\n"
		      "keeps its journal, unless it runs as root.\n"
		      ".El\n"
		      ".Sh FILES\n"
		      ".Bl -tag -width Ds\n"
		      ".It Pa /var/lib/reachback , $XDG_STATE_HOME/reachback\n"
		      "The journal of\n"
		      ".Cm create :\n"
		      "what was called, and what came of it.\n"
		      ".El\n");
}

static void add_tail(struct text *out)
{
	text_add(out, ".Sh EXAMPLES\n"
		      "Judge this host, where replies must leave by 172.20.5.1:\n"
		      ".Dl reachback --return-next-hop 172.20.5.1\n"
		      ".Pp\n"
		      "Keep what was seen, and judge it elsewhere:\n"
		      ".Dl reachback collect > facts.json\n"
		      ".Dl reachback judge facts.json\n"
		      ".Sh SEE ALSO\n"
		      ".Xr ip-netns 8 ,\n"
		      ".Xr ip-route 8 ,\n"
		      ".Xr ip-rule 8\n");
}

void docs_man(const struct settings *settings, struct text *out)
{
	const struct command *command;
	size_t i;

	add_head(out);
	text_add(out, ".Sh COMMANDS\n.Bl -tag -width Ds\n");
	for (command = settings->commands; command->name; command++)
		add_command(out, command);
	text_add(out, ".El\n.Sh OPTIONS\n");
	add_options(settings, out);
	add_environment(out);
	text_add(out, ".Sh EXIT STATUS\n"
		      "It follows the verdict over what this host can see, the same for every\n"
		      "form of output.\n"
		      ".Bl -tag -width Ds\n");
	for (i = 0; i < exit_row_count; i++)
		text_addf(out, ".It %d\n%s.\n", exit_rows[i].status, exit_rows[i].meaning);
	text_add(out, ".El\n");
	add_tail(out);
}
