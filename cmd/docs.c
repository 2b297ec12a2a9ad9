/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `docs`: the table of documents.
 */
#include "cmd/docs.h"

#include "cmd/nearest.h"
#include "cmd/output.h"
#include "cmd/report.h"

#include <string.h>

#define DOCUMENT_SIZE_MAX ((size_t)8 * 1024 * 1024)

static void write_report_schema(const struct settings *settings, struct text *out)
{
	(void)settings;
	report_schema(out);
}

static void write_facts_schema(const struct settings *settings, struct text *out)
{
	(void)settings;
	facts_schema(out);
}

static void write_plan_schema(const struct settings *settings, struct text *out)
{
	(void)settings;
	plan_schema(out);
}

static const struct document {
	const char *subject;
	void (*write)(const struct settings *settings, struct text *out);
} documents[] = {
	{ "man", docs_man },
	{ "completion-bash", docs_bash },
	{ "completion-zsh", docs_zsh },
	{ "completion-fish", docs_fish },
	{ "schema-report", write_report_schema },
	{ "schema-facts", write_facts_schema },
	{ "schema-plan", write_plan_schema },
	{ "rules", docs_rules },
	{ "options", docs_options },
	{ "probes", docs_probes },
	{ "facts", docs_facts },
	{ "ram-policy", docs_ram_policy },
	{ "actions", docs_actions },
};
#define DOCUMENT_COUNT (sizeof(documents) / sizeof(documents[0]))

void docs_words(struct text *out)
{
	size_t i;

	for (i = 0; i < DOCUMENT_COUNT; i++)
		text_addf(out, "%s ", documents[i].subject);
}

static int unknown_subject(const char *word)
{
	struct nearest nearest;
	struct text words;
	size_t i;

	nearest_init(&nearest, word);
	for (i = 0; i < DOCUMENT_COUNT; i++)
		nearest_offer(&nearest, documents[i].subject);
	if (nearest.best)
		return complain(EXIT_USAGE, "unknown document \"%s\", did you mean \"%s\"?", word,
				nearest.best);
	text_init(&words, 4096);
	docs_words(&words);
	complain(EXIT_USAGE, "unknown document \"%s\" (accepted: %s)", word, text_string(&words));
	text_release(&words);
	return EXIT_USAGE;
}

int docs_run(const struct settings *settings)
{
	const char *subject = settings->operands[0];
	struct text out;
	size_t i;
	int status;

	for (i = 0; i < DOCUMENT_COUNT; i++)
		if (strcmp(documents[i].subject, subject) == 0)
			break;
	if (i == DOCUMENT_COUNT)
		return unknown_subject(subject);
	text_init(&out, DOCUMENT_SIZE_MAX);
	documents[i].write(settings, &out);
	status = output_answer(&out);
	text_release(&out);
	return status;
}
