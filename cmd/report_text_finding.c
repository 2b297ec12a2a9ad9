/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One finding as a paragraph: what was seen, where, what would be good, the fix, the next place.
 */
#include "cmd/report.h"

#include <string.h>

#define INDENT 2
#define COLUMN 12
#define EVIDENCE_SHOWN 3
#define NAMES_SHOWN 4

struct status_look {
	const char *word;
	enum style_role role;
};

static const struct status_look looks[STATUS_COUNT] = {
	[STATUS_PASS] = { "PASS", STYLE_GOOD },
	[STATUS_FAIL] = { "FAIL", STYLE_BAD },
	[STATUS_WARN] = { "WARN", STYLE_WARN },
	[STATUS_UNKNOWN] = { "UNKNOWN", STYLE_OPEN },
	[STATUS_BLOCKED] = { "BLOCKED", STYLE_DIM },
	[STATUS_SKIPPED] = { "SKIPPED", STYLE_DIM },
};

static void add_part(struct text *out, const char *before, const char *words)
{
	if (out->length)
		text_add(out, ", ");
	text_addf(out, "%s%s", before, words);
}

/* The first names, and how many more there are. */
static void add_names(struct text *out, const char *before, const struct strings *names)
{
	size_t i;

	for (i = 0; i < names->count && i < NAMES_SHOWN; i++)
		add_part(out, i ? "" : before, names->items[i]);
	if (names->count > NAMES_SHOWN)
		text_addf(out, " and %zu more", names->count - NAMES_SHOWN);
}

static void add_address(const struct subject *subject, struct text *out)
{
	char words[ADDRESS_TEXT_MAX];

	if (subject->address.family != ADDRESS_NONE) {
		add_part(out, "", address_print(&subject->address, words));
		if (subject->port.known)
			text_addf(out, ":%u", subject->port.value);
	} else if (subject->port.known) {
		add_part(out, "port ", "");
		text_addf(out, "%u", subject->port.value);
	}
}

void report_subject_words(const struct subject *subject, struct text *out)
{
	char words[PREFIX_TEXT_MAX];

	if (subject->host)
		add_part(out, "host ", subject->host);
	if (subject->prefix.known)
		add_part(out, "", prefix_print(&subject->prefix, words));
	add_names(out, "", &subject->prefixes);
	add_address(subject, out);
	if (subject->dev)
		add_part(out, "dev ", subject->dev);
	if (subject->path)
		add_part(out, "", subject->path);
	if (subject->key)
		add_part(out, "key ", subject->key);
	if (subject->section)
		add_part(out, "section ", subject->section);
	if (subject->resource)
		add_part(out, "", subject->resource);
	if (subject->zone)
		add_part(out, "zone ", subject->zone);
	if (subject->mark.known) {
		add_part(out, "mark ", "");
		text_addf(out, "0x%x", subject->mark.value);
	}
	add_names(out, "service ", &subject->services);
	add_names(out, "from dev ", &subject->service_iifs);
}

static void add_strings(struct text *out, const struct strings *strings)
{
	size_t i;

	for (i = 0; i < strings->count; i++)
		text_addf(out, "%s%s", i ? ", " : "", strings->items[i]);
}

/* "FAIL return-route-partial (RT-02)", and what softens it. */
static void add_title(const struct finding *finding, const struct report_options *options,
		      struct text *out)
{
	const struct status_look *look = &looks[finding->status];

	style_add(out, &options->style, look->role, look->word);
	text_add(out, " ");
	style_add(out, &options->style, STYLE_BOLD, finding->code);
	if (finding->causes.count) {
		text_add(out, " (");
		add_strings(out, &finding->causes);
		text_add(out, ")");
	}
	if (finding->accepted.reason)
		text_add(out, ", accepted");
	text_add(out, "\n");
}

static void add_item(struct text *out, const char *label, const char *words)
{
	if (words && words[0] != '\0')
		style_item(out, INDENT, COLUMN, label, words);
}

static void add_where(const struct finding *finding, struct text *out)
{
	struct text words;

	text_init(&words, 65536);
	report_subject_words(&finding->subject, &words);
	add_item(out, "where", text_string(&words));
	if (text_error(&words))
		out->error = text_error(&words);
	text_release(&words);
}

static void add_segments(const struct finding *finding, struct text *out)
{
	struct text words;

	text_init(&words, 1024);
	add_strings(&words, &finding->segments);
	add_item(out, "segment", text_string(&words));
	if (text_error(&words))
		out->error = text_error(&words);
	text_release(&words);
}

static void add_evidence(const struct finding *finding, const struct report_options *options,
			 struct text *out)
{
	size_t shown = options->verbose ? finding->evidence.count : EVIDENCE_SHOWN, i;

	for (i = 0; i < finding->evidence.count && i < shown; i++) {
		const struct evidence *evidence = LIST_AT(&finding->evidence, struct evidence, i);

		add_item(out, i ? "" : "seen", evidence->text);
		if (options->verbose)
			add_item(out, "", evidence->fact);
	}
	if (i < finding->evidence.count) {
		style_pad(out, 0, COLUMN);
		text_addf(out, "and %zu more (-v)\n", finding->evidence.count - i);
	}
}

static void add_remedy(const struct remedy *remedy, const char *label, struct text *out)
{
	bool command = text_equal(remedy->platform, "linux");
	unsigned int at = COLUMN;

	style_pad(out, 0, INDENT);
	text_add(out, label);
	style_pad(out, INDENT + style_width(label), COLUMN);
	if (command) {
		style_wrap_command(out, at, COLUMN + 2, remedy->text);
		return;
	}
	text_addf(out, "%s: ", remedy->platform);
	at += style_width(remedy->platform) + 2;
	style_wrap(out, at, COLUMN, remedy->text);
}

/* How many of the first fixes are steps of one: they mend only together. */
static size_t same_platform(const struct finding *finding)
{
	const struct list *remedy = &finding->remedy;
	size_t i;

	for (i = 1; i < remedy->count; i++)
		if (!text_equal(LIST_AT(remedy, struct remedy, i)->platform,
				LIST_AT(remedy, struct remedy, 0)->platform))
			break;
	return i;
}

static void add_hints(const struct finding *finding, const struct report_options *options,
		      struct text *out)
{
	size_t shown = options->verbose ? finding->remedy.count : same_platform(finding), i;

	for (i = 0; i < finding->remedy.count && i < shown; i++)
		add_remedy(LIST_AT(&finding->remedy, struct remedy, i), i ? "" : "fix", out);
	add_item(out, "settle", finding->settle);
	add_item(out, "next", finding->next);
	if (finding->status == STATUS_FAIL || finding->status == STATUS_WARN) {
		style_pad(out, 0, INDENT);
		text_addf(out, "%-*s", COLUMN - INDENT, "more");
		text_addf(out, "reachback explain %s\n", finding->code);
	}
}

void report_text_finding(const struct finding *finding, const struct report_options *options,
			 struct text *out)
{
	struct text words;

	add_title(finding, options, out);
	style_pad(out, 0, INDENT);
	style_wrap(out, INDENT, INDENT, finding->message ? finding->message : "");
	text_init(&words, 4096);
	if (finding->accepted.reason)
		text_addf(&words, "%s%s%s", finding->accepted.reason,
			  finding->accepted.until ? ", until " : "",
			  finding->accepted.until ? finding->accepted.until : "");
	add_item(out, "accepted", text_string(&words));
	text_clear(&words);
	add_strings(&words, &finding->blocked_by);
	add_item(out, "blocked by", text_string(&words));
	if (text_error(&words))
		out->error = text_error(&words);
	text_release(&words);
	add_where(finding, out);
	add_segments(finding, out);
	add_item(out, "expected", finding->expected);
	add_evidence(finding, options, out);
	if (!options->no_hints)
		add_hints(finding, options, out);
}

void report_text_question(const struct finding *finding, const char *codes,
			  const struct report_options *options, struct text *out)
{
	const struct status_look *look = &looks[finding->status];

	style_add(out, &options->style, look->role, look->word);
	text_add(out, " ");
	style_wrap(out, style_width(look->word) + 1, style_width(look->word) + 1, codes);
	style_pad(out, 0, INDENT);
	style_wrap(out, INDENT, INDENT, finding->message ? finding->message : "");
	add_item(out, "host", finding->subject.host);
	if (!options->no_hints)
		add_item(out, "settle", finding->settle);
}
