/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `explain` and `rules`: what the catalogues say, in text or JSON. Needs nothing but them.
 */
#include "cmd/command.h"

#include "cmd/nearest.h"
#include "cmd/option.h"
#include "cmd/output.h"
#include "cmd/style.h"
#include "cmd/view.h"

#include <string.h>
#include <strings.h>

#define ANSWER_SIZE_MAX ((size_t)4 * 1024 * 1024)
#define COLUMN 12

static void add_item(struct text *out, const char *label, const char *words)
{
	if (words && words[0] != '\0')
		style_item(out, 0, COLUMN, label, words);
}

static void add_strings(struct text *out, const char *label, const struct strings *strings)
{
	struct text words;

	text_init(&words, 65536);
	view_add_list(strings, &words);
	add_item(out, label, text_string(&words));
	if (text_error(&words))
		out->error = text_error(&words);
	text_release(&words);
}

static void add_fix(const struct remedy *remedy, bool first, struct text *out)
{
	style_pad(out, 0, 0);
	text_add(out, first ? "fix" : "");
	style_pad(out, first ? 3 : 0, COLUMN);
	text_addf(out, "%s\n", remedy->platform);
	style_pad(out, 0, COLUMN + 2);
	if (strcmp(remedy->platform, "linux") == 0)
		style_wrap_command(out, COLUMN + 2, COLUMN + 4, remedy->text);
	else
		style_wrap(out, COLUMN + 2, COLUMN + 2, remedy->text);
}

static void explain_rule(const struct rule *rule, const struct style *style, struct text *out)
{
	struct rule_view view;
	struct text words;
	size_t i;

	rule_view_fill(&view, rule);
	style_add(out, style, STYLE_BOLD, rule->code);
	text_addf(out, " (%s)\n", severity_words[rule->severity]);
	add_item(out, "good", rule->title);
	add_item(out, "why", rule->why);
	add_item(out, "evidence", rule->evidence);
	for (i = 0; i < view.remedies.count; i++)
		add_fix(LIST_AT(&view.remedies, struct remedy, i), i == 0, out);
	add_strings(out, "causes", &view.causes);
	add_strings(out, "applies to", &view.vantages);
	add_strings(out, "reads", &view.reads);
	add_strings(out, "hidden by", &view.after);
	text_init(&words, 4096);
	if (rule->document)
		text_addf(&words, "document %s%s%s", rule->document, rule->heading ? ", " : "",
			  rule->heading ? rule->heading : "");
	add_item(out, "source", text_string(&words));
	if (text_error(&words))
		out->error = text_error(&words);
	text_release(&words);
}

/* Causes that are no fault of a machine: no rule names them in a finding. */
static const char *told_otherwise(const char *id)
{
	static const char *const words[][2] = {
		{ "MET-07", "a note under the vantage of every report" },
		{ "MET-08", "a note under the vantage of every report, and what stays unknown" },
		{ "OVL-15", "the overlap rules, which stay silent: shared addresses alone count" },
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i][0], id) == 0)
			return words[i][1];
	return "no rule yet: this program does not look for it";
}

static void explain_cause(const struct cause *cause, const struct style *style, struct text *out)
{
	struct cause_view view;

	cause_view_fill(&view, cause);
	style_add(out, style, STYLE_BOLD, cause->id);
	text_add(out, "\n");
	add_item(out, "wrong", cause->title);
	add_item(out, "symptom", cause->symptom);
	add_item(out, "evidence", cause->evidence);
	add_item(out, "fix", cause->fix);
	add_strings(out, "decided by", &view.rules);
	if (!view.rules.count)
		add_item(out, "decided by", told_otherwise(cause->id));
}

/* Causes are written in capitals; nobody has to type them so. */
static const struct cause *find_cause(const char *word)
{
	const struct cause *cause;
	size_t i;

	for (i = 0; (cause = cause_at(i)) != NULL; i++)
		if (strcasecmp(cause->id, word) == 0)
			return cause;
	return NULL;
}

static int unknown_word(const char *word)
{
	const struct cause *cause;
	struct nearest nearest;
	size_t i;

	nearest_init(&nearest, word);
	for (i = 0; i < rule_catalog_count; i++)
		nearest_offer(&nearest, rule_catalog[i]->code);
	for (i = 0; (cause = cause_at(i)) != NULL; i++)
		nearest_offer(&nearest, cause->id);
	if (nearest.best)
		return complain(EXIT_USAGE, "unknown rule or cause \"%s\", did you mean \"%s\"?",
				word, nearest.best);
	return complain(EXIT_USAGE, "unknown rule or cause \"%s\" (see \"reachback rules\")", word);
}

static void explain_json(const struct settings *settings, const struct rule *rule,
			 const struct cause *cause, struct text *out)
{
	int pretty = settings->pretty ? 0 : -1;

	if (rule) {
		struct rule_view view;

		rule_view_fill(&view, rule);
		record_write(&rule_view_record, &view, out, pretty);
	} else {
		struct cause_view view;

		cause_view_fill(&view, cause);
		record_write(&cause_view_record, &view, out, pretty);
	}
}

/* With several words and JSON: a list. */
static int explain_all(const struct settings *settings, const struct style *style,
		       struct text *out)
{
	bool list = settings->json && settings->operand_count > 1;
	size_t i;

	text_add(out, list ? "[" : "");
	for (i = 0; i < settings->operand_count; i++) {
		const char *word = settings->operands[i];
		const struct rule *rule = rule_find(word);
		const struct cause *cause = rule ? NULL : find_cause(word);

		if (!rule && !cause)
			return unknown_word(word);
		if (i)
			text_add(out, list ? "," : "\n");
		if (settings->json)
			explain_json(settings, rule, cause, out);
		else if (rule)
			explain_rule(rule, style, out);
		else
			explain_cause(cause, style, out);
	}
	text_add(out, list ? "]" : "");
	text_add(out, settings->json ? "\n" : "");
	return 0;
}

int explain_run(const struct settings *settings)
{
	struct style style;
	struct text out;
	int status;

	style_init(&style, settings);
	text_init(&out, ANSWER_SIZE_MAX);
	status = explain_all(settings, &style, &out);
	if (!status)
		status = output_answer(&out);
	text_release(&out);
	return status;
}

void explain_words(struct text *out)
{
	const struct cause *cause;
	size_t i;

	for (i = 0; i < rule_catalog_count; i++)
		text_addf(out, "%s ", rule_catalog[i]->code);
	for (i = 0; (cause = cause_at(i)) != NULL; i++)
		text_addf(out, "%s ", cause->id);
}

static void add_rule_line(const struct rule *rule, const struct settings *settings,
			  const struct style *style, struct text *out)
{
	struct rule_view view;

	style_add(out, style, STYLE_BOLD, rule->code);
	text_addf(out, " (%s, %s)\n", rule->area, severity_words[rule->severity]);
	style_pad(out, 0, 4);
	style_wrap(out, 4, 4, rule->title);
	if (!settings->verbose)
		return;
	rule_view_fill(&view, rule);
	style_pad(out, 0, 4);
	text_add(out, "causes: ");
	view_add_list(&view.causes, out);
	text_add(out, "\n");
}

int rules_run(const struct settings *settings)
{
	struct rule_view view;
	struct style style;
	struct text out;
	size_t i;
	int status;

	style_init(&style, settings);
	text_init(&out, ANSWER_SIZE_MAX);
	text_add(&out, settings->json ? "[" : "");
	for (i = 0; i < rule_catalog_count; i++) {
		if (!settings->json) {
			add_rule_line(rule_catalog[i], settings, &style, &out);
			continue;
		}
		text_add(&out, i ? "," : "");
		rule_view_fill(&view, rule_catalog[i]);
		record_write(&rule_view_record, &view, &out, settings->pretty ? 0 : -1);
	}
	text_add(&out, settings->json ? "]\n" : "");
	status = output_answer(&out);
	text_release(&out);
	return status;
}
