/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options: one table feeds the parser, --help, the man page, the completions and the option list.
 *
 * The rows of the program's own options are in option_table.c. An option for each scalar key of the
 * plan is made from the plan's record table (option_plan.c), so the two cannot drift. Secrets never
 * stand in argv: no option takes one.
 */
#ifndef CMD_OPTION_H
#define CMD_OPTION_H

#include "cmd/command.h"
#include "rules/plan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_kind {
	OPTION_FLAG,     /* bool */
	OPTION_TEXT,     /* const char * */
	OPTION_DURATION, /* struct duration */
	OPTION_COLOR,    /* int, enum color_when; "=WHEN" may be left out */
	OPTION_LATER,    /* kept in `given`, looked at by its command */
	OPTION_PLAN,     /* kept in `given`, written into the plan by options_apply() */
};

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct option {
	const char *name;     /* without the dashes; NULL ends the table */
	char letter;          /* '\0': none */
	const char *argument; /* "FILE"; NULL: it takes none */
	bool repeatable;
	enum option_kind kind;
	size_t offset;         /* in struct settings; OPTION_PLAN: in struct plan */
	unsigned int commands; /* enum command_bit */
	const char *group;     /* heading in help */
	const char *help;      /* one sentence, lower case, no full stop */
	/* OPTION_PLAN: the key in words ("link.gitlab_ip") and its field; of a list of structs the
	 * field of its items, and `offset` is that of the list. */
	const char *key;
	const struct field *field;
	const struct field *list;
};

/* The program's own options, in the order of the help text. */
extern const struct option option_table[];

/*
 * All options: the table, then the plan's keys. Those are made when they are asked for: a program
 * that starts for one flag must not pay for sixty options.
 */
struct option_set {
	const struct option *options; /* ended by a row without name */
	size_t count;
	struct option *made; /* the whole table once it is complete; NULL before */
	char **texts;        /* names and keys that were made */
	size_t text_count;
};

void option_set_init(struct option_set *set);
/* Makes the options of the plan's keys, unless that was done. 0 or -ENOMEM. */
int option_set_complete(struct option_set *set);
void option_set_release(struct option_set *set);
const struct option *option_find(const struct option_set *set, const char *name);

struct given {
	const struct option *option;
	const char *value;
};

struct duration {
	bool given;
	uint64_t ms;
};

/* What the command line says. Strings are argv's own. */
struct settings {
	const struct command *commands; /* the table */
	const struct command *command;
	struct option_set set;
	bool help, version;
	bool json, pretty, verbose, quiet, strict, no_hints, deep, no_cloud;
	bool dry_run, yes, no_dns_record;
	int color; /* enum color_when */
	bool color_given;
	const char *netns, *plan_file, *facts_file, *cacert, *token_fd, *cloud, *proxy;
	const char *override_reason, *kind, *module, *settle;
	struct duration max_time, max_age, wait;
	struct given *given;
	size_t given_count;
	const char **operands;
	size_t operand_count;
};

/*
 * Reads argv. `commands` is the table of commands. Errors (-EINVAL) name the word and the nearest
 * known one. Release in any case.
 */
int settings_parse(struct settings *settings, const struct command *commands, int argc,
		   char *const argv[], struct fault *fault);
void settings_release(struct settings *settings);
bool settings_have(const struct settings *settings, const char *name);

/* Writes the plan's options over `plan`, which a file may have filled, and checks the whole. */
int options_apply(const struct settings *settings, struct plan *plan, struct fault *fault);
/* Reads --plan FILE where one is given, then the options. `replace`: forget what `plan` held. */
int plan_load(const struct settings *settings, struct plan *plan, struct fault *fault);

/* "90", "2.5", "30m", "24h", "7d": seconds unless a unit says otherwise. */
int duration_parse(const char *string, uint64_t most_ms, uint64_t *ms);


#endif
