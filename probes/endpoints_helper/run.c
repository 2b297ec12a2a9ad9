/* SPDX-License-Identifier: Apache-2.0 */
/* What all parts of the helper do to the run. */
#include "probes/endpoints_helper/helper.h"

#include "rules/text.h"

#include <errno.h>
#include <stdio.h>

bool run_keeps(struct run *run, const void *pointer)
{
	if (!pointer)
		run->error = -ENOMEM;
	return !run->error;
}

bool run_fails(struct run *run, int error)
{
	if (error == -ENOMEM)
		run->error = -ENOMEM;
	return error != 0;
}

uint64_t run_time(const struct run *run, uint64_t most)
{
	uint64_t now = loop_now();
	uint64_t left = run->deadline > now ? run->deadline - now : 0;

	return left < most ? left : most;
}

void run_limit(struct run *run, const char *what, uint64_t microseconds)
{
	struct strings *limits = &run->facts->limits;
	char words[96];

	(void)snprintf(words, sizeof(words), "%s %llu.%llu s", what,
		       (unsigned long long)(microseconds / 1000000),
		       (unsigned long long)(microseconds / 100000 % 10));
	if (!strings_contain(limits, words) && strings_add(limits, words))
		run->error = -ENOMEM;
}
