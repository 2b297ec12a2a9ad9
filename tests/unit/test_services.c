/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which services are proved, by the kernel's own answers in a network namespace: each defect that
 * was found beside its healthy twin. Listeners and published ports are written down, links,
 * addresses, routes and rules are real.
 */
#include "probes/catalog.h"
#include "probes/published.h"
#include "probes/services.h"
#include "tests/unit/namespace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#define PLAN(keys) "\"plan\":{\"state\":\"ok\",\"vantage\":\"gitlab-host\"" keys "}"
#define URL(url) ",\"gitlab\":{\"url\":\"" url "\"}"
#define MAVEN(url) ",\"maven\":[{\"url\":\"" url "\"}]"
#define LISTENERS(list) ",\"listeners\":{\"state\":\"ok\",\"listeners\":[" list "]}"
#define PUBLISHED(list) ",\"listeners\":{\"state\":\"ok\",\"published\":[" list "]}"
#define SOCKET(address, port, more)                                                                \
	"{\"address\":\"" address "\",\"port\":" port ",\"uid\":0,\"mark\":0" more "}"
#define OWNED(port, uid) "{\"address\":\"0.0.0.0\",\"port\":" port ",\"uid\":" uid ",\"mark\":0}"
#define MARKED(port, mark) "{\"address\":\"0.0.0.0\",\"port\":" port ",\"uid\":0,\"mark\":" mark "}"
#define BOUND(port, uid, dev)                                                                      \
	"{\"address\":\"0.0.0.0\",\"port\":" port ",\"uid\":" uid ",\"mark\":0,\"dev\":\"" dev "\"}"
#define PORT(address, port, container, more)                                                       \
	"{\"address\":\"" address "\",\"port\":" port ",\"container\":\"" container               \
	"\",\"container_port\":8443,\"dev\":\"br0\"" more "}"
#define DIVERTS ",\"diverts\":true"
#define AND ","

#define COMMANDS_MAX 6

struct row {
	const char *name;
	const char *commands[COMMANDS_MAX]; /* behind those that every row has */
	const char *sections; /* of the facts */
	/* a service a line: name, origin, uid of its socket, its device, where requests arrive */
	const char *services;
};

static bool namespaces;

static int enter(void **state)
{
	(void)state;
	namespaces = namespace_enter();
	return 0;
}

/* v0 and v1, the way to the range by v0, a bridge of containers. */
static void build(const struct row *row)
{
	static const char *const commands[] = {
		"link add v0 type veth peer name w0", "link set v0 up", "link set w0 up",
		"link add v1 type veth peer name w1", "link set v1 up", "link set w1 up",
		"link add br0 type bridge", "link set br0 up",
		"address add 10.0.0.1/24 dev v0", "address add 10.0.1.1/24 dev v1",
		"address add 172.17.0.1/16 dev br0", "route add default via 10.0.0.9 dev v0",
	};
	size_t i;

	assert_true(namespace_renew());
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!namespace_ip(commands[i]))
			fail_msg("%s: ip refused: %s", row->name, commands[i]);
	for (i = 0; i < COMMANDS_MAX && row->commands[i]; i++)
		if (!namespace_ip(row->commands[i]))
			fail_msg("%s: ip refused: %s", row->name, row->commands[i]);
}

static void observe(const char *name, const char *document, struct facts *facts)
{
	static const struct probe *const probes[] = { &probe_links, &probe_addresses,
						      &probe_policy_rules, &probe_services };
	const struct probe_context context = { .deadline_ms = probe_now_ms() + 5000, .root = "" };
	struct fault fault = { 0 };
	size_t i;

	if (facts_read(document, strlen(document), facts, &fault))
		fail_msg("%s: %s", name, fault.text);
	for (i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
		if (probes[i]->run(&context, facts, &fault))
			fail_msg("%s: %s: %s", name, probes[i]->name, fault.text);
		facts_section(facts, probes[i]->section)->state = FACT_OK;
	}
	facts_sort(facts);
}

static void say(const struct facts *facts, struct text *out)
{
	size_t i;

	for (i = 0; i < facts->services.services.count; i++) {
		const struct service_fact *service =
			LIST_AT(&facts->services.services, struct service_fact, i);

		text_addf(out, "%s %s ", service->service, service->origin);
		if (service->uid.known)
			text_addf(out, "%u", (unsigned int)service->uid.value);
		else
			text_add(out, "-");
		text_addf(out, " %s %s\n", service->dev ? service->dev : "-",
			  service->arrival ? service->arrival : "-");
	}
}

static void check_row(const struct row *row)
{
	struct text document, said;
	struct facts facts;

	build(row);
	text_init(&document, 65536);
	text_addf(&document, "{\"schema\":\"" FACTS_SCHEMA "\",%s}", row->sections);
	observe(row->name, text_string(&document), &facts);
	text_init(&said, 65536);
	say(&facts, &said);
	if (strcmp(text_string(&said), row->services))
		fail_msg("%s: found\n%s", row->name, text_string(&said));
	text_release(&said);
	text_release(&document);
	facts_release(&facts);
}

static void check_rows(const struct row *rows, size_t count)
{
	size_t i;

	if (!namespaces)
		skip();
	for (i = 0; i < count; i++)
		check_row(&rows[i]);
}
#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

/* A published port is wanted at the address that was named, not at every address of its number. */
static void test_container_by_address(void **state)
{
	static const struct row rows[] = {
		{ "another address of this host publishes the port", { NULL },
		  PLAN(URL("https://10.0.0.1/")) PUBLISHED(PORT("10.0.1.1", "443", "172.17.0.2",
								DIVERTS)),
		  "10.0.0.1:443 plan - - v0\n" },
		{ "twin: this address publishes it", { NULL },
		  PLAN(URL("https://10.0.0.1/")) PUBLISHED(PORT("10.0.0.1", "443", "172.17.0.2",
								DIVERTS)),
		  "172.17.0.2:8443 published - - v0\n" },
		{ "twin: any address publishes it", { NULL },
		  PLAN(URL("https://10.0.0.1/")) PUBLISHED(PORT("0.0.0.0", "443", "172.17.0.2",
								DIVERTS)),
		  "172.17.0.2:8443 published - - v0\n" },
		{ "another machine's port, this host's number", { NULL },
		  PLAN(URL("https://10.0.0.1/") MAVEN("https://10.0.7.7:8081/"))
		  PUBLISHED(PORT("0.0.0.0", "8081", "172.17.0.2", DIVERTS)),
		  "10.0.0.1:443 plan - - v0\n10.0.7.7:8081 plan - - -\n" },
		{ "another machine's URL beside one of this host, one number", { NULL },
		  PLAN(URL("https://10.0.0.1/") MAVEN("https://10.0.7.7/"))
		  PUBLISHED(PORT("10.0.0.1", "443", "172.17.0.2", DIVERTS)
			    AND PORT("10.0.1.1", "443", "172.17.0.3", DIVERTS)),
		  "10.0.7.7:443 plan - - -\n172.17.0.2:8443 published - - v0\n" },
		{ "a name may be any address of this host", { NULL },
		  PLAN(URL("https://gitlab.example/")) PUBLISHED(PORT("10.0.1.1", "443",
								      "172.17.0.2", DIVERTS)),
		  "gitlab.example:443 plan - - -\n172.17.0.2:8443 published - - v1\n" },
		{ "nothing named: any address of this host", { NULL },
		  PLAN("") PUBLISHED(PORT("10.0.1.1", "443", "172.17.0.2", DIVERTS)),
		  "172.17.0.2:8443 published - - v1\n" },
		{ "an undecided rule for an address that is not here", { NULL },
		  PLAN("") PUBLISHED(PORT("10.0.9.9", "443", "172.17.0.2", "")
				     AND PORT("10.0.0.1", "80", "172.17.0.3", "")),
		  "172.17.0.3:8443 published - - v0\n" },
	};

	(void)state;
	CHECK_ROWS(rows);
}

/* What NAT rules send to another socket of this host ends there, with its source and port. */
static void test_sent_here(void **state)
{
	static const struct row rows[] = {
		{ "another port of this host", { NULL },
		  PLAN(URL("https://10.0.0.1/")) PUBLISHED(PORT("10.0.0.1", "443", "10.0.0.1",
								DIVERTS)),
		  "10.0.0.1:8443 published - - v0\n" },
		{ "twin: another port's rule", { NULL },
		  PLAN(URL("https://10.0.0.1/")) PUBLISHED(PORT("10.0.0.1", "444", "10.0.0.1",
								DIVERTS)),
		  "10.0.0.1:443 plan - - v0\n" },
		{ "another address of this host", { NULL },
		  PLAN(URL("https://10.0.1.1/")) PUBLISHED(PORT("10.0.1.1", "443", "10.0.0.1",
								DIVERTS)),
		  "10.0.0.1:8443 published - - v1\n" },
		{ "a loopback address of this host", { NULL },
		  PLAN(URL("https://10.0.0.1/")) PUBLISHED(PORT("0.0.0.0", "443", "127.0.0.9",
								DIVERTS)),
		  "127.0.0.9:8443 published - - v0\n" },
		{ "twin: a proxy that runs here", { NULL },
		  PLAN(URL("https://10.0.0.1/")) PUBLISHED(PORT("0.0.0.0", "443", "127.0.0.9", "")),
		  "10.0.0.1:443 plan - - v0\n" },
		{ "a part of the connections: both", { NULL },
		  PLAN(URL("https://10.0.0.1/")) PUBLISHED(PORT("10.0.0.1", "443", "10.0.0.1", "")),
		  "10.0.0.1:443 plan - - v0\n10.0.0.1:8443 published - - v0\n" },
		{ "nothing declared: by the source of the replies", { NULL },
		  PLAN("") PUBLISHED(PORT("10.0.0.1", "443", "10.0.0.1", DIVERTS)
				     AND PORT("10.0.1.1", "443", "10.0.1.1", DIVERTS)),
		  "10.0.0.1:8443 published - - v0\n" },
		{ "nothing declared, of another address: by the rule", { NULL },
		  PLAN("") PUBLISHED(PORT("10.0.1.1", "443", "10.0.1.1", DIVERTS)),
		  "10.0.1.1:8443 published - - v1\n" },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void check_expanded(const char *address, const char *target, const char *expected)
{
	static const char *const own[] = { "10.0.0.1", "10.0.0.2", "10.0.1.1", "10.9.9.9" };
	static char eth0[] = "eth0", eth1[] = "eth1", lo[] = "lo";
	struct address_fact addresses[] = { { .dev = eth0 }, { .dev = eth0 }, { .dev = eth1 },
					    { .dev = lo } };
	const struct addresses_facts facts = { .addresses = { addresses, 4, 4 } };
	struct listeners_facts listeners = { .section.state = FACT_OK };
	struct published_fact *row = list_add(&listeners.published, sizeof(*row));
	char host[ADDRESS_TEXT_MAX], here[ADDRESS_TEXT_MAX];
	struct text said;
	size_t i;

	for (i = 0; i < 4; i++)
		assert_int_equal(address_parse(own[i], &addresses[i].address), 0);
	assert_non_null(row);
	assert_int_equal(address_parse(address, &row->address), 0);
	if (target)
		assert_int_equal(address_parse(target, &row->container), 0);
	assert_int_equal(published_expand(&facts, &listeners), 0);
	text_init(&said, 4096);
	for (i = 0; i < listeners.published.count; i++) {
		row = LIST_AT(&listeners.published, struct published_fact, i);
		text_addf(&said, "%s>%s ", address_print(&row->address, host),
			  address_print(&row->container, here));
	}
	assert_string_equal(text_string(&said), expected);
	text_release(&said);
	record_release(section_record(SECTION_LISTENERS), &listeners);
}

/* "redirect" ends at the first address of the interface, a port alone leaves the address. */
static void test_expanded(void **state)
{
	(void)state;
	check_expanded("0.0.0.0", "0.0.0.0",
		       "10.0.0.1>10.0.0.1 10.0.0.2>10.0.0.1 10.0.1.1>10.0.1.1 10.9.9.9>10.0.0.1 "
		       "10.9.9.9>10.0.1.1 ");
	check_expanded("10.0.0.2", "0.0.0.0", "10.0.0.2>10.0.0.1 ");
	check_expanded("10.0.0.2", NULL, "10.0.0.2>10.0.0.2 ");
	check_expanded("10.7.7.7", "0.0.0.0", "");
	check_expanded("0.0.0.0", "172.17.0.2", "0.0.0.0>172.17.0.2 ");
}

/* GitLab's declared address is proved whatever listens on others. */
static void test_declared_address(void **state)
{
#define LINK ",\"link\":{\"gitlab_ip\":\"10.0.0.1\"}"
	static const struct row rows[] = {
		{ "what listens is bound to another address", { NULL },
		  PLAN(LINK) LISTENERS(SOCKET("10.0.1.1", "443", "")),
		  "10.0.0.1:443 link - - v0\n10.0.1.1:443 listener 0 - v1\n" },
		{ "twin: one is bound to it", { NULL },
		  PLAN(LINK) LISTENERS(SOCKET("10.0.0.1", "80", "")
				       AND SOCKET("10.0.1.1", "443", "")),
		  "10.0.0.1:80 listener 0 - v0\n10.0.1.1:443 listener 0 - v1\n" },
		{ "twin: one takes every address", { NULL },
		  PLAN(LINK) LISTENERS(SOCKET("0.0.0.0", "80", "")),
		  "10.0.0.1:80 wildcard 0 - v0\n" },
		{ "twin: nothing listens", { NULL }, PLAN(LINK) LISTENERS(""),
		  "10.0.0.1:443 kernel - - v0\n" },
		{ "twin: a URL names the port", { NULL },
		  PLAN(LINK URL("https://10.0.0.1:8443/")) LISTENERS(SOCKET("10.0.1.1", "443", "")),
		  "10.0.0.1:8443 plan - - v0\n" },
	};
#undef LINK

	(void)state;
	CHECK_ROWS(rows);
}

/* Seventy URLs of this host: the container behind the last one counts like the first. */
static void test_ports_without_end(void **state)
{
	static const struct row row = { "many", { NULL }, NULL, NULL };
	struct text document;
	struct facts facts;
	unsigned int i, seen = 0;

	(void)state;
	if (!namespaces)
		skip();
	build(&row);
	text_init(&document, 65536);
	text_add(&document, "{\"schema\":\"" FACTS_SCHEMA "\",\"plan\":{\"state\":\"ok\","
			    "\"vantage\":\"gitlab-host\",\"maven\":[");
	for (i = 0; i < 70; i++)
		text_addf(&document, "%s{\"url\":\"http://10.0.0.1:%u/\"}", i ? "," : "", 9000 + i);
	text_add(&document, "]}" PUBLISHED(PORT("0.0.0.0", "9069", "172.17.0.2", DIVERTS)
					   AND PORT("0.0.0.0", "9000", "172.17.0.3", DIVERTS)
					   AND PORT("0.0.0.0", "9070", "172.17.0.4", DIVERTS))
			    "}");
	observe(row.name, text_string(&document), &facts);
	assert_int_equal(facts.services.services.count, 70);
	for (i = 0; i < facts.services.services.count; i++) {
		const struct service_fact *service =
			LIST_AT(&facts.services.services, struct service_fact, i);

		if (!text_equal(service->origin, "published"))
			continue;
		seen++;
		assert_string_not_equal(service->service, "172.17.0.4:8443");
	}
	assert_int_equal(seen, 2);
	text_release(&document);
	facts_release(&facts);
}

#define OTHER_WAY "route add default via 10.0.1.9 dev v1 table 100"

/* The source of a reply is asked for with what its socket gives it: rules may look at all of it. */
static void test_sources_by_socket(void **state)
{
	static const struct row rows[] = {
		{ "by source port", { OTHER_WAY, "rule add sport 22 lookup 100" },
		  PLAN("") LISTENERS(SOCKET("0.0.0.0", "443", "") AND SOCKET("0.0.0.0", "22", "")),
		  "10.0.0.1:443 wildcard 0 - v0\n10.0.1.1:22 wildcard 0 - v1\n" },
		{ "twin: no rule", { OTHER_WAY },
		  PLAN("") LISTENERS(SOCKET("0.0.0.0", "443", "") AND SOCKET("0.0.0.0", "22", "")),
		  "10.0.0.1:22 wildcard 0 - v0\n10.0.0.1:443 wildcard 0 - v0\n" },
		{ "the rule of 443 is not that of 22", { OTHER_WAY,
							 "rule add sport 443 lookup 100" },
		  PLAN("") LISTENERS(SOCKET("0.0.0.0", "22", "")),
		  "10.0.0.1:22 wildcard 0 - v0\n" },
		{ "by owner", { OTHER_WAY, "rule add uidrange 0-0 lookup 100" },
		  PLAN("") LISTENERS(OWNED("80", "0") AND OWNED("443", "998")),
		  "10.0.0.1:443 wildcard 998 - v0\n10.0.1.1:80 wildcard 0 - v1\n" },
		{ "twin: without the rule", { OTHER_WAY },
		  PLAN("") LISTENERS(OWNED("80", "0") AND OWNED("443", "998")),
		  "10.0.0.1:80 wildcard 0 - v0\n10.0.0.1:443 wildcard 998 - v0\n" },
		{ "by mark", { OTHER_WAY, "rule add fwmark 7 lookup 100" },
		  PLAN("") LISTENERS(MARKED("80", "7") AND MARKED("443", "0")),
		  "10.0.0.1:443 wildcard 0 - v0\n10.0.1.1:80 wildcard 0 - v1\n" },
		{ "twin: another mark's rule", { OTHER_WAY, "rule add fwmark 8 lookup 100" },
		  PLAN("") LISTENERS(MARKED("80", "7") AND MARKED("443", "0")),
		  "10.0.0.1:80 wildcard 0 - v0\n10.0.0.1:443 wildcard 0 - v0\n" },
		{ "by the client's port", { OTHER_WAY,
					    "rule add ipproto tcp dport 40000-50000 lookup 100" },
		  PLAN("") LISTENERS(SOCKET("0.0.0.0", "443", "")),
		  "10.0.0.1:443 wildcard 0 - v0\n10.0.1.1:443 wildcard 0 - v1\n" },
		{ "twin: no client's port", { OTHER_WAY,
					      "rule add ipproto tcp dport 1-1000 lookup 100" },
		  PLAN("") LISTENERS(SOCKET("0.0.0.0", "443", "")),
		  "10.0.0.1:443 wildcard 0 - v0\n" },
	};

	(void)state;
	CHECK_ROWS(rows);
}

/* A socket bound to a device answers what enters there, from what that device gives it. */
static void test_bound_to_device(void **state)
{
	static const struct row rows[] = {
		{ "away from the way to the range", { NULL },
		  PLAN("") LISTENERS(BOUND("443", "0", "v1")),
		  "10.0.1.1:443 wildcard 0 v1 v1\n" },
		{ "twin: not bound", { NULL },
		  PLAN("") LISTENERS(OWNED("443", "0")), "10.0.0.1:443 wildcard 0 - v0\n" },
		{ "twin: on the way to the range", { NULL },
		  PLAN("") LISTENERS(BOUND("443", "0", "v0")), "10.0.0.1:443 wildcard 0 v0 v0\n" },
		{ "down: its own addresses", { "link set v1 down" },
		  PLAN("") LISTENERS(BOUND("443", "0", "v1")),
		  "10.0.1.1:443 wildcard 0 v1 v1\n" },
		{ "two devices, two owners", { NULL },
		  PLAN("") LISTENERS(BOUND("443", "998", "v1") AND BOUND("443", "999", "v0")),
		  "10.0.0.1:443 wildcard 999 v0 v0\n10.0.1.1:443 wildcard 998 v1 v1\n" },
		{ "one bound, one not", { NULL },
		  PLAN("") LISTENERS(OWNED("443", "998") AND BOUND("443", "999", "v1")),
		  "10.0.0.1:443 wildcard 998 - v0\n10.0.1.1:443 wildcard 999 v1 v1\n" },
		{ "an exact socket goes before one that is bound", { NULL },
		  PLAN("") LISTENERS(SOCKET("10.0.1.1", "443", ",\"v6only\":false")
				     AND BOUND("443", "999", "v1")),
		  "10.0.1.1:443 listener 0 - v1\n" },
		{ "without an address of its own", { "address del 10.0.1.1/24 dev v1",
						     "address add 10.0.8.1/24 dev v0" },
		  PLAN("") LISTENERS(BOUND("443", "0", "v1")), "10.0.0.1:443 wildcard 0 v1 v1\n" },
	};

	(void)state;
	CHECK_ROWS(rows);
}

/* Nothing from outside reaches these: as if nothing listened. */
static void test_bound_out_of_reach(void **state)
{
	static const struct row rows[] = {
		{ "to loopback", { NULL }, PLAN("") LISTENERS(BOUND("443", "998", "lo")),
		  "10.0.0.1:443 kernel - - v0\n" },
		{ "to a device that has gone", { NULL },
		  PLAN("") LISTENERS(BOUND("443", "998", "if7")), "10.0.0.1:443 kernel - - v0\n" },
		{ "twin: another socket on the port", { NULL },
		  PLAN("") LISTENERS(BOUND("443", "998", "if7") AND OWNED("443", "999")),
		  "10.0.0.1:443 wildcard 999 - v0\n" },
	};

	(void)state;
	CHECK_ROWS(rows);
}

/* VRFs are not built into every kernel: by facts alone. */
static void test_hears(void **state)
{
	static const char document[] =
		"{\"schema\":\"" FACTS_SCHEMA "\",\"links\":{\"state\":\"ok\",\"links\":["
		"{\"index\":1,\"name\":\"lo\",\"loopback\":true},"
		"{\"index\":2,\"name\":\"red\",\"kind\":\"vrf\"},"
		"{\"index\":3,\"name\":\"v0\",\"master\":\"red\"},"
		"{\"index\":4,\"name\":\"v1\"}]},"
		"\"addresses\":{\"state\":\"ok\",\"addresses\":["
		"{\"address\":\"10.0.0.1\",\"length\":24,\"dev\":\"v0\"},"
		"{\"address\":\"10.0.5.1\",\"length\":32,\"dev\":\"lo\"}]}}";
	static const struct {
		const char *dev;
		uint32_t address;
		bool hears;
	} rows[] = {
		{ NULL, 0x0a000001, true },   { "v0", 0x0a000001, true },
		{ "red", 0x0a000001, true },  { "v1", 0x0a000001, false },
		{ "lo", 0x0a000001, false },  { "v1", 0x0a000501, true },
	};
	struct fault fault = { 0 };
	struct facts facts;
	size_t i;

	(void)state;
	assert_int_equal(facts_read(document, strlen(document), &facts, &fault), 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct address address = address_from_ipv4(rows[i].address);

		assert_int_equal(service_hears(&facts, rows[i].dev, &address), rows[i].hears);
	}
	facts_release(&facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_container_by_address),
		cmocka_unit_test(test_sent_here),
		cmocka_unit_test(test_expanded),
		cmocka_unit_test(test_declared_address),
		cmocka_unit_test(test_ports_without_end),
		cmocka_unit_test(test_sources_by_socket),
		cmocka_unit_test(test_bound_to_device),
		cmocka_unit_test(test_bound_out_of_reach),
		cmocka_unit_test(test_hears),
	};

	return cmocka_run_group_tests_name("services", tests, enter, NULL);
}
