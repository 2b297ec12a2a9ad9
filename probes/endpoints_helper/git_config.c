/* SPDX-License-Identifier: Apache-2.0 */
/* Sections, keys and values in the syntax of git-config(1). */
#include "probes/endpoints_helper/git_config.h"

#include <ctype.h>
#include <string.h>

/* A name or value as it grows; what does not fit makes the whole of it no good. */
struct word {
	char *out;
	size_t length, max;
	bool good;
};

static struct word word_in(char *out, size_t max)
{
	out[0] = '\0';
	return (struct word){ .out = out, .max = max, .good = true };
}

static void word_add(struct word *word, char one)
{
	if (word->length + 1 >= word->max || !one)
		word->good = false;
	else
		word->out[word->length++] = one;
	word->out[word->length] = '\0';
}

static bool is_blank(char one)
{
	return one == ' ' || one == '\t' || one == '\r';
}

/* -1 at the end of the file. */
static int here(const struct git_config *config)
{
	return config->at < config->end ? (unsigned char)*config->at : -1;
}

static void skip_blanks(struct git_config *config)
{
	while (config->at < config->end && is_blank(*config->at))
		config->at++;
}

static void skip_line(struct git_config *config)
{
	while (config->at < config->end && *config->at != '\n')
		config->at++;
}

static bool is_name(int one)
{
	return one >= 0 && (isalnum(one) || one == '-');
}

void git_config_open(struct git_config *config, const char *bytes, size_t length)
{
	static const char mark[] = "\xef\xbb\xbf";

	*config = (struct git_config){ .at = bytes, .end = bytes + length };
	if (length >= sizeof(mark) - 1 && !memcmp(bytes, mark, sizeof(mark) - 1))
		config->at += sizeof(mark) - 1;
}

/* Behind the blanks of [section "name"]: the name and what closes it. */
static bool read_quoted_name(struct git_config *config)
{
	struct word name = word_in(config->name, sizeof(config->name));

	if (here(config) != '"')
		return false;
	for (config->at++; here(config) >= 0 && *config->at != '"' && *config->at != '\n';
	     config->at++) {
		if (*config->at == '\\' && config->at + 1 < config->end)
			config->at++;
		word_add(&name, *config->at);
	}
	if (here(config) != '"')
		return false;
	config->at++;
	return name.good;
}

/* Behind the bracket; the old form [section.name] has its name in lower case. */
static bool read_header(struct git_config *config)
{
	struct word section = word_in(config->section, sizeof(config->section));
	struct word name = word_in(config->name, sizeof(config->name));
	bool dotted = false;

	while (is_name(here(config)) || here(config) == '.') {
		char one = (char)tolower((unsigned char)*config->at++);

		if (one == '.' && !dotted)
			dotted = true;
		else
			word_add(dotted ? &name : &section, one);
	}
	if (is_blank((char)here(config))) {
		skip_blanks(config);
		if (dotted || !read_quoted_name(config))
			return false;
	}
	if (here(config) != ']')
		return false;
	config->at++;
	return section.good && name.good && section.length > 0;
}

static bool read_key(struct git_config *config)
{
	struct word key = word_in(config->key, sizeof(config->key));

	while (is_name(here(config)))
		word_add(&key, (char)tolower((unsigned char)*config->at++));
	skip_blanks(config);
	if (here(config) != '=')
		return false;
	config->at++;
	skip_blanks(config);
	return key.good;
}

/* Behind a backslash: false where nothing may stand so. A line that goes on adds nothing. */
static bool add_escaped(struct git_config *config, struct word *value)
{
	static const char escapes[] = "t\tb\bn\n\\\\\"\"";
	const char *found;
	char one;

	if (here(config) == '\r' && config->at + 1 < config->end && config->at[1] == '\n')
		config->at++;
	if (here(config) < 0)
		return true;
	one = *config->at++;
	if (one == '\n')
		return true;
	for (found = escapes; *found && *found != one; found += 2)
		;
	if (*found)
		word_add(value, found[1]);
	return *found != '\0';
}

static bool read_value(struct git_config *config)
{
	struct word value = word_in(config->value, sizeof(config->value));
	size_t told = 0; /* up to here it is no blank at the end */
	bool quoted = false;

	while (here(config) >= 0 && *config->at != '\n') {
		char one = *config->at++;

		if (one == '"') {
			quoted = !quoted;
		} else if (!quoted && (one == '#' || one == ';')) {
			skip_line(config);
			break;
		} else if (one == '\\') {
			if (!add_escaped(config, &value))
				return false;
		} else {
			word_add(&value, one);
		}
		if (quoted || !is_blank(one))
			told = value.length;
	}
	value.out[told] = '\0';
	return value.good && !quoted;
}

bool git_config_next(struct git_config *config)
{
	while (config->at < config->end) {
		skip_blanks(config);
		if (here(config) == '\n') {
			config->at++;
		} else if (here(config) == '[') {
			config->at++;
			if (!read_header(config)) {
				config->section[0] = '\0';
				skip_line(config);
			}
		} else if (here(config) >= 0 && isalpha(here(config)) && read_key(config)) {
			if (read_value(config) && config->section[0])
				return true;
			skip_line(config);
		} else {
			skip_line(config);
		}
	}
	return false;
}

bool git_config_is(const struct git_config *config, const char *section, const char *key)
{
	return !strcmp(config->section, section) && !strcmp(config->key, key);
}
