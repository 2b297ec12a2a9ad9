/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections of the endpoint helper that requests use again: libcurl may take another one in the
 * midst of a request, and close any of them before or after the request's end.
 */
#include "probes/endpoints_helper/http_web.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <cmocka.h>

#define LOOPBACK 0x7f000001u

static struct exchange *exchange_new(struct web *web)
{
	struct exchange *exchange = calloc(1, sizeof(*exchange));

	assert_non_null(exchange);
	exchange->web = web;
	exchange->fd = -1;
	return exchange;
}

/* A connection that libcurl has and that the request which made it has left. */
static struct line *line_left(struct web *web)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(LOOPBACK) };
	struct exchange *maker = exchange_new(web);
	struct line *line;

	maker->url.scheme = (char []){ "http" };
	maker->url.host = (char []){ "gitlab.test" };
	maker->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(maker->fd >= 0);
	assert_int_equal(bind(maker->fd, (struct sockaddr *)&here, sizeof(here)), 0);
	maker->line = line = line_new(maker);
	assert_non_null(line);
	assert_true(line_open(maker, CURLSOCKTYPE_IPCXN, NULL) >= 0);
	assert_int_not_equal(line->port, 0);
	line_leave(maker);
	assert_null(line->exchange);
	free(maker);
	return line;
}

static bool has_socket(const struct exchange *exchange)
{
	struct socket_state state;

	return exchange_socket(exchange, &state);
}

/* The first one fails, libcurl goes on over the second, and closes it after the request's end. */
static void test_another_one(void **state)
{
	struct web web = { .lines = NULL };
	struct line *first = line_left(&web), *second = line_left(&web);
	struct exchange *user = exchange_new(&web);

	(void)state;
	assert_false(has_socket(user));
	line_use_again(user, first->port);
	assert_true(has_socket(user));
	line_use_again(user, second->port);
	assert_int_equal(line_close(first, first->fd), 0);
	assert_true(has_socket(user));
	line_leave(user);
	assert_false(has_socket(user));
	free(user);
	assert_int_equal(line_close(second, second->fd), 0);
	assert_null(web.lines);
}

/* Two requests have used one, the earlier one ends, libcurl closes it under the later one. */
static void test_two_users(void **state)
{
	struct web web = { .lines = NULL };
	struct line *line = line_left(&web);
	struct exchange *earlier = exchange_new(&web), *later = exchange_new(&web);

	(void)state;
	line_use_again(earlier, line->port);
	line_use_again(later, line->port);
	line_leave(earlier);
	free(earlier);
	assert_true(has_socket(later));
	assert_int_equal(line_close(line, line->fd), 0);
	assert_false(has_socket(later));
	line_leave(later);
	free(later);
}

/* No connection has that port: none is taken, whatever was used before. */
static void test_none(void **state)
{
	struct web web = { .lines = NULL };
	struct line *line = line_left(&web);
	struct exchange *user = exchange_new(&web);

	(void)state;
	line_use_again(user, line->port);
	line_use_again(user, 0);
	assert_false(has_socket(user));
	line_leave(user);
	free(user);
	assert_int_equal(line_close(line, line->fd), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_another_one),
		cmocka_unit_test(test_two_users),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
