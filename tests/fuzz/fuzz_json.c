/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strict JSON validator against cJSON: what it accepts, cJSON must read, and what cJSON then
 * prints must be accepted again and read as the same document.
 */
#include "rules/record.h"
#include "tests/fuzz/fuzz.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <string.h>

/* A refusal must say where and why, in clean words. */
static void check_refusal(int rc, const struct fault *fault)
{
	const char *at;

	FUZZ_CHECK(rc == -EINVAL && fault->code == rc);
	FUZZ_CHECK(strncmp(fault->text, "line ", 5) == 0);
	FUZZ_CHECK(strstr(fault->text, " column ") != NULL);
	for (at = fault->text; *at; at++)
		FUZZ_CHECK((unsigned char)*at >= 0x20 && *at != 0x7f);
}

/*
 * cJSON 1.7.15 prints 1.7976931348623157e308 with 15 digits, which round up to infinity: such
 * numbers cannot make the round trip. (The program writes its own JSON.)
 */
static bool can_be_printed(const struct cJSON *json)
{
	const struct cJSON *child;

	if (cJSON_IsNumber(json))
		return json->valuedouble < 1.797e308 && json->valuedouble > -1.797e308;
	cJSON_ArrayForEach(child, json)
	{
		if (!can_be_printed(child))
			return false;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fault fault = { .code = 0 };
	struct cJSON *json = NULL;
	struct cJSON *again = NULL;
	char *printed;
	int rc;

	rc = json_validate((const char *)data, size, &fault);
	if (rc != 0) {
		check_refusal(rc, &fault);
		FUZZ_CHECK(json_parse((const char *)data, size, &json, NULL) == rc && !json);
		return 0;
	}
	FUZZ_CHECK(json_parse((const char *)data, size, &json, &fault) == 0 && json);
	if (!can_be_printed(json))
		goto out;
	printed = cJSON_PrintUnformatted(json);
	FUZZ_CHECK(printed != NULL);
	FUZZ_CHECK(json_parse(printed, strlen(printed), &again, &fault) == 0 && again);
	FUZZ_CHECK(cJSON_Compare(json, again, 1));
	cJSON_free(printed);
	cJSON_Delete(again);
out:
	cJSON_Delete(json);
	return 0;
}
