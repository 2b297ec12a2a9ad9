/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the cloud helper to change something, or to look whether it did. */
#include "cmd/change.h"

#include "probes/helper.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_LIMIT ((size_t)1024 * 1024)
#define BUDGET_MS 15000u
#define MARGIN_MS 1000u /* to write the answer, and to read it */

/* The helper inherits the descriptor, and reads it from its beginning. */
static int lend_keys(const struct maybe *fd, bool lend)
{
	if (!fd->known)
		return 0;
	if (fcntl((int)fd->value, F_SETFD, lend ? 0 : FD_CLOEXEC) ||
	    lseek((int)fd->value, 0, SEEK_SET) < 0)
		return -errno;
	return 0;
}

static int read_answer(const struct text *bytes, struct change_answer *answer, struct fault *fault)
{
	cJSON *json = NULL;
	int code = json_parse(text_string(bytes), bytes->length, &json, fault);

	if (!code)
		code = record_read(&change_answer_record, json, answer, 0, fault);
	cJSON_Delete(json);
	return code;
}

int change_run(const char *helper_dir, struct change_request *request,
	       struct change_answer *answer, struct fault *fault)
{
	const struct probe_context context = { .root = "", .helper_dir = helper_dir };
	struct helper_call call = { .name = "reachback-probe-cloud", .argument = "change",
				    .record = &change_request_record, .request = request,
				    .deadline_ms = probe_now_ms() + BUDGET_MS + MARGIN_MS };
	struct text output;
	int code;

	memset(answer, 0, sizeof(*answer));
	text_init(&output, ANSWER_LIMIT);
	request->cloud.budget_ms = BUDGET_MS;
	code = lend_keys(&request->cloud.environment_fd, true);
	if (!code) {
		code = helper_run(&context, &call, &output, fault);
		(void)lend_keys(&request->cloud.environment_fd, false);
	}
	if (!code)
		code = read_answer(&output, answer, fault);
	text_release(&output);
	return code;
}

void change_answer_release(struct change_answer *answer)
{
	record_release(&change_answer_record, answer);
}

int change_parameter_add(struct list *parameters, const char *name, const char *value)
{
	struct change_parameter *parameter = list_add(parameters, sizeof(*parameter));

	if (!parameter)
		return -ENOMEM;
	parameter->name = text_copy(name);
	parameter->value = text_copy(value);
	return parameter->name && parameter->value ? 0 : -ENOMEM;
}
