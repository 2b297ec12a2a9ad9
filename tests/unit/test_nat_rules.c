/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NAT rules as libnftables 1.0.6 lists them: recorded listings, one a row, cut to what decides.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "probes/nat_rules.h"
#include "rules/text.h"

#include <string.h>

#define BASE(family) \
	"{\"chain\":{\"family\":\"" family "\",\"table\":\"t\",\"name\":\"pre\",\"handle\":3," \
	"\"type\":\"nat\",\"hook\":\"prerouting\",\"prio\":-100,\"policy\":\"accept\"}}"
#define RULE_OF(family, chain, expressions) \
	",{\"rule\":{\"family\":\"" family "\",\"table\":\"t\",\"chain\":\"" chain "\"," \
	"\"handle\":10,\"expr\":[" expressions "]}}"
#define RULE(expressions) RULE_OF("ip", "pre", expressions)
#define MATCH(operator, left, right) \
	"{\"match\":{\"op\":\"" operator "\",\"left\":" left ",\"right\":" right "}},"
#define DPORT "{\"payload\":{\"protocol\":\"tcp\",\"field\":\"dport\"}}"
#define DADDR "{\"payload\":{\"protocol\":\"ip\",\"field\":\"daddr\"}}"
#define SADDR "{\"payload\":{\"protocol\":\"ip\",\"field\":\"saddr\"}}"
#define IIFNAME "{\"meta\":{\"key\":\"iifname\"}}"
#define FIB "{\"fib\":{\"result\":\"type\",\"flags\":[\"daddr\"]}}"
#define PREFIX(address, length) "{\"prefix\":{\"addr\":\"" address "\",\"len\":" length "}}"
#define COUNTER "{\"counter\":{\"packets\":0,\"bytes\":0}},"
#define DNAT "{\"dnat\":{\"addr\":\"172.17.0.2\",\"port\":8443}}"
#define DNAT_BARE "{\"dnat\":{\"addr\":\"172.17.0.3\"}}"
#define DNAT_MAP(data) "{\"dnat\":{\"addr\":{\"map\":{\"key\":" DPORT ",\"data\":" data "}}}}"
#define XT(type, name) "{\"xt\":{\"type\":\"" type "\",\"name\":\"" name "\"}}"
#define P443 MATCH("==", DPORT, "443")
#define WORDS(rule) "table ip t {\n\tchain pre { # handle 3\n\t\t" rule " # handle 10\n\t}\n}\n"

struct row {
	const char *name, *objects, *words;
	const char *found; /* "address:port>container:port" each, "?" behind it: does not divert */
	bool noted;
};

static const struct row rows[] = {
	{ "one port", RULE(P443 DNAT), "", "0.0.0.0:443>172.17.0.2:8443", false },
	{ "another port", RULE(MATCH("==", DPORT, "444") DNAT), "", "", false },
	{ "every port but this", RULE(MATCH("!=", DPORT, "443") DNAT), "", "", false },
	{ "set with a range",
	  RULE(MATCH("==", DPORT, "{\"set\":[80,{\"range\":[440,450]}]}") DNAT_BARE), "",
	  "0.0.0.0:443>172.17.0.3:443", false },
	{ "range beside it", RULE(MATCH("==", DPORT, "{\"range\":[444,450]}") DNAT_BARE), "", "",
	  false },
	{ "named set", ",{\"set\":{\"family\":\"ip\",\"name\":\"s\",\"table\":\"t\","
		       "\"elem\":[80,{\"range\":[443,445]}]}}"
		       RULE(MATCH("==", DPORT, "\"@s\"") DNAT_BARE), "",
	  "0.0.0.0:443>172.17.0.3:443", false },
	{ "address", RULE(MATCH("==", DADDR, "\"10.0.0.1\"") P443 DNAT), "",
	  "10.0.0.1:443>172.17.0.2:8443", false },
	{ "another protocol", RULE(MATCH("==", "{\"meta\":{\"key\":\"l4proto\"}}", "\"udp\"") DNAT),
	  "", "", false },
	{ "local addresses", RULE(MATCH("==", FIB, "\"local\"") P443 DNAT), "",
	  "0.0.0.0:443>172.17.0.2:8443", false },
	{ "source elsewhere", RULE(MATCH("==", SADDR, PREFIX("10.0.0.0", "8")) P443 DNAT),
	  "", "", false },
	{ "source around", RULE(MATCH("==", SADDR, PREFIX("100.64.0.0", "10")) P443 DNAT),
	  "", "0.0.0.0:443>172.17.0.2:8443", false },
	{ "source within", RULE(MATCH("==", SADDR, PREFIX("100.104.8.0", "24")) P443 DNAT),
	  "", "0.0.0.0:443>172.17.0.2:8443?", false },
	{ "not from the bridge", RULE(MATCH("!=", IIFNAME, "\"docker0\"") P443 COUNTER DNAT), "",
	  "0.0.0.0:443>172.17.0.2:8443", false },
	{ "from one interface", RULE(MATCH("==", IIFNAME, "\"eth0\"") P443 DNAT), "",
	  "0.0.0.0:443>172.17.0.2:8443?", false },
	{ "one interface, no port", RULE(MATCH("==", IIFNAME, "\"eth0\"") DNAT), "", "", true },
	{ "jump", RULE(COUNTER "{\"jump\":{\"target\":\"sub\"}}")
		  RULE_OF("ip", "sub", P443 DNAT) RULE(P443 DNAT_BARE), "",
	  "0.0.0.0:443>172.17.0.2:8443", false },
	{ "chain that nobody jumps to", RULE_OF("ip", "sub", P443 DNAT), "", "", false },
	{ "chain that calls itself", RULE("{\"jump\":{\"target\":\"pre\"}}"), "", "", false },
	{ "accepted before", RULE(P443 "{\"accept\":null}") RULE(P443 DNAT), "", "", false },
	{ "redirected before", RULE(P443 "{\"redirect\":{\"port\":8443}}") RULE(P443 DNAT), "",
	  "0.0.0.0:443>0.0.0.0:8443", false },
	{ "redirected to the same port", RULE(P443 "{\"redirect\":null}"), "",
	  "0.0.0.0:443>0.0.0.0:443", false },
	{ "redirected by a map of ports",
	  RULE("{\"redirect\":{\"port\":{\"map\":{\"key\":" DPORT ",\"data\":{\"set\":"
	       "[[80,8080],[443,8443]]}}}}}"), "", "0.0.0.0:443>0.0.0.0:8443", false },
	{ "redirected to one of many ports",
	  RULE(P443 "{\"redirect\":{\"port\":{\"range\":[8080,8090]}}}"), "", "", true },
	{ "another port of the address asked for", RULE(P443 "{\"dnat\":{\"port\":8443}}"), "",
	  "0.0.0.0:443>none:8443", false },
	{ "a dnat without a target", RULE(P443 "{\"dnat\":{}}"), "", "", true },
	{ "iptables REDIRECT", RULE(P443 COUNTER XT("target", "REDIRECT")),
	  WORDS("tcp dport 443 counter packets 0 bytes 0 redirect to :8443"),
	  "0.0.0.0:443>0.0.0.0:8443", false },
	{ "iptables REDIRECT, same port", RULE(P443 XT("target", "REDIRECT")),
	  WORDS("tcp dport 443 redirect"), "0.0.0.0:443>0.0.0.0:443", false },
	{ "iptables REDIRECT to one of many", RULE(P443 XT("target", "REDIRECT")),
	  WORDS("tcp dport 443 redirect to :8080-8090"), "", true },
	{ "iptables REDIRECT without words", RULE(P443 XT("target", "REDIRECT")), "", "", true },
	{ "iptables DNAT to a port alone", RULE(P443 XT("target", "DNAT")),
	  WORDS("tcp dport 443 dnat to :8443"), "0.0.0.0:443>none:8443", false },
	{ "perhaps accepted before",
	  RULE(MATCH("==", IIFNAME, "\"eth0\"") "{\"accept\":null}") RULE(P443 DNAT), "",
	  "0.0.0.0:443>172.17.0.2:8443?", false },
	{ "map", RULE(DNAT_MAP("{\"set\":[[22,\"172.17.0.5\"],[443,\"172.17.0.6\"]]}")), "",
	  "0.0.0.0:443>172.17.0.6:443", false },
	{ "map without it", RULE(DNAT_MAP("{\"set\":[[22,\"172.17.0.5\"]]}")), "", "", false },
	{ "map to ports",
	  RULE(DNAT_MAP("{\"set\":[[443,{\"concat\":[\"172.17.0.6\",2443]}]]}")), "",
	  "0.0.0.0:443>172.17.0.6:2443", false },
	{ "named map", ",{\"map\":{\"family\":\"ip\",\"name\":\"m\",\"table\":\"t\","
		       "\"elem\":[[443,{\"concat\":[\"172.17.0.9\",2222]}]]}}"
		       RULE(DNAT_MAP("\"@m\"")), "", "0.0.0.0:443>172.17.0.9:2222", false },
	{ "by lot", RULE(P443 "{\"dnat\":{\"addr\":{\"map\":{\"key\":{\"numgen\":{\"mod\":2}},"
				    "\"data\":{\"set\":[[0,\"10.0.0.1\"]]}}}}}"), "", "", true },
	{ "by lot, every target told",
	  RULE(P443 "{\"dnat\":{\"addr\":{\"map\":{\"key\":{\"numgen\":{\"mode\":\"inc\",\"mod\":2,"
	       "\"offset\":0}},\"data\":{\"set\":[[0,\"172.17.0.2\"],[1,\"172.17.0.3\"]]}}}}}"),
	  "", "0.0.0.0:443>172.17.0.2:443 0.0.0.0:443>172.17.0.3:443", false },
	{ "by a sum over the source, with ports",
	  RULE(P443 "{\"dnat\":{\"addr\":{\"map\":{\"key\":{\"jhash\":{\"mod\":2}},\"data\":"
	       "{\"set\":[[{\"range\":[0,1]},{\"concat\":[\"172.17.0.2\",80]}]]}}}}}"),
	  "", "0.0.0.0:443>172.17.0.2:80", false },
	{ "range of targets", RULE(P443 "{\"dnat\":{\"addr\":{\"range\":[\"172.17.0.2\","
					"\"172.17.0.8\"]}}}"), "", "", true },
	{ "verdict map of ports", RULE("{\"vmap\":{\"key\":" DPORT ",\"data\":{\"set\":[[443,"
				       "{\"goto\":{\"target\":\"sub\"}}]]}}}")
				  RULE_OF("ip", "sub", DNAT), "",
	  "0.0.0.0:443>172.17.0.2:8443", false },
	{ "verdict map of more", RULE("{\"vmap\":{\"key\":{\"concat\":[" DADDR "," DPORT "]},"
				      "\"data\":\"@v\"}}"), "", "", true },
	{ "other family", RULE_OF("ip6", "pre", P443 DNAT), "", "", false },
	{ "iptables in words", RULE(P443 COUNTER XT("target", "DNAT")),
	  WORDS("tcp dport 443 counter packets 0 bytes 0 dnat to 172.17.0.2:8443"),
	  "0.0.0.0:443>172.17.0.2:8443", false },
	{ "iptables, local, several ports",
	  RULE(XT("match", "addrtype") "," XT("match", "multiport") "," XT("target", "DNAT")),
	  WORDS("fib daddr type local tcp dport { 80, 440-445 } dnat to 172.17.0.2"),
	  "0.0.0.0:443>172.17.0.2:443", false },
	{ "iptables, other ports", RULE(XT("match", "multiport") "," XT("target", "DNAT")),
	  WORDS("tcp dport { 80, 8443 } dnat to 172.17.0.2"), "", false },
	{ "iptables without words", RULE(P443 XT("target", "DNAT")), "", "", true },
	{ "iptables, words of another rule", RULE(P443 XT("target", "DNAT")),
	  "table ip t {\n\tchain pre {\n\t\tdnat to 10.0.0.1 # handle 11\n\t}\n}\n", "", true },
	{ "iptables, a match unknown", RULE(P443 XT("match", "recent") "," XT("target", "DNAT")),
	  WORDS("tcp dport 443 dnat to 172.17.0.2:8443"), "0.0.0.0:443>172.17.0.2:8443?", false },
};

static void render(const struct listeners_facts *facts, struct text *out)
{
	char host[ADDRESS_TEXT_MAX], container[ADDRESS_TEXT_MAX];
	size_t i;

	for (i = 0; i < facts->published.count; i++) {
		const struct published_fact *row =
			LIST_AT(&facts->published, struct published_fact, i);

		text_addf(out, "%s%s:%u>%s:%u%s", i ? " " : "", address_print(&row->address, host),
			  row->port, row->container.family == ADDRESS_NONE ? "none" :
					     address_print(&row->container, container),
			  row->container_port, row->diverts ? "" : "?");
	}
}

static void test_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct listeners_facts facts = { .section.state = FACT_OK };
		struct text document, shown;
		cJSON *objects;

		text_init(&document, 65536);
		text_init(&shown, 65536);
		text_addf(&document, "[" BASE("ip") "%s]", rows[i].objects);
		objects = cJSON_Parse(text_string(&document));
		if (!objects)
			fail_msg("%s: no JSON", rows[i].name);
		assert_int_equal(nat_read_port(&(struct nat_ruleset){ objects, rows[i].words }, 443,
					       &facts), 0);
		render(&facts, &shown);
		if (strcmp(text_string(&shown), rows[i].found) != 0)
			fail_msg("%s: '%s'", rows[i].name, text_string(&shown));
		if ((facts.section.note != NULL) != rows[i].noted ||
		    facts.nat_unknown != rows[i].noted)
			fail_msg("%s: note %s", rows[i].name, facts.section.note);
		record_release(section_record(SECTION_LISTENERS), &facts);
		cJSON_Delete(objects);
		text_release(&document);
		text_release(&shown);
	}
}

/* A base chain of a later priority is asked last, whatever the order of the listing. */
static void test_priority(void **state)
{
	static const char listing[] =
		"[{\"chain\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"late\","
		"\"type\":\"nat\",\"hook\":\"prerouting\",\"prio\":0}}," BASE("inet")
		RULE_OF("inet", "late", P443 DNAT_BARE) RULE_OF("inet", "pre", P443 DNAT) "]";
	struct listeners_facts facts = { .section.state = FACT_OK };
	cJSON *objects = cJSON_Parse(listing);
	struct text shown;

	(void)state;
	assert_non_null(objects);
	assert_false(nat_has_foreign(objects));
	text_init(&shown, 4096);
	assert_int_equal(nat_read_port(&(struct nat_ruleset){ objects, "" }, 443, &facts), 0);
	render(&facts, &shown);
	assert_string_equal(text_string(&shown), "0.0.0.0:443>172.17.0.2:8443");
	text_release(&shown);
	record_release(section_record(SECTION_LISTENERS), &facts);
	cJSON_Delete(objects);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_priority),
	};

	return cmocka_run_group_tests_name("nat_rules", tests, NULL, NULL);
}
