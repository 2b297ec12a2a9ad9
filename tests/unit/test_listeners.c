/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listeners: replayed sock_diag messages, command lines of proxies, and a socket of our own that
 * the whole probe must find.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "probes/catalog.h"
#include "probes/messages.h"
#include "probes/published.h"
#include "tests/unit/namespace.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct listener_row {
	const char *name;
	uint8_t family, state;
	uint16_t port;
	const char *source; /* as text of the family */
	uint32_t dev;
	int v6only;          /* -1: not told */
	const char *address; /* NULL: not kept */
	const char *listens_on;
};

static const struct listener_row listener_rows[] = {
	{ "ipv4", AF_INET, TCP_LISTEN, 443, "10.0.0.1", 0, -1, "10.0.0.1", NULL },
	{ "ipv4 any, bound", AF_INET, TCP_LISTEN, 443, "0.0.0.0", 7, -1, "0.0.0.0", "if7" },
	{ "ipv6 any", AF_INET6, TCP_LISTEN, 443, "::", 0, 0, "::", NULL },
	{ "ipv6 only", AF_INET6, TCP_LISTEN, 443, "::", 0, 1, "::", NULL },
	{ "mapped", AF_INET6, TCP_LISTEN, 443, "::ffff:10.0.0.7", 0, 0, "10.0.0.7", NULL },
	{ "other port", AF_INET, TCP_LISTEN, 444, "10.0.0.1", 0, -1, NULL, NULL },
	{ "connection", AF_INET, TCP_ESTABLISHED, 443, "10.0.0.1", 0, -1, NULL, NULL },
	{ "other family", AF_UNIX, TCP_LISTEN, 443, "10.0.0.1", 0, -1, NULL, NULL },
};

static int feed(const struct listener_row *row, struct message_reader *reader)
{
	_Alignas(8) char bytes[512];
	struct nlmsghdr *header;
	struct inet_diag_msg *body;
	int family = row->family == AF_INET6 ? AF_INET6 : AF_INET;

	memset(bytes, 0, sizeof(bytes));
	header = mnl_nlmsg_put_header(bytes);
	header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	body = mnl_nlmsg_put_extra_header(header, sizeof(*body));
	body->idiag_family = row->family;
	body->idiag_state = row->state;
	body->idiag_uid = 997;
	body->id.idiag_sport = htons(row->port);
	body->id.idiag_if = row->dev;
	assert_int_equal(inet_pton(family, row->source, body->id.idiag_src), 1);
	if (row->v6only >= 0)
		mnl_attr_put_u8(header, INET_DIAG_SKV6ONLY, (uint8_t)row->v6only);
	return rtnl_walk(bytes, header->nlmsg_len, message_listener, reader);
}

static void check(const struct listener_row *row, const struct list *list)
{
	const struct listener_fact *listener;
	char text[ADDRESS_TEXT_MAX];

	if (list->count != (row->address ? 1u : 0u))
		fail_msg("%s: %zu listeners", row->name, list->count);
	if (!row->address)
		return;
	listener = LIST_AT(list, struct listener_fact, 0);
	assert_string_equal(address_print(&listener->address, text), row->address);
	assert_int_equal(listener->port, row->port);
	assert_int_equal(listener->uid, 997);
	assert_int_equal(listener->v6only, row->v6only == 1);
	assert_true(text_equal(listener->dev, row->listens_on));
}

static void test_messages(void **state)
{
	static bool ports[MESSAGE_PORTS];
	size_t i;

	(void)state;
	ports[443] = true;
	for (i = 0; i < sizeof(listener_rows) / sizeof(listener_rows[0]); i++) {
		struct facts facts;
		struct message_reader reader = {
			.facts = &facts,
			.section = SECTION_LISTENERS,
			.link_socket = -1,
			.ports = ports,
		};

		facts_init(&facts);
		assert_int_equal(feed(&listener_rows[i], &reader), 0);
		check(&listener_rows[i], &facts.listeners.listeners);
		facts_release(&facts);
	}
}

struct proxy_row {
	const char *words[12];
	const char *host; /* "address:port>address:port"; NULL: no published port */
};

static void test_proxies(void **state)
{
	static const struct proxy_row rows[] = {
		{ { "/usr/bin/docker-proxy", "-proto", "tcp", "-host-ip", "0.0.0.0", "-host-port",
		    "443", "-container-ip", "172.17.0.2", "-container-port", "8443" },
		  "0.0.0.0:443>172.17.0.2:8443" },
		{ { "docker-proxy", "--container-port=80", "--host-ip=10.0.0.1", "--proto=tcp",
		    "--container-ip=172.18.0.9", "--host-port=8080" },
		  "10.0.0.1:8080>172.18.0.9:80" },
		{ { "docker-proxy", "-proto", "udp", "-host-ip", "0.0.0.0", "-host-port", "443",
		    "-container-ip", "172.17.0.2", "-container-port", "443" }, NULL },
		{ { "docker-proxy", "-proto", "tcp", "-host-ip", "::", "-host-port", "443",
		    "-container-ip", "172.17.0.2", "-container-port", "443" }, NULL },
		{ { "docker-proxy", "-host-ip", "0.0.0.0", "-host-port", "70000", "-container-ip",
		    "172.17.0.2", "-container-port", "443" }, NULL },
		{ { "docker-proxy", "-host-ip", "0.0.0.0", "-host-port", "0", "-container-ip",
		    "172.17.0.2", "-container-port", "443" }, NULL },
		{ { "docker-proxy", "-host-ip", "0.0.0.0", "-host-port", "443", "-container-ip" },
		  NULL },
		{ { "docker-proxy", "-host-ipv", "0.0.0.0" }, NULL },
	};
	size_t i;
	size_t j;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct published_fact published;
		struct text line;
		char host[ADDRESS_TEXT_MAX];
		char container[ADDRESS_TEXT_MAX];
		char shown[128];
		bool found;

		memset(&published, 0, sizeof(published));
		text_init(&line, 4096);
		for (j = 0; j < 12 && rows[i].words[j]; j++)
			text_add_bytes(&line, rows[i].words[j], strlen(rows[i].words[j]) + 1);
		assert_int_equal(text_error(&line), 0);
		found = published_parse(line.data, line.length, &published);
		assert_int_equal(found, rows[i].host != NULL);
		if (found) {
			(void)snprintf(shown, sizeof(shown), "%s:%u>%s:%u",
				       address_print(&published.address, host), published.port,
				       address_print(&published.container, container),
				       published.container_port);
			assert_string_equal(shown, rows[i].host);
		}
		text_release(&line);
	}
}

static void test_long_line(void **state)
{
	static char bytes[8192];
	struct published_fact published;

	(void)state;
	memset(bytes, 'a', sizeof(bytes));
	memset(&published, 0, sizeof(published));
	assert_false(published_parse(bytes, sizeof(bytes), &published));
	assert_false(published_parse("", 0, &published));
	/* no NUL at the end: a process may write over its own line */
	assert_false(published_parse("-host-port", 10, &published));
}

/* A listener of our own on a port that the kernel picks, asked for as --service. */
static void test_own_socket(void **state)
{
	struct sockaddr_in name = { .sin_family = AF_INET };
	socklen_t length = sizeof(name);
	struct probe_service service = { .port = 0 };
	struct probe_context context = { .services = &service, .service_count = 1, .root = "" };
	struct fault fault = { 0 };
	struct facts facts;
	bool found = false;
	size_t i;
	int own = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(own >= 0);
	assert_int_equal(bind(own, (const struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(listen(own, 1), 0);
	assert_int_equal(getsockname(own, (struct sockaddr *)&name, &length), 0);
	service.port = ntohs(name.sin_port);
	context.deadline_ms = probe_now_ms() + 5000;
	facts_init(&facts);
	assert_int_equal(probe_listeners.run(&context, &facts, &fault), 0);
	for (i = 0; i < facts.listeners.listeners.count; i++) {
		const struct listener_fact *listener =
			LIST_AT(&facts.listeners.listeners, struct listener_fact, i);

		if (listener->port == service.port) {
			found = true;
			assert_true(address_is_loopback(&listener->address));
			assert_int_equal(listener->uid, geteuid());
			assert_null(listener->dev);
		}
	}
	assert_true(found);
	facts_release(&facts);
	(void)close(own);
}

/* Who may read NAT rules, where there may be some, is not told that there are none. */
static void test_nat_helper_missing(void **state)
{
	static bool ports[MESSAGE_PORTS];
	struct probe_context context = { .deadline_ms = probe_now_ms() + 5000, .root = "",
					 .helper_dir = "/nonexistent" };
	struct listeners_facts listeners = { .section.state = FACT_OK };
	struct fault fault = { 0 };
	int code;

	(void)state;
	ports[443] = true;
	assert_int_equal(published_read_nat(&context, ports, &listeners, &fault), 0);
	record_release(section_record(SECTION_LISTENERS), &listeners);
	context.capabilities = (uint64_t)1 << CAP_NET_ADMIN;
	code = published_read_nat(&context, ports, &listeners, &fault);
	assert_false(listeners.section.note && strstr(listeners.section.note, "installed"));
	record_release(section_record(SECTION_LISTENERS), &listeners);
	/* a kernel without nf_tables: there is nothing to read */
	if (!code)
		skip();
	assert_int_equal(code, -ENOENT);
	assert_non_null(strstr(fault.text, "reachback-probe-nat, which reads them, is not"));
}

/*
 * Who may not read NAT rules is told so, where there may be some, on a host that forwards nothing,
 * too: a rule that sends the service port elsewhere takes it away there.
 */
static void test_nat_rules_not_read(void **state)
{
	static const bool ports[MESSAGE_PORTS] = { [443] = true };
	struct probe_context context = { .deadline_ms = probe_now_ms() + 5000, .root = "",
					 .helper_dir = "/nonexistent" };
	struct listeners_facts listeners = { .section.state = FACT_OK };
	struct fault fault = { 0 };

	(void)state;
	if (!namespace_enter())
		skip();
	assert_true(namespace_write("/proc/sys/net/ipv4/ip_forward", "0"));
	assert_int_equal(published_read_nat(&context, ports, &listeners, &fault), 0);
	if (!access("/sys/module/nf_conntrack", F_OK)) {
		assert_true(listeners.nat_unknown);
		assert_non_null(strstr(listeners.section.note, "NAT rules may be read by root"));
	}
	assert_true(listeners.nat_unknown == (listeners.section.note != NULL));
	record_release(section_record(SECTION_LISTENERS), &listeners);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_proxies),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_own_socket),
		cmocka_unit_test(test_nat_helper_missing),
		cmocka_unit_test(test_nat_rules_not_read), /* last: it leaves this network */
	};

	return cmocka_run_group_tests_name("listeners", tests, NULL, NULL);
}
