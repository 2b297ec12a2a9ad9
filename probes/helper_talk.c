/* SPDX-License-Identifier: Apache-2.0 */
/* How a helper program reads what it is asked for, and writes its answer. */
#include "probes/helper.h"

#include <cjson/cJSON.h>
#include <unistd.h>

int helper_request(const struct record *record, void *request)
{
	struct fault fault = { .code = 0 };
	struct text bytes;
	cJSON *json = NULL;
	int error;

	text_init(&bytes, HELPER_REQUEST_MAX);
	error = probe_read(STDIN_FILENO, &bytes);
	if (!error)
		error = json_parse(text_string(&bytes), bytes.length, &json, &fault);
	if (!error)
		error = record_read(record, json, request, 0, &fault);
	cJSON_Delete(json);
	text_release(&bytes);
	return error;
}

int helper_answer(const struct text *answer)
{
	return probe_write(STDOUT_FILENO, answer);
}
