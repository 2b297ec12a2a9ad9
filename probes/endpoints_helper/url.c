/* SPDX-License-Identifier: Apache-2.0 */
/* URLs, by libcurl's parser. */
#include "probes/endpoints_helper/url.h"

#include "rules/text.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static char *part(CURLU *handle, CURLUPart which, unsigned int flags)
{
	char *text = NULL, *copy;

	if (curl_url_get(handle, which, &text, flags))
		return NULL;
	copy = text_copy(text);
	curl_free(text);
	return copy;
}

static int take_apart(CURLU *handle, struct url *url)
{
	char *port;

	(void)curl_url_set(handle, CURLUPART_USER, NULL, 0);
	(void)curl_url_set(handle, CURLUPART_PASSWORD, NULL, 0);
	(void)curl_url_set(handle, CURLUPART_FRAGMENT, NULL, 0);
	url->text = part(handle, CURLUPART_URL, CURLU_NO_DEFAULT_PORT);
	url->scheme = part(handle, CURLUPART_SCHEME, 0);
	url->host = part(handle, CURLUPART_HOST, 0);
	url->path = part(handle, CURLUPART_PATH, 0);
	port = part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	url->port = port ? (uint32_t)strtoul(port, NULL, 10) : 0;
	free(port);
	return url->text && url->scheme && url->host && *url->host && url->path ? 0 : -EINVAL;
}

static int parse(const char *base, const char *text, struct url *url)
{
	CURLU *handle = curl_url();
	int error = -EINVAL;

	memset(url, 0, sizeof(*url));
	if (!handle)
		return -ENOMEM;
	if (strlen(text) <= 2048 &&
	    (!base || !curl_url_set(handle, CURLUPART_URL, base, CURLU_NON_SUPPORT_SCHEME)) &&
	    !curl_url_set(handle, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME))
		error = take_apart(handle, url);
	curl_url_cleanup(handle);
	return error;
}

int url_parse(const char *text, struct url *url)
{
	return parse(NULL, text, url);
}

int url_resolve(const char *base, const char *reference, struct url *url)
{
	return parse(base, reference, url);
}

void url_release(struct url *url)
{
	free(url->text);
	free(url->scheme);
	free(url->host);
	free(url->path);
	memset(url, 0, sizeof(*url));
}

bool url_same_origin(const struct url *a, const struct url *b)
{
	return text_equal(a->scheme, b->scheme) && text_equal(a->host, b->host) &&
	       a->port == b->port;
}

const char *url_forbidden(const struct address *address, bool loopback_allowed)
{
	if (address->family == ADDRESS_IPV4 && address->bytes[0] == 169 && address->bytes[1] == 254)
		return "link-local";
	if (address_ipv4(address) == 0x646464c8)
		return "metadata service";
	return address_is_loopback(address) && !loopback_allowed ? "loopback" : NULL;
}
