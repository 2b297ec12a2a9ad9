/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reachback-probe-cloud: reads a request (probes/cloud_request.h) from stdin, asks the cloud's API
 * (or saved replies), and writes the sections of the cloud as one JSON document to stdout. Executed
 * by the probe of that name, without privileges; with the argument "metadata" by that probe, for
 * the section of the metadata service alone. The only program that ever holds a key: it leaves no
 * core, and no other process of the user may look into it.
 */
#include "probes/cloud_helper/change.h"
#include "probes/cloud_helper/look.h"
#include "probes/cloud_helper/metadata.h"
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

static int read_request(const struct record *record, void *request)
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
		error = record_read(record, json, request, 0, &fault);
	cJSON_Delete(json);
	text_release(&bytes);
	return error;
}

typedef int (*look_function)(const struct cloud_request *request, struct facts *facts,
			     struct fault *fault);

static int write_answer(const struct text *out)
{
	if (text_error(out))
		return text_error(out);
	return fwrite(text_string(out), 1, out->length, stdout) != out->length || fflush(stdout) ?
		       -EIO : 0;
}

/* A probe: what is to be read. */
static int look(look_function how)
{
	struct cloud_request request = { .budget_ms = 0 };
	struct fault fault = { .code = 0 };
	struct facts facts;
	struct text out;
	int error = read_request(&cloud_request_record, &request);

	facts_init(&facts);
	text_init(&out, OUTPUT_MAX);
	if (!error)
		error = how(&request, &facts, &fault);
	if (!error) {
		facts.schema = text_copy(FACTS_SCHEMA);
		facts_write(&facts, &out, -1);
		error = facts.schema ? write_answer(&out) : -ENOMEM;
	}
	text_release(&out);
	facts_release(&facts);
	record_release(&cloud_request_record, &request);
	return error;
}

/* `create`: one call that changes something, or one look whether it did. */
static int change(void)
{
	struct change_request request = { .make = false };
	struct change_answer done = { .outcome = CHANGE_UNSET };
	struct fault fault = { .code = 0 };
	struct text out;
	int error = read_request(&change_request_record, &request);

	text_init(&out, OUTPUT_MAX);
	if (!error)
		error = cloud_change(&request, &done, &fault);
	if (!error) {
		record_write(&change_answer_record, &done, &out, -1);
		error = write_answer(&out);
	}
	text_release(&out);
	record_release(&change_answer_record, &done);
	record_release(&change_request_record, &request);
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

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";
	int error = hide();

	if (!error)
		error = secret_hooks();
	if (!error)
		error = !strcmp(what, "change") ? change() :
			!strcmp(what, "metadata") ? look(metadata_look) : look(cloud_look);
	return error ? 1 : 0;
}
