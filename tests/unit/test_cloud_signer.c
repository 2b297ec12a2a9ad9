/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signature V3 against the vendor's published examples and vectors that its own SDK signed too
 * (tests/unit/signature_vectors.jsonl).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "probes/cloud_helper/calls.h"
#include "probes/cloud_helper/reply.h"
#include "probes/cloud_helper/signer.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#define MOST 32
#define EMPTY_DIGEST "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const struct cloud_credential test_key = { (char *)"testAccessKeyId",
						  (char *)"testAccessKeySecret", NULL };

static void fill(const cJSON *object, struct cloud_parameter *out)
{
	const cJSON *item;
	size_t count = 0;

	cJSON_ArrayForEach(item, object) {
		assert_true(count < MOST);
		out[count++] = (struct cloud_parameter){ item->string, item->valuestring };
	}
	out[count] = (struct cloud_parameter){ NULL, NULL };
}

static void check_vector(const cJSON *vector)
{
	struct cloud_parameter query[MOST + 1], headers[MOST + 1];
	struct signer_request request = { .method = reply_word(vector, "method"),
					  .path = reply_word(vector, "path"), .query = query,
					  .headers = headers, .body = reply_word(vector, "body") };
	char digest[SIGNER_DIGEST_TEXT];
	struct text out;

	fill(reply_at(vector, "query"), query);
	fill(reply_at(vector, "headers"), headers);
	text_init(&out, 4096);
	assert_int_equal(signer_authorization(&request, &test_key, &out), 0);
	assert_string_equal(text_string(&out), reply_word(vector, "auth"));
	signer_digest(request.body, strlen(request.body), digest);
	assert_string_equal(digest, reply_word(vector, "headers.x-acs-content-sha256"));
	text_release(&out);
}

static void test_vectors_of_the_sdk(void **state)
{
	FILE *file = fopen("unit/signature_vectors.jsonl", "r");
	char line[4096];
	int count = 0;

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		cJSON *vector = NULL;

		line[strcspn(line, "\n")] = '\0';
		assert_int_equal(json_parse(line, strlen(line), &vector, NULL), 0);
		check_vector(vector);
		cJSON_Delete(vector);
		count++;
	}
	assert_int_equal(fclose(file), 0);
	assert_int_equal(count, 5);
}

/* The two examples of the vendor's page: date, nonce, hash of the request, signature. */
static const struct { const char *date, *nonce, *hash, *signature; } published[] = {
	{ "2023-10-26T10:22:32Z", "3156853299f313e23d1673dc12e1703d",
	  "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259",
	  "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0" },
	{ "2023-10-26T09:01:01Z", "d410180a5abf7fe235dd9b74aca91fc0",
	  "29622f5feb1e9fcaaa2e276a72889c975f7b16f00e02be1ca34965b18cd85015",
	  "e521358f7776c97df52e6b2891a8bc73026794a071b50c3323388c4e0df64804" },
};

static void test_published_examples(void **state)
{
	static const struct cloud_parameter query[] = {
		{ "RegionId", "cn-shanghai" },
		{ "ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd" },
		{ NULL, NULL },
	};
	static const struct cloud_credential key = { (char *)"YourAccessKeyId",
						     (char *)"YourAccessKeySecret", NULL };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(published) / sizeof(published[0]); i++) {
		const struct cloud_parameter headers[] = {
			{ "host", "ecs.cn-shanghai.aliyuncs.com" },
			{ "x-acs-action", "RunInstances" },
			{ "x-acs-version", "2014-05-26" },
			{ "x-acs-date", published[i].date },
			{ "x-acs-signature-nonce", published[i].nonce },
			{ "x-acs-content-sha256", EMPTY_DIGEST },
			{ "accept", "application/json" },
			{ NULL, NULL },
		};
		const struct signer_request request = { .method = "POST", .path = "/",
							.query = query, .headers = headers,
							.body = "" };
		char digest[SIGNER_DIGEST_TEXT];
		struct text canonical, names, out;

		text_init(&canonical, 4096);
		text_init(&names, 4096);
		text_init(&out, 4096);
		signer_canonical(&request, &canonical, &names);
		signer_digest(text_string(&canonical), canonical.length, digest);
		assert_string_equal(digest, published[i].hash);
		assert_int_equal(signer_authorization(&request, &key, &out), 0);
		assert_string_equal(strstr(text_string(&out), "Signature=") + 10,
				    published[i].signature);
		text_release(&canonical);
		text_release(&names);
		text_release(&out);
	}
}

static void test_empty_and_odd_input(void **state)
{
	static const struct cloud_parameter query[] = {
		{ "b", "" }, { "a.10", "x y" }, { "a.2", "*~" }, { NULL, NULL },
	};
	struct text out;

	(void)state;
	text_init(&out, 4096);
	signer_query(query, &out);
	assert_string_equal(text_string(&out), "a.10=x%20y&a.2=%2A~&b=");
	text_clear(&out);
	signer_query(NULL, &out);
	assert_string_equal(text_string(&out), "");
	text_release(&out);
}

/* The server signs what it got: a path that is sent as it stands in a plan would not fit. */
static void test_path_is_sent_as_signed(void **state)
{
	static const struct { const char *path, *url; } rows[] = {
		{ NULL, "https://cr.example/?" },
		{ "", "https://cr.example/?" },
		{ "/repos/a/tags", "https://cr.example/repos/a/tags?" },
		{ "/repos/a b/%2F?x#y", "https://cr.example/repos/a%20b/%252F%3Fx%23y?" },
		{ "repos", "https://cr.example/repos?" },
		{ ".evil.example/", "https://cr.example/.evil.example/?" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct cloud_action action = { .product = PRODUCT_CR, .name = "Get",
						     .method = "GET", .path = rows[i].path };
		const struct exchange exchange = { .action = &action,
						   .base = "https://cr.example",
						   .credential = &test_key };
		struct curl_slist *headers = NULL;
		struct text url;

		text_init(&url, 4096);
		assert_int_equal(exchange_build(&exchange, &url, &headers), 0);
		assert_string_equal(text_string(&url), rows[i].url);
		text_release(&url);
		http_headers_free(headers);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors_of_the_sdk),
		cmocka_unit_test(test_published_examples),
		cmocka_unit_test(test_empty_and_odd_input),
		cmocka_unit_test(test_path_is_sent_as_signed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
