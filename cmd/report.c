/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report's record tables, and how it is made from facts and judgement.
 */
#include "cmd/report.h"

#include "rules/facts_link.h"
#include "rules/text.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char *const state_words[] = { "absent", "ok", "denied", "failed", NULL };

static const struct field tool_fields[] = {
	FIELD(report_tool, name, FIELD_REQUIRED, "always \"reachback\""),
	FIELD(report_tool, version, FIELD_REQUIRED, "version that judged"),
	{ .name = NULL },
};
static const struct record tool_record = {
	.name = "report_tool", .size = sizeof(struct report_tool), .fields = tool_fields,
};

static const struct field missing_fields[] = {
	FIELD(gate_missing, vantage, FIELD_REQUIRED, "where it has to be looked at"),
	FIELD(gate_missing, what, FIELD_REQUIRED, "what is still to be proved, in a few words"),
	FIELD(gate_missing, needs, FIELD_REQUIRED, "the same in full"),
	FIELD(gate_missing, command, 0, "what would supply it; null: nothing of this program yet"),
	FIELD(gate_missing, evidence, 0, "hints about it that were seen here"),
	FIELD(gate_missing, needed, 0,
	      "the gate is undetermined without it; else it is told, and no more"),
	{ .name = NULL },
};
static const struct record missing_record = {
	.name = "report_missing", .size = sizeof(struct gate_missing), .fields = missing_fields,
};

static const struct field gate_fields[] = {
	FIELD_WORDS(report_gate, verdict, verdict_words, FIELD_REQUIRED,
		    "verdict over everything that the link needs"),
	FIELD_LIST_OF(report_gate, missing, &missing_record, FIELD_REQUIRED,
		      "what this run could not see"),
	{ .name = NULL },
};
static const struct record gate_record = {
	.name = "report_gate", .size = sizeof(struct report_gate), .fields = gate_fields,
};

static const struct field vantage_fields[] = {
	FIELD(report_vantage, kind, FIELD_REQUIRED, "where it was looked from"),
	FIELD(report_vantage, reason, 0, "why it is taken for that"),
	FIELD(report_vantage, host, 0, "name of the machine"),
	FIELD(report_vantage, uid, 0, "user that looked"),
	FIELD(report_vantage, capabilities, 0, "capabilities that the user had"),
	FIELD(report_vantage, sources, 0, "for which addresses the run speaks, and how it knows"),
	FIELD(report_vantage, notes, 0, "what is special about it: a container, a namespace"),
	{ .name = NULL },
};
static const struct record vantage_record = {
	.name = "report_vantage", .size = sizeof(struct report_vantage), .fields = vantage_fields,
};

static const struct field summary_fields[] = {
	FIELD(report_summary, pass, FIELD_REQUIRED, "findings that are good"),
	FIELD(report_summary, fail, FIELD_REQUIRED, "findings that break the link"),
	FIELD(report_summary, warn, FIELD_REQUIRED, "findings that may break it"),
	FIELD(report_summary, unknown, FIELD_REQUIRED, "what could not be decided"),
	FIELD(report_summary, blocked, FIELD_REQUIRED, "what a failed finding hides"),
	FIELD(report_summary, skipped, FIELD_REQUIRED, "what does not apply"),
	{ .name = NULL },
};
static const struct record summary_record = {
	.name = "report_summary", .size = sizeof(struct report_summary), .fields = summary_fields,
};

static const struct field probe_fields[] = {
	FIELD(report_probe, host, FIELD_OMIT, "machine, where several were judged"),
	FIELD(report_probe, name, FIELD_REQUIRED, "section of the facts"),
	FIELD_WORDS(report_probe, state, state_words, FIELD_REQUIRED, "what became of it"),
	FIELD(report_probe, took_ms, FIELD_REQUIRED, "milliseconds"),
	FIELD(report_probe, note, 0, "why it was denied or failed, or what it leaves out"),
	{ .name = NULL },
};
static const struct record probe_record = {
	.name = "report_probe", .size = sizeof(struct report_probe), .fields = probe_fields,
};

static const struct field machine_fields[] = {
	FIELD(report_machine, name, FIELD_REQUIRED, "as findings call it in subject.host"),
	FIELD(report_machine, vantage, FIELD_REQUIRED, "where it stands"),
	FIELD(report_machine, started, 0, "when looking began there, UTC"),
	FIELD(report_machine, took_ms, 0, "how long it took, milliseconds"),
	{ .name = NULL },
};
static const struct record machine_record = {
	.name = "report_machine", .size = sizeof(struct report_machine), .fields = machine_fields,
};

static const struct field default_fields[] = {
	FIELD(report_default, host, FIELD_OMIT, "machine, where several were judged"),
	FIELD(report_default, key, FIELD_REQUIRED, "key of the plan"),
	FIELD(report_default, value, FIELD_REQUIRED, "what was taken in its place"),
	FIELD(report_default, source, FIELD_REQUIRED, "section of the facts that tells it"),
	{ .name = NULL },
};
static const struct record default_record = {
	.name = "report_default", .size = sizeof(struct report_default), .fields = default_fields,
};

static const struct field report_fields[] = {
	FIELD(report, schema, FIELD_REQUIRED, "\"" REPORT_SCHEMA "\""),
	FIELD_OBJECT_OF(report, tool, &tool_record, FIELD_REQUIRED, "what wrote the report"),
	FIELD_WORDS(report, verdict, verdict_words, FIELD_REQUIRED,
		    "verdict over what this vantage can see; the exit status follows it"),
	FIELD_OBJECT_OF(report, gate, &gate_record, FIELD_REQUIRED, "the whole link's verdict"),
	FIELD_OBJECT_OF(report, vantage, &vantage_record, FIELD_REQUIRED, "whence it was seen"),
	FIELD(report, range, FIELD_REQUIRED, "the reverse-access range"),
	FIELD(report, started, 0, "when looking began, UTC; the earliest of several machines"),
	FIELD(report, took_ms, 0, "how long looking took, milliseconds"),
	FIELD_OBJECT_OF(report, summary, &summary_record, FIELD_REQUIRED, "findings by status"),
	FIELD_LIST_OF(report, findings, &finding_record, FIELD_REQUIRED, "one answer a subject"),
	FIELD_LIST_OF(report, probes, &probe_record, FIELD_REQUIRED, "what was looked at"),
	FIELD_LIST_OF(report, machines, &machine_record, FIELD_OMIT,
		      "where facts of several were judged"),
	FIELD_LIST_OF(report, defaults, &default_record, FIELD_OMIT,
		      "what the plan leaves out and this machine's own place in the cloud tells"),
	FIELD(report, notes, 0, "about the judgement: an acceptance that expired"),
	FIELD_OBJECT_OF(report, create, &report_create_record, FIELD_OMIT,
			"what \"create\" did behind this judgement"),
	{ .name = NULL },
};
const struct record report_record = {
	.name = "report", .size = sizeof(struct report), .fields = report_fields,
};

static const struct join_machine *machine_at(const struct join *join, size_t place)
{
	return LIST_AT(&join->machines, struct join_machine, place);
}

/* A source that any machine has. */
static void build_sources(struct report *report, const struct join *join)
{
	bool classes = false, ingress = false, vswitch = false;
	char **sources = report->source_items;
	size_t count = 0, i;

	for (i = 0; i < join->machines.count; i++) {
		const struct routes_facts *routes = &machine_at(join, i)->facts->routes;

		classes |= routes->classes.count > 0;
		ingress |= routes->ingress.count > 0;
		vswitch |= routes->vswitch_classes.count > 0;
	}
	if (classes)
		sources[count++] = (char *)"100.104.0.0/16 by route look-up";
	if (ingress)
		sources[count++] = (char *)"100.104.0.0/16 by inbound look-up";
	if (vswitch)
		sources[count++] = (char *)"vSwitch CIDR by route look-up";
	report->vantage.sources = (struct strings){ .items = sources, .count = count };
}

static void build_vantage(struct report *report, const struct join *join,
			  const struct judgement *judgement)
{
	const struct facts *facts = machine_at(join, 0)->facts;
	struct report_vantage *vantage = &report->vantage;

	vantage->kind = (char *)(uintptr_t)vantage_words[judgement->vantage];
	vantage->reason = judgement->vantage_reason;
	vantage->notes = judgement->vantage_notes;
	if (join->machines.count == 1 && facts->host.section.state == FACT_OK) {
		vantage->host = facts->host.name;
		vantage->uid = (struct maybe){ .known = true, .value = facts->host.uid };
		vantage->capabilities = facts->host.capabilities;
	}
	build_sources(report, join);
}

static int build_probes(struct report *report, const struct join_machine *machine, bool several)
{
	int id;

	for (id = 0; id < SECTION_COUNT; id++) {
		const struct section *section =
			facts_section_const(machine->facts, (enum section_id)id);
		struct report_probe *probe;

		if (id == SECTION_PLAN)
			continue;
		probe = list_add(&report->probes, sizeof(*probe));
		if (!probe)
			return -ENOMEM;
		probe->host = several ? machine->name : NULL;
		probe->name = (char *)(uintptr_t)section_name((enum section_id)id);
		probe->state = section->state;
		probe->took_ms = section->took_ms;
		probe->note = section->note;
	}
	return 0;
}

static int build_defaults(struct report *report, const struct join_machine *machine, bool several)
{
	struct facts_default found[FACTS_DEFAULTS_MAX];
	size_t count = facts_defaults(machine->facts, found), i;

	for (i = 0; i < count; i++) {
		struct report_default *row = list_add(&report->defaults, sizeof(*row));

		if (!row)
			return -ENOMEM;
		row->host = several ? machine->name : NULL;
		row->key = (char *)(uintptr_t)found[i].key;
		row->value = text_copy(found[i].value);
		row->source = (char *)(uintptr_t)section_name(SECTION_METADATA);
		if (!row->value)
			return -ENOMEM;
	}
	return 0;
}

/* Times of RFC 3339 in UTC compare as text. */
static int build_machines(struct report *report, const struct join *join)
{
	bool several = join->machines.count > 1;
	size_t i;
	int code = 0;

	for (i = 0; i < join->machines.count && !code; i++) {
		const struct join_machine *machine = machine_at(join, i);
		const struct facts *facts = machine->facts;
		struct report_machine *row;

		if (!report->started ||
		    (facts->started && strcmp(facts->started, report->started) < 0))
			report->started = facts->started;
		if (facts->took_ms > report->took_ms)
			report->took_ms = facts->took_ms;
		code = build_probes(report, machine, several);
		if (!code)
			code = build_defaults(report, machine, several);
		if (code || !several)
			continue;
		row = list_add(&report->machines, sizeof(*row));
		if (!row)
			return -ENOMEM;
		row->name = machine->name;
		row->vantage = (char *)(uintptr_t)vantage_words[machine->vantage];
		row->started = facts->started;
		row->took_ms = facts->took_ms;
	}
	return code;
}

int report_build(struct report *report, const struct join *join,
		 const struct judgement *judgement)
{
	memset(report, 0, sizeof(*report));
	report->schema = (char *)REPORT_SCHEMA;
	report->tool.name = (char *)"reachback";
	report->tool.version = (char *)REACHBACK_VERSION;
	report->verdict = (int)judgement->verdict;
	report->gate.verdict = (int)judgement->gate;
	report->gate.missing = judgement->missing;
	report->range = reverse_range;
	report->summary = (struct report_summary){
		.pass = judgement->counts[STATUS_PASS],
		.fail = judgement->counts[STATUS_FAIL],
		.warn = judgement->counts[STATUS_WARN],
		.unknown = judgement->counts[STATUS_UNKNOWN],
		.blocked = judgement->counts[STATUS_BLOCKED],
		.skipped = judgement->counts[STATUS_SKIPPED],
	};
	report->findings = judgement->findings.list;
	report->notes = judgement->notes;
	build_vantage(report, join, judgement);
	return build_machines(report, join);
}

void report_release(struct report *report)
{
	size_t i;

	for (i = 0; i < report->defaults.count; i++)
		free(LIST_AT(&report->defaults, struct report_default, i)->value);
	free(report->defaults.items);
	free(report->probes.items);
	free(report->machines.items);
	memset(report, 0, sizeof(*report));
}

void report_schema(struct text *out)
{
	record_schema_document(&report_record, "urn:reachback:report:1",
			       "A report of reachback, schema " REPORT_SCHEMA, 0, out);
}

void report_render(const struct report *report, const struct report_options *options,
		   struct text *out)
{
	if (options->json)
		report_render_json(report, options, out);
	else
		report_render_text(report, options, out);
}
