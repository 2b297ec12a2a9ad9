/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `create` did, in the report: the key `create` of the JSON, the last paragraph of the text.
 */
#include "cmd/report.h"

#define COLUMN 24

const char *const create_kind_words[CREATE_KINDS + 1] = {
	[CREATE_UNSET] = "",
	[CREATE_SOURCE] = "source",
	[CREATE_REGISTRY] = "registry",
};

const char *const create_outcome_words[OUTCOME_COUNT + 1] = {
	[OUTCOME_UNSET] = "",
	[OUTCOME_REFUSED] = "refused",
	[OUTCOME_FORM] = "form-printed",
	[OUTCOME_DRY_RUN] = "dry-run",
	[OUTCOME_DECLINED] = "declined",
	[OUTCOME_THERE] = "already-there",
	[OUTCOME_CREATED] = "created",
	[OUTCOME_FAILED] = "failed",
	[OUTCOME_UNCLEAR] = "unclear",
};

static const struct field form_fields[] = {
	FIELD(report_form, region, 0, "region of the console"),
	FIELD(report_form, instance_id, 0, "instance of the registry"),
	FIELD(report_form, gitlab_ip, 0, "field \"GitLab private IP\""),
	FIELD(report_form, other_ips, 0, "field \"Other IP addresses\": all that builds touch"),
	FIELD(report_form, vpc_id, 0, "field \"VPC\""),
	FIELD(report_form, vswitch_id, 0, "field \"vSwitch\""),
	{ .name = NULL },
};
static const struct record form_record = {
	.name = "report_form", .size = sizeof(struct report_form), .fields = form_fields,
};

static const struct field link_fields[] = {
	FIELD(report_link, id, 0, "its id, where the reply has one"),
	FIELD(report_link, ip, 0, "its address in the vSwitch"),
	FIELD(report_link, status, 0, "as the API words it"),
	FIELD(report_link, issue, 0, "what the API reports about it"),
	FIELD(report_link, vswitch_id, 0, "its vSwitch"),
	FIELD(report_link, elsewhere, 0, "on another vSwitch than the plan's"),
	{ .name = NULL },
};
static const struct record link_record = {
	.name = "report_link", .size = sizeof(struct report_link), .fields = link_fields,
};

static const struct field create_fields[] = {
	FIELD_WORDS(report_create, kind, create_kind_words, 0, "which link"),
	FIELD_WORDS(report_create, outcome, create_outcome_words, 0, "what came of it"),
	FIELD(report_create, message, 0, "the same in words"),
	FIELD(report_create, override, 0, "why the gate was not obeyed; null: it was"),
	FIELD_OBJECT_OF(report_create, form, &form_record, FIELD_OMIT,
			"values of the console's form"),
	FIELD_JSON_TEXT(report_create, request, FIELD_OMIT, "the call that makes the link"),
	FIELD(report_create, request_words, FIELD_OMIT, "the same in one line"),
	FIELD(report_create, journal, FIELD_OMIT, "file that remembers what was called"),
	FIELD_OBJECT_OF(report_create, link, &link_record, FIELD_OMIT, "what is there"),
	{ .name = NULL },
};
const struct record report_create_record = {
	.name = "report_create", .size = sizeof(struct report_create), .fields = create_fields,
};

void report_create_release(struct report_create *create)
{
	record_release(&report_create_record, create);
}

void report_form_release(struct report_form *form)
{
	record_release(&form_record, form);
}

static void add_value(struct text *out, const char *label, const char *value)
{
	if (value)
		style_item(out, 2, COLUMN, label, value);
}

static void add_form(const struct report_form *form, struct text *out)
{
	struct text others;
	size_t i;

	text_init(&others, 65536);
	for (i = 0; i < form->other_ips.count; i++)
		text_addf(&others, "%s%s", i ? ", " : "", form->other_ips.items[i]);
	add_value(out, "Region", form->region);
	add_value(out, "Instance", form->instance_id);
	add_value(out, "GitLab private IP", form->gitlab_ip);
	add_value(out, "Other IP addresses", others.length ? text_string(&others) : "none");
	add_value(out, "VPC", form->vpc_id);
	add_value(out, "vSwitch", form->vswitch_id);
	if (text_error(&others))
		out->error = text_error(&others);
	text_release(&others);
}

void report_text_create(const struct report_create *create, const struct report_options *options,
			struct text *out)
{
	static const struct {
		const char *words;
		enum style_role role;
	} looks[OUTCOME_COUNT] = {
		[OUTCOME_REFUSED] = { "NOT CREATED", STYLE_BAD },
		[OUTCOME_FORM] = { "FORM", STYLE_GOOD },
		[OUTCOME_DRY_RUN] = { "DRY RUN", STYLE_GOOD },
		[OUTCOME_DECLINED] = { "NOT CREATED", STYLE_OPEN },
		[OUTCOME_THERE] = { "ALREADY THERE", STYLE_GOOD },
		[OUTCOME_CREATED] = { "CREATED", STYLE_GOOD },
		[OUTCOME_FAILED] = { "NOT CREATED", STYLE_BAD },
		[OUTCOME_UNCLEAR] = { "UNCLEAR", STYLE_OPEN },
	};
	const char *words = looks[create->outcome].words;

	if (!create->outcome)
		return;
	text_add(out, "\n");
	style_add(out, &options->style, looks[create->outcome].role, words);
	text_add(out, " ");
	style_wrap(out, style_width(words) + 1, 2, create->message ? create->message : "");
	if (create->override)
		style_item(out, 2, COLUMN, "Gate overridden", create->override);
	if (create->outcome == OUTCOME_FORM)
		add_form(&create->form, out);
	add_value(out, "Request", create->request_words);
	add_value(out, "Link", create->link.id);
	add_value(out, "Address", create->link.ip);
	add_value(out, "Status", create->link.status);
	add_value(out, "Reported", create->link.issue);
	add_value(out, "vSwitch", create->link.vswitch_id);
	add_value(out, "Journal", create->journal);
}
