/* SPDX-License-Identifier: Apache-2.0 */
/* What is read of an answer: header lines, and what a body turns out to be. */
#include "probes/endpoints_helper/http.h"
#include "probes/endpoints_helper/http_head.h"
#include "rules/text.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
	struct http_fact fact;
	struct http_head head;
};

static void open_fixture(struct fixture *fixture)
{
	memset(fixture, 0, sizeof(*fixture));
	fixture->head.fact = &fixture->fact;
	fixture->head.url = "http://h/api/v4/version";
}

static void close_fixture(struct fixture *fixture)
{
	http_head_release(&fixture->head);
	record_release(&http_record, &fixture->fact);
}

static void feed(struct fixture *fixture, const char *line)
{
	assert_int_equal(http_head_line(&fixture->head, line, strlen(line)), 0);
}

static void test_fields(void **state)
{
	struct fixture fixture;

	(void)state;
	open_fixture(&fixture);
	feed(&fixture, "HTTP/1.1 301 Moved\r\n");
	feed(&fixture, "content-TYPE:\ttext/html  \r\n");
	feed(&fixture, "Content-Type: second\r\n");
	feed(&fixture, "Server: a\x01z\r\n");
	feed(&fixture, "Date: Fri, 20 Nov 2026 12:00:00 GMT\r\n");
	feed(&fixture, "Content-Length: 42\r\n");
	feed(&fixture, "Location: https://user:secret@other.example/x?token=1#f\r\n");
	feed(&fixture, "Location: /second\r\n");
	feed(&fixture, "no colon\r\n");
	assert_false(fixture.head.complete);
	feed(&fixture, "\r\n");
	assert_true(fixture.head.complete);
	feed(&fixture, "Via: a trailer\r\n");
	assert_int_equal(fixture.fact.status.value, 301);
	assert_string_equal(fixture.fact.content_type, "text/html");
	assert_string_equal(fixture.fact.server, "a\\x01z");
	assert_string_equal(fixture.fact.date, "Fri, 20 Nov 2026 12:00:00 GMT");
	assert_int_equal(fixture.fact.length.value, 42);
	assert_string_equal(fixture.fact.location, "https://other.example/x");
	/* what is asked for next, and held by no fact */
	assert_string_equal(fixture.head.location, "https://other.example/x?token=1");
	assert_null(fixture.fact.via);
	close_fixture(&fixture);
}

/* The last answer counts, whatever an interim one said. */
static void test_interim(void **state)
{
	struct fixture fixture;

	(void)state;
	open_fixture(&fixture);
	feed(&fixture, "HTTP/1.1 103 Early Hints\r\n");
	feed(&fixture, "Location: /early\r\n");
	feed(&fixture, "\r\n");
	assert_false(fixture.head.complete);
	feed(&fixture, "HTTP/1.1 200\r\n");
	assert_null(fixture.fact.location);
	assert_null(fixture.head.location);
	assert_int_equal(fixture.fact.status.value, 200);
	feed(&fixture, "\r\n");
	assert_true(fixture.head.complete);
	close_fixture(&fixture);
}

static void test_locations(void **state)
{
	static const struct {
		const char *line, *location, *whole;
	} rows[] = {
		{ "Location: /x?y", "http://h/x", "http://h/x?y" },
		{ "Location: ?a=b%2B%3D+c", "http://h/api/v4/version",
		  "http://h/api/v4/version?a=b%2B%3D+c" },
		{ "Location: //o:81/x", "http://o:81/x", "http://o:81/x" },
		{ "Location: other", "http://h/api/v4/other", "http://h/api/v4/other" },
		{ "Location: http://u:p@a b/?s", "a b/", "http://u:p@a b/?s" },
		{ "Location: javascript:alert(1)", "javascript:alert(1)",
		  "javascript:alert(1)" },
		{ "Location:", "", "" },
	};
	struct fixture fixture;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		open_fixture(&fixture);
		feed(&fixture, "HTTP/1.1 302 Found\r\n");
		feed(&fixture, rows[i].line);
		assert_string_equal(fixture.fact.location, rows[i].location);
		assert_string_equal(fixture.head.location, rows[i].whole);
		close_fixture(&fixture);
	}
}

static void test_numbers(void **state)
{
	static const struct {
		const char *line;
		struct maybe status, length;
	} rows[] = {
		{ "HTTP/1.1 200 OK", { true, 200 }, { false, 0 } },
		{ "HTTP/2 404", { true, 404 }, { false, 0 } },
		{ "HTTP/1.1 20", { false, 0 }, { false, 0 } },
		{ "HTTP/1.1 2000", { false, 0 }, { false, 0 } },
		{ "HTTP/1.1", { false, 0 }, { false, 0 } },
		{ "Content-Length: 4294967295", { false, 0 }, { true, UINT32_MAX } },
		{ "Content-Length: 4294967296", { false, 0 }, { false, 0 } },
		{ "Content-Length: 99999999999999", { false, 0 }, { false, 0 } },
		{ "Content-Length: -1", { false, 0 }, { false, 0 } },
	};
	struct fixture fixture;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		open_fixture(&fixture);
		feed(&fixture, rows[i].line);
		assert_int_equal(fixture.fact.status.known, rows[i].status.known);
		assert_int_equal(fixture.fact.status.value, rows[i].status.value);
		assert_int_equal(fixture.fact.length.known, rows[i].length.known);
		assert_int_equal(fixture.fact.length.value, rows[i].length.value);
		close_fixture(&fixture);
	}
}

static void test_bound(void **state)
{
	char line[1024];
	struct fixture fixture;
	size_t i;

	(void)state;
	memset(line, 'x', sizeof(line));
	open_fixture(&fixture);
	for (i = 0; i < HTTP_HEADER_MAX / sizeof(line); i++)
		assert_int_equal(http_head_line(&fixture.head, line, sizeof(line)), 0);
	assert_int_equal(http_head_line(&fixture.head, line, 1), -EFBIG);
	close_fixture(&fixture);
}

static void test_bodies(void **state)
{
	static const struct {
		const char *type, *body;
		int kind;
		const char *title;
		bool login, wants_tls;
	} rows[] = {
		{ "application/json", "", HTTP_BODY_NONE, NULL, false, false },
		{ "text/html", "  {\"a\":1}", HTTP_BODY_JSON, NULL, false, false },
		{ "application/json", "<!DOCTYPE HTML><title>x</title>", HTTP_BODY_HTML, "x", false,
		  false },
		{ NULL, "\xef\xbb\xbf\n<HTML><TITLE lang=en>\n Sign in \n</TITLE>"
			"<input TYPE='password'>",
		  HTTP_BODY_HTML, "Sign in", true, false },
		{ NULL, "<html><input type=\"text\">", HTTP_BODY_HTML, NULL, false, false },
		{ NULL, "<?xml version=\"1.0\"?><metadata/>", HTTP_BODY_XML, NULL, false, false },
		{ NULL, "<?xml version=\"1.0\"?><html><title>x</title>", HTTP_BODY_HTML, "x", false,
		  false },
		{ NULL, "001e# service=git-upload-pack\n", HTTP_BODY_GIT, NULL, false, false },
		{ "text/plain", "Retry later\n", HTTP_BODY_TEXT, NULL, false, false },
		{ NULL, "plain words", HTTP_BODY_TEXT, NULL, false, false },
		{ NULL, "\x01\x02", HTTP_BODY_OTHER, NULL, false, false },
		{ "text/html",
		  "<html><title>400 The plain HTTP request was sent to HTTPS port</title>",
		  HTTP_BODY_HTML, "400 The plain HTTP request was sent to HTTPS port", false,
		  true },
		{ "text/plain", "Client sent an HTTP request to an HTTPS server.\n", HTTP_BODY_TEXT,
		  NULL, false, true },
		{ NULL, "\x15\x03\x01\x01\x02\x02\x16", HTTP_BODY_OTHER, NULL, false, true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_fact fact = { .content_type = text_copy(rows[i].type) };

		assert_int_equal(http_body_look(&fact, rows[i].body, strlen(rows[i].body)), 0);
		if (fact.body != rows[i].kind || !text_equal(fact.title, rows[i].title) ||
		    fact.login != rows[i].login || fact.wants_tls != rows[i].wants_tls)
			fail_msg("\"%s\": %s, title %s", rows[i].body, http_body_words[fact.body],
				 fact.title);
		record_release(&http_record, &fact);
	}
}

/* Longer than is kept, and cut by a NUL. */
static void test_title(void **state)
{
	char body[512] = "<html><title>";
	struct http_fact fact = { .outcome = HTTP_ANSWERED };

	(void)state;
	memset(body + 13, 'x', 400);
	assert_int_equal(http_body_look(&fact, body, 413), 0);
	assert_int_equal(strlen(fact.title), 64);
	body[20] = '\0';
	assert_int_equal(http_body_look(&fact, body, 413), 0);
	assert_int_equal(strncmp(fact.title, "xxxxxxx\\x00xx", 13), 0);
	record_release(&http_record, &fact);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields), cmocka_unit_test(test_interim),
		cmocka_unit_test(test_locations), cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_bound), cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_title),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
