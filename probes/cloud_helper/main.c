/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reachback-probe-cloud: reads a request (probes/cloud_request.h) from stdin, asks the cloud's API
 * (or saved replies), and writes the sections of the cloud as one JSON document to stdout. Executed
 * by the probe of that name, without privileges. The only program that ever holds a key: it leaves
 * no core, and no other process of the user may look into it.
 */
#include "probes/cloud_helper/look.h"
#include "probes/cloud_helper/secret.h"

#include "rules/text.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define REQUEST_MAX ((size_t)4 * 1024 * 1024)
#define OUTPUT_MAX ((size_t)64 * 1024 * 1024)

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

static int read_request(struct cloud_request *request)
{
	struct fault fault = { .code = 0 };
	struct text bytes;
	cJSON *json = NULL;
	int error;

	text_init(&bytes, REQUEST_MAX);
	error = read_all(STDIN_FILENO, &bytes);
	if (!error)
		error = json_parse(text_string(&bytes), bytes.length, &json, &fault);
	if (!error)
		error = record_read(&cloud_request_record, json, request, 0, &fault);
	cJSON_Delete(json);
	text_release(&bytes);
	return error;
}


static int answer(const struct cloud_request *request, struct fault *fault)
{
	struct facts facts;
	struct text out;
	int error;

	facts_init(&facts);
	text_init(&out, OUTPUT_MAX);
	error = cloud_look(request, &facts, fault);
	if (!error) {
		facts.schema = text_copy(FACTS_SCHEMA);
		facts_write(&facts, &out, -1);
		error = facts.schema ? text_error(&out) : -ENOMEM;
	}
	if (!error && (fwrite(text_string(&out), 1, out.length, stdout) != out.length ||
		       fflush(stdout)))
		error = -EIO;
	text_release(&out);
	facts_release(&facts);
	return error;
}

/* No core and no ptrace: what is in memory here may be a key. */
static int hide(void)
{
	struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return -errno;
	return 0;
}

int main(void)
{
	struct cloud_request request = { .budget_ms = 0 };
	struct fault fault = { .code = 0 };
	int error = hide();

	if (!error)
		error = secret_hooks();
	if (!error)
		error = read_request(&request);
	if (!error)
		error = answer(&request, &fault);
	record_release(&cloud_request_record, &request);
	return error ? 1 : 0;
}
