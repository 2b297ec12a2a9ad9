/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `judge` as a program of its own: what support runs where no libmnl is.
 */
#include "cmd/command.h"
#include "cmd/option.h"
#include "cmd/output.h"

static const struct command judge_table[] = {
	{ .name = "judge", .bit = COMMAND_JUDGE, .operands = "FACTS...", .least = 1, .most = 64,
	  .summary = "judge saved facts", .doc = "Judges saved facts.", .run = judge_run },
	{ .name = NULL },
};

int main(int argc, char *argv[])
{
	struct fault fault = { .code = 0 };
	struct settings settings;
	int code, status;

	code = settings_parse(&settings, judge_table, argc, argv, &fault);
	status = code ? complain_fault(EXIT_USAGE, code, &fault) : judge_run(&settings);
	settings_release(&settings);
	return status;
}
