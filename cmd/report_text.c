/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report for people: both verdicts in the first line, then causes, then what is unknown and
 * what would settle it, then what the link still needs, then the rest, one line an area.
 */
#include "cmd/report.h"

#include <string.h>

#define AREAS_MAX 32
#define COLUMN 12
#define NEEDS_COLUMN 16

struct verdict_look {
	const char *words;
	enum style_role role;
};

static const struct verdict_look verdict_looks[VERDICT_COUNT] = {
	[VERDICT_READY] = { "READY", STYLE_GOOD },
	[VERDICT_RISKS] = { "READY WITH RISKS", STYLE_WARN },
	[VERDICT_NOT_READY] = { "NOT READY", STYLE_BAD },
	[VERDICT_UNDETERMINED] = { "UNDETERMINED", STYLE_OPEN },
};

/* Text that is made on the way; a failure is the report's own. */
static void finish_words(struct text *words, struct text *out)
{
	if (text_error(words) && !out->error)
		out->error = text_error(words);
	text_release(words);
}

/* What is missing, in a few words each and each once. */
static void add_needs(const struct list *missing, struct text *needs)
{
	const char *words;
	size_t i, j;

	for (i = 0; i < missing->count; i++) {
		if (!LIST_AT(missing, struct gate_missing, i)->needed)
			continue;
		words = LIST_AT(missing, struct gate_missing, i)->what;
		for (j = 0; j < i; j++)
			if (LIST_AT(missing, struct gate_missing, j)->needed &&
			    text_equal(LIST_AT(missing, struct gate_missing, j)->what, words))
				break;
		if (words && j == i)
			text_addf(needs, "%s%s", needs->length ? ", " : ": needs ", words);
	}
}

static void add_verdicts(const struct report *report, const struct report_options *options,
			 struct text *out)
{
	const char *whose = report->machines.count ? "THESE HOSTS " : "THIS HOST ";
	const struct verdict_look *here = &verdict_looks[report->verdict];
	const struct verdict_look *link = &verdict_looks[report->gate.verdict];
	unsigned int at;
	struct text needs;

	text_add(out, whose);
	style_add(out, &options->style, here->role, here->words);
	text_add(out, ", LINK ");
	style_add(out, &options->style, link->role, link->words);
	at = style_width(whose) + style_width(", LINK ") + style_width(here->words) +
	     style_width(link->words);
	text_init(&needs, 65536);
	if (report->gate.verdict == VERDICT_UNDETERMINED)
		add_needs(&report->gate.missing, &needs);
	style_wrap(out, at, 2, text_string(&needs));
	finish_words(&needs, out);
}

/* "region cn-hangzhou, link.vpc_id vpc-x: from the metadata service, the plan names none" */
static void add_defaults(const struct report *report, struct text *out)
{
	struct text words;
	size_t i;

	text_init(&words, 65536);
	for (i = 0; i < report->defaults.count; i++) {
		const struct report_default *one =
			LIST_AT(&report->defaults, struct report_default, i);

		text_addf(&words, "%s%s%s%s %s", i ? ", " : "", one->host ? one->host : "",
			  one->host ? " " : "", one->key, one->value);
	}
	if (words.length) {
		text_add(&words, ": from the metadata service, the plan names none");
		style_item(out, 0, 6, "note", text_string(&words));
	}
	finish_words(&words, out);
}

static void add_place(const struct report *report, struct text *out)
{
	const struct report_vantage *vantage = &report->vantage;
	struct text words;
	size_t i;

	text_init(&words, 65536);
	text_addf(&words, "%s", vantage->kind);
	if (vantage->host)
		text_addf(&words, " %s", vantage->host);
	if (vantage->reason)
		text_addf(&words, " (%s)", vantage->reason);
	if (vantage->uid.known)
		text_addf(&words, ", uid %u", vantage->uid.value);
	if (report->started)
		text_addf(&words, ", %s", report->started);
	text_addf(&words, ", %u ms", report->took_ms);
	style_wrap(out, 0, 2, text_string(&words));
	finish_words(&words, out);
	for (i = 0; i < vantage->notes.count; i++)
		style_item(out, 0, 6, "note", vantage->notes.items[i]);
	for (i = 0; i < report->notes.count; i++)
		style_item(out, 0, 6, "note", report->notes.items[i]);
	add_defaults(report, out);
}

static void add_findings(const struct report *report, const struct report_options *options,
			 enum finding_status status, struct text *out)
{
	size_t i;

	for (i = 0; i < report->findings.count; i++) {
		const struct finding *finding = LIST_AT(&report->findings, struct finding, i);

		if (finding->status != (int)status)
			continue;
		text_add(out, "\n");
		report_text_finding(finding, options, out);
	}
}

/* Do both lack the same, to be settled by the same command? */
static bool is_same_question(const struct finding *a, const struct finding *b)
{
	return a->status == STATUS_UNKNOWN && b->status == STATUS_UNKNOWN &&
	       text_equal(a->message, b->message) && text_equal(a->settle, b->settle) &&
	       text_equal(a->subject.host, b->subject.host);
}

/* Rules that ask one question stand in one paragraph. The first of them words it. */
static void add_question(const struct report *report, const struct report_options *options,
			 size_t first, struct text *out)
{
	const struct finding *finding = LIST_AT(&report->findings, struct finding, first);
	struct text codes;
	size_t i, count = 0;

	text_init(&codes, 65536);
	for (i = 0; i < report->findings.count; i++) {
		const struct finding *other = LIST_AT(&report->findings, struct finding, i);

		if (!is_same_question(finding, other))
			continue;
		if (i < first)
			break;
		text_addf(&codes, "%s%s", count++ ? ", " : "", other->code);
	}
	if (i == report->findings.count) {
		text_add(out, "\n");
		if (count == 1)
			report_text_finding(finding, options, out);
		else
			report_text_question(finding, text_string(&codes), options, out);
	}
	finish_words(&codes, out);
}

static void add_questions(const struct report *report, const struct report_options *options,
			  struct text *out)
{
	size_t i;

	for (i = 0; i < report->findings.count; i++)
		if (LIST_AT(&report->findings, struct finding, i)->status == STATUS_UNKNOWN)
			add_question(report, options, i, out);
}

static void add_one_missing(const struct gate_missing *missing,
			    const struct report_options *options, struct text *out)
{
	size_t i;

	style_item(out, 2, NEEDS_COLUMN, missing->vantage, missing->needs);
	if (missing->command && !options->no_hints)
		style_item(out, NEEDS_COLUMN, NEEDS_COLUMN + 5, "run", missing->command);
	for (i = 0; i < missing->evidence.count; i++)
		style_item(out, NEEDS_COLUMN, NEEDS_COLUMN + 6, "hint:",
			   missing->evidence.items[i]);
}

static void add_missing(const struct report *report, const struct report_options *options,
			bool needed, struct text *out)
{
	bool any = false;
	size_t i;

	for (i = 0; i < report->gate.missing.count; i++) {
		const struct gate_missing *missing =
			LIST_AT(&report->gate.missing, struct gate_missing, i);

		/* the findings themselves stand above */
		if (missing->needed != needed || missing->open)
			continue;
		if (!any) {
			text_add(out, "\n");
			style_add(out, &options->style, STYLE_BOLD,
				  needed ? "Not proved from here, and needed for the link:" :
					   "Not looked at; the verdict on the link leaves it out:");
			text_add(out, "\n");
		}
		any = true;
		add_one_missing(missing, options, out);
	}
}

static const char *area_of(const struct finding *finding)
{
	const struct rule *rule = rule_find(finding->code);

	return rule ? rule->area : "other";
}

/* Areas in the order of the rule table, then those of findings that no rule here makes. */
static size_t list_areas(const struct report *report, const char **areas)
{
	size_t count = 0, i, j, total = rule_catalog_count + report->findings.count;

	for (i = 0; i < total && count < AREAS_MAX; i++) {
		const char *area =
			i < rule_catalog_count ?
				rule_catalog[i]->area :
				area_of(LIST_AT(&report->findings, struct finding,
						i - rule_catalog_count));

		for (j = 0; j < count && strcmp(areas[j], area) != 0; j++)
			;
		if (j == count)
			areas[count++] = area;
	}
	return count;
}

/* Codes that block findings of this area, each once. */
static void add_blockers(const struct report *report, const char *area, struct text *words)
{
	size_t i, j;

	for (i = 0; i < report->findings.count; i++) {
		const struct finding *finding = LIST_AT(&report->findings, struct finding, i);

		if (finding->status != STATUS_BLOCKED || strcmp(area_of(finding), area) != 0)
			continue;
		for (j = 0; j < finding->blocked_by.count; j++) {
			const char *code = finding->blocked_by.items[j];

			if (!strstr(text_string(words), code))
				text_addf(words, "%s%s", words->length ? ", " : "", code);
		}
	}
}

static void add_area(const struct report *report, const char *area, struct text *out)
{
	uint32_t counts[STATUS_COUNT] = { 0 };
	struct text words, blockers;
	int status;
	size_t i;

	for (i = 0; i < report->findings.count; i++) {
		const struct finding *finding = LIST_AT(&report->findings, struct finding, i);

		if (strcmp(area_of(finding), area) == 0)
			counts[finding->status]++;
	}
	text_init(&words, 65536);
	text_init(&blockers, 65536);
	for (status = 0; status < STATUS_COUNT; status++)
		if (counts[status])
			text_addf(&words, "%s%u %s", words.length ? ", " : "", counts[status],
				  status_words[status]);
	add_blockers(report, area, &blockers);
	if (blockers.length)
		text_addf(&words, " (behind %s)", text_string(&blockers));
	if (words.length)
		style_item(out, 0, COLUMN, area, text_string(&words));
	finish_words(&words, out);
	finish_words(&blockers, out);
}

static void add_areas(const struct report *report, struct text *out)
{
	const char *areas[AREAS_MAX];
	size_t count = list_areas(report, areas), i;

	text_add(out, "\n");
	for (i = 0; i < count; i++)
		add_area(report, areas[i], out);
}

static void add_probes(const struct report *report, bool all, struct text *out)
{
	bool first = true;
	size_t i;

	for (i = 0; i < report->probes.count; i++) {
		const struct report_probe *probe =
			LIST_AT(&report->probes, struct report_probe, i);
		static const char *const words[] = { "not looked at", "looked at", "denied",
						     "failed" };
		struct text line;

		if (!all && probe->state != FACT_DENIED && probe->state != FACT_FAILED)
			continue;
		if (first)
			text_add(out, "\n");
		first = false;
		text_init(&line, 4096);
		text_addf(&line, "%s", words[probe->state]);
		if (probe->host)
			text_addf(&line, " on %s", probe->host);
		if (all)
			text_addf(&line, " in %u ms", probe->took_ms);
		if (probe->note)
			text_addf(&line, ": %s", probe->note);
		style_item(out, 0, COLUMN, probe->name, text_string(&line));
		finish_words(&line, out);
	}
}

void report_render_text(const struct report *report, const struct report_options *options,
			struct text *out)
{
	add_verdicts(report, options, out);
	add_place(report, out);
	add_findings(report, options, STATUS_FAIL, out);
	add_findings(report, options, STATUS_WARN, out);
	if (options->verbose)
		add_findings(report, options, STATUS_UNKNOWN, out);
	else
		add_questions(report, options, out);
	add_missing(report, options, true, out);
	add_missing(report, options, false, out);
	if (options->verbose) {
		add_findings(report, options, STATUS_BLOCKED, out);
		add_findings(report, options, STATUS_PASS, out);
		add_findings(report, options, STATUS_SKIPPED, out);
	}
	add_areas(report, out);
	add_probes(report, options->verbose, out);
	report_text_create(&report->create, options, out);
}
