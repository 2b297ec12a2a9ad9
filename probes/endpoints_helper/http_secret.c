/* SPDX-License-Identifier: Apache-2.0 */
/* The token on its way into a header; what is ours of it is wiped. */
#include "probes/endpoints_helper/http_web.h"

#include "rules/text.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define SECRET_MAX ((size_t)8192)
/* Who a token belongs to does not matter to GitLab, so any name will do. */
#define ANY_USER "oauth2"

static void add_encoded(struct text *header, const struct text *plain)
{
	size_t room = (plain->length + 2) / 3 * 4 + 1;
	char *encoded = malloc(room);

	if (!encoded) {
		header->error = -ENOMEM;
		return;
	}
	(void)EVP_EncodeBlock((unsigned char *)encoded, (const unsigned char *)plain->data,
			      (int)plain->length);
	text_add(header, encoded);
	explicit_bzero(encoded, room);
	free(encoded);
}

/* RFC 7617 */
static void add_basic(struct text *header, const char *user, const char *token)
{
	struct text plain;

	text_init(&plain, SECRET_MAX / 2);
	/* room for all of it at once: growing would leave copies behind */
	text_addf(&plain, "%s:%s", user && *user ? user : ANY_USER, token);
	text_add(header, "Authorization: Basic ");
	if (text_error(&plain))
		header->error = text_error(&plain);
	else
		add_encoded(header, &plain);
	if (plain.data)
		explicit_bzero(plain.data, plain.length);
	text_release(&plain);
}

int exchange_add_secret(struct exchange *exchange)
{
	const struct run *run = exchange->web->run;
	struct curl_slist *longer = NULL;
	struct text header;

	if (exchange->credentials == HTTP_NO_CREDENTIALS)
		return 0;
	text_init(&header, SECRET_MAX);
	if (exchange->credentials == HTTP_BASIC)
		add_basic(&header, run->request->plan.gitlab.username, run->token);
	else
		text_addf(&header, "PRIVATE-TOKEN: %s", run->token);
	if (!text_error(&header))
		longer = curl_slist_append(exchange->headers, text_string(&header));
	if (header.data)
		explicit_bzero(header.data, header.length);
	text_release(&header);
	if (!longer)
		return -ENOMEM;
	exchange->headers = longer;
	return 0;
}

void exchange_wipe_headers(struct exchange *exchange)
{
	struct curl_slist *header;

	for (header = exchange->headers; header; header = header->next)
		explicit_bzero(header->data, strlen(header->data));
	curl_slist_free_all(exchange->headers);
	exchange->headers = NULL;
}
