/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding secrets in texts: rows of what begins one, each with a way to tell its end. Pure. Nothing
 * here knows a secret but scrub_own(), which is given the one that this process holds.
 */
#include "probes/cloud_helper/scrub.h"

#include "probes/cloud_helper/secret.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#define REDACTED "(redacted)"
/* Nothing that is kept is longer; what is, is not looked through and goes as a whole. */
#define SCRUB_MAX ((size_t)16 * 1024)

#define BLANKS " \t\r\n"
#define QUOTES "\"'`"
#define NAME_CHARACTERS                                                                            \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."
#define TOKEN_CHARACTERS NAME_CHARACTERS "+/=~"

/* What stands and what goes, from a place on; `hide` is 0 where there is no secret. */
struct mark {
	size_t keep, hide;
	bool silent; /* nothing is put in its place */
};

/* Anywhere in a name, in any case. */
static const char *const secret_names[] = {
	"token", "passw", "passphrase", "passwd", "pwd", "secret", "authorization", "credential",
	"apikey", "api-key", "api_key", "accesskey", "access-key", "access_key", "privatekey",
	"private-key", "private_key", "authkey", "cookie", NULL,
};

/* Beginnings of words that are a token or the id of a key, and how long such a word is at least. */
static const struct {
	const char *prefix;
	size_t least;
} tokens[] = {
	{ "glpat-", 8 }, { "gldt-", 8 }, { "glrt-", 8 }, { "glcbt-", 8 }, { "glptt-", 8 },
	{ "gloas-", 8 }, { "glft-", 8 }, { "glsoat-", 8 }, { "glimt-", 8 }, { "glagent-", 10 },
	{ "ghp_", 16 }, { "gho_", 16 }, { "ghs_", 16 }, { "ghu_", 16 }, { "ghr_", 16 },
	{ "github_pat_", 16 }, { "npm_", 40 }, { "LTAI", 12 }, { "STS.", 12 }, { "eyJ", 24 },
	{ NULL, 0 },
};

/* A part of the text before `length`. */
static bool holds(const char *string, size_t length, const char *word)
{
	size_t size = strlen(word), i;

	for (i = 0; i + size <= length; i++)
		if (!strncasecmp(string + i, word, size))
			return true;
	return false;
}

static size_t last_at(const char *string, size_t length)
{
	while (length && string[length - 1] != '@')
		length--;
	return length;
}

/* "://user:password@host": a password may hold a "/", a port is digits. */
static struct mark find_url(const char *at)
{
	size_t whole, host, colon;
	struct mark mark = { .keep = 3, .silent = true };

	if (strncmp(at, "://", 3) != 0)
		return mark;
	at += 3;
	whole = strcspn(at, BLANKS QUOTES "<>");
	host = strcspn(at, "/?#" BLANKS QUOTES "<>");
	mark.hide = last_at(at, host);
	colon = strcspn(at, ":");
	if (!mark.hide && colon < host && !isdigit((unsigned char)at[colon + 1]))
		mark.hide = last_at(at, whole);
	return mark;
}

/* "user:password@host" without a scheme. */
static struct mark find_pair(const char *at)
{
	size_t name = strcspn(at, ":@/" BLANKS QUOTES), rest;
	struct mark mark = { .silent = true };

	if (!name || at[name] != ':' || at[name + 1] == '/')
		return mark;
	rest = strcspn(at + name + 1, "@/" BLANKS QUOTES);
	if (rest && at[name + 1 + rest] == '@')
		mark.hide = name + 1 + rest + 1;
	return mark;
}

static size_t value_length(const char *value, char separator, char quote)
{
	const char *end;

	if (quote) {
		end = strchr(value, quote);
		return end ? (size_t)(end - value) : strlen(value);
	}
	/* what follows a colon may be several words: "Authorization: Basic x" */
	return strcspn(value, separator == ':' ? "\r\n" QUOTES : BLANKS QUOTES "&;,");
}

static bool is_secret_name(const char *name, size_t length)
{
	size_t i;

	for (i = 0; secret_names[i]; i++)
		if (holds(name, length, secret_names[i]))
			return true;
	return length == 4 && !strncasecmp(name, "auth", 4);
}

/* "NAME=value", "name: value", "{\"name\": \"value\"}", "--name value". */
static struct mark find_named(const char *at)
{
	size_t length = strspn(at, NAME_CHARACTERS);
	const char *value = at + length;
	struct mark mark = { .hide = 0 };
	char separator = 0, quote = 0;

	if (!is_secret_name(at, length))
		return mark;
	value += strspn(value, "\\" QUOTES);
	value += strspn(value, " \t");
	if (*value == '=' || *value == ':')
		separator = *value++;
	else if (!strncasecmp(value, "%3D", 3))
		value += 3;
	else if (*at != '-' || value == at + length)
		return mark;
	value += strspn(value, ">" BLANKS "\\");
	if (*value && strchr(QUOTES, *value))
		quote = *value++;
	mark.keep = (size_t)(value - at);
	mark.hide = value_length(value, separator, quote);
	return mark;
}

/* "-u user:password" */
static struct mark find_user(const char *at)
{
	static const char *const options[] = { "-u", "--user", "--proxy-user", NULL };
	size_t length = strspn(at, NAME_CHARACTERS), i;
	struct mark mark = { .hide = 0 };

	for (i = 0; options[i]; i++)
		if (length == strlen(options[i]) && !strncmp(at, options[i], length))
			break;
	if (!options[i] || !at[length] || !strchr("=" BLANKS, at[length]))
		return mark;
	mark.keep = length + strspn(at + length, "=" BLANKS QUOTES);
	length = strcspn(at + mark.keep, BLANKS QUOTES);
	if (memchr(at + mark.keep, ':', length))
		mark.hide = length;
	return mark;
}

static struct mark find_token(const char *at)
{
	static const char *const schemes[] = { "Basic ", "Bearer ", NULL };
	size_t length = strspn(at, TOKEN_CHARACTERS), i;
	struct mark mark = { .hide = 0 };

	for (i = 0; tokens[i].prefix; i++)
		if (length >= tokens[i].least && text_has_prefix(at, tokens[i].prefix))
			mark.hide = length;
	for (i = 0; schemes[i] && !mark.hide; i++) {
		const char *word = at + strlen(schemes[i]);

		if (strncasecmp(at, schemes[i], strlen(schemes[i])) != 0)
			continue;
		/* "Basic authentication" is no credential */
		length = strspn(word, TOKEN_CHARACTERS);
		mark.keep = strlen(schemes[i]);
		if (length >= 8 && strcspn(word, "0123456789=+/") < length)
			mark.hide = length;
	}
	return mark;
}

static struct mark find_key_block(const char *at)
{
	static const char begin[] = "-----BEGIN ";
	struct mark mark = { .keep = sizeof(begin) - 1 };

	if (text_has_prefix(at, begin) && strstr(at, "PRIVATE KEY"))
		mark.hide = strlen(at) - mark.keep;
	return mark;
}

static struct mark find(const char *string, size_t at)
{
	static struct mark (*const finders[])(const char *at) = {
		find_key_block, find_named, find_user, find_token, find_pair, NULL,
	};
	struct mark mark = find_url(string + at);
	size_t i;

	/* the others begin where a word does */
	if (mark.hide || (at && strchr(NAME_CHARACTERS, string[at - 1])))
		return mark;
	for (i = 0; finders[i] && !mark.hide; i++)
		mark = finders[i](string + at);
	return mark;
}

void scrub_add(struct text *out, const char *string)
{
	size_t at = 0, from = 0;

	if (strnlen(string, SCRUB_MAX) == SCRUB_MAX) {
		text_add(out, REDACTED);
		return;
	}
	while (string[at]) {
		struct mark mark = find(string, at);

		if (!mark.hide) {
			at++;
			continue;
		}
		text_add_bytes(out, string + from, at + mark.keep - from);
		text_add(out, mark.silent ? "" : REDACTED);
		at += mark.keep + mark.hide;
		from = at;
	}
	text_add_bytes(out, string + from, at - from);
}

char *scrub_clean(const char *string)
{
	struct text text;
	char *clean = NULL;

	/* each mark takes the place of one octet at least */
	text_init(&text, SCRUB_MAX * sizeof(REDACTED));
	scrub_add(&text, string);
	if (!text_error(&text))
		clean = text_clean(text_string(&text), text.length);
	text_release(&text);
	return clean;
}

static void blot(char *string, const char *secret)
{
	char *found = string;

	while (secret && *secret && (found = strstr(found, secret)) != NULL) {
		memset(found, '*', strlen(secret));
		found += strlen(secret);
	}
}

void scrub_own(cJSON *json, const struct cloud_credential *credential)
{
	cJSON *item;

	cJSON_ArrayForEach(item, json) {
		if (cJSON_IsString(item)) {
			blot(item->valuestring, credential->key_id);
			blot(item->valuestring, credential->secret);
			blot(item->valuestring, credential->token);
		}
		scrub_own(item, credential);
	}
}
