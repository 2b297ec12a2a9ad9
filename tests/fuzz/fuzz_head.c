/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Header lines of an answer, and its body behind the first empty line: what is kept of them is
 * bounded and printable, and no user information and no query of a Location is in it.
 */
#include "probes/endpoints_helper/http.h"
#include "probes/endpoints_helper/http_head.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <string.h>

/* A byte becomes at most four ("\xNN"). */
#define KEPT_MAX (4u * 2048)

static void check_clean(const char *string)
{
	size_t i;

	if (!string)
		return;
	FUZZ_CHECK(strlen(string) <= KEPT_MAX);
	for (i = 0; string[i]; i++)
		FUZZ_CHECK((unsigned char)string[i] >= ' ' && string[i] != 0x7f);
}

static void check(const struct http_fact *fact)
{
	const char *authority = fact->location ? strstr(fact->location, "://") : NULL;

	check_clean(fact->content_type);
	check_clean(fact->server);
	check_clean(fact->via);
	check_clean(fact->date);
	check_clean(fact->location);
	check_clean(fact->authenticate);
	check_clean(fact->retry_after);
	check_clean(fact->last_modified);
	check_clean(fact->title);
	FUZZ_CHECK(!fact->status.known || (fact->status.value < 1000));
	FUZZ_CHECK(!fact->location || !strpbrk(fact->location, "?#"));
	if (authority && text_has_prefix(fact->location, "http"))
		FUZZ_CHECK(!memchr(authority + 3, '@', strcspn(authority + 3, "/")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_fact fact = { .outcome = HTTP_ANSWERED };
	struct http_head head = { .fact = &fact, .url = "https://gitlab.example/api/v4/version" };
	const char *at = (const char *)data, *end = at + size;
	int code = 0;

	while (at < end && !code && !head.complete) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t length = newline ? (size_t)(newline - at) + 1 : (size_t)(end - at);

		code = http_head_line(&head, at, length);
		FUZZ_CHECK(code == 0 || code == -EFBIG);
		at += length;
	}
	FUZZ_CHECK(code == 0 || size > HTTP_HEADER_MAX);
	FUZZ_CHECK(http_body_look(&fact, at, (size_t)(end - at)) == 0);
	check(&fact);
	http_head_release(&head);
	record_release(&http_record, &fact);
	return 0;
}
