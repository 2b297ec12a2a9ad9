/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loader: `ip -batch` needs 17 s and 4 GB for a million routes, 1024 requests a send need a few
 * seconds and nothing. Prefix lengths follow the Internet's table; the order is random, which makes
 * the kernel's trie three times as slow to walk as a sorted one.
 */
#include "tests/bench/bench.h"

#include "rules/prefix.h"
#include "tests/random.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH 1024

struct load_request {
	struct nlmsghdr header;
	struct rtmsg route;
	struct rtattr table_head;
	uint32_t table;
	struct rtattr destination_head;
	uint32_t destination;
	struct rtattr gateway_head;
	uint32_t gateway;
	struct rtattr oif_head;
	uint32_t oif;
};

struct loader {
	int descriptor;
	uint32_t oif;
	struct load_request requests[BATCH];
	size_t count;
};

static void set_head(struct rtattr *head, unsigned short type)
{
	head->rta_type = type;
	head->rta_len = RTA_LENGTH(sizeof(uint32_t));
}

static int flush(struct loader *loader)
{
	char reply[8192];
	size_t size = loader->count * sizeof(loader->requests[0]);

	if (!size)
		return 0;
	loader->count = 0;
	if (send(loader->descriptor, loader->requests, size, 0) != (ssize_t)size)
		return -errno;
	/* refusals (two equal prefixes) come back; nobody needs them */
	while (recv(loader->descriptor, reply, sizeof(reply), MSG_DONTWAIT) > 0)
		;
	return 0;
}

static int add(struct loader *loader, uint32_t address, unsigned int length, uint32_t table)
{
	struct load_request *request = &loader->requests[loader->count++];
	struct prefix prefix = prefix_make(address, length);

	memset(request, 0, sizeof(*request));
	request->header.nlmsg_len = sizeof(*request);
	request->header.nlmsg_type = RTM_NEWROUTE;
	request->header.nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL;
	request->route.rtm_family = AF_INET;
	request->route.rtm_dst_len = (unsigned char)length;
	request->route.rtm_protocol = RTPROT_BGP;
	request->route.rtm_scope = RT_SCOPE_UNIVERSE;
	request->route.rtm_type = RTN_UNICAST;
	set_head(&request->table_head, RTA_TABLE);
	request->table = table;
	set_head(&request->destination_head, RTA_DST);
	request->destination = htonl(prefix.address);
	set_head(&request->gateway_head, RTA_GATEWAY);
	request->gateway = htonl(0x0a000002);
	set_head(&request->oif_head, RTA_OIF);
	request->oif = loader->oif;
	return loader->count == BATCH ? flush(loader) : 0;
}

/* About as in the Internet's table: 60 % are /24, the rest between /16 and /23. */
static unsigned int pick_length(struct random *random)
{
	uint32_t percent = random_below(random, 100);

	return percent < 60 ? 24 : percent < 72 ? 22 : percent < 82 ? 23 : percent < 89 ? 20 :
	       16 + random_below(random, 8);
}

static int add_planted(struct loader *loader)
{
	const uint32_t first = prefix_first(&reverse_range);
	const struct {
		uint32_t address;
		unsigned int length;
		uint32_t table;
	} planted[PLANTED] = {
		{ first, 16, 254 }, { first, 10, 254 }, { first + 0x8000, 17, 254 },
		{ first + 0x0700, 24, 100 }, { first + 0x07f0, 28, 100 }, { first, 13, 200 },
		{ first + 0xffff, 32, 200 }, { first + 0x4000, 18, 300 },
	};
	size_t i;
	int code = 0;

	for (i = 0; !code && i < PLANTED; i++)
		code = add(loader, planted[i].address, planted[i].length, planted[i].table);
	return code ? code : flush(loader);
}

static int load_routes(struct loader *loader, unsigned long count)
{
	struct random random = { .state = count };
	unsigned long i;
	int code = 0;

	for (i = 0; !code && i < count; i++) {
		uint32_t address = (uint32_t)random_next(&random);
		unsigned int length = pick_length(&random);

		/* only unicast space, and nothing in 100.64.0.0/10: that is planted */
		address = (1u + (address >> 24) % 222u) << 24 | (address & 0xffffffu);
		if (address >> 24 == 100 || address >> 24 == 10 || address >> 24 == 127)
			address ^= 0x40000000;
		code = add(loader, address, length, RT_TABLE_MAIN);
	}
	return code ? code : flush(loader);
}

static int make_link(void)
{
	char command[] = "ip link set lo up && ip link add b0 type veth peer name b1 && "
			 "ip link set b0 up && ip link set b1 up && "
			 "ip address add 10.0.0.1/24 dev b0 && ip route add default via 10.0.0.254";
	char *argv[] = { (char *)"sh", (char *)"-c", command, NULL };
	struct child_cost cost;

	return bench_run(argv, &cost);
}

int bench_load(unsigned long count)
{
	struct loader *loader = calloc(1, sizeof(*loader));
	int room = 4 * 1024 * 1024;
	int code = loader ? make_link() : -ENOMEM;

	if (!code) {
		loader->oif = if_nametoindex("b0");
		loader->descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
		(void)setsockopt(loader->descriptor, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
		code = loader->descriptor < 0 ? -errno : load_routes(loader, count);
		if (!code)
			code = add_planted(loader);
		if (loader->descriptor >= 0)
			(void)close(loader->descriptor);
	}
	free(loader);
	return code;
}
