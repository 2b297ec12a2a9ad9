/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The judge of Locations: a base (up to the first NUL or line end) and a reference. What comes out
 * parses again to the same, holds no user information, and an address in it has one spelling.
 */
#include "probes/endpoints_helper/url.h"
#include "rules/text.h"
#include "tests/fuzz/fuzz.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#define URL_TEXT_MAX 4096

static void check(const struct url *url)
{
	struct in_addr ipv4;
	struct address address;
	struct url again;
	size_t i;

	FUZZ_CHECK(strlen(url->text) <= URL_TEXT_MAX && *url->scheme && *url->host);
	FUZZ_CHECK(url->path[0] == '/' && url->port <= 65535);
	for (i = 0; url->host[i]; i++)
		FUZZ_CHECK(url->host[i] > ' ' && url->host[i] < 0x7f &&
			   !strchr("@/?#[]", url->host[i]));
	FUZZ_CHECK(strncmp(strstr(url->text, "://") + 3, url->host, strlen(url->host)) == 0 ||
		   strchr(url->host, ':'));
	FUZZ_CHECK(url_parse(url->text, &again) == 0);
	FUZZ_CHECK(!again.had_user && url_same_origin(url, &again));
	FUZZ_CHECK(strcmp(url->text, again.text) == 0);
	url_release(&again);
	/* what a resolver would take for an address was taken for one */
	FUZZ_CHECK(!inet_aton(url->host, &ipv4) || address_parse(url->host, &address) == 0);
	if (!address_parse(url->host, &address) && address.family == ADDRESS_IPV4)
		FUZZ_CHECK(address_ipv4(&address) != 0x646464c8 ||
			   url_forbidden(&address, true) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text, *reference;
	struct url url;
	int code;

	if (size > 4 * URL_TEXT_MAX)
		return 0;
	text = fuzz_string(data, size);
	reference = text + strcspn(text, "\n");
	if (*reference)
		*reference++ = '\0';
	code = url_parse(text, &url);
	FUZZ_CHECK(code == 0 || code == -EINVAL);
	if (!code) {
		struct url there;

		check(&url);
		code = url_resolve(url.text, reference, &there);
		FUZZ_CHECK(code == 0 || code == -EINVAL);
		if (!code)
			check(&there);
		url_release(&there);
	}
	url_release(&url);
	free(text);
	return 0;
}
