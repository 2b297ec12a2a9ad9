/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who captures a class: one row an interface. The name, the kind and the link layer decide which
 * overlay it is; the length of the prefix which overlap; the plan may declare it good.
 */
#include "rules/checks/overlap_owner.h"
#include "rules/text.h"

#include "tests/unit/path_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct owner_case {
	const char *dev, *kind, *type;
	const char *prefix;
	const char *via; /* NULL: on-link */
	enum vantage vantage;
	const char *cause; /* NULL: no overlap */
} owner_cases[] = {
	{ "docker0", "bridge", "ether", "100.104.0.0/24", NULL, VANTAGE_GITLAB_HOST, "OVL-05" },
	{ "docker_gwbridge", "bridge", "ether", "100.104.0.0/24", NULL, VANTAGE_GITLAB_HOST,
	  "OVL-05" },
	{ "br-0123456789ab", "bridge", "ether", "100.104.0.0/20", NULL, VANTAGE_GITLAB_HOST,
	  "OVL-05" },
	{ "br-lan", "bridge", "ether", "100.104.0.0/24", NULL, VANTAGE_GITLAB_HOST, "OVL-01" },
	{ "br-ex", "bridge", "ether", "100.64.0.0/10", NULL, VANTAGE_GITLAB_HOST, "OVL-02" },
	{ "br-tun", NULL, "ether", "100.104.0.0/16", NULL, VANTAGE_GITLAB_HOST, "OVL-03" },
	{ "docker0", "veth", "ether", "100.104.0.0/24", NULL, VANTAGE_GITLAB_HOST, "OVL-01" },
	{ "podman2", "bridge", "ether", "100.104.0.0/24", NULL, VANTAGE_IDC_ROUTER, "OVL-05" },
	{ "cni-podman1", "bridge", "ether", "100.104.0.0/24", NULL, VANTAGE_GITLAB_HOST, "OVL-05" },
	{ "cni0", "bridge", "ether", "100.104.0.0/24", NULL, VANTAGE_GITLAB_HOST, "OVL-07" },
	{ "flannel.1", "vxlan", "ether", "100.104.0.0/19", "10.1.1.1", VANTAGE_GITLAB_HOST,
	  "OVL-07" },
	{ "cilium_host", "veth", "ether", "100.104.0.0/24", "10.1.1.1", VANTAGE_GITLAB_HOST,
	  "OVL-07" },
	{ "vxlan.calico", "vxlan", "ether", "100.104.0.0/26", "10.1.1.1", VANTAGE_GITLAB_HOST,
	  "OVL-07" },
	{ "weave", "bridge", "ether", "100.96.0.0/11", NULL, VANTAGE_GITLAB_HOST, "OVL-07" },
	{ "tailscale0", "tun", "none", "100.64.0.0/10", NULL, VANTAGE_GITLAB_HOST, "OVL-08" },
	{ "wt0", "wireguard", "none", "100.104.0.0/16", NULL, VANTAGE_GITLAB_HOST, "OVL-09" },
	{ "netbird1", NULL, "none", "100.104.0.0/16", NULL, VANTAGE_GITLAB_HOST, "OVL-09" },
	{ "CloudflareWARP", "tun", "none", "0.0.0.0/0", NULL, VANTAGE_GITLAB_HOST, "OVL-09" },
	{ "sdwan0", "tun", "none", "100.96.0.0/12", NULL, VANTAGE_GITLAB_HOST, "OVL-09" },
	{ "tun0", "tun", "none", "100.104.0.0/17", "10.8.0.1", VANTAGE_GITLAB_HOST, "OVL-09" },
	{ "tap0", "tun", "ether", "100.104.0.0/24", NULL, VANTAGE_GITLAB_HOST, "OVL-09" },
	{ "tap0", "tun", "ether", "100.104.0.0/24", "10.1.1.1", VANTAGE_GITLAB_HOST, NULL },
	{ "sit1", "sit", "sit", "100.104.0.0/24", NULL, VANTAGE_GITLAB_HOST, "OVL-09" },
	{ "vti64", "vti", "tunnel", "100.104.0.0/24", NULL, VANTAGE_GITLAB_HOST, "OVL-09" },
	{ "ipsec0", "xfrm", "none", "100.104.0.0/24", NULL, VANTAGE_GITLAB_HOST, "OVL-09" },
	{ "ppp0", "ppp", "ppp", "0.0.0.0/0", NULL, VANTAGE_GITLAB_HOST, "OVL-09" },
	{ "ppp0", "ppp", "ppp", "0.0.0.0/0", NULL, VANTAGE_IDC_ROUTER, NULL },
	{ "ppp0", "ppp", "ppp", "100.104.0.0/16", NULL, VANTAGE_IDC_ROUTER, "OVL-09" },
	{ "wg7", "wireguard", "none", "100.104.0.0/16", NULL, VANTAGE_GITLAB_HOST, "OVL-10" },
	{ "office", "wireguard", "none", "100.104.0.0/16", NULL, VANTAGE_GITLAB_HOST, "OVL-10" },
	{ "virbr0", "bridge", "ether", "100.104.0.0/24", NULL, VANTAGE_GITLAB_HOST, "OVL-01" },
	{ "eth1", NULL, "ether", "100.104.0.0/16", NULL, VANTAGE_GITLAB_HOST, "OVL-03" },
	{ "eth1", NULL, "ether", "100.104.0.0/15", NULL, VANTAGE_GITLAB_HOST, "OVL-02" },
	{ "eth1", NULL, "ether", "100.104.0.0/17", NULL, VANTAGE_GITLAB_HOST, "OVL-01" },
	{ "eth1", NULL, "ether", "100.104.0.0/17", "10.1.1.1", VANTAGE_GITLAB_HOST, NULL },
	{ "eth1", NULL, "ether", "100.104.0.0/17", "100.104.200.1", VANTAGE_GITLAB_HOST, "OVL-01" },
	{ "wan0", NULL, "ether", "100.104.0.0/17", NULL, VANTAGE_IDC_ROUTER, "OVL-12" },
	{ "wan0", NULL, "ether", "100.104.0.0/17", NULL, VANTAGE_GITLAB_HOST, "OVL-01" },
};

static const char *json_or_null(const char *word, char *text, size_t size)
{
	snprintf(text, size, word ? "\"%s\"" : "null", word);
	return text;
}

/* A machine with one route for the row, and a default by wan0. */
static void read_case(const struct owner_case *row, struct facts *facts)
{
	static const char format[] =
		"\"destination\":\"%s\",\"type\":\"unicast\",\"table\":254,\"next_hops\":["
		"{\"via\":%s,\"dev\":\"%s\",\"weight\":1}]";
	char links[512], routes[1024], classes[1024], inner[512], via[64], kind[64];
	struct path_world world = {
		.rules = DEFAULT_RULES, .links = links, .routes = routes, .classes = classes
	};

	snprintf(links, sizeof(links),
		 "{\"index\":2,\"name\":\"%s\",\"kind\":%s,\"type\":\"%s\",\"up\":true,"
		 "\"carrier\":true}",
		 row->dev, json_or_null(row->kind, kind, sizeof(kind)), row->type);
	snprintf(inner, sizeof(inner), format, row->prefix,
		 json_or_null(row->via, via, sizeof(via)), row->dev);
	snprintf(routes, sizeof(routes), "{%s}%s", inner,
		 strcmp(row->prefix, "0.0.0.0/0") == 0
			 ? ""
			 : ",{\"destination\":\"0.0.0.0/0\",\"type\":\"unicast\",\"table\":254,"
			   "\"next_hops\":[{\"via\":\"10.9.9.9\",\"dev\":\"wan0\",\"weight\":1}]}");
	snprintf(classes, sizeof(classes),
		 "{\"service\":\"172.20.5.10:443\",\"mark\":0,\"first\":\"100.104.0.0\","
		 "\"last\":\"100.104.255.255\",%s}",
		 inner);
	path_world_read(&world, facts);
}

static void fill(struct facts *facts, const struct owner_case *row, struct rule_context *context,
		 struct class_view *view)
{
	*context = (struct rule_context){ .facts = facts,
					  .vantage = row->vantage,
					  .access = ACCESS_DATACENTER };
	*view = (struct class_view){
		.class_fact = LIST_AT(&facts->routes.classes, struct class_fact, 0),
	};
	view->first = address_ipv4(&view->class_fact->first);
	view->last = address_ipv4(&view->class_fact->last);
}

static void test_owners(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(owner_cases) / sizeof(owner_cases[0]); i++) {
		const struct owner_case *row = &owner_cases[i];
		struct rule_context context;
		struct class_view view;
		struct capture capture;
		struct facts facts;
		struct fib *fib;
		bool found;

		read_case(row, &facts);
		fill(&facts, row, &context, &view);
		fib = fib_new(&facts);
		assert_non_null(fib);
		context.fib = fib;
		found = overlap_find(&context, &view, &capture);
		if (found != (row->cause != NULL))
			fail_msg("%s %s: %s", row->dev, row->prefix,
				 found ? capture.cause : "no overlap");
		if (found)
			assert_string_equal(capture.cause, row->cause);
		if (found)
			assert_string_equal(capture.dev, row->dev);
		fib_free(fib);
		facts_release(&facts);
	}
}

/* Declared as the way back, by interface or (a tunnel) by its far end, nothing is an overlap. */
static void test_declared(void **state)
{
	static const struct owner_case row = { "tun0",		 "tun", "none",
					       "100.104.0.0/16", NULL,	VANTAGE_GITLAB_HOST,
					       "OVL-09" };
	struct rule_context context;
	struct class_view view;
	struct capture capture;
	struct facts facts;

	(void)state;
	read_case(&row, &facts);
	fill(&facts, &row, &context, &view);
	assert_true(overlap_find(&context, &view, &capture));
	context.declared.dev = "tun0";
	assert_false(overlap_find(&context, &view, &capture));
	context.declared.dev = "tun1";
	assert_true(overlap_find(&context, &view, &capture));
	context.declared.dev = NULL;
	assert_int_equal(address_parse("10.8.0.1", &context.declared.next_hop), 0);
	assert_true(overlap_find(&context, &view, &capture));
	{
		struct address_fact *own = list_add(&facts.addresses.addresses,
						    sizeof(struct address_fact));

		assert_non_null(own);
		own->address = address_from_ipv4(0x0a080002);
		own->length = 32;
		own->peer = context.declared.next_hop;
		own->dev = text_copy("tun0");
		facts.addresses.section.state = FACT_OK;
	}
	assert_false(overlap_find(&context, &view, &capture));
	facts_release(&facts);
}

/* Without the rules and routes that name owners, the kernel's own words still tell. */
static void test_without_model(void **state)
{
	static const struct owner_case row = { "docker0",	 "bridge", "ether",
					       "100.104.0.0/24", NULL,	   VANTAGE_GITLAB_HOST,
					       "OVL-05" };
	struct rule_context context;
	struct class_view view;
	struct capture capture;
	struct facts facts;

	(void)state;
	read_case(&row, &facts);
	fill(&facts, &row, &context, &view);
	assert_true(overlap_find(&context, &view, &capture));
	assert_string_equal(capture.cause, "OVL-05");
	assert_null(capture.route);
	facts_release(&facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_owners),
		cmocka_unit_test(test_declared),
		cmocka_unit_test(test_without_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
