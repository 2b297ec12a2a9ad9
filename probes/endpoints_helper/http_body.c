/* SPDX-License-Identifier: Apache-2.0 */
/* What a body turned out to be: its bytes tell first, its declared type second. */
#include "probes/endpoints_helper/http_head.h"

#include "rules/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TITLE_MAX 64
#define LOOKED_AT ((size_t)512)

/* Beginnings that settle it, in any case of letters. */
static const struct {
	const char *start;
	int body;
} starts[] = {
	{ "<!doctype html", HTTP_BODY_HTML }, { "<html", HTTP_BODY_HTML },
	{ "<head", HTTP_BODY_HTML },	      { "<body", HTTP_BODY_HTML },
	{ "<title", HTTP_BODY_HTML },	      { "<?xml", HTTP_BODY_XML },
	{ "<metadata", HTTP_BODY_XML },	      { "<project", HTTP_BODY_XML },
	{ "{", HTTP_BODY_JSON },	      { "[", HTTP_BODY_JSON },
};

/* Declared types, by what they contain. */
static const struct {
	const char *part;
	int body;
} types[] = {
	{ "html", HTTP_BODY_HTML }, { "json", HTTP_BODY_JSON }, { "x-git-", HTTP_BODY_GIT },
	{ "xml", HTTP_BODY_XML },   { "text/", HTTP_BODY_TEXT },
};

/* A packet line (gitprotocol-common): four hexadecimal digits, then "# service=" or a flush. */
static bool is_git(const char *body, size_t length)
{
	size_t i;

	for (i = 0; i < 4 && i < length; i++)
		if (!isxdigit((unsigned char)body[i]))
			return false;
	return length >= 8 && (!strncmp(body + 4, "# se", 4) || !strncmp(body + 4, "NAK\n", 4) ||
			       !strncmp(body + 4, "ERR ", 4) || !strncmp(body + 4, "vers", 4));
}

static bool is_text(const char *body, size_t length)
{
	size_t i;

	for (i = 0; i < length && i < LOOKED_AT; i++)
		if ((unsigned char)body[i] < ' ' && !strchr("\t\r\n\f", body[i]))
			return false;
	return !memchr(body, '\0', length < LOOKED_AT ? length : LOOKED_AT);
}

/* XHTML declares itself XML and is a page all the same. */
static bool is_page(const char *body, size_t length)
{
	size_t i;

	for (i = 0; i + 5 <= length && i < LOOKED_AT; i++)
		if (!strncasecmp(body + i, "<html", 5))
			return true;
	return false;
}

static int kind_of(const struct http_fact *fact, const char *body, size_t length)
{
	const char *type = fact->content_type;
	size_t i;

	if (!length)
		return HTTP_BODY_NONE;
	if (is_git(body, length))
		return HTTP_BODY_GIT;
	if (length >= 3 && !memcmp(body, "\xef\xbb\xbf", 3)) {
		body += 3;
		length -= 3;
	}
	while (length > 0 && isspace((unsigned char)*body)) {
		body++;
		length--;
	}
	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		size_t size = strlen(starts[i].start);

		if (length >= size && !strncasecmp(body, starts[i].start, size))
			return starts[i].body == HTTP_BODY_XML && is_page(body, length)
				? HTTP_BODY_HTML : starts[i].body;
	}
	for (i = 0; type && i < sizeof(types) / sizeof(types[0]); i++)
		if (strcasestr(type, types[i].part))
			return types[i].body;
	return is_text(body, length) ? HTTP_BODY_TEXT : HTTP_BODY_OTHER;
}

/* The first "<tag" at or behind `at`, NULL when there is none; NULs do not end the search. */
static const char *find_tag(const char *at, const char *end, const char *tag)
{
	size_t size = strlen(tag);

	for (; at + size <= end; at++)
		if (!strncasecmp(at, tag, size))
			return at;
	return NULL;
}

static char *title_of(const char *body, size_t length)
{
	const char *end = body + length;
	const char *at = find_tag(body, end, "<title"), *close;

	at = at ? memchr(at, '>', (size_t)(end - at)) : NULL;
	if (!at)
		return text_copy("");
	at++;
	close = find_tag(at, end, "</");
	if (!close)
		close = end;
	while (at < close && isspace((unsigned char)*at))
		at++;
	while (at < close && isspace((unsigned char)close[-1]))
		close--;
	return text_clean(at, (size_t)(close - at) < TITLE_MAX ? (size_t)(close - at) : TITLE_MAX);
}

/* What servers say on a port that speaks TLS when they are asked in plain words. */
static const char *const tls_words[] = {
	"plain HTTP request was sent to HTTPS port",	 /* nginx */
	"speaking plain HTTP to an SSL-enabled server",	 /* Apache */
	"sent an HTTP request to an HTTPS server",	 /* Go */
	"combination of host and port requires TLS",	 /* Tomcat */
	"HTTP request was sent to HTTPS",
};

static bool wants_tls(const char *body, size_t length)
{
	size_t i;

	for (i = 0; i < sizeof(tls_words) / sizeof(tls_words[0]); i++)
		if (memmem(body, length, tls_words[i], strlen(tls_words[i])))
			return true;
	/* an alert record, or a handshake record, in place of a status line */
	return length >= 3 && (body[0] == 0x15 || body[0] == 0x16) && body[1] == 3 && body[2] <= 4;
}

/* type="password", with any quotes. */
static bool has_password_field(const char *body, size_t length)
{
	const char *end = body + length, *at = body;

	while ((at = find_tag(at, end, "type="))) {
		at += strlen("type=");
		at += at < end && (*at == '"' || *at == '\'');
		if ((size_t)(end - at) >= 8 && !strncasecmp(at, "password", 8))
			return true;
	}
	return false;
}

int http_body_look(struct http_fact *fact, const char *body, size_t length)
{
	fact->body = kind_of(fact, body, length);
	fact->wants_tls = wants_tls(body, length);
	if (fact->body != HTTP_BODY_HTML)
		return 0;
	fact->login = has_password_field(body, length);
	free(fact->title);
	fact->title = title_of(body, length);
	if (!fact->title)
		return -ENOMEM;
	if (!*fact->title) {
		free(fact->title);
		fact->title = NULL;
	}
	return 0;
}
