/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Netlink: the walk and the attributes against lengths that lie, and the socket against a kernel
 * that interrupts, forgets, or is somebody else: its answers are bent on their way in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "probes/probe.h"
#include "probes/rtnl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define ROOM 4096

/* One message under construction. */
struct message {
	_Alignas(8) char bytes[ROOM];
	struct nlmsghdr *header;
};

static void *message_begin(struct message *message, uint16_t type, size_t body)
{
	memset(message->bytes, 0, sizeof(message->bytes));
	message->header = mnl_nlmsg_put_header(message->bytes);
	message->header->nlmsg_type = type;
	return mnl_nlmsg_put_extra_header(message->header, body);
}

static int count_message(const struct nlmsghdr *header, void *data)
{
	int *count = data;

	(*count)++;
	return header->nlmsg_type == 99 ? -ECANCELED : 0;
}

struct walk_row {
	const char *name;
	uint32_t lengths[3]; /* nlmsg_len of messages that stand 16 bytes apart */
	uint16_t type;       /* of the second */
	size_t length;       /* of the datagram */
	int code;
	int count;
};

static void test_walk(void **state)
{
	static const struct walk_row rows[] = {
		{ "empty", { 0 }, 0, 0, 0, 0 },
		{ "one", { 16 }, 0, 16, 0, 1 },
		{ "three", { 16, 16, 16 }, 0, 48, 0, 3 },
		{ "last one unpadded", { 16, 13 + 4 }, 0, 33, 0, 2 },
		{ "shorter than a header", { 16, 15 }, 0, 32, -EBADMSG, 1 },
		{ "length nought", { 0 }, 0, 16, -EBADMSG, 0 },
		{ "longer than the rest", { 16, 17 }, 0, 32, -EBADMSG, 1 },
		{ "above 2^31", { 0x80000010u }, 0, 48, -EBADMSG, 0 },
		{ "all bits", { 0xffffffffu }, 0, 48, -EBADMSG, 0 },
		{ "padding wraps", { 0xfffffffdu }, 0, 48, -EBADMSG, 0 },
		{ "rest without a header", { 16 }, 0, 20, -EBADMSG, 1 },
		{ "stopped", { 16, 16, 16 }, 99, 48, -ECANCELED, 2 },
	};
	size_t i;
	size_t j;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		/* on the heap and no longer than it says, so that a sanitizer sees one byte more */
		char *bytes = calloc(1, rows[i].length ? rows[i].length : 1);
		int count = 0;

		assert_non_null(bytes);
		for (j = 0; j < 3 && 16 * j + 16 <= rows[i].length; j++) {
			struct nlmsghdr *header = (void *)(bytes + 16 * j);

			header->nlmsg_len = rows[i].lengths[j];
			header->nlmsg_type = j == 1 ? rows[i].type : 0;
		}
		if (rtnl_walk(bytes, rows[i].length, count_message, &count) != rows[i].code ||
		    count != rows[i].count)
			fail_msg("%s: %d messages", rows[i].name, count);
		free(bytes);
	}
}

struct attribute_row {
	const char *name;
	uint16_t lengths[2]; /* nla_len of attributes of type 1 and 2, eight bytes apart */
	size_t room;         /* of all attributes */
	int code;
	bool first, second;
};

static void test_attributes(void **state)
{
	static const struct attribute_row rows[] = {
		{ "none", { 0 }, 0, 0, false, false },
		{ "one", { 8 }, 8, 0, true, false },
		{ "two", { 8, 8 }, 16, 0, true, true },
		{ "unpadded end", { 8, 5 }, 13, 0, true, true },
		{ "padded inside", { 5, 8 }, 16, 0, true, true },
		{ "length nought", { 0 }, 8, -EBADMSG, false, false },
		{ "shorter than a head", { 3 }, 8, -EBADMSG, false, false },
		{ "longer than the rest", { 8, 9 }, 16, -EBADMSG, true, false },
		{ "all bits", { 0xffff }, 16, -EBADMSG, false, false },
		{ "crumbs", { 8 }, 10, -EBADMSG, true, false },
	};
	size_t i;
	size_t j;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t size = sizeof(struct nlmsghdr) + sizeof(struct ndmsg) + rows[i].room;
		char *bytes = calloc(1, size);
		struct nlmsghdr *header = (void *)bytes;
		const struct nlattr *tb[4];

		assert_non_null(bytes);
		header->nlmsg_len = (uint32_t)size;
		for (j = 0; j < 2 && 8 * j + sizeof(struct nlattr) <= rows[i].room; j++) {
			struct nlattr *attribute = (void *)(bytes + size - rows[i].room + 8 * j);

			attribute->nla_len = rows[i].lengths[j];
			/* a flag in the type must not hide it */
			attribute->nla_type = (uint16_t)(j + 1) | (j ? NLA_F_NESTED : 0);
		}
		if (rtnl_attributes(header, sizeof(struct ndmsg), tb, 3) != rows[i].code ||
		    (tb[1] != NULL) != rows[i].first || (tb[2] != NULL) != rows[i].second ||
		    tb[0] || tb[3])
			fail_msg("%s", rows[i].name);
		free(bytes);
	}
}

static void test_values(void **state)
{
	struct message message;
	const struct nlattr *tb[8];
	uint32_t number = 7;
	uint16_t half = 7;
	uint8_t small = 7;
	char *string;

	(void)state;
	(void)message_begin(&message, 1, 0);
	mnl_attr_put_u32(message.header, 1, 0x01020304);
	mnl_attr_put_u16(message.header, 2, 0x0506);
	mnl_attr_put_u8(message.header, 3, 9);
	mnl_attr_put(message.header, 4, 4, "full"); /* no NUL */
	mnl_attr_put_strz(message.header, 5, "a\nb");
	mnl_attr_put(message.header, 6, 3, "abc");
	assert_int_equal(rtnl_attributes(message.header, 0, tb, 7), 0);
	assert_true(rtnl_u32(tb[1], &number) && number == 0x01020304);
	assert_true(rtnl_ipv4(tb[1], &number) && number == ntohl(0x01020304));
	assert_true(rtnl_u16(tb[2], &half) && half == 0x0506);
	assert_true(rtnl_u8(tb[3], &small) && small == 9);
	assert_false(rtnl_u32(tb[2], &number) || rtnl_u32(tb[6], &number));
	assert_false(rtnl_u32(NULL, &number));
	assert_false(rtnl_u8(tb[1], &small) || rtnl_u16(tb[3], &half) || rtnl_ipv4(NULL, &number));
	assert_null(rtnl_string(NULL));
	assert_null(rtnl_string(tb[4]));
	string = rtnl_string(tb[5]);
	assert_non_null(string);
	assert_null(strchr(string, '\n'));
	free(string);
	assert_null(rtnl_body(message.header, 4096));
	assert_non_null(rtnl_body(message.header, 0));
}

static void test_names(void **state)
{
	char digits[16];

	(void)state;
	assert_string_equal(rtnl_route_type(RTN_BLACKHOLE, digits), "blackhole");
	assert_string_equal(rtnl_route_type(77, digits), "77");
	assert_string_equal(rtnl_protocol(186, digits), "bgp");
	assert_string_equal(rtnl_protocol(250, digits), "250");
	assert_string_equal(rtnl_scope(RT_SCOPE_LINK, digits), "link");
	assert_string_equal(rtnl_scope(100, digits), "100");
	assert_string_equal(rtnl_neighbour_state(NUD_FAILED), "failed");
	assert_string_equal(rtnl_neighbour_state(0x4000), "unknown");
	assert_string_equal(errno_name(-ENETUNREACH, digits), "ENETUNREACH");
	assert_string_equal(errno_name(EHOSTUNREACH, digits), "EHOSTUNREACH");
	assert_string_equal(errno_name(-4095, digits), "4095");
}

/* How the next answers of the kernel are bent. */
enum bend { BEND_NOTHING, BEND_INTERRUPTED, BEND_NO_ROOM, BEND_SIGNAL, BEND_STRANGER, BEND_BROKEN };
static enum bend bend;
static int bends_left;

int __real_recvmmsg(int fd, struct mmsghdr *headers, unsigned int count, int flags, void *timeout);
/* in one line: the build reads from it what is to be wrapped */
int __wrap_recvmmsg(int fd, struct mmsghdr *headers, unsigned int count, int flags, void *timeout);

static void bend_answer(struct mmsghdr *datagram)
{
	struct nlmsghdr *header = datagram->msg_hdr.msg_iov->iov_base;
	struct sockaddr_nl *sender = datagram->msg_hdr.msg_name;

	/* a dump comes in several datagrams: once a dump is once in its last */
	if (bend == BEND_INTERRUPTED && header->nlmsg_type != NLMSG_DONE)
		return;
	bends_left--;
	if (bend == BEND_INTERRUPTED)
		header->nlmsg_flags |= NLM_F_DUMP_INTR;
	else if (bend == BEND_STRANGER)
		sender->nl_pid = 4711;
	else if (bend == BEND_BROKEN)
		header->nlmsg_len = 0xfffffff0u;
}

int __wrap_recvmmsg(int fd, struct mmsghdr *headers, unsigned int count, int flags, void *timeout)
{
	int got;

	if (bends_left > 0 && (bend == BEND_NO_ROOM || bend == BEND_SIGNAL)) {
		bends_left--;
		errno = bend == BEND_SIGNAL ? EINTR : ENOBUFS;
		return -1;
	}
	got = __real_recvmmsg(fd, headers, count, flags, timeout);
	if (got > 0 && bends_left > 0)
		bend_answer(&headers[0]);
	return got;
}

struct seen {
	int links;
	int restarts;
};

static int see_link(const struct nlmsghdr *header, void *data)
{
	struct seen *seen = data;

	if (header->nlmsg_type == RTM_NEWLINK)
		seen->links++;
	return 0;
}

static void forget_links(void *data)
{
	struct seen *seen = data;

	seen->links = 0;
	seen->restarts++;
}

static int ask_links(struct seen *seen, uint64_t patience_ms, struct fault *fault)
{
	struct ifinfomsg body = { .ifi_family = AF_UNSPEC };
	struct rtnl_question question = {
		.bus = NETLINK_ROUTE,
		.type = RTM_GETLINK,
		.body = &body,
		.size = sizeof(body),
		.deadline_ms = probe_now_ms() + patience_ms,
	};
	struct rtnl_sink sink = { .message = see_link, .restart = forget_links, .data = seen };

	memset(seen, 0, sizeof(*seen));
	memset(fault, 0, sizeof(*fault));
	return rtnl_ask(&question, &sink, fault);
}

/* Only an answer that never comes is worth no patience. */
static uint64_t code_patience(int code)
{
	return code == -ETIMEDOUT ? 100 : 5000;
}

struct bend_row {
	enum bend bend;
	int times;
	int code;
	int restarts;
	const char *words;
};

static void test_dump(void **state)
{
	static const struct bend_row rows[] = {
		{ BEND_INTERRUPTED, 1, 0, 1, "" },
		{ BEND_INTERRUPTED, RTNL_RESTARTS_MAX, 0, RTNL_RESTARTS_MAX, "" },
		{ BEND_INTERRUPTED, 1000, -EAGAIN, RTNL_RESTARTS_MAX, "changes too fast" },
		{ BEND_NO_ROOM, 1, 0, 1, "" },
		{ BEND_SIGNAL, 3, 0, 0, "" },
		{ BEND_BROKEN, 1, -EBADMSG, 0, "EBADMSG" },
		/* what a stranger sent is no answer: nothing more comes */
		{ BEND_STRANGER, 1000, -ETIMEDOUT, 0, "in time" },
	};
	struct fault fault;
	struct seen seen;
	int links;
	size_t i;

	(void)state;
	bends_left = 0;
	assert_int_equal(ask_links(&seen, 5000, &fault), 0);
	links = seen.links;
	assert_true(links > 0); /* "lo" is everywhere */
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int code;

		bend = rows[i].bend;
		bends_left = rows[i].times;
		code = ask_links(&seen, code_patience(rows[i].code), &fault);
		bends_left = 0;
		if (code != rows[i].code || seen.restarts != rows[i].restarts ||
		    (!code && seen.links != links) || !strstr(fault.text, rows[i].words))
			fail_msg("row %zu: %d, %d restarts, %d links, \"%s\"", i, code,
				 seen.restarts, seen.links, fault.text);
	}
}

static int refuse(const struct nlmsghdr *header, void *data)
{
	(void)header;
	(void)data;
	return -ECANCELED;
}

static void test_refusals(void **state)
{
	struct ifinfomsg link = { .ifi_family = AF_UNSPEC };
	struct rtmsg body = { .rtm_family = AF_INET, .rtm_dst_len = 77 };
	struct rtnl_question question = {
		.bus = NETLINK_ROUTE,
		.type = RTM_GETLINK,
		.body = &link,
		.size = sizeof(link),
		.deadline_ms = probe_now_ms() + 5000,
	};
	struct rtnl_sink sink = { .message = refuse };
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(rtnl_ask(&question, &sink, NULL), -ECANCELED);
	/* what the kernel refuses comes back with its name */
	question.type = RTM_GETROUTE;
	question.body = &body;
	question.size = sizeof(body);
	assert_int_equal(rtnl_ask(&question, &sink, &fault), -EINVAL);
	assert_non_null(strstr(fault.text, "EINVAL"));
	question.size = 4096;
	assert_int_equal(rtnl_ask(&question, &sink, NULL), -EINVAL);
	question.bus = 31; /* a netlink bus that no kernel has */
	question.size = sizeof(body);
	memset(&fault, 0, sizeof(fault));
	assert_int_equal(rtnl_ask(&question, &sink, &fault), -EPROTONOSUPPORT);
	assert_non_null(strstr(fault.text, "EPROTONOSUPPORT"));
}

static int count_reply(uint32_t index, const struct nlmsghdr *header, int error, void *data)
{
	int *replies = data;

	replies[index] = header ? 1 : error;
	return 0;
}

static void test_exchange(void **state)
{
	_Alignas(8) char bytes[ROOM];
	struct rtnl_batch batch = { .bytes = bytes };
	struct fault fault = { 0 };
	struct rtnl rtnl;
	int replies[3] = { 7, 7, 7 };
	uint32_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct nlmsghdr *header = mnl_nlmsg_put_header(bytes + batch.length);
		struct ifinfomsg *body = mnl_nlmsg_put_extra_header(header, sizeof(*body));

		header->nlmsg_type = RTM_GETLINK;
		body->ifi_index = i == 1 ? 0x7ffffffe : 1;
		batch.length += NLMSG_ALIGN(header->nlmsg_len);
		batch.count++;
	}
	assert_int_equal(rtnl_open(&rtnl, NETLINK_ROUTE, 0, probe_now_ms() + 5000, &fault), 0);
	assert_int_equal(rtnl_exchange(&rtnl, &batch, count_reply, replies, &fault), 0);
	assert_int_equal(replies[0], 1);
	assert_int_equal(replies[1], -ENODEV);
	assert_int_equal(replies[2], 1);
	batch.length--; /* a batch that is not what it says is not sent */
	assert_int_equal(rtnl_exchange(&rtnl, &batch, count_reply, replies, &fault), -EINVAL);
	rtnl_close(&rtnl);
}

/* After lost answers the batch is asked once more. */
static void test_exchange_again(void **state)
{
	_Alignas(8) char bytes[ROOM];
	struct nlmsghdr *header = mnl_nlmsg_put_header(bytes);
	struct ifinfomsg *body = mnl_nlmsg_put_extra_header(header, sizeof(*body));
	struct rtnl_batch batch = { .bytes = bytes, .length = header->nlmsg_len, .count = 1 };
	struct fault fault = { 0 };
	struct rtnl rtnl;
	int reply = 7;

	(void)state;
	header->nlmsg_type = RTM_GETLINK;
	body->ifi_index = 1;
	assert_int_equal(rtnl_open(&rtnl, NETLINK_ROUTE, 0, probe_now_ms() + 5000, &fault), 0);
	bend = BEND_NO_ROOM;
	bends_left = 2;
	assert_int_equal(rtnl_exchange(&rtnl, &batch, count_reply, &reply, &fault), 0);
	assert_int_equal(reply, 1);
	bends_left = 1000;
	assert_int_equal(rtnl_exchange(&rtnl, &batch, count_reply, &reply, &fault), -ENOBUFS);
	bends_left = 1;
	/* events that were lost are told, not asked again */
	assert_int_equal(rtnl_events(&rtnl, refuse, NULL, &fault), -ENOBUFS);
	bends_left = 0;
	rtnl_close(&rtnl);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_dump),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_exchange),
		cmocka_unit_test(test_exchange_again),
	};

	return cmocka_run_group_tests_name("rtnl", tests, NULL, NULL);
}
