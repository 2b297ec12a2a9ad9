/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Colour and wrapping. The environment is read here and nowhere else.
 */
#include "cmd/style.h"

#include "cmd/option.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_set(const char *name)
{
	const char *value = getenv(name);

	return value && value[0] != '\0';
}

void style_init(struct style *style, const struct settings *settings)
{
	const char *force = getenv("CLICOLOR_FORCE"), *terminal = getenv("TERM");

	if (settings->color_given && settings->color != COLOR_AUTO)
		style->color = settings->color == COLOR_ALWAYS;
	else if (is_set("NO_COLOR"))
		style->color = false;
	else if (force && force[0] != '\0' && strcmp(force, "0") != 0)
		style->color = true;
	else
		style->color = isatty(STDOUT_FILENO) &&
			       !(terminal && strcmp(terminal, "dumb") == 0);
}

void style_add(struct text *out, const struct style *style, enum style_role role,
	       const char *words)
{
	static const char *const codes[] = {
		[STYLE_PLAIN] = "",    [STYLE_GOOD] = "\033[32m", [STYLE_BAD] = "\033[1;31m",
		[STYLE_WARN] = "\033[33m", [STYLE_OPEN] = "\033[35m", [STYLE_DIM] = "\033[2m",
		[STYLE_BOLD] = "\033[1m",
	};

	if (!style->color || role == STYLE_PLAIN) {
		text_add(out, words);
		return;
	}
	text_add(out, codes[role]);
	text_add(out, words);
	text_add(out, "\033[0m");
}

static unsigned int width_of(const char *bytes, size_t length)
{
	unsigned int width = 0;
	size_t i;

	for (i = 0; i < length; i++)
		if (((unsigned char)bytes[i] & 0xc0) != 0x80)
			width++;
	return width;
}

unsigned int style_width(const char *string)
{
	return width_of(string, strlen(string));
}

void style_pad(struct text *out, unsigned int used, unsigned int column)
{
	if (used >= column && used > 0)
		column = used + 1;
	while (used++ < column)
		text_add(out, " ");
}

/* Bytes of the piece at `string` that must stay whole: a word, or one with quoted blanks in it. */
static size_t piece_length(const char *string, bool command)
{
	char quote = '\0';
	size_t i;

	for (i = 0; string[i] != '\0' && string[i] != '\n'; i++) {
		if (quote) {
			if (string[i] == quote)
				quote = '\0';
		} else if (command && (string[i] == '\'' || string[i] == '"') &&
			   strchr(string + i + 1, string[i])) {
			quote = string[i];
		} else if (string[i] == ' ') {
			break;
		}
	}
	return i;
}

static void wrap(struct text *out, unsigned int at, unsigned int indent, const char *string,
		 bool command)
{
	/* A command needs room for " \" at the end of a broken line. */
	const unsigned int columns = command ? STYLE_COLUMNS - 2 : STYLE_COLUMNS;
	bool fits = command && at + style_width(string) <= STYLE_COLUMNS;
	bool fresh = true;

	while (*string != '\0') {
		size_t length, blanks = fresh ? 0 : strspn(string, " ");
		unsigned int width;

		if (string[blanks] == '\0')
			break;
		length = piece_length(string + blanks, command);
		if (fresh && length == 0)
			length = strspn(string, " "); /* kept: an indented line of an example */
		width = width_of(string + blanks, length);
		if (!fresh && !fits && at + blanks + width > columns) {
			text_add(out, command ? " \\\n" : "\n");
			style_pad(out, 0, indent);
			at = indent;
			string += blanks;
			blanks = 0;
		}
		text_add_bytes(out, string, blanks + length);
		at += (unsigned int)blanks + width;
		string += blanks + length;
		fresh = false;
		if (*string == '\n' && string[1] != '\0') {
			text_add(out, "\n");
			style_pad(out, 0, indent);
			at = indent;
			fresh = true;
		}
		if (*string == '\n')
			string++;
	}
	text_add(out, "\n");
}

void style_wrap(struct text *out, unsigned int at, unsigned int indent, const char *string)
{
	wrap(out, at, indent, string, false);
}

void style_wrap_command(struct text *out, unsigned int at, unsigned int indent,
			const char *string)
{
	wrap(out, at, indent, string, true);
}

void style_item(struct text *out, unsigned int indent, unsigned int column, const char *label,
		const char *words)
{
	unsigned int used = indent + style_width(label);

	style_pad(out, 0, indent);
	text_add(out, label);
	if (used >= column) {
		text_add(out, "\n");
		used = 0;
	}
	while (used++ < column)
		text_add(out, " ");
	style_wrap(out, column, column, words);
}
