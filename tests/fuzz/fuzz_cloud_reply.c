/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replies of the cloud's API: one input answers every call of a run, whatever was asked, and all
 * readers make facts of it. Those can be written, and what is written is valid JSON.
 */
#include "probes/cloud_helper/look.h"
#include "probes/cloud_helper/saved.h"

#include "tests/fuzz/fuzz.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <string.h>

static const uint32_t statuses[] = { 200, 200, 200, 404, 403, 500 };
static cJSON *answer;
static uint32_t answer_status;

/* Saved replies come from nowhere: the libraries' own two are left out by the linker (--wrap). */
int __wrap_saved_open(const char *directory, struct saved **saved, struct fault *fault);
int __wrap_saved_find(const struct saved *saved, const struct cloud_action *action,
		      const struct cloud_parameter *parameters, struct saved_answer *out);

int __wrap_saved_open(const char *directory, struct saved **saved, struct fault *fault)
{
	(void)directory;
	(void)fault;
	/* an empty one: saved_free() takes it */
	*saved = calloc(1, 256);
	return *saved ? 0 : -ENOMEM;
}

int __wrap_saved_find(const struct saved *saved, const struct cloud_action *action,
		      const struct cloud_parameter *parameters, struct saved_answer *out)
{
	(void)saved;
	(void)action;
	(void)parameters;
	*out = (struct saved_answer){ answer, answer_status };
	return 0;
}

static void fill_plan(struct plan *plan)
{
	struct plan_maven *maven = list_add(&plan->maven, sizeof(*maven));

	plan->region = text_copy("cn-hangzhou");
	plan->link.instance_id = text_copy("cri-x");
	plan->link.vpc_id = text_copy("vpc-x");
	plan->link.vswitch_id = text_copy("vsw-x");
	plan->datacenter.vbr_id = text_copy("vbr-x");
	plan->gitlab.url = text_copy("http://192.168.2.10");
	FUZZ_CHECK(maven && !address_parse("192.168.2.10", &plan->link.gitlab_ip));
	maven->url = text_copy("http://192.168.2.11:8081/");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cloud_request request = { .budget_ms = 2000 };
	struct fault fault = { .code = 0 };
	struct facts facts;
	struct text out;

	answer = NULL;
	if (size < 2 || size > 65536 ||
	    json_parse((const char *)data + 1, size - 1, &answer, NULL))
		return 0;
	answer_status = statuses[data[0] % (sizeof(statuses) / sizeof(statuses[0]))];
	request.saved = text_copy("saved");
	fill_plan(&request.plan);
	facts_init(&facts);
	FUZZ_CHECK(!cloud_look(&request, &facts, &fault));
	facts_sort(&facts);
	text_init(&out, JSON_SIZE_MAX);
	facts_write(&facts, &out, -1);
	FUZZ_CHECK(!text_error(&out));
	FUZZ_CHECK(!json_validate(text_string(&out), out.length - 1, NULL));
	text_release(&out);
	facts_release(&facts);
	record_release(&cloud_request_record, &request);
	cJSON_Delete(answer);
	return 0;
}
