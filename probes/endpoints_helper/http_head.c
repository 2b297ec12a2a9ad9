/* SPDX-License-Identifier: Apache-2.0 */
/* Header lines of an answer. */
#include "probes/endpoints_helper/http_head.h"

#include "probes/endpoints_helper/http.h"
#include "probes/endpoints_helper/url.h"
#include "rules/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Signed URLs with a session token in them have about 2,500 bytes. */
#define LOCATION_MAX ((size_t)4096)

/* Lines that are kept as they are. */
static const struct {
	const char *name;
	size_t offset;
} kept[] = {
	{ "content-type", offsetof(struct http_fact, content_type) },
	{ "server", offsetof(struct http_fact, server) },
	{ "via", offsetof(struct http_fact, via) },
	{ "date", offsetof(struct http_fact, date) },
	{ "www-authenticate", offsetof(struct http_fact, authenticate) },
	{ "retry-after", offsetof(struct http_fact, retry_after) },
	{ "last-modified", offsetof(struct http_fact, last_modified) },
};

#define KEPT (sizeof(kept) / sizeof(kept[0]))

static char **member(struct http_fact *fact, size_t i)
{
	return (char **)(void *)((char *)fact + kept[i].offset);
}

void http_head_release(struct http_head *head)
{
	free(head->location);
	head->location = NULL;
}

static void start_anew(struct http_head *head)
{
	struct http_fact *fact = head->fact;
	size_t i;

	for (i = 0; i < KEPT; i++) {
		free(*member(fact, i));
		*member(fact, i) = NULL;
	}
	free(fact->location);
	fact->location = NULL;
	fact->length = fact->status = (struct maybe){ false, 0 };
	http_head_release(head);
}

/* "HTTP/1.1 200 OK": three digits behind the first space. */
static void read_status(struct http_fact *fact, const char *line, size_t length)
{
	const char *space = memchr(line, ' ', length);
	size_t rest = space ? length - (size_t)(space - line) : 0;

	if (rest >= 4 && isdigit((unsigned char)space[1]) && isdigit((unsigned char)space[2]) &&
	    isdigit((unsigned char)space[3]) &&
	    (rest == 4 || !isdigit((unsigned char)space[4])))
		fact->status = (struct maybe){ true, (uint32_t)(space[1] - '0') * 100 +
						     (uint32_t)(space[2] - '0') * 10 +
						     (uint32_t)(space[3] - '0') };
}

/* What a Location that is no URL looked like: nothing before an "@", nothing behind the path. */
static char *clean_odd(const char *location)
{
	const char *start = strrchr(location, '@');

	start = start ? start + 1 : location;
	return text_clean(start, strnlen(start, strcspn(start, "?#")));
}

/* Queries hold signatures and sessions: the fact goes without, the next request with them. */
static int read_location(struct http_head *head, const char *value, size_t length)
{
	struct url url;
	char *sent;
	int error;

	if (head->location)
		return 0;
	sent = strndup(value, length < LOCATION_MAX ? length : LOCATION_MAX);
	if (!sent)
		return -ENOMEM;
	error = url_resolve(head->url, sent, &url);
	if (!error) {
		head->location = text_copy(url.text);
		url.text[strcspn(url.text, "?")] = '\0';
		head->fact->location = text_copy(url.text);
		free(sent);
	} else {
		head->location = sent;
		head->fact->location = error == -ENOMEM ? NULL : clean_odd(sent);
	}
	url_release(&url);
	return head->location && head->fact->location ? 0 : -ENOMEM;
}

static void read_length(struct http_fact *fact, const char *value, size_t length)
{
	char digits[12];
	uint64_t number;

	if (length >= sizeof(digits))
		return;
	memcpy(digits, value, length);
	digits[length] = '\0';
	if (!text_whole_number(digits, UINT32_MAX, &number))
		fact->length = (struct maybe){ true, (uint32_t)number };
}

static bool is_name(const char *line, size_t length, const char *name)
{
	return length == strlen(name) && !strncasecmp(line, name, length);
}

static int read_field(struct http_head *head, const char *line, size_t length)
{
	const char *colon = memchr(line, ':', length), *value;
	size_t name, rest, i;

	if (!colon)
		return 0;
	name = (size_t)(colon - line);
	value = colon + 1;
	rest = length - name - 1;
	while (rest > 0 && (*value == ' ' || *value == '\t')) {
		value++;
		rest--;
	}
	if (is_name(line, name, "location"))
		return read_location(head, value, rest);
	if (is_name(line, name, "content-length"))
		read_length(head->fact, value, rest);
	for (i = 0; i < KEPT; i++) {
		char **kept_in = member(head->fact, i);

		/* the first of several counts */
		if (*kept_in || !is_name(line, name, kept[i].name))
			continue;
		*kept_in = text_clean(value, rest < TEXT_FOREIGN_MAX ? rest : TEXT_FOREIGN_MAX);
		return *kept_in ? 0 : -ENOMEM;
	}
	return 0;
}

int http_head_line(struct http_head *head, const char *line, size_t length)
{
	head->bytes += length;
	if (head->bytes > HTTP_HEADER_MAX)
		return -EFBIG;
	while (length > 0 && (line[length - 1] == '\r' || line[length - 1] == '\n' ||
			      line[length - 1] == ' ' || line[length - 1] == '\t'))
		length--;
	if (head->complete)
		return 0;
	if (!length) {
		head->complete = head->fact->status.known && head->fact->status.value / 100 != 1;
		return 0;
	}
	if (length >= 5 && !strncmp(line, "HTTP/", 5)) {
		start_anew(head);
		read_status(head->fact, line, length);
		return 0;
	}
	return read_field(head, line, length);
}
