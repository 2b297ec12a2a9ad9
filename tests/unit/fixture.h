/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fixtures of tests/golden/facts, read and judged. What cannot be read fails the test.
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
#define FIXTURE_MAX ((size_t)4 * 1024 * 1024)

struct judged {
	struct facts facts;
	struct judgement judgement;
};

/* The text of NAME.json or NAME.expect; the caller frees it. */
static inline char *fixture_text(const char *name, const char *suffix)
{
	char path[512], *text = calloc(1, FIXTURE_MAX);
	FILE *file;

	assert_non_null(text);
	snprintf(path, sizeof(path), FIXTURES "/%s%s", name, suffix);
	file = fopen(path, "r");
	if (!file)
		fail_msg("%s: cannot be read", path);
	text[fread(text, 1, FIXTURE_MAX - 1, file)] = '\0';
	fclose(file);
	return text;
}

static inline void judged_open(struct judged *judged, const char *name)
{
	char *text = fixture_text(name, ".json");
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
