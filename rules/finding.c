/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings: their record table, and the calls by which rules put words into them.
 *
 * Owns the memory of findings and the order in which they are reported. It judges nothing.
 */
#include "rules/finding.h"

#include "rules/rule.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const status_words[STATUS_COUNT + 1] = {
	[STATUS_PASS] = "pass",       [STATUS_FAIL] = "fail",       [STATUS_WARN] = "warn",
	[STATUS_UNKNOWN] = "unknown", [STATUS_BLOCKED] = "blocked", [STATUS_SKIPPED] = "skipped",
};

const char *const severity_words[SEVERITY_COUNT + 1] = {
	[SEVERITY_BLOCKER] = "blocker",
	[SEVERITY_RISK] = "risk",
	[SEVERITY_NOTE] = "note",
};

static const struct field subject_fields[] = {
	FIELD(subject, prefix, FIELD_OMIT, "the addresses, when they are one prefix"),
	FIELD(subject, prefixes, FIELD_OMIT, "the addresses, when they are several prefixes"),
	FIELD(subject, services, FIELD_OMIT, "services whose proof says so; absent: all of them"),
	FIELD(subject, service_iifs, FIELD_OMIT, "interface by which each service's replies enter"),
	FIELD(subject, address, FIELD_OMIT, "of a service, an interface or a next hop"),
	FIELD(subject, port, FIELD_OMIT, "of a service"),
	FIELD(subject, mark, FIELD_OMIT, "packet mark"),
	FIELD(subject, dev, FIELD_OMIT, "interface"),
	FIELD(subject, path, FIELD_OMIT, "configuration file"),
	FIELD(subject, key, FIELD_OMIT, "place inside the file"),
	FIELD(subject, section, FIELD_OMIT, "section of the facts"),
	FIELD(subject, host, FIELD_OMIT, "machine, in a judgement of several"),
	FIELD(subject, url, FIELD_OMIT, "endpoint"),
	FIELD(subject, rung, FIELD_OMIT, "rung of the ladder"),
	FIELD(subject, resource, FIELD_OMIT, "resource in the cloud, by its id"),
	FIELD(subject, zone, FIELD_OMIT, "zone of the cloud"),
	{ .name = NULL },
};

static const struct record subject_record = {
	.name = "subject",
	.size = sizeof(struct subject),
	.fields = subject_fields,
};

static const struct field evidence_fields[] = {
	FIELD(evidence, fact, 0, "JSON pointer into the facts"),
	FIELD(evidence, text, 0, "what stands there, in words"),
	{ .name = NULL },
};

static const struct record evidence_record = {
	.name = "evidence",
	.size = sizeof(struct evidence),
	.fields = evidence_fields,
};

static const struct field remedy_fields[] = {
	FIELD(remedy, platform, 0, "where the text applies"),
	FIELD(remedy, text, 0, "what mends it; for \"linux\" a command line"),
	{ .name = NULL },
};

static const struct record remedy_record = {
	.name = "remedy",
	.size = sizeof(struct remedy),
	.fields = remedy_fields,
};

static const struct field source_fields[] = {
	FIELD(source, document, 0, "page of the vendor"),
	FIELD(source, heading, 0, "heading on that page"),
	{ .name = NULL },
};

static const struct record source_record = {
	.name = "source",
	.size = sizeof(struct source),
	.fields = source_fields,
};

static const struct field accepted_fields[] = {
	FIELD(accepted, reason, FIELD_OMIT, "why the user accepts it"),
	FIELD(accepted, until, FIELD_OMIT, "last day on which that holds"),
	{ .name = NULL },
};

static const struct record accepted_record = {
	.name = "accepted",
	.size = sizeof(struct accepted),
	.fields = accepted_fields,
};

static const struct field finding_fields[] = {
	FIELD(finding, code, FIELD_REQUIRED, "the rule"),
	FIELD(finding, causes, 0, "ids of the failure catalogue that are established"),
	FIELD_WORDS(finding, status, status_words, FIELD_REQUIRED, "the rule's answer"),
	FIELD_WORDS(finding, severity, severity_words, FIELD_REQUIRED,
		    "what the rule may do to the verdict"),
	FIELD(finding, blocked_by, 0, "rules whose findings hide this one"),
	FIELD_OBJECT_OF(finding, subject, &subject_record, 0, "what the finding is about"),
	FIELD(finding, segments, FIELD_OMIT,
	      "parts of the way between the link's vSwitch and the service where it sits"),
	FIELD(finding, share, FIELD_OMIT, "part of the 65,536 addresses that it concerns"),
	FIELD(finding, message, 0, "what was seen"),
	FIELD(finding, expected, FIELD_OMIT, "what would be good here"),
	FIELD(finding, settle, FIELD_OMIT, "the command that would settle an unknown"),
	FIELD(finding, next, FIELD_OMIT, "where the next look belongs"),
	FIELD_LIST_OF(finding, evidence, &evidence_record, 0, "the facts behind the answer"),
	FIELD_LIST_OF(finding, remedy, &remedy_record, 0, "what mends it"),
	FIELD_OBJECT_OF(finding, source, &source_record, 0, "the vendor's page"),
	FIELD_OBJECT_OF(finding, accepted, &accepted_record, FIELD_OMIT,
			"the user's acceptance"),
	{ .name = NULL },
};

const struct record finding_record = {
	.name = "finding",
	.size = sizeof(struct finding),
	.fields = finding_fields,
};

void findings_init(struct findings *findings)
{
	memset(findings, 0, sizeof(*findings));
}

void findings_release(struct findings *findings)
{
	size_t i;

	for (i = 0; i < findings->list.count; i++)
		record_release(&finding_record, LIST_AT(&findings->list, struct finding, i));
	free(findings->list.items);
	memset(findings, 0, sizeof(*findings));
}

struct finding *findings_add(struct findings *findings, enum finding_status status)
{
	struct finding *finding;

	if (findings->error)
		return NULL;
	finding = list_add(&findings->list, sizeof(*finding));
	if (!finding) {
		findings->error = -ENOMEM;
		return NULL;
	}
	finding->status = (int)status;
	return finding;
}

/* Puts the cleaned words of `format` into `*place`, in the place of what was there. */
__attribute__((format(printf, 3, 0)))
static void set_words(struct findings *findings, char **place, const char *format,
		      va_list arguments)
{
	char *raw = NULL, *clean = NULL;
	int length;

	if (findings->error)
		return;
	length = vasprintf(&raw, format, arguments);
	if (length < 0) {
		findings->error = -ENOMEM;
		return;
	}
	clean = text_clean(raw, (size_t)length);
	free(raw);
	if (!clean) {
		findings->error = -ENOMEM;
		return;
	}
	free(*place);
	*place = clean;
}

#define DEFINE_WORDS(member)                                                                       \
	void finding_##member(struct findings *findings, struct finding *finding,                  \
			      const char *format, ...)                                             \
	{                                                                                          \
		va_list arguments;                                                                 \
												\
		if (!finding)                                                                      \
			return;                                                                    \
		va_start(arguments, format);                                                       \
		set_words(findings, &finding->member, format, arguments);                          \
		va_end(arguments);                                                                 \
	}

DEFINE_WORDS(message)
DEFINE_WORDS(settle)
DEFINE_WORDS(next)
DEFINE_WORDS(expected)

/* A copy of a constant, or NULL with the failure latched. */
static char *keep(struct findings *findings, const char *string)
{
	char *copy = text_copy(string);

	if (!copy)
		findings->error = -ENOMEM;
	return copy;
}

void finding_evidence(struct findings *findings, struct finding *finding, const char *fact,
		      const char *format, ...)
{
	struct evidence *evidence;
	va_list arguments;

	if (findings->error || !finding)
		return;
	evidence = list_add(&finding->evidence, sizeof(*evidence));
	if (!evidence) {
		findings->error = -ENOMEM;
		return;
	}
	evidence->fact = keep(findings, fact);
	va_start(arguments, format);
	set_words(findings, &evidence->text, format, arguments);
	va_end(arguments);
}

void finding_remedy(struct findings *findings, struct finding *finding, const char *platform,
		    const char *format, ...)
{
	struct remedy *remedy;
	va_list arguments;

	if (findings->error || !finding)
		return;
	remedy = list_add(&finding->remedy, sizeof(*remedy));
	if (!remedy) {
		findings->error = -ENOMEM;
		return;
	}
	remedy->platform = keep(findings, platform);
	va_start(arguments, format);
	set_words(findings, &remedy->text, format, arguments);
	va_end(arguments);
}

void finding_cause(struct findings *findings, struct finding *finding, const char *cause)
{
	if (findings->error || !finding || strings_contain(&finding->causes, cause))
		return;
	if (strings_add(&finding->causes, cause)) {
		findings->error = -ENOMEM;
		return;
	}
	strings_sort(&finding->causes);
}

static void print_strings(const struct strings *strings, struct text *out)
{
	size_t i;

	for (i = 0; i < strings->count; i++)
		text_addf(out, "%s%s", out->length ? " " : "", strings->items[i]);
}

static void print_word(const char *name, const char *word, struct text *out)
{
	if (word)
		text_addf(out, "%s%s%s", out->length ? " " : "", name, word);
}

void subject_print(const struct subject *subject, struct text *out)
{
	char text[ADDRESS_TEXT_MAX];
	char prefix[PREFIX_TEXT_MAX];

	print_word("", subject->url, out);
	if (subject->prefix.known)
		print_word("", prefix_print(&subject->prefix, prefix), out);
	print_strings(&subject->prefixes, out);
	print_strings(&subject->services, out);
	if (subject->address.family)
		print_word("", address_print(&subject->address, text), out);
	if (subject->port.known && subject->address.family)
		text_addf(out, ":%u", subject->port.value);
	else if (subject->port.known)
		text_addf(out, "%sport %u", out->length ? " " : "", subject->port.value);
	if (subject->mark.known)
		text_addf(out, "%smark 0x%x", out->length ? " " : "", subject->mark.value);
	print_word("dev ", subject->dev, out);
	print_word("", subject->path, out);
	print_word("", subject->key, out);
	print_word("section ", subject->section, out);
	print_word("host ", subject->host, out);
	print_word("rung ", subject->rung, out);
	print_word("", subject->resource, out);
	print_word("zone ", subject->zone, out);
}

void finding_drop_remedies(struct finding *finding)
{
	size_t i;

	for (i = 0; i < finding->remedy.count; i++)
		record_release(&remedy_record, LIST_AT(&finding->remedy, struct remedy, i));
	free(finding->remedy.items);
	finding->remedy = (struct list){ .items = NULL };
}

/* A finding with what its place in the report depends on. */
struct ranked {
	unsigned int status; /* what calls for action comes first */
	size_t rule;         /* place of the rule in the catalogue */
	struct finding finding;
};

static size_t rule_place(const char *code)
{
	size_t i;

	for (i = 0; i < rule_catalog_count; i++)
		if (text_equal(rule_catalog[i]->code, code))
			return i;
	return rule_catalog_count;
}

static int compare_lists(const struct strings *a, const struct strings *b)
{
	size_t i;

	for (i = 0; i < a->count && i < b->count; i++) {
		int order = strcmp(a->items[i], b->items[i]);

		if (order)
			return order;
	}
	return (a->count > b->count) - (a->count < b->count);
}

static struct prefix first_prefix(const struct subject *subject)
{
	struct prefix prefix = subject->prefix;

	if (!prefix.known && subject->prefixes.count &&
	    prefix_parse(subject->prefixes.items[0], &prefix))
		memset(&prefix, 0, sizeof(prefix));
	return prefix;
}

static int compare_subjects(const struct subject *a, const struct subject *b)
{
	struct prefix left = first_prefix(a), right = first_prefix(b);
	int order;

	if (left.known != right.known)
		return (int)left.known - (int)right.known;
	order = left.known ? prefix_compare(&left, &right) : 0;
	if (!order)
		order = text_compare(a->url, b->url);
	if (!order)
		order = compare_lists(&a->prefixes, &b->prefixes);
	if (!order)
		order = compare_lists(&a->services, &b->services);
	if (!order)
		order = address_compare(&a->address, &b->address);
	if (!order)
		order = (a->port.value > b->port.value) - (a->port.value < b->port.value);
	if (!order)
		order = (a->mark.value > b->mark.value) - (a->mark.value < b->mark.value);
	if (!order)
		order = text_compare(a->dev, b->dev);
	if (!order)
		order = text_compare(a->path, b->path);
	if (!order)
		order = text_compare(a->key, b->key);
	if (!order)
		order = text_compare(a->section, b->section);
	if (!order)
		order = text_compare(a->host, b->host);
	if (!order)
		order = text_compare(a->rung, b->rung);
	if (!order)
		order = text_compare(a->resource, b->resource);
	return order ? order : text_compare(a->zone, b->zone);
}

static int compare_ranked(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;
	int order;

	if (a->status != b->status)
		return a->status < b->status ? -1 : 1;
	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	order = compare_subjects(&a->finding.subject, &b->finding.subject);
	return order ? order : text_compare(a->finding.message, b->finding.message);
}

void findings_sort(struct findings *findings)
{
	static const unsigned int ranks[STATUS_COUNT] = {
		[STATUS_FAIL] = 0,    [STATUS_WARN] = 1,    [STATUS_UNKNOWN] = 2,
		[STATUS_BLOCKED] = 3, [STATUS_SKIPPED] = 4, [STATUS_PASS] = 5,
	};
	size_t count = findings->list.count, i;
	struct ranked *ranked;

	if (findings->error || count < 2)
		return;
	ranked = calloc(count, sizeof(*ranked));
	if (!ranked) {
		findings->error = -ENOMEM;
		return;
	}
	for (i = 0; i < count; i++) {
		ranked[i].finding = *LIST_AT(&findings->list, struct finding, i);
		ranked[i].status = ranks[ranked[i].finding.status];
		ranked[i].rule = rule_place(ranked[i].finding.code);
	}
	qsort(ranked, count, sizeof(*ranked), compare_ranked);
	for (i = 0; i < count; i++)
		*LIST_AT(&findings->list, struct finding, i) = ranked[i].finding;
	free(ranked);
}
