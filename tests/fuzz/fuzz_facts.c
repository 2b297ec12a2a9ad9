/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The facts reader: what it accepts is written, accepted again and written equal; sorting is
 * idempotent; what it refuses is refused in clean words.
 */
#include "rules/facts.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <string.h>

#define OUTPUT_MAX ((size_t)64 * 1024 * 1024)

static void write_facts(const struct facts *facts, struct text *out, int pretty)
{
	text_init(out, OUTPUT_MAX);
	facts_write(facts, out, pretty);
	FUZZ_CHECK(text_error(out) == 0);
}

static void read_again(const struct text *written, int pretty, struct facts *facts)
{
	struct text again;

	FUZZ_CHECK(facts_read(written->data, written->length, facts, NULL) == 0);
	write_facts(facts, &again, pretty);
	FUZZ_CHECK(!strcmp(text_string(&again), text_string(written)));
	text_release(&again);
}

static void sort_twice(struct facts *facts)
{
	struct text once, twice;

	facts_sort(facts);
	write_facts(facts, &once, -1);
	facts_sort(facts);
	write_facts(facts, &twice, -1);
	FUZZ_CHECK(!strcmp(text_string(&once), text_string(&twice)));
	text_release(&once);
	text_release(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fault fault = { .code = 0 };
	struct facts facts, again;
	struct text written, reason;
	const char *at;
	int rc;

	rc = facts_read((const char *)data, size, &facts, &fault);
	if (rc != 0) {
		FUZZ_CHECK((rc == -EINVAL || rc == -EFBIG) && fault.code == rc);
		for (at = fault.text; *at; at++)
			FUZZ_CHECK((unsigned char)*at >= 0x20 && *at != 0x7f);
		return 0;
	}
	write_facts(&facts, &written, -1);
	read_again(&written, -1, &again);
	facts_release(&again);
	text_release(&written);

	write_facts(&facts, &written, 0);
	read_again(&written, 0, &again);
	text_init(&reason, 4096);
	FUZZ_CHECK(facts_vantage(&again, &reason) < VANTAGE_COUNT);
	FUZZ_CHECK(reason.length > 0);
	text_release(&reason);
	sort_twice(&again);
	facts_release(&again);
	text_release(&written);
	facts_release(&facts);
	return 0;
}
