/* SPDX-License-Identifier: Apache-2.0 */
/* Record tables of the one call that changes something. */
#include "probes/cloud_change.h"

const char *const change_outcome_words[CHANGE_OUTCOMES + 1] = {
	[CHANGE_UNSET] = "",
	[CHANGE_DONE] = "done",
	[CHANGE_REFUSED] = "refused",
	[CHANGE_UNCLEAR] = "unclear",
};

const char *const change_gap_words[CHANGE_GAPS + 1] = {
	[GAP_NONE] = "",
	[GAP_LIST] = "no-list",
	[GAP_FIELD] = "no-field",
	[GAP_PAGES] = "more-pages",
};

static const struct field parameter_fields[] = {
	FIELD(change_parameter, name, FIELD_REQUIRED, "name of the parameter"),
	FIELD(change_parameter, value, FIELD_REQUIRED, "its value"),
	{ .name = NULL },
};
static const struct record parameter_record = {
	.name = "change_parameter", .size = sizeof(struct change_parameter),
	.fields = parameter_fields,
};

static const struct field call_fields[] = {
	FIELD(change_call, product, 0, "product whose endpoint is asked"),
	FIELD(change_call, action, 0, "operation"),
	FIELD(change_call, version, 0, "version of the API"),
	FIELD(change_call, style, 0, "RPC or ROA"),
	FIELD(change_call, method, 0, "HTTP method"),
	FIELD(change_call, path, 0, "path of the request"),
	FIELD_LIST_OF(change_call, query, &parameter_record, 0, "parameters of the query"),
	FIELD_LIST_OF(change_call, body, &parameter_record, 0, "parameters of a form"),
	FIELD_JSON_TEXT(change_call, document, FIELD_OMIT, "body of style ROA"),
	{ .name = NULL },
};
const struct record change_call_record = {
	.name = "change_call", .size = sizeof(struct change_call), .fields = call_fields,
};

static const struct field request_fields[] = {
	FIELD_OBJECT_OF(change_request, cloud, &cloud_request_record, 0, "how to ask"),
	FIELD(change_request, make, 0, "changes something"),
	FIELD_OBJECT_OF(change_request, call, &change_call_record, 0, "what to call"),
	FIELD_LIST_OF(change_request, match, &parameter_record, 0, "fields of the link"),
	FIELD(change_request, list_name, 0, "name of the reply's list"),
	FIELD(change_request, vswitch_id, 0, "vSwitch of managed interfaces"),
	FIELD(change_request, addresses, 0, "addresses that a managed group names"),
	{ .name = NULL },
};
const struct record change_request_record = {
	.name = "change_request", .size = sizeof(struct change_request), .fields = request_fields,
};

static const struct field answer_fields[] = {
	FIELD_WORDS(change_answer, outcome, change_outcome_words, FIELD_REQUIRED,
		    "what came of it"),
	FIELD_WORDS(change_answer, gap, change_gap_words, 0, "why a look shows nothing"),
	FIELD(change_answer, code, 0, "error code"),
	FIELD(change_answer, note, 0, "why it was not done, in words"),
	FIELD(change_answer, request_id, 0, "of the answer"),
	FIELD(change_answer, found, 0, "there is such a link"),
	FIELD(change_answer, id, 0, "its id"),
	FIELD(change_answer, ip, 0, "its address"),
	FIELD(change_answer, status, 0, "its status"),
	FIELD(change_answer, issue, 0, "what is wrong with it"),
	FIELD(change_answer, vswitch_id, 0, "its vSwitch"),
	{ .name = NULL },
};
const struct record change_answer_record = {
	.name = "change_answer", .size = sizeof(struct change_answer), .fields = answer_fields,
};
