/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command: one row with its behaviour and its documentation. Help, man page and completion are
 * printed from the rows.
 *
 * There are two things to do for a new command: write its file in cmd/, and add its row to
 * commands.c (and its bit here).
 */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

struct settings;
struct text;

enum command_bit {
	COMMAND_CHECK = 1u << 0,
	COMMAND_COLLECT = 1u << 1,
	COMMAND_JUDGE = 1u << 2,
	COMMAND_EXPLAIN = 1u << 3,
	COMMAND_RULES = 1u << 4,
	COMMAND_PROBES = 1u << 5,
	COMMAND_DOCS = 1u << 6,
	COMMAND_CREATE = 1u << 7,
	COMMAND_VERIFY = 1u << 8,
	COMMAND_OBSERVES = COMMAND_CHECK | COMMAND_COLLECT | COMMAND_CREATE | COMMAND_VERIFY,
	COMMAND_JUDGES = COMMAND_CHECK | COMMAND_JUDGE | COMMAND_CREATE | COMMAND_VERIFY,
	COMMAND_PLANS = COMMAND_OBSERVES | COMMAND_JUDGE,
	COMMAND_TABLES = COMMAND_EXPLAIN | COMMAND_RULES | COMMAND_PROBES,
	COMMAND_ALL = (1u << 9) - 1,
};

struct command {
	const char *name; /* NULL ends the table */
	enum command_bit bit;
	const char *operands; /* for the synopsis; NULL: it takes none */
	size_t least, most;   /* how many */
	const char *summary;  /* one line */
	const char *doc;      /* a paragraph, for the man page */
	int (*run)(const struct settings *settings); /* returns the exit status */
	bool all_options; /* it writes about options: all of them must have been made */
	/* Adds the words that an operand may be, each with a blank behind it; NULL: files. */
	void (*words)(struct text *out);
};

/* The first row is what runs when no command is named. */
extern const struct command command_table[];

int check_run(const struct settings *settings);
int collect_run(const struct settings *settings);
int judge_run(const struct settings *settings);
int create_run(const struct settings *settings);
int verify_run(const struct settings *settings);
int explain_run(const struct settings *settings);
int rules_run(const struct settings *settings);
int probes_table_run(const struct settings *settings);
int docs_run(const struct settings *settings);
void explain_words(struct text *out);
void docs_words(struct text *out);

#endif
