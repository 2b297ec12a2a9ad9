/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The facts as one document, and its sections. Tables of the sections: facts_host.c,
 * facts_routing.c, plan.c; order of lists: facts_sort.c; what types cannot say: facts_check.c.
 */
#include "rules/facts.h"

#include "rules/facts_record.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <string.h>

#define SECTION_FIELD(member, of, text) FIELD_OBJECT_OF(facts, member, of, FIELD_SECTION, text)

static const char *const schema_words[] = { FACTS_SCHEMA, NULL };

static const struct field facts_fields[] = {
	{ .name = "schema", .type = FIELD_STRING, .offset = offsetof(struct facts, schema),
	  .flags = FIELD_REQUIRED, .words = schema_words, .doc = "what this document is" },
	FIELD(facts, version, 0, "version of the program that observed"),
	FIELD(facts, started, 0, "when, RFC 3339, UTC"),
	FIELD(facts, took_ms, 0, "milliseconds it took"),
	SECTION_FIELD(plan, &plan_section_record, "what the user intends"),
	SECTION_FIELD(host, &host_record, "where we looked from"),
	SECTION_FIELD(links, &links_record, "interfaces"),
	SECTION_FIELD(addresses, &addresses_record, "IPv4 addresses"),
	SECTION_FIELD(rules, &rules_record, "routing policy rules"),
	SECTION_FIELD(services, &services_record, "services whose replies are proved"),
	SECTION_FIELD(routes, &routes_record, "routes around the range, and the proof"),
	SECTION_FIELD(neighbours, &neighbours_record, "neighbours of used next hops"),
	SECTION_FIELD(sysctls, &sysctls_record, "kernel settings that matter"),
	SECTION_FIELD(xfrm, &xfrm_record, "IPsec policies"),
	SECTION_FIELD(counters, &counters_record, "counters that speak of lost replies"),
	SECTION_FIELD(listeners, &listeners_record, "who listens on the service ports"),
	SECTION_FIELD(configs, &configs_record, "networks that will be used"),
	SECTION_FIELD(exceptions, &exceptions_record, "cached routes of single addresses"),
	SECTION_FIELD(trace, &trace_record, "ways of replies that were traced (--trace)"),
	SECTION_FIELD(endpoints, &endpoints_record, "what GitLab, Maven and the registry answered"),
	SECTION_FIELD(metadata, &metadata_record, "what the metadata service said"),
	SECTION_FIELD(cloud, &cloud_record, "calls of the cloud's API"),
	SECTION_FIELD(instance, &instance_record, "the registry's instance"),
	SECTION_FIELD(network, &network_record, "vSwitches, VPCs and route tables"),
	SECTION_FIELD(transit, &transit_record, "border routers, CEN and transit routers"),
	SECTION_FIELD(private_zones, &private_zones_record, "PrivateZone zones and records"),
	SECTION_FIELD(groups, &groups_record, "interfaces, security groups, network ACLs"),
	SECTION_FIELD(balancers, &balancers_record, "load balancers"),
	FIELD(facts, no_cloud, FIELD_OMIT, "the user wanted no call of the cloud's API"),
	FIELD(facts, link_expected, FIELD_OMIT, "the link was made before this look (verify)"),
	{ .name = NULL },
};
const struct record facts_record = { "facts", sizeof(struct facts), facts_fields };

struct section_row {
	const char *name;
	size_t offset;
	const struct record *record;
};

#define SECTION_ROW(member, of)                                                                    \
	{                                                                                          \
		.name = #member, .offset = offsetof(struct facts, member), .record = (of)          \
	}

static const struct section_row sections[SECTION_COUNT] = {
	[SECTION_PLAN] = SECTION_ROW(plan, &plan_section_record),
	[SECTION_HOST] = SECTION_ROW(host, &host_record),
	[SECTION_LINKS] = SECTION_ROW(links, &links_record),
	[SECTION_ADDRESSES] = SECTION_ROW(addresses, &addresses_record),
	[SECTION_RULES] = SECTION_ROW(rules, &rules_record),
	[SECTION_SERVICES] = SECTION_ROW(services, &services_record),
	[SECTION_ROUTES] = SECTION_ROW(routes, &routes_record),
	[SECTION_NEIGHBOURS] = SECTION_ROW(neighbours, &neighbours_record),
	[SECTION_SYSCTLS] = SECTION_ROW(sysctls, &sysctls_record),
	[SECTION_XFRM] = SECTION_ROW(xfrm, &xfrm_record),
	[SECTION_COUNTERS] = SECTION_ROW(counters, &counters_record),
	[SECTION_LISTENERS] = SECTION_ROW(listeners, &listeners_record),
	[SECTION_CONFIGS] = SECTION_ROW(configs, &configs_record),
	[SECTION_EXCEPTIONS] = SECTION_ROW(exceptions, &exceptions_record),
	[SECTION_TRACE] = SECTION_ROW(trace, &trace_record),
	[SECTION_ENDPOINTS] = SECTION_ROW(endpoints, &endpoints_record),
	[SECTION_METADATA] = SECTION_ROW(metadata, &metadata_record),
	[SECTION_CLOUD] = SECTION_ROW(cloud, &cloud_record),
	[SECTION_INSTANCE] = SECTION_ROW(instance, &instance_record),
	[SECTION_NETWORK] = SECTION_ROW(network, &network_record),
	[SECTION_TRANSIT] = SECTION_ROW(transit, &transit_record),
	[SECTION_PRIVATE_ZONES] = SECTION_ROW(private_zones, &private_zones_record),
	[SECTION_GROUPS] = SECTION_ROW(groups, &groups_record),
	[SECTION_BALANCERS] = SECTION_ROW(balancers, &balancers_record),
};

void facts_init(struct facts *facts)
{
	memset(facts, 0, sizeof(*facts));
}

void facts_release(struct facts *facts)
{
	record_release(&facts_record, facts);
}

static int check_schema(const cJSON *json, struct fault *fault)
{
	const cJSON *schema = cJSON_GetObjectItemCaseSensitive(json, "schema");

	if (!cJSON_IsObject(json))
		return fault_set(fault, -EINVAL, "(whole document): expected an object of facts");
	if (!cJSON_IsString(schema))
		return fault_set(fault, -EINVAL, "/schema: expected \"%s\"", FACTS_SCHEMA);
	if (strcmp(schema->valuestring, FACTS_SCHEMA) != 0)
		return fault_set(fault, -EINVAL, "/schema: expected \"%s\", not \"%.80s\"",
				 FACTS_SCHEMA, schema->valuestring);
	return 0;
}

int facts_read_part(const char *bytes, size_t length, struct facts *facts, struct fault *fault)
{
	cJSON *json = NULL;
	int error;

	facts_init(facts);
	error = json_parse(bytes, length, &json, fault);
	if (error < 0)
		return error;
	error = check_schema(json, fault);
	if (!error)
		error = record_read(&facts_record, json, facts, 0, fault);
	cJSON_Delete(json);
	if (error < 0)
		facts_release(facts);
	return error;
}

int facts_read(const char *bytes, size_t length, struct facts *facts, struct fault *fault)
{
	int error = facts_read_part(bytes, length, facts, fault);

	if (!error)
		error = facts_check(facts, fault);
	if (error < 0)
		facts_release(facts);
	return error;
}

void facts_write(const struct facts *facts, struct text *out, int pretty)
{
	record_write(&facts_record, facts, out, pretty);
	text_add(out, "\n");
}

void facts_schema(struct text *out)
{
	record_schema_document(&facts_record, "urn:reachback:facts:1",
			       "What reachback observed on one machine, schema " FACTS_SCHEMA,
			       0, out);
}

const char *section_name(enum section_id id)
{
	return sections[id].name;
}

struct section *facts_section(struct facts *facts, enum section_id id)
{
	return (struct section *)(void *)((char *)facts + sections[id].offset);
}

const struct section *facts_section_const(const struct facts *facts, enum section_id id)
{
	return (const struct section *)(const void *)((const char *)facts + sections[id].offset);
}

const struct record *section_record(enum section_id id)
{
	return sections[id].record;
}

void facts_move_section(struct facts *to, struct facts *from, enum section_id id)
{
	const struct section_row *row = &sections[id];
	void *target = (char *)to + row->offset;
	void *source = (char *)from + row->offset;

	record_release(row->record, target);
	memcpy(target, source, row->record->size);
	memset(source, 0, row->record->size);
}
