/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How text looks: colour by role, lines of at most 80 columns.
 *
 * A column is a code point: foreign bytes were cleaned before they came here, and the program's
 * own words are ASCII.
 */
#ifndef CMD_STYLE_H
#define CMD_STYLE_H

#include "rules/text.h"

#include <stdbool.h>

#define STYLE_COLUMNS 80

enum style_role {
	STYLE_PLAIN,
	STYLE_GOOD,
	STYLE_BAD,
	STYLE_WARN,
	STYLE_OPEN,
	STYLE_DIM,
	STYLE_BOLD,
};

struct style {
	bool color;
};

struct settings;

/* The flag decides, else NO_COLOR, else CLICOLOR_FORCE, else whether stdout is a terminal. */
void style_init(struct style *style, const struct settings *settings);

/* Adds `words` in the role's colour. */
void style_add(struct text *out, const struct style *style, enum style_role role,
	       const char *words);

/* Columns that `string` takes. */
unsigned int style_width(const char *string);
/* Blanks until `column`, from where `used` columns are filled; at least one when any is. */
void style_pad(struct text *out, unsigned int used, unsigned int column);

/*
 * Adds `string` and a newline, broken at blanks. The first line begins at column `at` (what stands
 * before is there already), the others at `indent`. Newlines in `string` are kept.
 */
void style_wrap(struct text *out, unsigned int at, unsigned int indent, const char *string);
/* The same for a command line: a broken line ends with a backslash, and quotes stay whole. */
void style_wrap_command(struct text *out, unsigned int at, unsigned int indent,
			const char *string);
/* "      label     words ...": a label at `indent` columns, its words at `column`. */
void style_item(struct text *out, unsigned int indent, unsigned int column, const char *label,
		const char *words);

#endif
