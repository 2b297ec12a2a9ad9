/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan's record tables, its file reader, and its canonical form. What types cannot say is
 * checked in plan_check.c.
 */
#include "rules/plan.h"

#include "rules/facts_record.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <string.h>

static const char *const access_words[] = { "", "ecs", "slb", "datacenter", NULL };

static const struct field link_fields[] = {
	FIELD(plan_link, instance_id, FIELD_OMIT, "registry instance"),
	FIELD(plan_link, vpc_id, FIELD_OMIT, "VPC of the link"),
	FIELD(plan_link, vswitch_id, FIELD_OMIT, "vSwitch of the link"),
	FIELD(plan_link, vswitch_cidr, FIELD_OMIT, "its addresses"),
	FIELD(plan_link, gitlab_ip, FIELD_OMIT, "private address of GitLab"),
	FIELD(plan_link, other_ips, FIELD_OMIT, "other addresses that builds need"),
	{ .name = NULL },
};
static const struct record link_record = { "plan_link", sizeof(struct plan_link), link_fields };

#define GITLAB_FIELDS                                                                              \
	FIELD(plan_gitlab, url, FIELD_OMIT, "base URL"),                                           \
	FIELD_WORDS(plan_gitlab, access, access_words, FIELD_OMIT, "how GitLab is reached"),       \
	FIELD(plan_gitlab, username, FIELD_OMIT, "user of the token"),                             \
	FIELD(plan_gitlab, project, FIELD_OMIT, "project to clone")

static const struct field gitlab_fields[] = {
	GITLAB_FIELDS,
	FIELD(plan_gitlab, token_file, FIELD_OMIT, "file of the token, relative to the plan"),
	{ .name = NULL },
};
static const struct record plan_gitlab_record = { "plan_gitlab", sizeof(struct plan_gitlab),
					     gitlab_fields };

static const struct field maven_fields[] = {
	FIELD(plan_maven, url, FIELD_REQUIRED, "base URL of a repository"),
	FIELD(plan_maven, artifact, FIELD_OMIT, "group:artifact:version[:type] to fetch"),
	{ .name = NULL },
};
static const struct record plan_maven_record = { "plan_maven", sizeof(struct plan_maven),
					    maven_fields };

static const struct field return_fields[] = {
	FIELD(plan_return, return_next_hop, FIELD_OMIT, "gateway of replies"),
	FIELD(plan_return, return_interface, FIELD_OMIT, "interface of replies"),
	{ .name = NULL },
};
static const struct record return_record = { "plan_return", sizeof(struct plan_return),
					     return_fields };

#define VANTAGE_FIELD(key, member)                                                                 \
	{                                                                                          \
		.name = key, .type = FIELD_OBJECT, .flags = FIELD_OMIT,                            \
		.offset = offsetof(struct plan_by_vantage, member), .record = &return_record,      \
		.doc = "of machines at this vantage"                                               \
	}

static const struct field by_vantage_fields[] = {
	VANTAGE_FIELD("gitlab-host", gitlab_host),
	VANTAGE_FIELD("idc-router", idc_router),
	VANTAGE_FIELD("vswitch-host", vswitch_host),
	{ .name = NULL },
};
static const struct record by_vantage_record = { "plan_by_vantage", sizeof(struct plan_by_vantage),
						 by_vantage_fields };

#define DATACENTER_FIELDS                                                                          \
	FIELD(plan_datacenter, cidrs, FIELD_OMIT, "networks of the data center"),                  \
	FIELD(plan_datacenter, return_next_hop, FIELD_OMIT,                                        \
	      "gateway of replies on the machine where the plan is used"),                         \
	FIELD(plan_datacenter, return_interface, FIELD_OMIT, "interface of replies there"),        \
	FIELD(plan_datacenter, vbr_id, FIELD_OMIT, "virtual border router")

static const struct field datacenter_fields[] = {
	DATACENTER_FIELDS,
	FIELD_OBJECT_OF(plan_datacenter, by_vantage, &by_vantage_record, FIELD_OMIT,
			"overrides where one plan serves several machines"),
	{ .name = NULL },
};
static const struct record datacenter_record = { "plan_datacenter", sizeof(struct plan_datacenter),
						 datacenter_fields };

static const struct field endpoints_fields[] = {
	FIELD(plan_endpoints, ecs, FIELD_OMIT, "API endpoint"),
	FIELD(plan_endpoints, vpc, FIELD_OMIT, "API endpoint"),
	FIELD(plan_endpoints, cr, FIELD_OMIT, "API endpoint"),
	FIELD(plan_endpoints, cbn, FIELD_OMIT, "API endpoint"),
	FIELD(plan_endpoints, slb, FIELD_OMIT, "API endpoint"),
	FIELD(plan_endpoints, nlb, FIELD_OMIT, "API endpoint"),
	FIELD(plan_endpoints, alb, FIELD_OMIT, "API endpoint"),
	FIELD(plan_endpoints, pvtz, FIELD_OMIT, "API endpoint"),
	FIELD(plan_endpoints, nis, FIELD_OMIT, "API endpoint"),
	FIELD(plan_endpoints, ram, FIELD_OMIT, "API endpoint"),
	FIELD(plan_endpoints, sts, FIELD_OMIT, "API endpoint"),
	FIELD(plan_endpoints, metadata, FIELD_OMIT, "instance metadata service"),
	{ .name = NULL },
};
static const struct record plan_endpoints_record = { "plan_endpoints",
						     sizeof(struct plan_endpoints),
						     endpoints_fields };

#define CALL_FIELDS(owner)                                                                         \
	FIELD(owner, action, FIELD_OMIT, "name of the operation"),                                 \
	FIELD(owner, version, FIELD_OMIT, "API version"),                                          \
	FIELD(owner, style, FIELD_OMIT, "RPC or ROA"),                                             \
	FIELD(owner, method, FIELD_OMIT, "HTTP method"),                                           \
	FIELD(owner, path, FIELD_OMIT, "path of the request"),                                     \
	FIELD(owner, product, FIELD_OMIT, "product, for the endpoint"),                            \
	FIELD_JSON_TEXT(owner, query, FIELD_OMIT, "query; a list becomes Name.1, Name.2 ..."),     \
	FIELD_JSON_TEXT(owner, body, FIELD_OMIT, "a form, as the query; ROA: the JSON itself")

static const struct field call_fields[] = {
	CALL_FIELDS(plan_call),
	{ .name = NULL },
};
static const struct record call_record = { "plan_call", sizeof(struct plan_call), call_fields };

static const struct field list_call_fields[] = {
	CALL_FIELDS(plan_list_call),
	FIELD_JSON_TEXT(plan_list_call, match, FIELD_OMIT, "fields of the reply to match"),
	{ .name = NULL },
};
static const struct record list_call_record = { "plan_list_call", sizeof(struct plan_list_call),
						list_call_fields };

static const struct field accept_fields[] = {
	FIELD(plan_accept, code, FIELD_REQUIRED, "code of the finding"),
	FIELD(plan_accept, subject, FIELD_OMIT, "text that the subject contains"),
	FIELD(plan_accept, reason, FIELD_REQUIRED, "why it is accepted"),
	FIELD(plan_accept, until, FIELD_OMIT, "last day, YYYY-MM-DD"),
	{ .name = NULL },
};
static const struct record accept_record = { "plan_accept", sizeof(struct plan_accept),
					     accept_fields };

static const char *const schema_words[] = { PLAN_SCHEMA, NULL };

#define PLAN_FIELDS                                                                                \
	{ .name = "schema", .type = FIELD_STRING, .offset = offsetof(struct plan, schema),         \
	  .flags = FIELD_OMIT, .words = schema_words, .doc = "what this document is" },            \
	FIELD(plan, region, FIELD_OMIT, "region of the registry"),                                 \
	FIELD(plan, vantage, FIELD_OMIT, "where the program runs"),                                \
	FIELD_OBJECT_OF(plan, link, &link_record, FIELD_OMIT, "values of the link"),               \
	FIELD_OBJECT_OF(plan, gitlab, &plan_gitlab_record, FIELD_OMIT, "the GitLab"),              \
	FIELD_LIST_OF(plan, maven, &plan_maven_record, FIELD_OMIT, "Maven repositories"),          \
	FIELD(plan, from, FIELD_OMIT, "interface or address of the vSwitch side"),                 \
	FIELD_OBJECT_OF(plan, datacenter, &datacenter_record, FIELD_OMIT, "the data center"),      \
	FIELD_OBJECT_OF(plan, endpoints, &plan_endpoints_record, FIELD_OMIT, "API endpoints"),     \
	FIELD_OBJECT_OF(plan, create_call, &call_record, FIELD_OMIT, "call that creates"),         \
	FIELD_OBJECT_OF(plan, list_call, &list_call_record, FIELD_OMIT, "call that lists"),        \
	FIELD_LIST_OF(plan, accept, &accept_record, FIELD_OMIT, "findings that are accepted")

static const struct field plan_fields[] = {
	PLAN_FIELDS,
	{ .name = NULL },
};
const struct record plan_record = { "plan", sizeof(struct plan), plan_fields };

static const struct field plan_section_fields[] = {
	SECTION_FIELDS(plan),
	PLAN_FIELDS,
	{ .name = NULL },
};
const struct record plan_section_record = { "plan_section", sizeof(struct plan),
					    plan_section_fields };

/* The canonical form: what several machines must agree about. */
static const struct field same_gitlab_fields[] = { GITLAB_FIELDS, { .name = NULL } };
static const struct record same_gitlab_record = { "same_gitlab", sizeof(struct plan_gitlab),
						  same_gitlab_fields };
static const struct field same_datacenter_fields[] = { DATACENTER_FIELDS, { .name = NULL } };
static const struct record same_datacenter_record = { "same_datacenter",
						      sizeof(struct plan_datacenter),
						      same_datacenter_fields };
static const struct field same_plan_fields[] = {
	FIELD(plan, region, FIELD_OMIT, ""),
	FIELD_OBJECT_OF(plan, link, &link_record, FIELD_OMIT, ""),
	FIELD_OBJECT_OF(plan, gitlab, &same_gitlab_record, FIELD_OMIT, ""),
	FIELD_LIST_OF(plan, maven, &plan_maven_record, FIELD_OMIT, ""),
	FIELD_OBJECT_OF(plan, datacenter, &same_datacenter_record, FIELD_OMIT, ""),
	{ .name = NULL },
};
static const struct record same_plan_record = { "same_plan", sizeof(struct plan),
						same_plan_fields };

void plan_release(struct plan *plan)
{
	record_release(&plan_section_record, plan);
}

static int check_schema(const struct plan *plan, struct fault *fault)
{
	if (!plan->schema || !strcmp(plan->schema, PLAN_SCHEMA))
		return 0;
	return fault_set(fault, -EINVAL, "/schema: expected \"%s\", not \"%.80s\"", PLAN_SCHEMA,
			 plan->schema);
}

int plan_read(const char *bytes, size_t length, struct plan *plan, struct fault *fault)
{
	cJSON *json = NULL;
	int error;

	memset(plan, 0, sizeof(*plan));
	error = json_parse(bytes, length, &json, fault);
	if (error < 0)
		return error;
	error = record_read(&plan_record, json, plan, RECORD_STRICT, fault);
	cJSON_Delete(json);
	if (!error)
		error = check_schema(plan, fault);
	if (!error)
		error = plan_check(plan, fault);
	if (error < 0)
		plan_release(plan);
	else
		plan->state = FACT_OK;
	return error;
}

int plan_canonical(const struct plan *plan, struct text *out)
{
	record_write(&same_plan_record, plan, out, -1);
	return text_error(out);
}

void plan_schema(struct text *out)
{
	record_schema_document(&plan_record, "urn:reachback:plan:1",
			       "What the user of reachback intends, schema " PLAN_SCHEMA,
			       RECORD_STRICT, out);
}
