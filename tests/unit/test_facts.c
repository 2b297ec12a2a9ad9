/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The facts as a document: a fully filled one survives reading and writing byte for byte, damaged
 * ones are refused with a pointer, lists are sorted, sections move, look-ups find.
 */
#include "rules/facts.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DOCUMENT_MAX 65536
#define FULL "fuzz/corpus/facts/full.json"

static size_t load(const char *path, char bytes[DOCUMENT_MAX])
{
	FILE *file = fopen(path, "r");
	size_t length;

	assert_non_null(file);
	length = fread(bytes, 1, DOCUMENT_MAX - 1, file);
	assert_int_equal(fclose(file), 0);
	bytes[length] = '\0';
	return length;
}

static void read_full(struct facts *facts)
{
	char *bytes = malloc(DOCUMENT_MAX);
	struct fault fault = { 0 };
	size_t length;

	assert_non_null(bytes);
	length = load(FULL, bytes);
	if (facts_read(bytes, length, facts, &fault) < 0)
		fail_msg("%s", fault.text);
	free(bytes);
}

static void write_facts(const struct facts *facts, struct text *out, int pretty)
{
	text_init(out, DOCUMENT_MAX * 4);
	facts_write(facts, out, pretty);
	assert_int_equal(text_error(out), 0);
}

static void test_round_trip(void **state)
{
	char *bytes = malloc(DOCUMENT_MAX);
	struct facts facts;
	struct text out;

	(void)state;
	assert_non_null(bytes);
	load(FULL, bytes);
	read_full(&facts);
	write_facts(&facts, &out, -1);
	assert_string_equal(text_string(&out), bytes);
	text_release(&out);
	facts_release(&facts);
	free(bytes);
}

#define INSTANCES_MAX 64
#define KINDS_MAX 256

/* All objects of one record in the fixture. */
struct kind {
	const struct record *record;
	const cJSON *objects[INSTANCES_MAX];
	size_t count;
};

struct kinds {
	struct kind kinds[KINDS_MAX];
	size_t count;
};

static struct kind *kind_of(struct kinds *kinds, const struct record *record)
{
	size_t i;

	for (i = 0; i < kinds->count; i++)
		if (kinds->kinds[i].record == record)
			return &kinds->kinds[i];
	assert_true(kinds->count < KINDS_MAX);
	kinds->kinds[kinds->count].record = record;
	return &kinds->kinds[kinds->count++];
}

static void gather(struct kinds *kinds, const struct record *record, const cJSON *object)
{
	struct kind *kind = kind_of(kinds, record);
	const struct field *field;
	const cJSON *value;

	assert_true(kind->count < INSTANCES_MAX);
	kind->objects[kind->count++] = object;
	for (field = record->fields; field->name; field++) {
		value = cJSON_GetObjectItemCaseSensitive(object, field->name);
		if (field->type == FIELD_OBJECT && value)
			gather(kinds, field->record, value);
		if (field->type != FIELD_LIST || !value)
			continue;
		for (value = value->child; value; value = value->next)
			gather(kinds, field->record, value);
	}
}

static bool is_filled(const struct kind *kind, const char *name)
{
	const cJSON *value;
	size_t i;

	for (i = 0; i < kind->count; i++) {
		value = cJSON_GetObjectItemCaseSensitive(kind->objects[i], name);
		if (!value || cJSON_IsNull(value))
			continue;
		if (!(cJSON_IsArray(value) || cJSON_IsObject(value)) || value->child)
			return true;
	}
	return false;
}

/* The fixture leaves no field of any table unset, so that no row can be wrong unnoticed. */
static void assert_filled(const struct kinds *kinds)
{
	const struct field *field;
	size_t i;

	for (i = 0; i < kinds->count; i++)
		for (field = kinds->kinds[i].record->fields; field->name; field++)
			if (!is_filled(&kinds->kinds[i], field->name))
				fail_msg("%s of %s is not in the fixture", field->name,
					 kinds->kinds[i].record->name);
}

static void test_fixture_is_full(void **state)
{
	char *bytes = malloc(DOCUMENT_MAX);
	struct kinds *kinds = calloc(1, sizeof(*kinds));
	cJSON *json = NULL;
	size_t length;

	(void)state;
	assert_non_null(bytes);
	assert_non_null(kinds);
	length = load(FULL, bytes);
	assert_int_equal(json_parse(bytes, length, &json, NULL), 0);
	gather(kinds, &facts_record, json);
	assert_filled(kinds);
	free(kinds);
	cJSON_Delete(json);
	free(bytes);
}

static void test_pretty_is_the_same(void **state)
{
	struct facts facts, again;
	struct text pretty, out, back;

	(void)state;
	read_full(&facts);
	write_facts(&facts, &pretty, 0);
	write_facts(&facts, &out, -1);
	assert_int_equal(facts_read(pretty.data, pretty.length, &again, NULL), 0);
	write_facts(&again, &back, -1);
	assert_string_equal(text_string(&back), text_string(&out));
	text_release(&pretty);
	text_release(&out);
	text_release(&back);
	facts_release(&again);
	facts_release(&facts);
}

static void test_copy(void **state)
{
	struct facts facts, copy;
	struct text out, back;

	(void)state;
	read_full(&facts);
	facts_init(&copy);
	write_facts(&facts, &out, -1);
	assert_int_equal(record_copy(&facts_record, &facts, &copy), 0);
	facts_release(&facts);
	write_facts(&copy, &back, -1);
	assert_string_equal(text_string(&back), text_string(&out));
	facts_release(&copy);
	text_release(&out);
	text_release(&back);
}

static void test_move_sections(void **state)
{
	struct facts facts, other;
	struct text out, back;
	unsigned int id;

	(void)state;
	read_full(&facts);
	write_facts(&facts, &out, -1);
	facts_init(&other);
	for (id = 0; id < SECTION_COUNT; id++) {
		facts_move_section(&other, &facts, (enum section_id)id);
		assert_int_equal(facts_section(&facts, (enum section_id)id)->state, FACT_ABSENT);
		assert_int_equal(facts_section(&other, (enum section_id)id)->state, FACT_OK);
		assert_int_equal(facts_section(&other, (enum section_id)id)->took_ms, 3);
	}
	other.schema = facts.schema;
	other.version = facts.version;
	other.started = facts.started;
	other.took_ms = facts.took_ms;
	other.no_cloud = facts.no_cloud;
	other.link_expected = facts.link_expected;
	facts.schema = facts.version = facts.started = NULL;
	write_facts(&other, &back, -1);
	assert_string_equal(text_string(&back), text_string(&out));
	facts_release(&facts);
	facts_release(&other);
	text_release(&out);
	text_release(&back);
}

static void test_four_answers(void **state)
{
	static const char document[] =
		"{\"schema\":\"reachback.facts/1\",\"links\":{\"state\":\"ok\"},"
		"\"xfrm\":{\"state\":\"denied\",\"note\":\"needs net_admin\",\"policies\":[]},"
		"\"routes\":{\"state\":\"failed\",\"note\":\"unstable\"},\"unheard\":{\"of\":1}}";
	struct facts facts;
	struct text out;

	(void)state;
	assert_int_equal(facts_read(document, strlen(document), &facts, NULL), 0);
	assert_int_equal(facts.links.section.state, FACT_OK);
	assert_int_equal(facts.xfrm.section.state, FACT_DENIED);
	assert_int_equal(facts.routes.section.state, FACT_FAILED);
	assert_int_equal(facts.rules.section.state, FACT_ABSENT);
	write_facts(&facts, &out, -1);
	assert_string_equal(
		text_string(&out),
		"{\"schema\":\"reachback.facts/1\",\"version\":null,\"started\":null,\"took_ms\":0,"
		"\"links\":{\"state\":\"ok\",\"took_ms\":0,\"note\":null,\"links\":[]},"
		"\"routes\":{\"state\":\"failed\",\"took_ms\":0,\"note\":\"unstable\"},"
		"\"xfrm\":{\"state\":\"denied\",\"took_ms\":0,\"note\":\"needs net_admin\"}}\n");
	text_release(&out);
	facts_release(&facts);
}

struct damage {
	const char *find, *put; /* in the full document */
	const char *said;
};

static const struct damage damages[] = {
	{ "facts/1", "facts/2", "/schema: expected \"reachback.facts/1\", not" },
	{ "2026-11-20T12:00:00Z", "2026-11-20 12:00:00Z", "/started: expected a time like" },
	{ "\"links\":{\"state\":\"ok\"", "\"links\":{\"state\":\"fine\"",
	  "/links/state: expected one of" },
	{ "\"links\":{\"state\":\"ok\"", "\"links\":{\"stale\":\"ok\"", "/links/state: missing" },
	{ "\"mtu\":65536", "\"mtu\":-1", "/links/links/0/mtu: expected a whole number" },
	{ "\"length\":24", "\"length\":33", "/addresses/addresses/1/length: expected" },
	{ "\"netns\":\"4026531840\"", "\"netns\":4026531840", "/host/netns: expected a string of" },
	{ "\"until\":\"2026-12-31\"", "\"until\":\"2026-02-30\"",
	  "/plan/accept/0/until: expected" },
	{ "\"url\":\"http://172.20.5.10\"", "\"url\":\"ftp://172.20.5.10\"",
	  "/plan/gitlab/url: expected a URL" },
	{ "\"last\":\"100.104.127.255\"", "\"last\":\"100.104.127.254\"",
	  "/routes/classes/1/first: expected 100.104.127.255" },
	{ "\"last\":\"100.104.127.255\"", "\"last\":\"100.104.128.0\"",
	  "/routes/classes/1/first: expected 100.104.128.1" },
	{ "\"first\":\"100.104.0.0\"", "\"first\":\"100.104.0.1\"",
	  "/routes/classes/0/first: expected 100.104.0.0" },
	{ "\"last\":\"100.104.255.255\",\"type\":\"blackhole\"",
	  "\"last\":\"100.104.255.254\",\"type\":\"blackhole\"",
	  "/routes/classes/1/last: expected 100.104.255.255" },
	{ "\"last\":\"100.104.255.255\",\"type\":\"blackhole\"",
	  "\"last\":\"100.105.0.0\",\"type\":\"blackhole\"", "/routes/classes/1/last: expected" },
	{ "\"first\":\"100.104.0.0\"", "\"first\":\"::\"",
	  "/routes/classes/0/first: expected an IPv4" },
	{ "\"last\":\"100.104.127.255\"", "\"last\":\"100.103.255.255\"",
	  "/routes/classes/0/last: expected" },
	{ "\"iif\":null,\"mark\":1", "\"iif\":null,\"mark\":0", "/routes/classes: the proof of" },
	{ "\"last\":\"192.168.1.255\"", "\"last\":\"192.168.2.255\"",
	  "/routes/vswitch_classes/0/last: expected 192.168.1.255" },
	{ "\"vswitch_cidr\":\"192.168.1.0/24\",", "", "/routes/vswitch_classes: expected none" },
	{ "\"error\":\"EXDEV\"", "\"error\":7", "/routes/ingress/0/error: expected a string" },
	{ "\"last\":\"100.104.255.255\",\"error\":\"EXDEV\"",
	  "\"last\":\"100.104.255.25\",\"error\":\"EXDEV\"", "/routes/ingress/0/last: expected" },
	{ "\"type\":\"blackhole\",\"table\":254", "\"type\":\"hole\",\"table\":254",
	  "/routes/classes/1/type: expected a route type" },
	{ "\"type\":\"none\",\"table\":null,\"destination\":null,\"next_hops\":[],"
	  "\"error\":\"ENETUNREACH\"",
	  "\"type\":\"unicast\",\"next_hops\":[],\"error\":null",
	  "/routes/classes/2/next_hops: expected at least one" },
	{ "\"weight\":1},{\"via\":\"fe80::1\",\"dev\":\"eth1\",\"weight\":2,\"unused\"",
	  "\"weight\":1,\"unused\":true},{\"via\":\"fe80::1\",\"dev\":\"eth1\",\"weight\":2,"
	  "\"unused\"",
	  "/routes/classes/0/next_hops: expected at least one that is used" },
	{ "\"first\":2048", "\"first\":2000",
	  "/routes/classes/1/ports/1: expected ports in order" },
	{ "\"from\":\"saved\"", "\"from\":null", "/cloud/from: missing" },
	{ "\"priority\":100,", "\"priority\":40000,",
	  "/rules/rules/1/goto_priority: expected a later" },
	{ "\"priority\":32767,", "\"priority\":5,", "/rules/rules/3/priority: expected the order" },
	{ "\"dport_last\":65535", "\"dport_last\":1",
	  "/rules/rules/1/dport_last: expected a range" },
	{ "\"weight\":1}", "\"weight\":\"1\"}", "/routes/entries/0/next_hops/0/weight: expected" },
};

static char *damaged(const char *bytes, const struct damage *damage)
{
	const char *at = strstr(bytes, damage->find);
	char *copy;
	size_t before;

	if (!at)
		fail_msg("%s is not in the fixture", damage->find);
	before = (size_t)(at - bytes);
	copy = malloc(strlen(bytes) + strlen(damage->put) + 1);
	assert_non_null(copy);
	memcpy(copy, bytes, before);
	memcpy(copy + before, damage->put, strlen(damage->put));
	memcpy(copy + before + strlen(damage->put), at + strlen(damage->find),
	       strlen(at + strlen(damage->find)) + 1);
	return copy;
}

static void test_damage_is_refused(void **state)
{
	char *bytes = malloc(DOCUMENT_MAX), *copy;
	struct facts facts;
	struct fault fault;
	size_t i;

	(void)state;
	assert_non_null(bytes);
	load(FULL, bytes);
	for (i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		memset(&fault, 0, sizeof(fault));
		copy = damaged(bytes, &damages[i]);
		if (facts_read(copy, strlen(copy), &facts, &fault) != -EINVAL)
			fail_msg("accepted %s", damages[i].put);
		if (strncmp(fault.text, damages[i].said, strlen(damages[i].said)) != 0)
			fail_msg("%s: said \"%s\"", damages[i].put, fault.text);
		free(copy);
	}
	free(bytes);
}

/* Damage in a section that nobody may read does not count. */
static void test_failed_sections_are_not_checked(void **state)
{
	static const char document[] =
		"{\"schema\":\"reachback.facts/1\",\"routes\":{\"state\":\"failed\",\"classes\":["
		"{\"service\":\"a:1\",\"mark\":0,\"first\":\"100.104.0.0\","
		"\"last\":\"100.104.0.1\","
		"\"type\":\"none\"}]}}";
	struct facts facts;

	(void)state;
	assert_int_equal(facts_read(document, strlen(document), &facts, NULL), 0);
	facts_release(&facts);
}

static void reverse_list(struct list *list, size_t size)
{
	char *items = list->items;
	char *spare;
	size_t i;

	if (!list->count)
		return;
	spare = malloc(list->count * size);
	assert_non_null(spare);
	for (i = 0; i < list->count; i++)
		memcpy(spare + i * size, items + (list->count - 1 - i) * size, size);
	memcpy(items, spare, list->count * size);
	free(spare);
}

static void test_sort(void **state)
{
	struct text out, back;
	struct facts facts;

	(void)state;
	read_full(&facts);
	write_facts(&facts, &out, -1);
	reverse_list(&facts.links.links, sizeof(struct link_fact));
	reverse_list(&facts.addresses.addresses, sizeof(struct address_fact));
	reverse_list(&facts.services.services, sizeof(struct service_fact));
	reverse_list(&facts.routes.entries, sizeof(struct route_fact));
	reverse_list(&facts.routes.classes, sizeof(struct class_fact));
	reverse_list(&facts.sysctls.sysctls, sizeof(struct sysctl_fact));
	reverse_list(&facts.listeners.listeners, sizeof(struct listener_fact));
	reverse_list(&LIST_AT(&facts.routes.classes, struct class_fact, 2)->ports,
		     sizeof(struct class_ports));
	facts_sort(&facts);
	write_facts(&facts, &back, -1);
	assert_string_equal(text_string(&back), text_string(&out));
	text_release(&out);
	text_release(&back);
	facts_release(&facts);
}

static void test_look_ups(void **state)
{
	struct address address = address_from_ipv4(0xac14050a); /* 172.20.5.10 */
	struct address gateway = address_from_ipv4(0xac140501);
	struct facts facts;

	(void)state;
	read_full(&facts);
	assert_int_equal(facts_link(&facts, "eth0")->index, 2);
	assert_null(facts_link(&facts, "eth1"));
	assert_null(facts_link(&facts, NULL));
	assert_string_equal(facts_local_address(&facts, &address)->dev, "eth0");
	assert_null(facts_local_address(&facts, &gateway));
	assert_true(facts_service(&facts, "172.20.5.10:443", NULL)->local);
	assert_false(facts_service(&facts, "172.20.5.10:443", "docker0")->local);
	assert_null(facts_service(&facts, "172.20.5.10:80", NULL));
	assert_true(facts_neighbour(&facts, &gateway, "eth0")->failed_twice);
	assert_null(facts_neighbour(&facts, &gateway, "eth1"));
	assert_string_equal(facts_sysctl(&facts, "net.ipv4.conf.all.rp_filter")->value, "1");
	facts_release(&facts);
}

static void test_conf_max(void **state)
{
	struct facts facts;
	struct sysctl_fact *all;
	uint32_t value = 9;

	(void)state;
	read_full(&facts);
	assert_true(facts_conf_max(&facts, "eth0.100", "rp_filter", &value));
	assert_int_equal(value, 2);
	all = LIST_AT(&facts.sysctls.sysctls, struct sysctl_fact, 0);
	all->value[0] = '3';
	assert_true(facts_conf_max(&facts, "eth0.100", "rp_filter", &value));
	assert_int_equal(value, 3);
	/* half an answer is none */
	assert_false(facts_conf_max(&facts, "eth1", "rp_filter", &value));
	all->value[0] = 'x';
	assert_false(facts_conf_max(&facts, "eth0.100", "rp_filter", &value));
	all->value[0] = '1';
	facts.sysctls.section.state = FACT_DENIED;
	assert_false(facts_conf_max(&facts, "eth0.100", "rp_filter", &value));
	facts_release(&facts);
}

static void test_schema(void **state)
{
	struct fault fault = { 0 };
	struct text out;

	(void)state;
	text_init(&out, DOCUMENT_MAX * 4);
	facts_schema(&out);
	assert_int_equal(text_error(&out), 0);
	if (json_validate(text_string(&out), out.length, &fault) < 0)
		fail_msg("%s", fault.text);
	text_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_fixture_is_full),
		cmocka_unit_test(test_pretty_is_the_same),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_move_sections),
		cmocka_unit_test(test_four_answers),
		cmocka_unit_test(test_damage_is_refused),
		cmocka_unit_test(test_failed_sections_are_not_checked),
		cmocka_unit_test(test_sort),
		cmocka_unit_test(test_look_ups),
		cmocka_unit_test(test_conf_max),
		cmocka_unit_test(test_schema),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
