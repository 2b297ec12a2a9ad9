/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands that observe: `check` judges what it saw, `verify` does so of a link that was made,
 * `collect` hands it out.
 */
#include "cmd/command.h"

#include "cmd/judge.h"
#include "cmd/observe.h"
#include "cmd/output.h"

static int save_facts(const char *path, const struct facts *facts)
{
	struct fault fault = { .code = 0 };
	struct text bytes;
	int code;

	text_init(&bytes, JSON_SIZE_MAX);
	facts_write(facts, &bytes, -1);
	text_add(&bytes, "\n");
	code = output_file(path, &bytes, &fault);
	text_release(&bytes);
	return code ? complain_fault(EXIT_WRITE, code, &fault) : 0;
}

static int look_and_judge(const struct settings *settings, bool link_expected)
{
	struct facts facts;
	const struct facts *const one = &facts;
	int status = observe(settings, &facts);

	facts.link_expected = link_expected;
	if (!status && settings->facts_file)
		status = save_facts(settings->facts_file, &facts);
	if (!status)
		status = judge_and_answer(settings, &one, 1);
	facts_release(&facts);
	return status;
}

int check_run(const struct settings *settings)
{
	return look_and_judge(settings, false);
}

int verify_run(const struct settings *settings)
{
	return look_and_judge(settings, true);
}

int collect_run(const struct settings *settings)
{
	struct facts facts;
	struct text bytes;
	int status = observe(settings, &facts);

	text_init(&bytes, JSON_SIZE_MAX);
	if (!status) {
		facts_write(&facts, &bytes, settings->pretty ? 0 : -1);
		text_add(&bytes, "\n");
		status = output_answer(&bytes);
	}
	if (!status && settings->cloud && facts.cloud.section.state == FACT_ABSENT)
		(void)complain(status, "no reply of the cloud was saved: that takes a region "
			       "(--region, or the metadata service's) and a credential");
	text_release(&bytes);
	facts_release(&facts);
	return status;
}
