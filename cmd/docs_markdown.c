/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reference pages in Markdown: rules, options, probes, facts. Each from the table it describes.
 */
#include "cmd/docs.h"

#include "cmd/help.h"
#include "cmd/probes_table.h"
#include "cmd/view.h"

#include <string.h>

#define HEAD "<!-- SPDX-License-Identifier: Apache-2.0 -->\n" \
	     "<!-- Made by \"reachback docs %s\": do not edit. -->\n\n"
#define DEPTH_MAX 12

/* A cell of a table: a bar would end it, a newline too. */
static void add_cell(struct text *out, const char *words)
{
	for (; words && *words != '\0'; words++) {
		if (*words == '|')
			text_add(out, "\\|");
		else
			text_add_bytes(out, *words == '\n' ? " " : words, 1);
	}
}

static void add_line(struct text *out, const char *label, const struct strings *strings)
{
	if (!strings->count)
		return;
	text_addf(out, "- %s: ", label);
	view_add_list(strings, out);
	text_add(out, "\n");
}

static void add_rule(const struct rule *rule, struct text *out)
{
	struct rule_view view;
	size_t i;

	rule_view_fill(&view, rule);
	text_addf(out, "## %s\n\n%s (%s, %s)\n\n", rule->code, rule->title, rule->area,
		  severity_words[rule->severity]);
	if (rule->why)
		text_addf(out, "%s\n\n", rule->why);
	if (rule->evidence)
		text_addf(out, "Evidence: %s\n\n", rule->evidence);
	add_line(out, "Causes", &view.causes);
	add_line(out, "Applies to", &view.vantages);
	add_line(out, "Reads", &view.reads);
	add_line(out, "Hidden by", &view.after);
	if (rule->document)
		text_addf(out, "- Source: document %s, \"%s\"\n", rule->document,
			  rule->heading ? rule->heading : "");
	for (i = 0; i < view.remedies.count; i++) {
		const struct remedy *remedy = LIST_AT(&view.remedies, struct remedy, i);

		text_addf(out, "\nFix (%s):\n\n```\n%s\n```\n", remedy->platform, remedy->text);
	}
	text_add(out, "\n");
}

void docs_rules(const struct settings *settings, struct text *out)
{
	size_t i;

	(void)settings;
	text_addf(out, HEAD, "rules");
	text_add(out, "# Rules\n\n| rule | severity | when all is well |\n|---|---|---|\n");
	for (i = 0; i < rule_catalog_count; i++) {
		const struct rule *rule = rule_catalog[i];

		text_addf(out, "| [%s](#%s) | %s | ", rule->code, rule->code,
			  severity_words[rule->severity]);
		add_cell(out, rule->title);
		text_add(out, " |\n");
	}
	text_add(out, "\n");
	for (i = 0; i < rule_catalog_count; i++)
		add_rule(rule_catalog[i], out);
}

static void add_option(const struct option *option, const struct command *commands,
		       struct text *out)
{
	const char *separator = "";

	text_add(out, "| `");
	if (option->letter)
		text_addf(out, "-%c`, `", option->letter);
	text_addf(out, "--%s", option->name);
	if (option->argument) {
		text_add(out, option->kind == OPTION_COLOR ? "[=" : " ");
		add_cell(out, option->argument);
		text_add(out, option->kind == OPTION_COLOR ? "]" : "");
	}
	text_add(out, "` | ");
	add_cell(out, option->help);
	text_addf(out, "%s | ", option->repeatable ? "; may be repeated" : "");
	for (; commands->name && option->commands != COMMAND_ALL; commands++) {
		if (!(option->commands & (unsigned int)commands->bit))
			continue;
		text_addf(out, "%s%s", separator, commands->name);
		separator = ", ";
	}
	text_addf(out, "%s |\n", option->commands == COMMAND_ALL ? "all" : "");
}

void docs_options(const struct settings *settings, struct text *out)
{
	const struct option *heading, *option;

	text_addf(out, HEAD, "options");
	text_add(out, "# Options\n");
	for (heading = settings->set.options; heading->name; heading++) {
		if (!help_opens_group(&settings->set, heading, COMMAND_ALL))
			continue;
		text_addf(out, "\n## %s\n\n| option | what it does | taken by |\n|---|---|---|\n",
			  heading->group);
		for (option = heading; option->name; option++)
			if (strcmp(option->group, heading->group) == 0)
				add_option(option, settings->commands, out);
	}
}

void docs_probes(const struct settings *settings, struct text *out)
{
	size_t i;

	(void)settings;
	text_addf(out, HEAD, "probes");
	text_add(out, "# Probes\n");
	for (i = 0; i < probe_catalog_count; i++) {
		const struct probe *probe = probe_catalog[i];
		struct probe_view view;

		probe_view_fill(&view, probe);
		text_addf(out, "\n## %s\n\n%s.\n\n- Reads: %s\n- On the wire: %s\n"
			  "- Section of the facts: %s\n", probe->name, probe->summary, probe->doc,
			  probe->wire, view.section);
		add_line(out, "Uses", &view.needs);
		add_line(out, "Keeps, where the caller has them", &view.capabilities);
		add_line(out, "Waits for", &view.after);
	}
}

static const char *type_words(const struct field *field)
{
	static const char *const words[] = {
		[FIELD_BOOL] = "true or false",
		[FIELD_U32] = "number",
		[FIELD_U64] = "number as a string",
		[FIELD_MAYBE] = "number or null",
		[FIELD_SHARE] = "part of the range",
		[FIELD_STRING] = "string or null",
		[FIELD_STRINGS] = "list of strings",
		[FIELD_ADDRESS] = "address or null",
		[FIELD_PREFIX] = "prefix or null",
		[FIELD_ENUM] = "word",
		[FIELD_OBJECT] = "object",
		[FIELD_LIST] = "list of objects",
		[FIELD_JSON] = "object",
	};

	return words[field->type];
}

static void add_fields(const struct record *record, const char *path, int depth, struct text *out)
{
	const struct field *field;
	const char *separator;
	struct text inner;
	size_t i;

	for (field = record->fields; field->name; field++) {
		text_addf(out, "| `%s/%s` | %s", path, field->name, type_words(field));
		separator = ": ";
		for (i = 0; field->words && field->words[i]; i++) {
			if (field->words[i][0] == '\0')
				continue;
			text_addf(out, "%s`%s`", separator, field->words[i]);
			separator = ", ";
		}
		text_add(out, " | ");
		add_cell(out, field->doc);
		text_add(out, " |\n");
		if (!field->record || depth >= DEPTH_MAX)
			continue;
		text_init(&inner, 4096);
		text_addf(&inner, "%s/%s%s", path, field->name,
			  field->type == FIELD_LIST ? "/N" : "");
		add_fields(field->record, text_string(&inner), depth + 1, out);
		if (text_error(&inner))
			out->error = text_error(&inner);
		text_release(&inner);
	}
}

void docs_facts(const struct settings *settings, struct text *out)
{
	(void)settings;
	text_addf(out, HEAD, "facts");
	text_add(out, "# Facts\n\nOne JSON document, schema `" FACTS_SCHEMA "`. `N` stands for the "
		      "place in a list.\n\n| key | value | meaning |\n|---|---|---|\n");
	add_fields(&facts_record, "", 0, out);
}
