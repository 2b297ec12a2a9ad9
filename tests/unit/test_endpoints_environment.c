/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proxy and trust variables as they are reported: which ones, and never a password of them.
 */
#include "probes/endpoints_environment.h"

#include "rules/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct row {
	const char *name, *variable;
	const char *proxy; /* NULL: none is reported */
	const char *trust;
};

static const struct row rows[] = {
	{ "plain", "http_proxy=http://192.0.2.1:3128", "http_proxy=http://192.0.2.1:3128", NULL },
	{ "capitals", "HTTPS_PROXY=http://p:1", "HTTPS_PROXY=http://p:1", NULL },
	{ "user", "https_proxy=http://user:secret@p.example:3128",
	  "https_proxy=http://p.example:3128", NULL },
	{ "no scheme", "all_proxy=user:secret@p.example:3128", "all_proxy=p.example:3128", NULL },
	{ "signs in the password", "http_proxy=http://u:se/cr?e#t@p:1/", "http_proxy=http://p:1",
	  NULL },
	{ "two at signs", "http_proxy=http://u:secret@more@p:1", "http_proxy=http://p:1", NULL },
	{ "colon and slashes in the password", "http_proxy=u:se://cret@p:1", "http_proxy=p:1",
	  NULL },
	{ "path", "ftp_proxy=http://p:1/secret?secret", "ftp_proxy=http://p:1", NULL },
	{ "socks", "ALL_PROXY=socks5h://u:secret@p:1080", "ALL_PROXY=socks5h://p:1080", NULL },
	{ "control characters", "http_proxy=p\n\033[1m", "http_proxy=p\\x0a\\x1b[1m", NULL },
	{ "empty", "http_proxy=", NULL, NULL },
	{ "no value", "http_proxy", NULL, NULL },
	{ "another name", "my_http_proxy=http://p:1", NULL, NULL },
	{ "a longer name", "http_proxy2=http://p:1", NULL, NULL },
	{ "exceptions", "no_proxy=localhost,.corp", "no_proxy=localhost,.corp", NULL },
	{ "trust", "SSL_CERT_FILE=/secret", NULL, "SSL_CERT_FILE" },
	{ "git's trust", "GIT_SSL_NO_VERIFY=1", NULL, "GIT_SSL_NO_VERIFY" },
};

static void check_one(const char *row, const struct strings *strings, const char *expected)
{
	if (strings->count != (expected ? 1u : 0u))
		fail_msg("%s: %zu reported", row, strings->count);
	if (expected && !text_equal(strings->items[0], expected))
		fail_msg("%s: \"%s\"", row, strings->items[0]);
}

static void test_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct endpoints_request request = { .budget_ms = 0 };
		char *variable = text_copy(rows[i].variable);
		char *environment[] = { variable, NULL };

		assert_non_null(variable);
		assert_int_equal(endpoints_environment(environment, &request), 0);
		check_one(rows[i].name, &request.proxy_variables, rows[i].proxy);
		check_one(rows[i].name, &request.trust_variables, rows[i].trust);
		record_release(&endpoints_request_record, &request);
		free(variable);
	}
}

/* A value of any length: bounded, and its host is what is kept. */
static void test_long(void **state)
{
	struct endpoints_request request = { .budget_ms = 0 };
	size_t length = 100000;
	char *variable = calloc(1, length + 64);
	char *environment[] = { variable, NULL };

	(void)state;
	assert_non_null(variable);
	memcpy(variable, "http_proxy=http://", 18);
	memset(variable + 18, 's', length);
	memcpy(variable + 18 + length, "@p:1", 5);
	assert_int_equal(endpoints_environment(environment, &request), 0);
	check_one("password", &request.proxy_variables, "http_proxy=http://p:1");
	record_release(&endpoints_request_record, &request);
	memset(variable + 18, 'h', length + 4);
	assert_int_equal(endpoints_environment(environment, &request), 0);
	assert_int_equal(request.proxy_variables.count, 1);
	assert_true(strlen(request.proxy_variables.items[0]) < 512);
	record_release(&endpoints_request_record, &request);
	free(variable);
}

static void test_sorted(void **state)
{
	struct endpoints_request request = { .budget_ms = 0 };
	char *environment[] = { (char[]){ "https_proxy=b" }, (char[]){ "http_proxy=a" },
				(char[]){ "SSL_CERT_FILE=x" }, (char[]){ "CURL_CA_BUNDLE=y" },
				NULL };

	(void)state;
	assert_int_equal(endpoints_environment(environment, &request), 0);
	assert_int_equal(request.proxy_variables.count, 2);
	assert_string_equal(request.proxy_variables.items[0], "http_proxy=a");
	assert_int_equal(request.trust_variables.count, 2);
	assert_string_equal(request.trust_variables.items[0], "CURL_CA_BUNDLE");
	record_release(&endpoints_request_record, &request);
	assert_int_equal(endpoints_environment(NULL, &request), 0);
	assert_int_equal(request.proxy_variables.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
