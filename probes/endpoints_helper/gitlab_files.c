/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers of foreign files out of a repository: bounded, and content with less where a line makes
 * no sense to them.
 */
#include "probes/endpoints_helper/gitlab_files.h"

#include "probes/endpoints_helper/git_config.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES ((size_t)4096)
#define PATTERN_MAX ((size_t)256)
#define MODULES_MAX 1024 /* sections that are kept in mind */
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

struct config_key {
	const char *section, *name, *key;
};

static void release_module(struct git_module *module)
{
	free(module->name);
	free(module->path);
	free(module->url);
}

void git_modules_release(struct list *modules)
{
	size_t i;

	for (i = 0; i < modules->count; i++)
		release_module(LIST_AT(modules, struct git_module, i));
	free(modules->items);
	*modules = (struct list){ .items = NULL };
}

/* The row of that name, which may be new. -EFBIG: there are too many; -ENOMEM. */
static int find_module(struct list *modules, const char *name, struct git_module **module)
{
	size_t i;

	for (i = 0; i < modules->count; i++) {
		*module = LIST_AT(modules, struct git_module, i);
		if (text_equal((*module)->name, name))
			return 0;
	}
	if (modules->count >= MODULES_MAX)
		return -EFBIG;
	*module = list_add(modules, sizeof(**module));
	if (*module)
		(*module)->name = text_copy(name);
	return *module && (*module)->name ? 0 : -ENOMEM;
}

/* As in every configuration the last of several values holds. -EFBIG, -ENOMEM. */
static int take_entry(struct list *modules, const struct git_config *config)
{
	bool url = !strcmp(config->key, "url"), path = !strcmp(config->key, "path");
	struct git_module *module;
	char **member;
	int error;

	if (strcmp(config->section, "submodule") != 0 || !config->name[0] ||
	    (!url && !path && strcmp(config->key, "update") != 0))
		return 0;
	error = find_module(modules, config->name, &module);
	if (error)
		return url ? error : error == -ENOMEM ? error : 0;
	if (!url && !path) {
		module->left = !strcmp(config->value, "none");
		return 0;
	}
	member = url ? &module->url : &module->path;
	free(*member);
	*member = text_copy(config->value);
	return *member ? 0 : -ENOMEM;
}

/* Those that are not fetched go, and what is beyond the bound. */
static void keep_fetched(struct list *modules, uint32_t *left_out)
{
	size_t i, kept = 0;

	for (i = 0; i < modules->count; i++) {
		struct git_module *module = LIST_AT(modules, struct git_module, i);
		bool fetched = module->url && *module->url && !module->left;

		if (fetched && kept < GITLAB_SUBMODULES_MAX) {
			*LIST_AT(modules, struct git_module, kept) = *module;
			kept++;
			continue;
		}
		*left_out += fetched;
		release_module(module);
	}
	modules->count = kept;
}

int git_read_modules(const char *bytes, size_t length, struct list *modules, uint32_t *left_out)
{
	struct git_config config;
	int error = 0;

	*left_out = 0;
	git_config_open(&config, bytes, length);
	while (!error && git_config_next(&config)) {
		error = take_entry(modules, &config);
		*left_out += error == -EFBIG;
		error = error == -EFBIG ? 0 : error;
	}
	keep_fetched(modules, left_out);
	return error;
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

/* The last value of a key; -ENOMEM. */
static int last_value(const char *bytes, size_t length, const struct config_key *key, char **value)
{
	struct git_config config;

	*value = NULL;
	git_config_open(&config, bytes, length);
	while (git_config_next(&config)) {
		if (!git_config_is(&config, key->section, key->key) ||
		    strcasecmp(config.name, key->name) != 0)
			continue;
		free(*value);
		*value = text_copy(config.value);
		if (!*value)
			return -ENOMEM;
	}
	return 0;
}

int lfs_read_config(const char *bytes, size_t length, char **url)
{
	static const struct config_key own = { "lfs", "", "url" },
				       usual = { "remote", "", "lfsdefault" };
	char *remote = NULL;
	int error = last_value(bytes, length, &own, url);

	if (error || *url)
		return error;
	error = last_value(bytes, length, &usual, &remote);
	if (!error)
		error = last_value(bytes, length,
				   &(struct config_key){ "remote", remote ? remote : "origin",
							 "lfsurl" }, url);
	free(remote);
	return error;
}

bool git_url_is_http(const char *url)
{
	return !strncasecmp(url, "http://", 7) || !strncasecmp(url, "https://", 8);
}

bool git_url_is_relative(const char *url)
{
	return !strncmp(url, "./", 2) || !strncmp(url, "../", 3);
}

/* Up to the last slash, or else the last colon, as in user@host:path; `*mark` is what was there. */
static size_t chopped(const char *base, size_t length, char *mark)
{
	const char *slash = memrchr(base, '/', length), *colon = memrchr(base, ':', length);
	const char *at = slash ? slash : colon;

	*mark = slash || !colon ? '/' : ':';
	return at ? (size_t)(at - base) : 0;
}

void git_url_relative(const char *base, const char *url, struct text *out)
{
	size_t length = strlen(base), rest;
	char mark = '/';

	if (length > 0 && base[length - 1] == '/')
		length--;
	while (git_url_is_relative(url)) {
		if (url[1] == '.')
			length = chopped(base, length, &mark);
		url += url[1] == '.' ? 3 : 2;
	}
	rest = strlen(url);
	if (rest > 0 && url[rest - 1] == '/')
		rest--;
	text_add_bytes(out, base, length);
	text_add_bytes(out, &mark, 1);
	text_add_bytes(out, url, rest);
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

bool git_url_has_password(const char *url)
{
	const char *begin, *behind = behind_user(url, &begin);

	return behind && git_url_is_http(url) && memchr(begin, ':', (size_t)(behind - begin));
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
