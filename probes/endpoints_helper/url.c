/* SPDX-License-Identifier: Apache-2.0 */
/* URLs through libcurl's parser: taken apart, resolved against another, put together again. */
#include "probes/endpoints_helper/url.h"

#include "rules/text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define URL_MAX ((size_t)4096)

/* Ports of schemes that libcurl does not speak but submodules do. */
static const struct {
	const char *scheme;
	uint32_t port;
} other_ports[] = {
	{ "ssh", 22 }, { "git+ssh", 22 }, { "ssh+git", 22 }, { "git", 9418 },
};

static int code_of(CURLUcode code)
{
	if (code == CURLUE_OK)
		return 0;
	return code == CURLUE_OUT_OF_MEMORY ? -ENOMEM : -EINVAL;
}

/* A heap copy of one part, NULL where the URL has none. */
static int part(CURLU *handle, CURLUPart what, unsigned int flags, char **copy)
{
	char *value = NULL;
	CURLUcode code = curl_url_get(handle, what, &value, flags);

	*copy = NULL;
	switch (code) {
	case CURLUE_OK:
		*copy = text_copy(value);
		curl_free(value);
		return *copy ? 0 : -ENOMEM;
	case CURLUE_NO_SCHEME:
	case CURLUE_NO_USER:
	case CURLUE_NO_PASSWORD:
	case CURLUE_NO_HOST:
	case CURLUE_NO_PORT:
	case CURLUE_NO_QUERY:
		return 0;
	default:
		return code_of(code);
	}
}

/*
 * Hosts beyond ASCII are for people: what goes over the wire depends on the locale. The others that
 * are refused have a meaning in a URL (RFC 3986 section 2.2) and can stand in a host only by a
 * percent sign of their own, which libcurl's parser has taken away: written again they would part
 * the URL elsewhere.
 */
static bool is_writable(const char *host)
{
	for (; *host; host++)
		if ((unsigned char)*host >= 0x7f || (unsigned char)*host <= ' ' ||
		    strchr("%\"#/<>?@[\\]^`{|}!$&'()*+,;=", *host))
			return false;
	return true;
}

static void lower(char *string)
{
	for (; *string; string++)
		*string = (char)tolower((unsigned char)*string);
}

/* Numeric hosts in whatever spelling become the one normal spelling. */
static int normal_address(char **host)
{
	char spelled[ADDRESS_TEXT_MAX];
	struct address address;
	struct in_addr ipv4;
	char *copy;

	if (address_parse(*host, &address)) {
		if (!inet_aton(*host, &ipv4))
			return 0;
		address = address_from_ipv4(ntohl(ipv4.s_addr));
	}
	copy = text_copy(address_print(&address, spelled));
	if (!copy)
		return -ENOMEM;
	free(*host);
	*host = copy;
	return 0;
}

static int take_host(CURLU *handle, struct url *url)
{
	int error = part(handle, CURLUPART_HOST, 0, &url->host);
	size_t length;

	if (error)
		return error;
	length = url->host ? strlen(url->host) : 0;
	if (length > 2 && url->host[0] == '[' && url->host[length - 1] == ']') {
		memmove(url->host, url->host + 1, length - 2);
		url->host[length -= 2] = '\0';
	}
	if (length > 0 && url->host[length - 1] == '.')
		url->host[--length] = '\0';
	if (!length || url->host[length - 1] == '.' || !is_writable(url->host))
		return -EINVAL;
	lower(url->host);
	return normal_address(&url->host);
}

/* The port, and whether the text goes without it because it is the scheme's own. */
static int take_port(CURLU *handle, struct url *url, bool *left_out)
{
	char *port = NULL, *spelled = NULL;
	uint64_t number = 0;
	size_t i;
	int error = part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT, &port);

	if (!error)
		error = part(handle, CURLUPART_PORT, CURLU_NO_DEFAULT_PORT, &spelled);
	if (!error && port)
		error = text_whole_number(port, 65535, &number);
	for (i = 0; i < sizeof(other_ports) / sizeof(other_ports[0]); i++)
		if (!port && !strcmp(url->scheme, other_ports[i].scheme))
			number = other_ports[i].port;
	url->port = (uint32_t)number;
	*left_out = !spelled;
	free(port);
	free(spelled);
	return error;
}

static int take_path(CURLU *handle, struct url *url)
{
	char *path = NULL, *query = NULL;
	struct text whole;
	int error = part(handle, CURLUPART_PATH, 0, &path);

	if (!error)
		error = part(handle, CURLUPART_QUERY, 0, &query);
	if (error) {
		free(path);
		free(query);
		return error;
	}
	text_init(&whole, 4 * URL_MAX);
	text_add(&whole, path && *path ? path : "/");
	if (query) {
		text_add(&whole, "?");
		text_add(&whole, query);
	}
	free(path);
	free(query);
	url->path = text_take(&whole);
	error = url->path ? 0 : text_error(&whole);
	text_release(&whole);
	return error == -EFBIG ? -EINVAL : error;
}

static int join(struct url *url, bool portless)
{
	bool bracketed = strchr(url->host, ':');
	struct text whole;
	int error;

	text_init(&whole, URL_MAX);
	text_addf(&whole, "%s://%s%s%s", url->scheme, bracketed ? "[" : "", url->host,
		  bracketed ? "]" : "");
	if (!portless)
		text_addf(&whole, ":%u", (unsigned int)url->port);
	text_add(&whole, url->path);
	url->text = text_take(&whole);
	error = url->text ? 0 : text_error(&whole);
	text_release(&whole);
	return error == -EFBIG ? -EINVAL : error;
}

static int take(CURLU *handle, struct url *url)
{
	char *user = NULL, *password = NULL;
	bool portless = false;
	int error = part(handle, CURLUPART_SCHEME, 0, &url->scheme);

	if (!error && !url->scheme)
		return -EINVAL;
	if (!error) {
		lower(url->scheme);
		error = take_host(handle, url);
	}
	if (!error)
		error = take_port(handle, url, &portless);
	if (!error)
		error = part(handle, CURLUPART_USER, 0, &user);
	if (!error)
		error = part(handle, CURLUPART_PASSWORD, 0, &password);
	url->had_user = user || password;
	if (!error)
		error = take_path(handle, url);
	if (!error)
		error = join(url, portless);
	free(user);
	free(password);
	return error;
}

/* `base` NULL: `reference` stands alone. */
static int read_url(const char *base, const char *reference, struct url *url)
{
	const unsigned int foreign = CURLU_NON_SUPPORT_SCHEME;
	CURLU *handle;
	int error = 0;

	*url = (struct url){ .text = NULL };
	if (!*reference || strnlen(reference, URL_MAX + 1) > URL_MAX)
		return -EINVAL;
	handle = curl_url();
	if (!handle)
		return -ENOMEM;
	if (base)
		error = code_of(curl_url_set(handle, CURLUPART_URL, base, foreign));
	if (!error) /* spaces in a Location are sent encoded, as every client does */
		error = code_of(curl_url_set(handle, CURLUPART_URL, reference,
					     base ? foreign | CURLU_URLENCODE | CURLU_ALLOW_SPACE
						  : foreign));
	if (!error)
		error = take(handle, url);
	curl_url_cleanup(handle);
	return error;
}

int url_parse(const char *text, struct url *url)
{
	return read_url(NULL, text, url);
}

int url_resolve(const char *base, const char *reference, struct url *url)
{
	return read_url(base, reference, url);
}

void url_release(struct url *url)
{
	free(url->text);
	free(url->scheme);
	free(url->host);
	free(url->path);
	*url = (struct url){ .text = NULL };
}

bool url_same_origin(const struct url *a, const struct url *b)
{
	return text_equal(a->scheme, b->scheme) && text_equal(a->host, b->host) &&
	       a->port == b->port;
}
