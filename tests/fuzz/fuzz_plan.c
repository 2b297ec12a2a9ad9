/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan reader: what it accepts is written, accepted again and written equal, also as a section
 * of facts; its canonical form stays the same.
 */
#include "rules/facts.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <string.h>

#define OUTPUT_MAX ((size_t)64 * 1024 * 1024)

static void write_plan(const struct plan *plan, struct text *out)
{
	text_init(out, OUTPUT_MAX);
	record_write(&plan_record, plan, out, -1);
	FUZZ_CHECK(text_error(out) == 0);
}

static void compare_canonical(const struct plan *one, const struct plan *other)
{
	struct text a, b;

	text_init(&a, OUTPUT_MAX);
	text_init(&b, OUTPUT_MAX);
	FUZZ_CHECK(plan_canonical(one, &a) == 0 && plan_canonical(other, &b) == 0);
	FUZZ_CHECK(!strcmp(text_string(&a), text_string(&b)));
	text_release(&a);
	text_release(&b);
}

/* A plan that the file reader takes must never make the facts unreadable. */
static void through_facts(struct plan *plan)
{
	static char schema[] = FACTS_SCHEMA;
	struct facts facts, again;
	struct text out;

	facts_init(&facts);
	facts.schema = schema;
	facts.plan = *plan;
	text_init(&out, OUTPUT_MAX);
	facts_write(&facts, &out, -1);
	FUZZ_CHECK(text_error(&out) == 0);
	FUZZ_CHECK(facts_read(out.data, out.length, &again, NULL) == 0);
	compare_canonical(plan, &again.plan);
	facts_release(&again);
	text_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fault fault = { .code = 0 };
	struct text written, second;
	struct plan plan, again;
	const char *at;
	int rc;

	rc = plan_read((const char *)data, size, &plan, &fault);
	if (rc != 0) {
		FUZZ_CHECK((rc == -EINVAL || rc == -EFBIG) && fault.code == rc);
		for (at = fault.text; *at; at++)
			FUZZ_CHECK((unsigned char)*at >= 0x20 && *at != 0x7f);
		return 0;
	}
	write_plan(&plan, &written);
	FUZZ_CHECK(plan_read(written.data, written.length, &again, NULL) == 0);
	write_plan(&again, &second);
	FUZZ_CHECK(!strcmp(text_string(&written), text_string(&second)));
	compare_canonical(&plan, &again);
	through_facts(&plan);
	plan_release(&again);
	plan_release(&plan);
	text_release(&written);
	text_release(&second);
	return 0;
}
