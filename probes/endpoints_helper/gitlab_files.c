/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers of foreign files out of a repository: bounded, and content with less where a line makes
 * no sense to them.
 */
#include "probes/endpoints_helper/gitlab_files.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES ((size_t)4096)
#define PATTERN_MAX ((size_t)256)
#define STARS_MAX 4
#define POINTER_MAX ((size_t)1024) /* of the specification: pointers are smaller */

struct line {
	const char *data;
	size_t length;
};

static void trim(struct line *line)
{
	while (line->length > 0 && strchr(" \t\r", line->data[0])) {
		line->data++;
		line->length--;
	}
	while (line->length > 0 && strchr(" \t\r", line->data[line->length - 1]))
		line->length--;
}

/* The next line, trimmed; false behind the last. */
static bool next_line(const char **at, const char *end, struct line *line)
{
	const char *newline;

	if (*at >= end)
		return false;
	newline = memchr(*at, '\n', (size_t)(end - *at));
	line->data = *at;
	line->length = (size_t)((newline ? newline : end) - *at);
	*at = newline ? newline + 1 : end;
	trim(line);
	return true;
}

static bool begins(const struct line *line, const char *word)
{
	size_t length = strlen(word);

	return line->length >= length && !strncasecmp(line->data, word, length);
}

/* Quotes and backslashes as in git-config(1); a comment ends an unquoted value. */
static void unquote(const struct line *value, char out[LINE_MAX_BYTES])
{
	bool quoted = false;
	size_t i, length = 0;

	for (i = 0; i < value->length && length < LINE_MAX_BYTES - 1; i++) {
		char one = value->data[i];

		if (one == '"') {
			quoted = !quoted;
			continue;
		}
		if (!quoted && (one == '#' || one == ';'))
			break;
		if (one == '\\' && i + 1 < value->length)
			one = value->data[++i];
		out[length++] = one;
	}
	while (length > 0 && (out[length - 1] == ' ' || out[length - 1] == '\t'))
		length--;
	out[length] = '\0';
}

int git_read_modules(const char *bytes, size_t length, struct strings *urls)
{
	const char *at = bytes, *end = bytes + length;
	bool inside = false;
	struct line line;

	while (next_line(&at, end, &line) && urls->count < GITLAB_SUBMODULES_MAX) {
		char value[LINE_MAX_BYTES];

		if (line.length > 0 && line.data[0] == '[')
			inside = begins(&line, "[submodule");
		if (!inside || !begins(&line, "url"))
			continue;
		line.data += 3;
		line.length -= 3;
		trim(&line);
		if (!line.length || line.data[0] != '=')
			continue;
		line.data++;
		line.length--;
		trim(&line);
		unquote(&line, value);
		if (*value && !strings_contain(urls, value) && strings_add(urls, value))
			return -ENOMEM;
	}
	return 0;
}

static bool has_lfs(const struct line *words)
{
	static const char lfs[] = "filter=lfs";
	size_t i = 0;

	while (i < words->length) {
		size_t size = 0;

		while (i + size < words->length && words->data[i + size] != ' ' &&
		       words->data[i + size] != '\t')
			size++;
		if (size == sizeof(lfs) - 1 && !memcmp(words->data + i, lfs, size))
			return true;
		i += size + 1;
	}
	return false;
}

/* Matching may take time that doubles with every star: what nobody writes is left out. */
static bool is_sane(const struct line *line, size_t size)
{
	size_t stars = 0, i;

	for (i = 0; i < size; i++)
		stars += line->data[i] == '*';
	return size > 0 && size <= PATTERN_MAX && stars <= STARS_MAX;
}

int git_read_attributes(const char *bytes, size_t length, const char *folder,
			struct strings *patterns)
{
	const char *at = bytes, *end = bytes + length;
	struct line line;

	while (next_line(&at, end, &line) && patterns->count < GITLAB_PATTERNS_MAX) {
		struct text pattern;
		size_t size = 0;
		int error;

		while (size < line.length && line.data[size] != ' ' && line.data[size] != '\t')
			size++;
		if (!is_sane(&line, size) || line.data[0] == '#')
			continue;
		if (!has_lfs(&(struct line){ line.data + size, line.length - size }))
			continue;
		text_init(&pattern, 2 * LINE_MAX_BYTES);
		text_addf(&pattern, "%s\n", folder);
		text_add_bytes(&pattern, line.data, size);
		error = text_error(&pattern);
		if (!error && strings_add(patterns, text_string(&pattern)))
			error = -ENOMEM;
		text_release(&pattern);
		if (error == -ENOMEM)
			return error;
	}
	return 0;
}

/* gitignore(5): without a slash inside it is about the name alone, at any depth. */
static bool matches(const char *pattern, const char *path)
{
	const char *name = strrchr(path, '/');
	size_t length = strlen(pattern);

	if (pattern[0] == '/')
		return fnmatch(pattern + 1, path, FNM_PATHNAME) == 0;
	if (length > 3 && !strcmp(pattern + length - 3, "/**"))
		return !strncmp(pattern, path, length - 2);
	if (!strncmp(pattern, "**/", 3))
		return matches(pattern + 3, path) || (name && matches(pattern + 3, name + 1));
	if (strchr(pattern, '/'))
		return fnmatch(pattern, path, FNM_PATHNAME) == 0;
	return fnmatch(pattern, name ? name + 1 : path, 0) == 0;
}

bool git_is_tracked(const struct strings *patterns, const char *path)
{
	size_t i;

	for (i = 0; i < patterns->count; i++) {
		const char *folder = patterns->items[i], *pattern = strchr(folder, '\n');
		size_t length = pattern ? (size_t)(pattern - folder) : 0;

		if (pattern && !strncmp(folder, path, length) &&
		    matches(pattern + 1, path + length))
			return true;
	}
	return false;
}

static bool read_oid(const struct line *line, char oid[65])
{
	static const char key[] = "oid sha256:";
	size_t i, prefix = sizeof(key) - 1;

	if (line->length != prefix + 64 || memcmp(line->data, key, prefix) != 0)
		return false;
	for (i = 0; i < 64; i++)
		if (!strchr("0123456789abcdef", line->data[prefix + i]))
			return false;
	memcpy(oid, line->data + prefix, 64);
	oid[64] = '\0';
	return true;
}

static bool read_size(const struct line *line, uint64_t *size)
{
	static const char key[] = "size ";
	size_t prefix = sizeof(key) - 1, length = line->length;
	char digits[24];

	if (length <= prefix || length - prefix >= sizeof(digits) ||
	    memcmp(line->data, key, prefix) != 0)
		return false;
	memcpy(digits, line->data + prefix, length - prefix);
	digits[length - prefix] = '\0';
	return !text_whole_number(digits, INT64_MAX, size);
}

int lfs_read_pointer(const char *bytes, size_t length, struct lfs_pointer *pointer)
{
	static const char version[] = "version https://git-lfs.github.com/spec/v1";
	const char *at = bytes, *end = bytes + length;
	bool oid = false, size = false;
	struct line line;

	if (length > POINTER_MAX || memchr(bytes, '\0', length) || !next_line(&at, end, &line) ||
	    line.length != sizeof(version) - 1 || memcmp(line.data, version, line.length) != 0)
		return -EINVAL;
	while (next_line(&at, end, &line)) {
		oid = oid || read_oid(&line, pointer->oid);
		size = size || read_size(&line, &pointer->size);
	}
	return oid && size ? 0 : -EINVAL;
}

bool git_url_is_http(const char *url)
{
	return !strncasecmp(url, "http://", 7) || !strncasecmp(url, "https://", 8);
}

/* The end of user information in scheme://user@host/ or user@host:path; NULL: there is none. */
static const char *behind_user(const char *url, const char **begin)
{
	const char *scheme = strstr(url, "://"), *at;
	size_t length;

	*begin = scheme ? scheme + 3 : url;
	/* without a scheme user@host:path is what has '@' before the first slash */
	length = strcspn(*begin, "/?#");
	at = memrchr(*begin, '@', length);
	return at ? at + 1 : NULL;
}

void git_url_clean(const char *url, struct text *out)
{
	const char *begin, *behind = behind_user(url, &begin);

	if (behind) {
		text_add_bytes(out, url, (size_t)(begin - url));
		url = behind;
	}
	text_add_clean(out, url, 2 * TEXT_FOREIGN_MAX);
}

void url_encode(const char *string, struct text *out)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~";

	for (; *string; string++) {
		if (strchr(plain, *string))
			text_add_bytes(out, string, 1);
		else
			text_addf(out, "%%%02X", (unsigned int)(unsigned char)*string);
	}
}
