/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules and causes as records.
 */
#include "cmd/view.h"

#include <string.h>

static const struct field source_fields[] = {
	FIELD(source_view, document, 0, "number of the vendor's page"),
	FIELD(source_view, heading, 0, "its heading"),
	{ .name = NULL },
};
static const struct record source_record = {
	.name = "source", .size = sizeof(struct source_view), .fields = source_fields,
};

static const struct field remedy_fields[] = {
	FIELD(remedy, platform, 0, "where it is done"),
	FIELD(remedy, text, 0, "what to do"),
	{ .name = NULL },
};
static const struct record remedy_record = {
	.name = "remedy", .size = sizeof(struct remedy), .fields = remedy_fields,
};

static const struct field rule_fields[] = {
	FIELD(rule_view, code, 0, "its name for ever"),
	FIELD(rule_view, area, 0, "line of the text report"),
	FIELD(rule_view, title, 0, "what is so when all is well"),
	FIELD_WORDS(rule_view, severity, severity_words, 0, "how bad the contrary is"),
	FIELD(rule_view, reads, 0, "sections of the facts"),
	FIELD(rule_view, vantages, 0, "where it applies"),
	FIELD(rule_view, causes, 0, "causes that it can establish"),
	FIELD(rule_view, after, 0, "rules that hide it"),
	FIELD(rule_view, why, 0, "why it matters"),
	FIELD(rule_view, evidence, 0, "what it looks at"),
	FIELD_LIST_OF(rule_view, remedies, &remedy_record, 0, "what mends it"),
	FIELD_OBJECT_OF(rule_view, source, &source_record, 0, "the vendor's words"),
	{ .name = NULL },
};
const struct record rule_view_record = {
	.name = "rule", .size = sizeof(struct rule_view), .fields = rule_fields,
};

static const struct field cause_fields[] = {
	FIELD(cause_view, id, 0, "its name in the failure catalogue"),
	FIELD(cause_view, title, 0, "what is wrong"),
	FIELD(cause_view, symptom, 0, "what a user sees"),
	FIELD(cause_view, evidence, 0, "what shows it"),
	FIELD(cause_view, fix, 0, "what mends it"),
	FIELD(cause_view, rules, 0, "rules that can establish it"),
	{ .name = NULL },
};
const struct record cause_view_record = {
	.name = "cause", .size = sizeof(struct cause_view), .fields = cause_fields,
};

/* A NULL-ended array of at most `most` words. */
static struct strings words_of(const char *const *words, size_t most)
{
	struct strings strings = { .items = (char **)(uintptr_t)words };

	while (strings.count < most && words[strings.count])
		strings.count++;
	return strings;
}

void rule_view_fill(struct rule_view *view, const struct rule *rule)
{
	size_t i, count = 0;

	memset(view, 0, sizeof(*view));
	view->code = (char *)(uintptr_t)rule->code;
	view->area = (char *)(uintptr_t)rule->area;
	view->title = (char *)(uintptr_t)rule->title;
	view->severity = (int)rule->severity;
	for (i = 0; i < SECTION_COUNT; i++)
		if (rule->reads & SECTION_BIT(i))
			view->read_items[count++] =
				(char *)(uintptr_t)section_name((enum section_id)i);
	view->reads = (struct strings){ .items = view->read_items, .count = count };
	for (i = 0, count = 0; i < VANTAGE_COUNT; i++)
		if (rule->vantages & VANTAGE_BIT(i))
			view->vantage_items[count++] = (char *)(uintptr_t)vantage_words[i];
	view->vantages = (struct strings){ .items = view->vantage_items, .count = count };
	view->causes = words_of(rule->causes, RULE_CAUSES_MAX);
	view->after = words_of(rule->after, RULE_AFTER_MAX);
	view->why = (char *)(uintptr_t)rule->why;
	view->evidence = (char *)(uintptr_t)rule->evidence;
	for (count = 0; count < RULE_REMEDIES_MAX && rule->remedies[count].platform; count++) {
		view->remedy_items[count].platform =
			(char *)(uintptr_t)rule->remedies[count].platform;
		view->remedy_items[count].text = (char *)(uintptr_t)rule->remedies[count].text;
	}
	view->remedies = (struct list){ .items = view->remedy_items, .count = count };
	view->source.document = (char *)(uintptr_t)rule->document;
	view->source.heading = (char *)(uintptr_t)rule->heading;
}

void cause_view_fill(struct cause_view *view, const struct cause *cause)
{
	const size_t most = sizeof(view->rule_items) / sizeof(view->rule_items[0]);
	size_t i, j, count = 0;

	memset(view, 0, sizeof(*view));
	view->id = (char *)(uintptr_t)cause->id;
	view->title = (char *)(uintptr_t)cause->title;
	view->symptom = (char *)(uintptr_t)cause->symptom;
	view->evidence = (char *)(uintptr_t)cause->evidence;
	view->fix = (char *)(uintptr_t)cause->fix;
	for (i = 0; i < rule_catalog_count; i++) {
		const struct rule *rule = rule_catalog[i];

		for (j = 0; j < RULE_CAUSES_MAX && rule->causes[j] && count < most; j++)
			if (strcmp(rule->causes[j], cause->id) == 0)
				view->rule_items[count++] = (char *)(uintptr_t)rule->code;
	}
	view->rules = (struct strings){ .items = view->rule_items, .count = count };
}

void view_add_list(const struct strings *strings, struct text *out)
{
	size_t i;

	for (i = 0; i < strings->count; i++)
		text_addf(out, "%s%s", i ? ", " : "", strings->items[i]);
}
