/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --help and --version.
 */
#ifndef CMD_HELP_H
#define CMD_HELP_H

#include "cmd/option.h"
#include "rules/text.h"

/* Both return the exit status. */
int help_answer(const struct settings *settings);
int version_answer(void);

/* "-c, --color[=WHEN]": how an option is written. */
void help_option_words(const struct option *option, struct text *out);
/* Is `option` the first of its group among those of `commands`? */
bool help_opens_group(const struct option_set *set, const struct option *option,
		      unsigned int commands);

/* One row a way in which a run can end. */
struct exit_row {
	int status;
	const char *meaning;
};
extern const struct exit_row exit_rows[];
extern const size_t exit_row_count;

#endif
