/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's share: programs that ask what ours asks, take every answer and look at none. Nothing
 * that asks the same questions can cost less, so a goal below this figure is out of reach here.
 */
#include "tests/bench/bench.h"

#include "rules/prefix.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH 64
#define QUESTION_ROOM 128
#define ANSWER_ROOM 1024

static int open_socket(void)
{
	int on = 1;
	int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (descriptor < 0)
		return -errno;
	(void)setsockopt(descriptor, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	return descriptor;
}

int floor_dump(double *cpu_ms)
{
	struct {
		struct nlmsghdr header;
		struct rtmsg route;
	} request;
	static char buffer[32768];
	int descriptor = open_socket();
	double start;
	ssize_t got;

	if (descriptor < 0)
		return descriptor;
	memset(&request, 0, sizeof(request));
	request.header.nlmsg_len = sizeof(request);
	request.header.nlmsg_type = RTM_GETROUTE;
	request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request.route.rtm_family = AF_INET;
	start = bench_cpu_ms();
	got = send(descriptor, &request, sizeof(request), 0);
	while (got > 0) {
		got = recv(descriptor, buffer, sizeof(buffer), 0);
		if (got >= (ssize_t)sizeof(request.header) &&
		    ((const struct nlmsghdr *)(const void *)buffer)->nlmsg_type == NLMSG_DONE)
			break;
	}
	*cpu_ms = bench_cpu_ms() - start;
	(void)close(descriptor);
	return got > 0 ? 0 : -EIO;
}

/* The batch that goes out again and again, only its destinations change. */
struct questions {
	_Alignas(8) char bytes[BATCH * QUESTION_ROOM];
	size_t length;
	uint32_t *destinations[BATCH];
	struct mmsghdr headers[BATCH];
	struct iovec vectors[BATCH];
	_Alignas(8) char answers[BATCH][ANSWER_ROOM];
};

/* With the attributes of bench_routes' own look-ups, and of the reference's. */
static void put_question(struct questions *questions, unsigned int place)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(questions->bytes + questions->length);
	struct rtmsg *route = mnl_nlmsg_put_extra_header(header, sizeof(*route));

	header->nlmsg_type = RTM_GETROUTE;
	header->nlmsg_flags = NLM_F_REQUEST;
	route->rtm_family = AF_INET;
	route->rtm_dst_len = 32;
	route->rtm_src_len = 32;
	route->rtm_flags = RTM_F_FIB_MATCH | RTM_F_LOOKUP_TABLE;
	mnl_attr_put_u32(header, RTA_DST, 0);
	questions->destinations[place] = (void *)((char *)mnl_nlmsg_get_payload_tail(header) -
						  sizeof(uint32_t));
	mnl_attr_put_u32(header, RTA_SRC, htonl(BENCH_SOURCE));
	mnl_attr_put_u8(header, RTA_IP_PROTO, IPPROTO_TCP);
	mnl_attr_put_u16(header, RTA_SPORT, htons(BENCH_SPORT));
	mnl_attr_put_u16(header, RTA_DPORT, htons(BENCH_DPORT));
	mnl_attr_put_u32(header, RTA_UID, 0);
	questions->length += header->nlmsg_len;
	questions->vectors[place].iov_base = questions->answers[place];
	questions->vectors[place].iov_len = ANSWER_ROOM;
	questions->headers[place].msg_hdr.msg_iov = &questions->vectors[place];
	questions->headers[place].msg_hdr.msg_iovlen = 1;
}

/* One batch from `first` on. */
static int ask_batch(int descriptor, struct questions *questions, uint32_t first)
{
	const struct nlmsghdr *answer = (const void *)questions->answers[BATCH - 1];
	uint32_t i;

	for (i = 0; i < BATCH; i++)
		*questions->destinations[i] = htonl(first + i);
	if (send(descriptor, questions->bytes, questions->length, 0) < 0)
		return -errno;
	/* the kernel answers while it is asked: all of them are there */
	if (recvmmsg(descriptor, questions->headers, BATCH, MSG_DONTWAIT, NULL) != BATCH)
		return -EIO;
	return answer->nlmsg_type == RTM_NEWROUTE ? 0 : -EBADMSG;
}

int floor_lookups(double *cpu_ms)
{
	static struct questions questions;
	int descriptor = open_socket();
	double start;
	uint32_t at;
	int code = 0;

	if (descriptor < 0)
		return descriptor;
	memset(&questions, 0, sizeof(questions));
	start = bench_cpu_ms();
	for (at = 0; at < BATCH; at++)
		put_question(&questions, at);
	for (at = 0; !code && at < REVERSE_RANGE_SIZE; at += BATCH)
		code = ask_batch(descriptor, &questions, prefix_first(&reverse_range) + at);
	*cpu_ms = bench_cpu_ms() - start;
	(void)close(descriptor);
	return code;
}
