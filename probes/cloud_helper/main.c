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
#include "probes/helper.h"

#include "rules/text.h"

#include <errno.h>
#include <string.h>

#define OUTPUT_MAX ((size_t)64 * 1024 * 1024)

typedef int (*look_function)(const struct cloud_request *request, struct facts *facts,
			     struct fault *fault);

/* A probe: what is to be read. */
static int look(look_function how)
{
	struct cloud_request request = { .budget_ms = 0 };
	struct fault fault = { .code = 0 };
	struct facts facts;
	struct text out;
	int error = helper_request(&cloud_request_record, &request);

	facts_init(&facts);
	text_init(&out, OUTPUT_MAX);
	if (!error)
		error = how(&request, &facts, &fault);
	if (!error) {
		facts.schema = text_copy(FACTS_SCHEMA);
		facts_write(&facts, &out, -1);
		error = facts.schema ? helper_answer(&out) : -ENOMEM;
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
	int error = helper_request(&change_request_record, &request);

	text_init(&out, OUTPUT_MAX);
	if (!error)
		error = cloud_change(&request, &done, &fault);
	if (!error) {
		record_write(&change_answer_record, &done, &out, -1);
		error = helper_answer(&out);
	}
	text_release(&out);
	record_release(&change_answer_record, &done);
	record_release(&change_request_record, &request);
	return error;
}

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";
	int error = helper_begin();

	if (!error)
		error = secret_hooks();
	if (!error)
		error = !strcmp(what, "change") ? change() :
			!strcmp(what, "metadata") ? look(metadata_look) : look(cloud_look);
	return error ? 1 : 0;
}
