/* SPDX-License-Identifier: Apache-2.0 */
/* How a helper program reads what it is asked for, and writes its answer. */
#include "probes/helper.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <unistd.h>

static int read_all(int fd, struct text *out)
{
	char buffer[4096];
	ssize_t got;

	while ((got = read(fd, buffer, sizeof(buffer))) != 0) {
		if (got < 0 && errno != EINTR)
			return -errno;
		if (got > 0)
			text_add_bytes(out, buffer, (size_t)got);
		if (text_error(out))
			return text_error(out);
	}
	return 0;
}

int helper_request(const struct record *record, void *request)
{
	struct fault fault = { .code = 0 };
	struct text bytes;
	cJSON *json = NULL;
	int error;

	text_init(&bytes, HELPER_REQUEST_MAX);
	error = read_all(STDIN_FILENO, &bytes);
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
