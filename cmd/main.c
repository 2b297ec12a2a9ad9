/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dispatch, and the only exit of the program.
 */
#include "cmd/command.h"

#include "cmd/help.h"
#include "cmd/option.h"
#include "cmd/output.h"

#include <signal.h>
#include <stdlib.h>

static int run(int argc, char *argv[])
{
	struct fault fault = { .code = 0 };
	struct settings settings;
	int code, status;

	code = settings_parse(&settings, command_table, argc, argv, &fault);
	if (code)
		status = complain_fault(EXIT_USAGE, code, &fault);
	else if (settings.help)
		status = help_answer(&settings);
	else if (settings.version)
		status = version_answer();
	else
		status = settings.command->run(&settings);
	settings_release(&settings);
	return status;
}

int main(int argc, char *argv[])
{
	output_guard_descriptors();
	/* A reader that went away and a file that may not grow are failed writes, with a status. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	exit(run(argc, argv));
}
