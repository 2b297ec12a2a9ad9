/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connects of the endpoint helper on loopback: outcomes, the source, what is never asked, and more
 * of them than there are descriptors. Other networks are in tests/endpoints/tcp_lab.sh.
 */
#include "probes/endpoints_helper/connect.h"

#include "probes/endpoints_helper/experiments.h"
#include "probes/endpoints_helper/url.h"
#include "rules/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define LOOPBACK 0x7f000001u
#define SHORT_US (UINT64_C(150) * 1000)

/* the plan's URLs, which cannot be read for want of memory on demand */
static bool no_memory;
int __real_url_parse(const char *text, struct url *url);
int __wrap_url_parse(const char *text, struct url *url);

int __wrap_url_parse(const char *text, struct url *url)
{
	*url = (struct url){ .text = NULL };
	return no_memory ? -ENOMEM : __real_url_parse(text, url);
}

struct world {
	struct endpoints_request request;
	struct endpoints_facts facts;
	struct run run;
	int listener;
	uint32_t port;
	/* of the last connect */
	size_t done;
	int outcome;
	struct tcp_fact tcp;
};

static int listen_on(uint32_t address, int backlog, uint32_t *port)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(address) };
	socklen_t length = sizeof(here);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&here, length), 0);
	assert_int_equal(listen(fd, backlog), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&here, &length), 0);
	*port = ntohs(here.sin_port);
	return fd;
}

static void world_open(struct world *world, const char *url, const char *from)
{
	memset(world, 0, sizeof(*world));
	world->listener = listen_on(LOOPBACK, 512, &world->port);
	world->request.plan.gitlab.url = text_copy(url);
	world->request.plan.from = text_copy(from);
	world->run = (struct run){ .request = &world->request, .facts = &world->facts,
				   .deadline = loop_now() + UINT64_C(5000000) };
	assert_int_equal(loop_init(&world->run.loop), 0);
	assert_int_equal(connect_open(&world->run), 0);
	assert_int_equal(experiments_open(&world->run), 0);
	connect_choose_source(&world->run);
}

static void world_close(struct world *world)
{
	experiments_shut(&world->run);
	connect_shut(&world->run);
	loop_release(&world->run.loop);
	record_release(&tcp_record, &world->tcp);
	record_release(section_record(SECTION_ENDPOINTS), &world->facts);
	record_release(&endpoints_request_record, &world->request);
	if (world->listener >= 0)
		close(world->listener);
}

static void ended(void *owner, int fd, struct tcp_fact *tcp)
{
	struct world *world = owner;

	assert_true((fd >= 0) == (tcp->outcome == TCP_CONNECTED));
	world->done++;
	world->outcome = tcp->outcome;
	record_release(&tcp_record, &world->tcp);
	world->tcp = *tcp;
	memset(tcp, 0, sizeof(*tcp));
	connect_reset(fd);
}

static struct connect_options to(struct world *world, uint32_t address)
{
	return (struct connect_options){ .address = address_from_ipv4(address),
					 .port = world->port, .quiet = true,
					 .time_us = SHORT_US };
}

static int try_one(struct world *world, const struct connect_options *options)
{
	size_t before = world->done;

	assert_int_equal(connect_start(&world->run, options, ended, world), 0);
	/* never before it returns */
	assert_int_equal(world->done, before);
	assert_int_equal(loop_run(&world->run.loop, world->run.deadline), 0);
	assert_int_equal(world->done, before + 1);
	return world->outcome;
}

static void test_outcomes(void **state)
{
	struct connect_options options;
	struct world world;
	char text[ADDRESS_TEXT_MAX];

	(void)state;
	world_open(&world, "http://127.0.0.1", NULL);
	options = to(&world, LOOPBACK);
	assert_int_equal(try_one(&world, &options), TCP_CONNECTED);
	assert_true(world.tcp.rtt_us.known && world.tcp.mss.known && world.tcp.took_us.known);
	assert_false(world.tcp.unsent);
	assert_string_equal(address_print(&world.tcp.source, text), "127.0.0.1");
	options.mss = 536;
	assert_int_equal(try_one(&world, &options), TCP_CONNECTED);
	assert_in_range(world.tcp.mss.value, 500, 536);
	options.mss = 0;
	/* twice: a reset leaves the port free */
	options.source_port = 40009;
	assert_int_equal(try_one(&world, &options), TCP_CONNECTED);
	assert_int_equal(try_one(&world, &options), TCP_CONNECTED);
	close(world.listener);
	world.listener = -1;
	assert_int_equal(try_one(&world, &options), TCP_REFUSED);
	assert_string_equal(world.tcp.error, "ECONNREFUSED");
	assert_false(world.tcp.icmp_type.known);
	world_close(&world);
}

/* Takes connections and resets each at once. */
static pid_t reset_all(int listener)
{
	const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
	pid_t child = fork();

	assert_true(child >= 0);
	while (!child) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			_exit(1);
		(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
		close(fd);
	}
	return child;
}

/* What was accepted was not refused, however soon the reset comes: no other cause each time. */
static void test_reset_at_once(void **state)
{
	struct connect_options options;
	struct world world;
	pid_t child;
	size_t i;

	(void)state;
	world_open(&world, "http://127.0.0.1", NULL);
	options = to(&world, LOOPBACK);
	child = reset_all(world.listener);
	for (i = 0; i < 500; i++)
		assert_int_equal(try_one(&world, &options), TCP_CONNECTED);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	world_close(&world);
}

/* A queue that is full answers no SYN. */
static void test_silence(void **state)
{
	struct connect_options options;
	struct world world;
	int fillers[4];
	size_t i;

	(void)state;
	world_open(&world, "http://127.0.0.1", NULL);
	close(world.listener);
	world.listener = listen_on(LOOPBACK, 0, &world.port);
	for (i = 0; i < sizeof(fillers) / sizeof(fillers[0]); i++) {
		struct sockaddr_in there = { .sin_family = AF_INET,
					     .sin_port = htons((uint16_t)world.port),
					     .sin_addr.s_addr = htonl(LOOPBACK) };

		fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		(void)connect(fillers[i], (struct sockaddr *)&there, sizeof(there));
	}
	options = to(&world, LOOPBACK);
	assert_int_equal(try_one(&world, &options), TCP_TIMED_OUT);
	/* it did not wait long enough for a second SYN, so none can be missed */
	assert_false(world.tcp.unsent);
	assert_in_range(world.tcp.took_us.value, SHORT_US, SHORT_US * 4);
	for (i = 0; i < sizeof(fillers) / sizeof(fillers[0]); i++)
		close(fillers[i]);
	world_close(&world);
}

static void test_forbidden(void **state)
{
	static const char *const addresses[] = {
		"169.254.169.254", "100.100.100.200", "127.0.0.1", "127.1.2.3", "0.0.0.0",
		"224.0.0.1", "::1", "::ffff:100.100.100.200", "::ffff:127.0.0.1",
		"64:ff9b::6464:64c8", "fe80::1",
	};
	struct world world;
	size_t i;

	(void)state;
	world_open(&world, "http://git.example", NULL);
	for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		struct connect_options options = to(&world, 0);

		assert_int_equal(address_parse(addresses[i], &options.address), 0);
		if (try_one(&world, &options) != TCP_FORBIDDEN)
			fail_msg("%s: %s", addresses[i], tcp_outcome_words[world.outcome]);
		assert_false(world.tcp.took_us.known);
		assert_int_equal(trace_start(&world.run, "http://git.example", &options.address,
					     world.port), 0);
	}
	assert_int_equal(loop_run(&world.run.loop, world.run.deadline), 0);
	assert_int_equal(world.facts.hops.count, 0);
	world_close(&world);
}

/* A plan that names loopback may have it, and nothing else of the list. */
static void test_loopback_by_plan(void **state)
{
	struct connect_options options;
	struct world world;

	(void)state;
	world_open(&world, "http://127.0.0.1:8080/", NULL);
	options = to(&world, LOOPBACK);
	assert_int_equal(try_one(&world, &options), TCP_CONNECTED);
	options.address = address_from_ipv4(0x646464c8);
	assert_int_equal(try_one(&world, &options), TCP_FORBIDDEN);
	world_close(&world);
}

static void test_source_address(void **state)
{
	struct connect_options options;
	struct world world;
	char text[ADDRESS_TEXT_MAX];

	(void)state;
	world_open(&world, "http://127.0.0.1", "127.0.0.9");
	assert_int_equal(world.facts.source.binding, BOUND_ADDRESS);
	options = to(&world, LOOPBACK);
	assert_int_equal(try_one(&world, &options), TCP_CONNECTED);
	assert_string_equal(address_print(&world.tcp.source, text), "127.0.0.9");
	options.default_source = true;
	assert_int_equal(try_one(&world, &options), TCP_CONNECTED);
	assert_string_equal(address_print(&world.tcp.source, text), "127.0.0.1");
	world_close(&world);
}

static void test_source_device(void **state)
{
	struct connect_options options;
	struct world world;

	(void)state;
	world_open(&world, "http://127.0.0.1", "lo");
	assert_true(world.facts.source.binding == BOUND_DEVICE ||
		    world.facts.source.binding == BOUND_ADDRESS);
	assert_string_equal(world.facts.source.dev, "lo");
	options = to(&world, LOOPBACK);
	assert_int_equal(try_one(&world, &options), TCP_CONNECTED);
	world_close(&world);
}

/* What cannot be bound is not tried from elsewhere. */
static void test_source_missing(void **state)
{
	static const char *const sources[] = { "nosuchif0", "192.0.2.77",
					       "averylonginterfacename" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		struct connect_options options;
		struct world world;

		world_open(&world, "http://127.0.0.1", sources[i]);
		assert_int_equal(world.facts.source.binding, BOUND_FAILED);
		assert_non_null(world.facts.source.error);
		options = to(&world, LOOPBACK);
		assert_int_equal(try_one(&world, &options), TCP_UNTRIED);
		options.default_source = true;
		assert_int_equal(try_one(&world, &options), TCP_CONNECTED);
		world_close(&world);
	}
}

static void test_few_descriptors(void **state)
{
	struct rlimit limit, before;
	struct world world;
	size_t i;

	(void)state;
	world_open(&world, "http://127.0.0.1", NULL);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	limit = before;
	limit.rlim_cur = 32;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	for (i = 0; i < 200; i++) {
		struct connect_options options = to(&world, LOOPBACK);

		options.time_us = 0;
		assert_int_equal(connect_start(&world.run, &options, ended, &world), 0);
	}
	while (world.done < 200) {
		size_t before_turn = world.done;

		(void)loop_run(&world.run.loop, loop_now() + 100000);
		assert_true(world.done > before_turn);
		assert_int_equal(world.outcome, TCP_CONNECTED);
	}
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	world_close(&world);
}

static void test_trace(void **state)
{
	struct address here = address_from_ipv4(LOOPBACK);
	const struct hop_fact *hop;
	struct world world;

	(void)state;
	world_open(&world, "http://127.0.0.1", NULL);
	close(world.listener);
	world.listener = -1;
	/* twice: under each URL, asked for once */
	assert_int_equal(trace_start(&world.run, "http://one", &here, world.port), 0);
	assert_int_equal(trace_start(&world.run, "http://two", &here, world.port), 0);
	assert_int_equal(loop_run(&world.run.loop, world.run.deadline), 0);
	assert_int_equal(world.facts.hops.count % 2, 0);
	assert_true(world.facts.hops.count >= 2);
	hop = LIST_AT(&world.facts.hops, struct hop_fact, 0);
	assert_int_equal(hop->ttl, 1);
	assert_int_equal(hop->outcome, HOP_REFUSED);
	assert_int_equal(hop->reply_ttl.value, 64);
	world_close(&world);
}

/* Ends in the middle: nothing is left behind. */
static void test_shut(void **state)
{
	struct connect_options options;
	struct world world;

	(void)state;
	world_open(&world, "http://127.0.0.1", NULL);
	options = to(&world, LOOPBACK);
	assert_int_equal(connect_start(&world.run, &options, ended, &world), 0);
	assert_int_equal(trace_start(&world.run, "http://one", &options.address, world.port), 0);
	world_close(&world);
	assert_int_equal(world.done, 0);
}

/* Else a plan that names loopback would be told that nothing may be sent there. */
static void test_no_memory_is_no_url(void **state)
{
	struct endpoints_request request = { .plan.gitlab.url = text_copy("http://127.0.0.1") };
	struct run run = { .request = &request };

	(void)state;
	no_memory = true;
	assert_int_equal(connect_open(&run), -ENOMEM);
	no_memory = false;
	connect_shut(&run);
	record_release(&endpoints_request_record, &request);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_reset_at_once), cmocka_unit_test(test_silence),
		cmocka_unit_test(test_forbidden),
		cmocka_unit_test(test_loopback_by_plan),
		cmocka_unit_test(test_source_address),
		cmocka_unit_test(test_source_device),
		cmocka_unit_test(test_source_missing),
		cmocka_unit_test(test_few_descriptors),
		cmocka_unit_test(test_trace),
		cmocka_unit_test(test_no_memory_is_no_url),
		cmocka_unit_test(test_shut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
