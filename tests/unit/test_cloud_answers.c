/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What answers of the gateway mean, pages that hold and pages that lie, endpoints, saved replies
 * and what is redacted in them. All of it offline.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "probes/cloud_helper/calls.h"
#include "probes/cloud_helper/endpoint.h"
#include "probes/cloud_helper/reply.h"
#include "rules/text.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static cJSON *parse(const char *text)
{
	cJSON *json = NULL;

	assert_int_equal(json_parse(text, strlen(text), &json, NULL), 0);
	return json;
}

struct verdict_row {
	const char *body; /* NULL: no document */
	uint32_t status;
	int outcome;
	bool retry;
	const char *words; /* begin with this */
};

static const struct verdict_row verdicts[] = {
	{ "{\"RequestId\":\"1\"}", 200, CALL_OK, false, "" },
	{ "{\"IsSuccess\":true,\"Code\":\"success\"}", 200, CALL_OK, false, "" },
	{ "{\"Code\":200}", 200, CALL_OK, false, "" },
	{ "{\"Code\":\"200\",\"IsSuccess\":\"true\"}", 200, CALL_OK, false, "" },
	{ "{\"IsSuccess\":false,\"Code\":\"INSTANCE_NOT_EXIST\"}", 200, CALL_MISSING, false,
	  "GetInstance: INSTANCE_NOT_EXIST" },
	{ "{\"IsSuccess\":\"false\"}", 200, CALL_FAILED, false, "GetInstance: no success" },
	{ "{\"Code\":\"Forbidden.RAM\"}", 403, CALL_DENIED, false,
	  "cr:GetInstance is not permitted" },
	{ "{\"code\":\"NoPermission\",\"message\":\"m\"}", 403, CALL_DENIED, false,
	  "cr:GetInstance is not permitted" },
	{ "{\"Code\":\"InvalidVpcId.NotFound\"}", 404, CALL_MISSING, false, "" },
	{ "{\"Code\":\"InvalidAction.NotFound\"}", 404, CALL_FAILED, false, "" },
	{ "{\"Code\":\"InvalidAccessKeyId.NotFound\"}", 404, CALL_FAILED, false, "" },
	{ "{\"Code\":\"Throttling.User\"}", 400, CALL_FAILED, true, "" },
	{ "{\"Code\":\"Rejected.Throttling\"}", 503, CALL_FAILED, true, "" },
	{ "{\"Code\":\"SignatureNonceUsed\"}", 400, CALL_FAILED, true, "" },
	{ "{\"Code\":\"SignatureDoesNotMatch\"}", 403, CALL_FAILED, false, "" },
	{ "{\"Code\":\"InternalError\"}", 500, CALL_FAILED, true, "" },
	{ NULL, 502, CALL_FAILED, true, "GetInstance answered HTTP 502 without" },
	{ NULL, 200, CALL_FAILED, true, "GetInstance answered HTTP 200 without" },
	{ NULL, 403, CALL_FAILED, false, "" },
	{ "{\"Code\":\"MissingParameter\"}", 400, CALL_FAILED, false, "" },
};

static void test_verdicts(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		const struct verdict_row *row = &verdicts[i];
		cJSON *json = row->body ? parse(row->body) : NULL;
		struct verdict_answer answer = { .status = row->status, .json = json };
		struct answer_verdict out;

		answer_judge(&cloud_actions[ACTION_GET_INSTANCE], &answer, &out);
		assert_int_equal(out.outcome, row->outcome);
		assert_int_equal(out.retry, row->retry);
		assert_true(text_has_prefix(out.words, row->words));
		cJSON_Delete(json);
	}
}

static void test_clock_is_blamed_before_the_signature(void **state)
{
	cJSON *json = parse("{\"Code\":\"SignatureDoesNotMatch\"}");
	struct verdict_answer answer = { .status = 400, .json = json, .skewed = true,
					 .skew_s = 4000, .behind = true };
	struct answer_verdict out;

	(void)state;
	answer_judge(&cloud_actions[ACTION_GET_INSTANCE], &answer, &out);
	assert_string_equal(out.words, "SignatureDoesNotMatch: the clock of this machine is 4000 s "
				       "late");
	cJSON_Delete(json);
}

static void start_call(struct call *call, struct cloud_parameter *none, enum cloud_action_id id)
{
	memset(call, 0, sizeof(*call));
	none->name = none->value = NULL;
	call->action = &cloud_actions[id];
	call->parameters = none;
	call->pages.number = 1;
}

#define BY_TOKEN ACTION_DESCRIBE_NETWORK_INTERFACES
#define PAGE(items, token)                                                                         \
	"{\"NetworkInterfaceSets\":{\"NetworkInterfaceSet\":[" items "]},\"NextToken\":" token "}"

static void test_pages_by_token(void **state)
{
	struct cloud_parameter none, parameters[SIGNER_PARAMETERS_MAX + 1];
	struct fault fault = { .code = 0 };
	struct call call;
	char number[16];

	(void)state;
	start_call(&call, &none, BY_TOKEN);
	pages_parameters(&call, number, parameters);
	assert_string_equal(parameters[0].name, "MaxResults");
	assert_null(parameters[1].name);
	assert_int_equal(pages_take(&call, parse(PAGE("1,2", "\"a\"")), &fault), 1);
	pages_parameters(&call, number, parameters);
	assert_string_equal(parameters[1].name, "NextToken");
	assert_string_equal(parameters[1].value, "a");
	assert_int_equal(pages_take(&call, parse(PAGE("3", "\"\"")), &fault), 0);
	assert_int_equal(cJSON_GetArraySize(reply_list(call.pages.merged, call.action->list)), 3);
	pages_release(&call.pages);
}

/* An empty page may lack the list; the pages behind it do not. */
static void test_first_page_without_its_list(void **state)
{
	struct fault fault = { .code = 0 };
	struct cloud_parameter none;
	struct call call;

	(void)state;
	start_call(&call, &none, BY_TOKEN);
	assert_int_equal(pages_take(&call, parse("{\"NextToken\":\"a\"}"), &fault), 1);
	assert_int_equal(pages_take(&call, parse(PAGE("1,2", "\"b\"")), &fault), 1);
	assert_int_equal(pages_take(&call, parse("{\"NextToken\":\"c\"}"), &fault), 1);
	assert_int_equal(pages_take(&call, parse(PAGE("3", "\"\"")), &fault), 0);
	assert_int_equal(cJSON_GetArraySize(reply_list(call.pages.merged, call.action->list)), 3);
	pages_release(&call.pages);
}

static void test_same_token_for_ever_fails(void **state)
{
	struct fault fault = { .code = 0 };
	struct cloud_parameter none;
	struct call call;

	(void)state;
	start_call(&call, &none, BY_TOKEN);
	assert_int_equal(pages_take(&call, parse(PAGE("1", "\"a\"")), &fault), 1);
	assert_int_equal(pages_take(&call, parse(PAGE("1", "\"a\"")), &fault), -EPROTO);
	pages_release(&call.pages);
}

#define NUMBERED(items, total)                                                                     \
	"{\"VSwitches\":{\"VSwitch\":[" items "]},\"TotalCount\":" total "}"

static void test_pages_by_number(void **state)
{
	struct fault fault = { .code = 0 };
	struct cloud_parameter none;
	struct call call;

	(void)state;
	start_call(&call, &none, ACTION_DESCRIBE_VSWITCHES);
	assert_int_equal(pages_take(&call, parse(NUMBERED("1,2", "\"3\"")), &fault), 1);
	assert_int_equal(call.pages.number, 2);
	assert_int_equal(pages_take(&call, parse(NUMBERED("3", "3")), &fault), 0);
	pages_release(&call.pages);
	/* it counts three and shows two */
	start_call(&call, &none, ACTION_DESCRIBE_VSWITCHES);
	assert_int_equal(pages_take(&call, parse(NUMBERED("1,2", "3")), &fault), 1);
	assert_int_equal(pages_take(&call, parse(NUMBERED("", "3")), &fault), -EPROTO);
	pages_release(&call.pages);
}

struct endpoint_row {
	int product;
	const char *region;
	bool vpc;
	const char *url;
};

static const struct endpoint_row endpoints[] = {
	{ PRODUCT_CR, "cn-hangzhou", false, "https://cr.cn-hangzhou.aliyuncs.com" },
	{ PRODUCT_CR, "cn-hangzhou", true, "https://cr-vpc.cn-hangzhou.aliyuncs.com" },
	{ PRODUCT_CR, "cn-heyuan", true, "https://cr.cn-heyuan.aliyuncs.com" },
	{ PRODUCT_ECS, "cn-hangzhou", false, "https://ecs-cn-hangzhou.aliyuncs.com" },
	{ PRODUCT_ECS, "cn-hangzhou-finance", true, "https://ecs.aliyuncs.com" },
	{ PRODUCT_ECS, "eu-central-1", true, "https://ecs-vpc.eu-central-1.aliyuncs.com" },
	{ PRODUCT_VPC, "cn-shanghai-finance-1", false, "https://vpc.aliyuncs.com" },
	{ PRODUCT_VPC, "cn-beijing", true, "https://vpc-vpc.cn-beijing.aliyuncs.com" },
	{ PRODUCT_CBN, "cn-beijing", true, "https://cen.vpc-proxy.aliyuncs.com" },
	{ PRODUCT_PVTZ, "cn-beijing", false, "https://pvtz.aliyuncs.com" },
	{ PRODUCT_SLB, "cn-beijing", false, "https://slb.aliyuncs.com" },
	{ PRODUCT_SLB, "eu-west-1", false, "https://slb.eu-west-1.aliyuncs.com" },
	{ PRODUCT_STS, "cn-beijing", true, "https://sts-vpc.cn-beijing.aliyuncs.com" },
};

static void test_endpoints(void **state)
{
	struct plan plan = { .state = 0 };
	struct text out;
	size_t i;

	(void)state;
	text_init(&out, 4096);
	for (i = 0; i < sizeof(endpoints) / sizeof(endpoints[0]); i++) {
		text_clear(&out);
		assert_int_equal(endpoint_url(&plan, (enum cloud_product)endpoints[i].product,
					      endpoints[i].region, endpoints[i].vpc, &out), 0);
		assert_string_equal(text_string(&out), endpoints[i].url);
	}
	text_clear(&out);
	assert_int_not_equal(endpoint_url(&plan, PRODUCT_ECS, "evil.example/x", false, &out), 0);
	plan.endpoints.ecs = (char *)"http://127.0.0.1:8000/";
	text_clear(&out);
	assert_int_equal(endpoint_url(&plan, PRODUCT_ECS, "cn-x", false, &out), 0);
	assert_string_equal(text_string(&out), "http://127.0.0.1:8000");
	text_clear(&out);
	assert_int_equal(endpoint_host("http://127.0.0.1:80", &out), 0);
	assert_string_equal(text_string(&out), "127.0.0.1");
	assert_false(endpoint_is_clear("http://127.0.0.1:80"));
	assert_true(endpoint_is_clear("http://10.0.0.1"));
	text_release(&out);
}

#define LONG_VALUE ((size_t)1024 * 1024)

static const char secretive[] =
	"{\"TotalCount\":1,\"AccessKeySecret\":\"canary\","
	"\"VSwitches\":{\"VSwitch\":[{\"UserData\":\"canary\",\"VSwitchId\":\"x\"}]},"
	"\"BuildArgs\":[\"NPM_TOKEN=canary\"],"
	"\"Credentials\":{\"AccessKeyId\":\"canary\",\"Port\":7},"
	"\"CodeRepoDomain\":\"http://bob:canary@172.20.5.10\","
	"\"NextToken\":\"eyJwYWdlIjoyLCJvZmZzZXQiOjEwMH0=\","
	"\"BuildRecordLogs\":[{\"BuildStage\":\"BUILD\",\"Message\":\"canary\"},"
	"{\"BuildStage\":\"GIT_CLONE\",\"Message\":\"PRIVATE-TOKEN: canary\"}]}";
/* a place in pages is no secret, and without it the next page would not be found */
static const char harmless[] =
	"{\"TotalCount\":1,\"VSwitches\":{\"VSwitch\":[{\"VSwitchId\":\"x\"}]},"
	"\"CodeRepoDomain\":\"http://172.20.5.10\","
	"\"NextToken\":\"eyJwYWdlIjoyLCJvZmZzZXQiOjEwMH0=\","
	"\"BuildRecordLogs\":[{\"BuildStage\":\"BUILD\"},"
	"{\"BuildStage\":\"GIT_CLONE\",\"Message\":\"PRIVATE-TOKEN: (redacted)\"}]}";

static void test_saved_replies_come_back_redacted(void **state)
{
	static const struct cloud_parameter asked[] = {
		{ "VSwitchId", "vsw-1" }, { "RegionId", "cn-x" }, { NULL, NULL },
	};
	static const struct cloud_parameter again[] = {
		{ "RegionId", "cn-y" }, { "VSwitchId", "vsw-1" }, { "PageNumber", "1" },
		{ NULL, NULL },
	};
	const struct cloud_action *action = &cloud_actions[ACTION_DESCRIBE_VSWITCHES];
	char folder[] = "/tmp/reachback-saved-XXXXXX", file[128];
	struct saver saver = { .directory = -1 };
	struct saved *saved = NULL;
	struct cloud_parameter too_long[] = { { "VSwitchId", NULL }, { NULL, NULL } };
	struct saved_answer answer;
	char *printed, *long_value;
	cJSON *given;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(saver_open(folder, &saver, NULL), 0);
	given = parse(secretive);
	assert_int_equal(saver_add(&saver, action, asked, 200, given), 0);
	cJSON_Delete(given);
	saver_close(&saver);
	assert_int_equal(saved_open(folder, &saved, NULL), 0);
	assert_int_equal(saved_find(saved, action, again, &answer), 0);
	assert_non_null(answer.reply);
	assert_int_equal(answer.status, 200);
	printed = cJSON_PrintUnformatted(answer.reply);
	assert_non_null(printed);
	assert_string_equal(printed, harmless);
	cJSON_free(printed);
	assert_int_equal(saved_find(saved, &cloud_actions[ACTION_GET_INSTANCE], again, &answer),
			 0);
	assert_null(answer.reply);
	/* that it was not saved is only said of what was looked for */
	long_value = calloc(1, LONG_VALUE + 1);
	assert_non_null(long_value);
	memset(long_value, 'x', LONG_VALUE);
	too_long[0].value = long_value;
	assert_int_equal(saved_find(saved, action, too_long, &answer), -EFBIG);
	free(long_value);
	assert_string_equal(saved_region(saved), "cn-x");
	saved_free(saved);
	(void)snprintf(file, sizeof(file), "%s/vpc-DescribeVSwitches-001.json", folder);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_clock_is_blamed_before_the_signature),
		cmocka_unit_test(test_pages_by_token),
		cmocka_unit_test(test_first_page_without_its_list),
		cmocka_unit_test(test_same_token_for_ever_fails),
		cmocka_unit_test(test_pages_by_number),
		cmocka_unit_test(test_endpoints),
		cmocka_unit_test(test_saved_replies_come_back_redacted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
