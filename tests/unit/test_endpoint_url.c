/* SPDX-License-Identifier: Apache-2.0 */
/* URLs in all spellings, and which addresses nothing is ever sent to. */
#include "probes/endpoints_helper/url.h"
#include "rules/text.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct parsed {
	const char *given, *text, *scheme, *host;
	uint32_t port;
	const char *path;
	bool had_user;
};

static void check_parsed(const struct parsed *row, const struct url *url)
{
	assert_string_equal(url->text, row->text);
	assert_string_equal(url->scheme, row->scheme);
	assert_string_equal(url->host, row->host);
	assert_int_equal(url->port, row->port);
	assert_string_equal(url->path, row->path);
	assert_int_equal(url->had_user, row->had_user);
}

static void test_parse(void **state)
{
	static const struct parsed rows[] = {
		{ "http://A.Example", "http://a.example/", "http", "a.example", 80, "/", false },
		{ "HTTPS://a.example.:443/x?y#z", "https://a.example/x?y", "https", "a.example",
		  443, "/x?y", false },
		{ "http://u:p@h:8080/a/../b", "http://h:8080/b", "http", "h", 8080, "/b", true },
		{ "https://tok@h/", "https://h/", "https", "h", 443, "/", true },
		{ "ssh://git@h/g/p.git", "ssh://h/g/p.git", "ssh", "h", 22, "/g/p.git", true },
		{ "ssh://h:2222/p", "ssh://h:2222/p", "ssh", "h", 2222, "/p", false },
		{ "git://h/p", "git://h/p", "git", "h", 9418, "/p", false },
		{ "http://[2001:DB8::1]:80/", "http://[2001:db8::1]/", "http", "2001:db8::1", 80,
		  "/", false },
		{ "http://0x7f.1/", "http://127.0.0.1/", "http", "127.0.0.1", 80, "/", false },
		{ "http://1684301000", "http://100.100.100.200/", "http", "100.100.100.200", 80,
		  "/", false },
		{ "http://0144.0144.0144.0310", "http://100.100.100.200/", "http",
		  "100.100.100.200", 80, "/", false },
		{ "http://%31%30%30.100.100.200", "http://100.100.100.200/", "http",
		  "100.100.100.200", 80, "/", false },
	};
	static const char *const none[] = { "", "x", "http://", "file:///etc/passwd",
					    "http://h:99999/", "http://a b/", "javascript:x",
					    "http://m\xc3\xbcnchen.example/", "http://h\x01/",
					    "/only/a/path", "git@h:g/p.git" };
	char long_one[5000] = "http://h/";
	struct url url;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(url_parse(rows[i].given, &url), 0);
		check_parsed(&rows[i], &url);
		url_release(&url);
	}
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		if (url_parse(none[i], &url) != -EINVAL)
			fail_msg("'%s' became '%s'", none[i], url.text);
		url_release(&url);
	}
	memset(long_one + 9, 'x', sizeof(long_one) - 10);
	assert_int_equal(url_parse(long_one, &url), -EINVAL);
	url_release(&url);
}

static void test_resolve(void **state)
{
	static const struct {
		const char *reference, *text;
	} rows[] = {
		{ "/x", "https://h:8443/x" },
		{ "x y", "https://h:8443/a/x%20y" },
		{ "?q=1", "https://h:8443/a/b?q=1" },
		{ "../../../up", "https://h:8443/up" },
		{ "//other/x", "https://other/x" },
		{ "http://u:p@other", "http://other/" },
		{ "http://0x646464c8/latest", "http://100.100.100.200/latest" },
	};
	struct url url;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(url_resolve("https://h:8443/a/b?c", rows[i].reference, &url), 0);
		assert_string_equal(url.text, rows[i].text);
		url_release(&url);
	}
	assert_int_equal(url_resolve("https://h/", "", &url), -EINVAL);
	url_release(&url);
	assert_int_equal(url_resolve("https://h/", "javascript:x", &url), -EINVAL);
	url_release(&url);
}

static void test_origin(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{ "http://h", "http://H:80/x", true },
		{ "https://h/a", "https://h:443/b", true },
		{ "http://h", "https://h", false },
		{ "http://h", "http://h:8080", false },
		{ "http://h", "http://h.example", false },
		{ "http://10.0.0.1", "http://0x0a000001", true },
	};
	struct url a, b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(url_parse(rows[i].a, &a), 0);
		assert_int_equal(url_parse(rows[i].b, &b), 0);
		assert_int_equal(url_same_origin(&a, &b), rows[i].same);
		url_release(&a);
		url_release(&b);
	}
}

static void test_forbidden(void **state)
{
	static const struct {
		const char *address, *why;
	} rows[] = {
		{ "100.100.100.200", "metadata service" },
		{ "::ffff:100.100.100.200", "metadata service" },
		{ "::100.100.100.200", "metadata service" },
		{ "::ffff:0:100.100.100.200", "metadata service" },
		{ "2002:6464:64c8::1", "metadata service" },
		{ "64:ff9b::6464:64c8", "metadata service" },
		{ "64:ff9b:1::6464:64c8", "metadata service" },
		{ "64:ff9b:1:6464:64:c800::", "metadata service" },
		{ "2001:0:c000:201:3:4:9b9b:9b37", "metadata service" },
		{ "2001:0:6464:64c8::3fff:fefe", "metadata service" },
		{ "2001:db8::5efe:100.100.100.200", "metadata service" },
		{ "2001:db8::200:5efe:100.100.100.200", "metadata service" },
		{ "169.254.1.1", "link-local" },
		{ "fe80::1", "link-local" },
		{ "febf::1", "link-local" },
		{ "::ffff:169.254.169.254", "link-local" },
		{ "127.0.0.1", "loopback" },
		{ "127.255.255.255", "loopback" },
		{ "::1", "loopback" },
		{ "::ffff:127.0.0.1", "loopback" },
		{ "0.0.0.0", "unspecified" },
		{ "0.1.2.3", "unspecified" },
		{ "::", "unspecified" },
		{ "224.0.0.1", "multicast" },
		{ "ff02::1", "multicast" },
		{ "255.255.255.255", "broadcast" },
		{ "100.100.100.199", NULL },
		{ "100.100.100.201", NULL },
		{ "100.104.0.1", NULL },
		{ "172.20.5.10", NULL },
		{ "169.253.0.1", NULL },
		{ "2001:db8::1", NULL },
		{ "2002:ac14:50a::1", NULL },
		{ "64:ff9b::ac14:50a", NULL },
		{ "64:ff9b:1::ac14:50a", NULL },
		{ "fec0::1", NULL },
		{ "fd00::1", NULL },
	};
	struct address address;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(address_parse(rows[i].address, &address), 0);
		if (!text_equal(url_forbidden(&address, false), rows[i].why))
			fail_msg("%s: %s", rows[i].address, url_forbidden(&address, false));
	}
	assert_int_equal(address_parse("127.0.0.1", &address), 0);
	assert_null(url_forbidden(&address, true));
	assert_int_equal(address_parse("::ffff:127.0.0.1", &address), 0);
	assert_null(url_forbidden(&address, true));
	address.family = ADDRESS_NONE;
	assert_non_null(url_forbidden(&address, true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_resolve),
		cmocka_unit_test(test_origin),
		cmocka_unit_test(test_forbidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
