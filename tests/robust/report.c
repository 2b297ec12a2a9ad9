/* SPDX-License-Identifier: Apache-2.0 */
/* Knows three keys of the report and nothing else of JSON: a report may be cut off anywhere. */
#include "tests/robust/report.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

void report_normalise(char *text)
{
	static const char *const keys[] = { "\"took_ms\":", "\"started\":", "\"value\":" };
	size_t i;
	char *at;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		for (at = text; (at = strstr(at, keys[i])) != NULL;) {
			char *end;

			at += strlen(keys[i]);
			end = at + strcspn(at, ",}\n");
			memmove(at, end, strlen(end) + 1);
		}
}

void report_difference(const char *clean, const char *other)
{
	size_t at = 0, back;

	while (clean[at] != '\0' && clean[at] == other[at])
		at++;
	back = at < 40 ? at : 40;
	printf("   clean  %.120s\n   other  %.120s\n", clean + at - back,
	       other + at - back);
}
