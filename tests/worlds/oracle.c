/* SPDX-License-Identifier: Apache-2.0 */
/* The oracle's look-ups: a plain socket, attributes walked with the macros of rtnetlink.h. */
#include "tests/worlds/oracle.h"

#include "probes/rtnl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct message {
	struct nlmsghdr header;
	char bytes[4096];
};

int oracle_open(struct oracle *oracle)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };

	memset(oracle, 0, sizeof(*oracle));
	oracle->descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (oracle->descriptor < 0 ||
	    bind(oracle->descriptor, (struct sockaddr *)&address, sizeof(address)))
		return -errno;
	return 0;
}

void oracle_close(struct oracle *oracle)
{
	(void)close(oracle->descriptor);
}

static void put(struct message *message, unsigned short type, const void *value, size_t size)
{
	struct rtattr *attribute =
		(void *)((char *)message + NLMSG_ALIGN(message->header.nlmsg_len));

	attribute->rta_type = type;
	attribute->rta_len = (unsigned short)RTA_LENGTH(size);
	memcpy(RTA_DATA(attribute), value, size);
	message->header.nlmsg_len = (uint32_t)(NLMSG_ALIGN(message->header.nlmsg_len) +
					       RTA_ALIGN(attribute->rta_len));
}

/* One question, one answer; the answer replaces the question. */
static int exchange(struct oracle *oracle, struct message *message)
{
	ssize_t got;

	message->header.nlmsg_flags = NLM_F_REQUEST;
	message->header.nlmsg_seq = ++oracle->sequence;
	if (send(oracle->descriptor, message, message->header.nlmsg_len, 0) < 0)
		return -errno;
	got = recv(oracle->descriptor, message, sizeof(*message), 0);
	if (got < (ssize_t)sizeof(message->header))
		return got < 0 ? -errno : -EIO;
	return message->header.nlmsg_seq == oracle->sequence ? 0 : -EIO;
}

/* Attributes of `length` bytes, by type. */
static void collect(const char *at, size_t length, const struct rtattr *found[RTA_MAX + 1])
{
	memset(found, 0, (RTA_MAX + 1) * sizeof(*found));
	while (length >= sizeof(struct rtattr)) {
		const struct rtattr *attribute = (const void *)at;
		size_t step = RTA_ALIGN((size_t)attribute->rta_len);

		if (attribute->rta_len < sizeof(*attribute) || attribute->rta_len > length)
			return;
		if (attribute->rta_type <= RTA_MAX)
			found[attribute->rta_type] = attribute;
		if (step >= length)
			return;
		at += step;
		length -= step;
	}
}

static void collect_message(const struct message *message, size_t body,
			    const struct rtattr *found[RTA_MAX + 1])
{
	size_t offset = NLMSG_LENGTH(NLMSG_ALIGN(body));

	collect((const char *)message + offset, message->header.nlmsg_len - offset, found);
}

static void say_hop(char *text, const struct rtattr *gateway, const struct rtattr *via,
		    unsigned int oif, unsigned int weight)
{
	char words[INET6_ADDRSTRLEN] = "";
	char name[IF_NAMESIZE] = "?";
	char hop[128];

	if (gateway)
		(void)inet_ntop(AF_INET, RTA_DATA(gateway), words, sizeof(words));
	if (via)
		(void)inet_ntop(*(const uint16_t *)RTA_DATA(via),
				(const char *)RTA_DATA(via) + sizeof(uint16_t), words,
				sizeof(words));
	(void)if_indextoname(oif, name);
	(void)snprintf(hop, sizeof(hop), " via %s dev %s weight %u", words[0] ? words : "-", name,
		       weight);
	if (strlen(text) + strlen(hop) < ORACLE_TEXT_MAX)
		memcpy(text + strlen(text), hop, strlen(hop) + 1);
}

static void say_legs(char *text, const struct rtattr *multipath)
{
	const char *at = RTA_DATA(multipath);
	size_t length = RTA_PAYLOAD(multipath);

	while (length >= sizeof(struct rtnexthop)) {
		const struct rtnexthop *leg = (const void *)at;
		const struct rtattr *found[RTA_MAX + 1];
		size_t step = (leg->rtnh_len + 3u) & ~3u;

		if (leg->rtnh_len < sizeof(*leg) || leg->rtnh_len > length)
			return;
		collect(at + sizeof(*leg), leg->rtnh_len - sizeof(*leg), found);
		say_hop(text, found[RTA_GATEWAY], found[RTA_VIA], (unsigned int)leg->rtnh_ifindex,
			leg->rtnh_hops + 1u);
		if (step >= length)
			return;
		at += step;
		length -= step;
	}
}

/* The legs of a next-hop object that came without them. */
static int say_object(struct oracle *oracle, uint32_t id, unsigned int weight, char *text)
{
	const struct rtattr *found[RTA_MAX + 1];
	const struct nexthop_grp *group;
	struct message message;
	struct nhmsg *body = NLMSG_DATA(&message.header);
	struct {
		struct rtattr head;
		uint16_t family;
		char address[16];
	} via = { .family = AF_INET6 };
	bool six;
	size_t i;
	int code;

	memset(&message, 0, sizeof(message));
	message.header.nlmsg_type = RTM_GETNEXTHOP;
	message.header.nlmsg_len = NLMSG_LENGTH(sizeof(*body));
	put(&message, NHA_ID, &id, sizeof(id));
	code = exchange(oracle, &message);
	if (code || message.header.nlmsg_type != RTM_NEWNEXTHOP)
		return code ? code : -ENOENT;
	collect_message(&message, sizeof(*body), found);
	if (found[NHA_GROUP]) {
		group = RTA_DATA(found[NHA_GROUP]);
		for (i = 0; !code && i < RTA_PAYLOAD(found[NHA_GROUP]) / sizeof(*group); i++)
			code = say_object(oracle, group[i].id, group[i].weight + 1u, text);
		return code;
	}
	six = body->nh_family == AF_INET6 && found[NHA_GATEWAY];
	if (six)
		memcpy(via.address, RTA_DATA(found[NHA_GATEWAY]), sizeof(via.address));
	say_hop(text, six ? NULL : found[NHA_GATEWAY], six ? &via.head : NULL,
		found[NHA_OIF] ? *(const uint32_t *)RTA_DATA(found[NHA_OIF]) : 0, weight);
	return 0;
}

static int say_route(struct oracle *oracle, struct message *message, char *text)
{
	const struct rtmsg *route = NLMSG_DATA(&message->header);
	const struct rtattr *found[RTA_MAX + 1];
	unsigned int table = route->rtm_table;
	char number[12];

	collect_message(message, sizeof(*route), found);
	if (found[RTA_TABLE])
		table = *(const uint32_t *)RTA_DATA(found[RTA_TABLE]);
	(void)snprintf(text, ORACLE_TEXT_MAX, "%s table %u",
		       rtnl_route_type(route->rtm_type, number), table);
	if (found[RTA_MULTIPATH])
		say_legs(text, found[RTA_MULTIPATH]);
	else if (found[RTA_OIF])
		say_hop(text, found[RTA_GATEWAY], found[RTA_VIA],
			*(const uint32_t *)RTA_DATA(found[RTA_OIF]), 1);
	else if (found[RTA_NH_ID])
		return say_object(oracle, *(const uint32_t *)RTA_DATA(found[RTA_NH_ID]), 1, text);
	return 0;
}

static void put_question(struct message *message, const struct question *question)
{
	struct rtmsg *route = NLMSG_DATA(&message->header);
	const uint32_t destination = htonl(question->destination), source = htonl(question->source);
	const uint16_t sport = htons(question->sport), dport = htons(question->dport);
	const uint8_t protocol = IPPROTO_TCP;

	memset(message, 0, NLMSG_LENGTH(sizeof(*route)));
	message->header.nlmsg_len = NLMSG_LENGTH(sizeof(*route));
	message->header.nlmsg_type = RTM_GETROUTE;
	route->rtm_family = AF_INET;
	route->rtm_dst_len = 32;
	route->rtm_flags = RTM_F_LOOKUP_TABLE | (question->one ? 0 : RTM_F_FIB_MATCH);
	put(message, RTA_DST, &destination, sizeof(destination));
	put(message, RTA_SRC, &source, sizeof(source));
	put(message, RTA_IP_PROTO, &protocol, sizeof(protocol));
	put(message, RTA_SPORT, &sport, sizeof(sport));
	put(message, RTA_DPORT, &dport, sizeof(dport));
	if (question->mark)
		put(message, RTA_MARK, &question->mark, sizeof(question->mark));
	if (question->oif)
		put(message, RTA_OIF, &question->oif, sizeof(question->oif));
	if (question->iif)
		put(message, RTA_IIF, &question->iif, sizeof(question->iif));
	else
		put(message, RTA_UID, &question->uid, sizeof(question->uid));
}

int oracle_ask(struct oracle *oracle, const struct question *question, char text[ORACLE_TEXT_MAX])
{
	struct message message;
	char name[16];
	int code;

	put_question(&message, question);
	oracle->asked++;
	code = exchange(oracle, &message);
	if (code)
		return code;
	if (message.header.nlmsg_type != NLMSG_ERROR)
		return say_route(oracle, &message, text);
	code = ((const struct nlmsgerr *)NLMSG_DATA(&message.header))->error;
	(void)snprintf(text, ORACLE_TEXT_MAX, "error %s", errno_name(code, name));
	return 0;
}
