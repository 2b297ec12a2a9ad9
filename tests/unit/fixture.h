/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fixtures below tests/golden; those of facts read and judged. What cannot be read fails the test.
 */
#ifndef TESTS_UNIT_FIXTURE_H
#define TESTS_UNIT_FIXTURE_H

#include "rules/engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIXTURES "golden/facts"
#define FIXTURE_MAX ((size_t)256 * 1024)

struct judged {
	struct facts facts;
	struct judgement judgement;
};

/* The text of FOLDER/NAME.json or FOLDER/NAME.expect; the caller frees it. */
static inline char *fixture_text(const char *folder, const char *name, const char *suffix)
{
	char path[512], *text = calloc(1, FIXTURE_MAX);
	FILE *file;

	assert_non_null(text);
	snprintf(path, sizeof(path), "%s/%s%s", folder, name, suffix);
	file = fopen(path, "r");
	if (!file)
		fail_msg("%s: cannot be read", path);
	if (fread(text, 1, FIXTURE_MAX, file) == FIXTURE_MAX)
		fail_msg("%s: %zu bytes are too many", path, FIXTURE_MAX);
	fclose(file);
	return text;
}

static inline void judged_open(struct judged *judged, const char *name)
{
	char *text = fixture_text(FIXTURES, name, ".json");
	struct fault fault = { 0 };

	memset(judged, 0, sizeof(*judged));
	facts_init(&judged->facts);
	if (facts_read(text, strlen(text), &judged->facts, &fault) != 0)
		fail_msg("%s: %s", name, fault_text(&fault, fault.code));
	free(text);
}

/* Again where facts were changed since. */
static inline void judged_judge(struct judged *judged)
{
	struct fault fault = { 0 };

	judgement_release(&judged->judgement);
	if (engine_judge(&judged->facts, NULL, &judged->judgement, &fault) != 0)
		fail_msg("%s", fault_text(&fault, fault.code));
}

static inline void judged_close(struct judged *judged)
{
	judgement_release(&judged->judgement);
	facts_release(&judged->facts);
}

#endif
