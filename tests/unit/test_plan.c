/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan: every key is read and written back, mistakes are named with pointer and nearest key,
 * URLs are taken apart, and the canonical form leaves out what may differ between machines.
 */
#include "rules/plan.h"

#include "rules/facts.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DOCUMENT_MAX 16384
#define FULL "fuzz/corpus/plan/full.json"

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

static int read_text(const char *text, struct plan *plan, struct fault *fault)
{
	memset(fault, 0, sizeof(*fault));
	return plan_read(text, strlen(text), plan, fault);
}

static void test_round_trip(void **state)
{
	char bytes[DOCUMENT_MAX];
	struct fault fault;
	struct plan plan;
	struct text out;

	(void)state;
	load(FULL, bytes);
	if (read_text(bytes, &plan, &fault) < 0)
		fail_msg("%s", fault.text);
	assert_int_equal(plan.state, FACT_OK);
	assert_string_equal(plan.create_call.query, "{\"InstanceId\":\"cri-x\"}");
	assert_int_equal(plan.gitlab.access, ACCESS_DATACENTER);
	text_init(&out, DOCUMENT_MAX);
	record_write(&plan_record, &plan, &out, -1);
	text_add(&out, "\n");
	assert_string_equal(text_string(&out), bytes);
	text_release(&out);
	plan_release(&plan);
}

static void test_every_key_is_optional(void **state)
{
	struct fault fault;
	struct plan plan;
	struct text out;

	(void)state;
	assert_int_equal(read_text("{}", &plan, &fault), 0);
	text_init(&out, DOCUMENT_MAX);
	record_write(&plan_record, &plan, &out, -1);
	assert_string_equal(text_string(&out), "{}");
	text_release(&out);
	plan_release(&plan);
}

/* A call that is told by this path. */
#define ROA(path) "{\"create_call\":{\"style\":\"ROA\",\"path\":\"" path "\"}}"

struct refusal {
	const char *plan;
	const char *said; /* how the words start */
};

static const struct refusal refusals[] = {
	{ "[]", "(whole document): expected an object" },
	{ "{", "line 1 column 2" },
	{ "{\"schema\":\"reachback.plan/2\"}", "/schema: expected \"reachback.plan/1\", not" },
	{ "{\"regoin\":\"x\"}", "/regoin: unknown key; the nearest known key is \"region\"" },
	{ "{\"link\":{\"vswich_id\":\"x\"}}",
	  "/link/vswich_id: unknown key; the nearest known key is \"vswitch_id\"" },
	{ "{\"datacenter\":{\"by_vantage\":{\"idc_router\":{}}}}",
	  "/datacenter/by_vantage/idc_router: unknown key; the nearest known key is "
	  "\"idc-router\"" },
	{ "{\"maven\":[{\"uri\":\"http://a\"}]}",
	  "/maven/0/uri: unknown key; the nearest known key is \"url\"" },
	{ "{\"state\":\"ok\"}", "/state: unknown key" },
	{ "{\"note\":\"ok\"}", "/note: unknown key" },
	{ "{\"maven\":[{}]}", "/maven/0/url: missing" },
	{ "{\"maven\":{}}", "/maven: expected a list" },
	{ "{\"gitlab\":{\"access\":\"idc\"}}",
	  "/gitlab/access: expected one of \"ecs\" \"slb\" \"datacenter\", not \"idc\"" },
	{ "{\"vantage\":\"router\"}",
	  "/vantage: expected one of \"gitlab-host\" \"idc-router\" \"vswitch-host\" \"offline\", "
	  "not" },
	{ "{\"region\":\"cn hangzhou\"}", "/region: expected a region id" },
	{ "{\"region\":\"evil.example/\"}", "/region: expected a region id" },
	{ "{\"link\":{\"gitlab_ip\":\"172.20.5\"}}", "/link/gitlab_ip: expected an IPv4" },
	{ "{\"link\":{\"gitlab_ip\":\"::1\"}}", "/link/gitlab_ip: expected an IPv4 address" },
	{ "{\"link\":{\"other_ips\":[\"172.20.5.20\",\"x\"]}}",
	  "/link/other_ips/1: expected an IPv4" },
	{ "{\"link\":{\"vswitch_cidr\":\"192.168.1.1/24\"}}",
	  "/link/vswitch_cidr: expected an IPv4" },
	{ "{\"datacenter\":{\"cidrs\":[\"10.0.0.0/33\"]}}",
	  "/datacenter/cidrs/0: expected an IPv4" },
	{ "{\"datacenter\":{\"return_next_hop\":\"0.0.0.0\"}}",
	  "/datacenter/return_next_hop: 0.0.0.0 cannot be" },
	{ "{\"datacenter\":{\"by_vantage\":{\"idc-router\":{\"return_next_hop\":"
	  "\"100.104.3.4\"}}}}",
	  "/datacenter/by_vantage/idc-router/return_next_hop: 100.104.3.4 cannot be" },
	{ "{\"datacenter\":{\"return_next_hop\":\"gw\"}}",
	  "/datacenter/return_next_hop: expected" },
	{ "{\"datacenter\":{\"return_interface\":\"an-interface-too-long\"}}",
	  "/datacenter/return_interface: expected the name of an interface" },
	{ "{\"datacenter\":{\"by_vantage\":{\"idc-router\":{\"return_interface\":\"\"}}}}",
	  "/datacenter/by_vantage/idc-router/return_interface: expected the name" },
	{ "{\"gitlab\":{\"url\":\"172.20.5.10\"}}", "/gitlab/url: expected a URL that starts" },
	{ "{\"gitlab\":{\"url\":\"http://\"}}", "/gitlab/url: expected a URL like" },
	{ "{\"gitlab\":{\"url\":\"http://a/?private_token=x\"}}",
	  "/gitlab/url: expected a URL without" },
	{ "{\"maven\":[{\"url\":\"http://a\"},{\"url\":\"http://a b/\"}]}",
	  "/maven/1/url: expected" },
	{ "{\"endpoints\":{\"ecs\":\"ecs.aliyuncs.com\"}}", "/endpoints/ecs: expected a URL" },
	{ "{\"create_call\":{\"style\":\"REST\"}}", "/create_call/style: expected \"RPC\" or" },
	{ "{\"create_call\":{\"query\":\"a=b\"}}", "/create_call/query: expected an object" },
	{ "{\"create_call\":{\"product\":\"acr\"}}", "/create_call/product: expected \"ecs\", " },
	{ "{\"create_call\":{\"product\":\"metadata\"}}", "/create_call/product: expected" },
	{ "{\"create_call\":{\"method\":\"DELETE\"}}", "/create_call/method: expected \"GET\", " },
	{ "{\"create_call\":{\"method\":\"PUT\"}}",
	  "/create_call/method: expected \"GET\" or \"POST\", not \"PUT\"" },
	{ "{\"list_call\":{\"style\":\"ROA\",\"method\":\"PUT\"}}",
	  "/list_call/method: expected \"GET\" or \"POST\"" },
	{ "{\"create_call\":{\"action\":\"A\\r\\nX: y\"}}", "/create_call/action: expected" },
	{ "{\"create_call\":{\"version\":\"1 2\"}}", "/create_call/version: expected" },
	{ "{\"create_call\":{\"path\":\"/links\"}}", "/create_call/path: expected \"/\" for" },
	{ "{\"list_call\":{\"action\":\"A\",\"style\":\"ROA\"}}", "/list_call/path: missing" },
	{ ROA("links"), "/create_call/path: expected a path that begins with" },
	{ ROA("/a//b"), "/create_call/path: expected no empty" },
	{ ROA("/a/./b"), "/create_call/path: expected no empty" },
	{ ROA("/a/.."), "/create_call/path: expected no empty" },
	{ ROA("/a?b=c"), "/create_call/path: expected a path as it is" },
	{ ROA("/a%2Fb"), "/create_call/path: expected a path as it is" },
	{ ROA("/a b"), "/create_call/path: expected a path as it is" },
	{ ROA("/i/{InstanceId}/l"), "/create_call/path: \"{InstanceId}\" is no value" },
	{ ROA("/i/{other_ips}"), "/create_call/path: \"{other_ips}\" is no value" },
	{ ROA("/i/x}"), "/create_call/path: \"}\" is no value" },
	{ "{\"create_call\":{\"method\":\"GET\",\"body\":{\"a\":\"b\"}}}",
	  "/create_call/body: a request of method GET" },
	{ "{\"accept\":[{\"code\":\"x\"}]}", "/accept/0/reason: missing" },
	{ "{\"accept\":[{\"code\":\"x\",\"reason\":\"\"}]}", "/accept/0/reason: expected a text" },
	{ "{\"accept\":[{\"code\":\"x\",\"reason\":\"y\",\"until\":\"2027-02-29\"}]}",
	  "/accept/0/until: expected a day like 2026-12-31, not \"2027-02-29\"" },
	{ "{\"accept\":[{\"code\":\"x\",\"reason\":\"y\",\"until\":\"2027-2-2\"}]}",
	  "/accept/0/until: expected a day" },
	{ "{\"accept\":[{\"code\":\"x\",\"reason\":\"y\",\"until\":\"2027-13-01\"}]}",
	  "/accept/0/until: expected a day" },
	{ "{\"accept\":[{\"code\":\"x\",\"reason\":\"y\",\"until\":\"2027-01-00\"}]}",
	  "/accept/0/until: expected a day" },
};

static void test_refusals(void **state)
{
	struct fault fault;
	struct plan plan;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		if (read_text(refusals[i].plan, &plan, &fault) != -EINVAL)
			fail_msg("accepted %s", refusals[i].plan);
		if (strncmp(fault.text, refusals[i].said, strlen(refusals[i].said)) != 0)
			fail_msg("%s: said \"%s\"", refusals[i].plan, fault.text);
		assert_null(plan.region);
	}
}

static void test_valid_twins(void **state)
{
	static const char *const plans[] = {
		"{\"vantage\":\"offline\"}",
		"{\"region\":\"ap-southeast-1\"}",
		"{\"accept\":[{\"code\":\"x\",\"reason\":\"y\",\"until\":\"2028-02-29\"}]}",
		"{\"accept\":[{\"code\":\"x\",\"reason\":\"y\",\"until\":\"2000-02-29\"}]}",
		"{\"accept\":[{\"code\":\"x\",\"reason\":\"y\"}]}",
		"{\"gitlab\":{\"access\":null,\"url\":null}}",
		"{\"create_call\":{\"style\":\"RPC\",\"query\":{\"any\":\"key\",\"Tag.1\":\"x\"}}}",
		ROA("/"),
		ROA("/i/{instance_id}/of-{region}/"),
		("{\"create_call\":{\"action\":\"\",\"version\":\"2018-12-01\",\"style\":\"RPC\","
		 "\"method\":\"POST\",\"path\":\"/\",\"product\":\"cr\",\"query\":{},\"body\":{}},"
		 "\"list_call\":{\"action\":\"\",\"match\":{}}}"),
		("{\"list_call\":{\"action\":\"L\",\"style\":\"ROA\",\"method\":\"GET\","
		 "\"path\":\"/a.b/c_d~\",\"body\":{}}}"),
		"{\"datacenter\":{\"return_interface\":\"eth0.100\"}}",
	};
	struct fault fault;
	struct plan plan;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		if (read_text(plans[i], &plan, &fault) < 0)
			fail_msg("%s: %s", plans[i], fault.text);
		plan_release(&plan);
	}
}

/* What stands before the @ of a URL is a secret: not even a refusal shows it. */
static void test_no_secret_in_words(void **state)
{
	struct fault fault;
	struct plan plan;

	(void)state;
	assert_int_equal(read_text("{\"gitlab\":{\"url\":\"http://me:hunter2@host/\"}}", &plan,
			&fault),
			 -EINVAL);
	assert_non_null(strstr(fault.text, "without user name and password"));
	assert_null(strstr(fault.text, "hunter2"));
	assert_int_equal(read_text("{\"gitlab\":{\"url\":\"http://h/?private_token=hunter2\"}}",
			&plan,
				   &fault), -EINVAL);
	assert_null(strstr(fault.text, "hunter2"));
}

struct url_row {
	const char *url;
	const char *host; /* NULL: refused */
	uint32_t port;
};

static const struct url_row urls[] = {
	{ "http://172.20.5.10", "172.20.5.10", 80 },
	{ "https://git.example.com/group", "git.example.com", 443 },
	{ "http://git:8080/", "git", 8080 },
	{ "https://[2001:db8::1]:8443/x", "2001:db8::1", 8443 },
	{ "https://[2001:db8::1]", "2001:db8::1", 443 },
	{ "http://a-b_c.d/e@f", "a-b_c.d", 80 },
	{ "http://1.2.3.4.example/", "1.2.3.4.example", 80 },
	{ "http://172.20.5.300/", NULL, 0 },
	{ "http://172.20.5/", NULL, 0 },
	{ "http://git:0/", NULL, 0 },
	{ "http://git:65536/", NULL, 0 },
	{ "http://git:/", NULL, 0 },
	{ "http://git:80x/", NULL, 0 },
	{ "http://:80/", NULL, 0 },
	{ "http:///x", NULL, 0 },
	{ "http://[::1", NULL, 0 },
	{ "http://[1.2.3.4]/", NULL, 0 },
	{ "http://[::1]x/", NULL, 0 },
	{ "http://a..b/", NULL, 0 },
	{ "http://a b/", NULL, 0 },
	{ "http://u@h/", NULL, 0 },
	{ "ssh://git/", NULL, 0 },
	{ "HTTP//git/", NULL, 0 },
	{ "", NULL, 0 },
};

static void test_urls(void **state)
{
	struct fault fault;
	uint32_t port;
	char *host;
	int error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		memset(&fault, 0, sizeof(fault));
		error = plan_url_split(urls[i].url, &host, &port, &fault);
		if (!urls[i].host) {
			if (error != -EINVAL)
				fail_msg("accepted %s", urls[i].url);
			assert_null(host);
			continue;
		}
		if (error)
			fail_msg("%s: %s", urls[i].url, fault.text);
		assert_string_equal(host, urls[i].host);
		assert_int_equal(port, urls[i].port);
		free(host);
	}
}

static char *canonical(const char *text)
{
	struct fault fault;
	struct plan plan;
	struct text out;
	char *result;

	if (read_text(text, &plan, &fault) < 0)
		fail_msg("%s: %s", text, fault.text);
	text_init(&out, DOCUMENT_MAX);
	assert_int_equal(plan_canonical(&plan, &out), 0);
	result = text_take(&out);
	assert_non_null(result);
	text_release(&out);
	plan_release(&plan);
	return result;
}

static void test_canonical(void **state)
{
	char *one, *two, *other, *none;

	(void)state;
	one = canonical("{\"region\":\"r\",\"vantage\":\"gitlab-host\","
			"\"gitlab\":{\"token_file\":\"a\","
			"\"url\":\"http://g\"},\"from\":\"eth0\",\"datacenter\":{\"by_vantage\":{"
			"\"idc-router\":{\"return_next_hop\":\"10.0.0.1\"}},\"vbr_id\":\"v\"}}");
	two = canonical("{\"datacenter\":{\"vbr_id\":\"v\"},\"gitlab\":{\"url\":\"http://g\"},"
			"\"region\":\"r\",\"link\":{}}");
	other = canonical("{\"datacenter\":{\"vbr_id\":\"w\"},\"gitlab\":{\"url\":\"http://g\"},"
			  "\"region\":\"r\"}");
	none = canonical("{\"accept\":[],\"vantage\":\"offline\"}");
	assert_string_equal(one, two);
	assert_string_not_equal(one, other);
	assert_string_equal(none, "{}");
	free(one);
	free(two);
	free(other);
	free(none);
}

/* What several machines must agree about, and nothing else. */
static void test_canonical_covers(void **state)
{
	static const struct {
		const char *plan;
		bool covered;
	} rows[] = {
		{ "{\"region\":\"r\"}", true },
		{ "{\"link\":{\"instance_id\":\"cri-x\"}}", true },
		{ "{\"link\":{\"vpc_id\":\"vpc-x\"}}", true },
		{ "{\"link\":{\"vswitch_id\":\"vsw-x\"}}", true },
		{ "{\"link\":{\"vswitch_cidr\":\"10.0.0.0/24\"}}", true },
		{ "{\"link\":{\"gitlab_ip\":\"10.0.0.1\"}}", true },
		{ "{\"link\":{\"other_ips\":[\"10.0.0.2\"]}}", true },
		{ "{\"gitlab\":{\"url\":\"http://g\"}}", true },
		{ "{\"gitlab\":{\"access\":\"ecs\"}}", true },
		{ "{\"gitlab\":{\"username\":\"u\"}}", true },
		{ "{\"gitlab\":{\"project\":\"a/b\"}}", true },
		{ "{\"maven\":[{\"url\":\"http://m\"}]}", true },
		{ "{\"datacenter\":{\"cidrs\":[\"172.20.0.0/16\"]}}", true },
		{ "{\"datacenter\":{\"return_next_hop\":\"172.20.5.1\"}}", true },
		{ "{\"datacenter\":{\"return_interface\":\"eth0\"}}", true },
		{ "{\"datacenter\":{\"vbr_id\":\"vbr-x\"}}", true },
		{ "{\"vantage\":\"offline\"}", false },
		{ "{\"from\":\"eth1\"}", false },
		{ "{\"gitlab\":{\"token_file\":\"t\"}}", false },
		{ "{\"datacenter\":{\"by_vantage\":{\"idc-router\":{\"return_next_hop\":"
		  "\"10.0.0.1\"}}}}", false },
		{ "{\"endpoints\":{\"ecs\":\"http://127.0.0.1:1\"}}", false },
		{ "{\"create_call\":{\"action\":\"A\"}}", false },
		{ "{\"list_call\":{\"action\":\"A\"}}", false },
		{ "{\"accept\":[{\"code\":\"x\",\"reason\":\"y\"}]}", false },
	};
	char *words;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		words = canonical(rows[i].plan);
		if ((strcmp(words, "{}") != 0) != rows[i].covered)
			fail_msg("%s became %s", rows[i].plan, words);
		free(words);
	}
}

static void test_schema(void **state)
{
	struct fault fault = { 0 };
	struct text out;

	(void)state;
	text_init(&out, (size_t)DOCUMENT_MAX * 4);
	plan_schema(&out);
	assert_int_equal(text_error(&out), 0);
	if (json_validate(text_string(&out), out.length, &fault) < 0)
		fail_msg("%s", fault.text);
	assert_non_null(strstr(text_string(&out), "\"additionalProperties\": false"));
	text_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_every_key_is_optional),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_valid_twins),
		cmocka_unit_test(test_no_secret_in_words),
		cmocka_unit_test(test_urls),
		cmocka_unit_test(test_canonical),
		cmocka_unit_test(test_canonical_covers),
		cmocka_unit_test(test_schema),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
