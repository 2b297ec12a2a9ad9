/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to the metadata service. What is made of the answers is in metadata_read.c. */
#include "probes/cloud_helper/metadata.h"

#include "probes/cloud_helper/http.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_HEADER "X-aliyun-ecs-metadata-token"
#define TOKEN_SECONDS "120"
#define URL_MAX ((size_t)4096)

/* One exchange; `header` and `value` may be NULL. The answer is released by the caller. */
static int ask(const struct metadata *metadata, const char *method, const char *item,
	       const char *header, struct http_answer *answer)
{
	const char *value = metadata->token ? metadata->token : TOKEN_SECONDS;
	struct http_request request = { .method = method };
	struct text url;
	int error = 0;

	text_init(&url, URL_MAX);
	text_addf(&url, "%s/latest/%s", metadata->base, item);
	request.connect_ms = http_left_ms(metadata->deadline_ms, METADATA_MS);
	request.total_ms = http_left_ms(metadata->deadline_ms, 2 * METADATA_MS);
	request.url = text_string(&url);
	if (text_error(&url) || (header && !http_header(&request.headers, header, value)))
		error = -ENOMEM;
	if (!error)
		error = http_do(&request, answer);
	http_headers_free(request.headers);
	text_release(&url);
	return error;
}

int metadata_open(struct metadata *metadata, const char *base, bool strict, uint64_t deadline_ms,
		  struct fault *fault)
{
	struct http_answer answer = { .easy = NULL };
	int error;

	*metadata = (struct metadata){ .deadline_ms = deadline_ms };
	metadata->base = text_copy(base ? base : METADATA_URL);
	if (!metadata->base)
		return -ENOMEM;
	while (*metadata->base && metadata->base[strlen(metadata->base) - 1] == '/')
		metadata->base[strlen(metadata->base) - 1] = '\0';
	error = ask(metadata, "PUT", "api/token", TOKEN_HEADER "-ttl-seconds", &answer);
	if (!error && answer.status == 200)
		metadata->token = secret_copy(text_string(&answer.body), answer.body.length);
	if (error == -EIO)
		error = fault_set(fault, error, "the metadata service does not answer: %.120s",
				  answer.error);
	else if (!error && strict && !metadata->token)
		error = fault_set(fault, -EACCES, "the metadata service gives no session token, "
						  "and without one it is not to be asked");
	http_release(&answer);
	return error;
}

int metadata_get(const struct metadata *metadata, const char *item, struct text *out,
		 struct fault *fault)
{
	struct http_answer answer = { .easy = NULL };
	int error = ask(metadata, "GET", item, metadata->token ? TOKEN_HEADER : NULL, &answer);

	if (error)
		error = fault_set(fault, error, "the metadata service does not answer: %.120s",
				  answer.error);
	else if (answer.status == 404)
		error = -ENOENT;
	else if (answer.status == 401 || answer.status == 403)
		error = fault_set(fault, -EACCES, "the metadata service refuses %s", item);
	else if (answer.status != 200)
		error = fault_set(fault, -EIO, "the metadata service answers %s with HTTP %u", item,
				  (unsigned int)answer.status);
	else
		text_add_bytes(out, text_string(&answer.body), answer.body.length);
	http_release(&answer);
	return error ? error : text_error(out);
}

void metadata_close(struct metadata *metadata)
{
	free(metadata->base);
	secret_free(metadata->token);
	*metadata = (struct metadata){ .base = NULL };
}
