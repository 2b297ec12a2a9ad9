/* SPDX-License-Identifier: Apache-2.0 */
/* Interfaces: kind, type, master, state. Reads RTM_GETLINK; changes and judges nothing. */
#include "probes/catalog.h"
#include "probes/messages.h"
#include "probes/system_file.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>

struct hardware_name {
	unsigned int number;
	const char *name;
};

/* the words of iproute2 (lib/ll_types.c) */
static const struct hardware_name hardware_names[] = {
	{ ARPHRD_ETHER, "ether" },
	{ ARPHRD_LOOPBACK, "loopback" },
	{ ARPHRD_NONE, "none" },
	{ ARPHRD_PPP, "ppp" },
	{ ARPHRD_TUNNEL, "ipip" },
	{ ARPHRD_TUNNEL6, "tunnel6" },
	{ ARPHRD_SIT, "sit" },
	{ ARPHRD_IPGRE, "gre" },
	{ ARPHRD_IP6GRE, "gre6" },
	{ ARPHRD_INFINIBAND, "infiniband" },
	{ ARPHRD_RAWIP, "rawip" },
	{ ARPHRD_IEEE80211, "ieee802.11" },
	{ ARPHRD_NETLINK, "netlink" },
	{ ARPHRD_VSOCKMON, "vsockmon" },
	{ ARPHRD_CAN, "can" },
	{ 0, NULL },
};

static const char *const operstates[] = {
	"unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up",
};

static char *hardware_name(unsigned int number)
{
	const struct hardware_name *row;
	char digits[12];

	for (row = hardware_names; row->name; row++) {
		if (row->number == number)
			return text_copy(row->name);
	}
	(void)snprintf(digits, sizeof(digits), "%u", number);
	return text_copy(digits);
}

static int read_info(const struct nlattr *attribute, struct link_fact *link)
{
	const struct nlattr *info[IFLA_INFO_MAX + 1];
	const struct nlattr *data[IFLA_VRF_MAX + 1];
	int code;

	if (!attribute)
		return 0;
	code = rtnl_nested(attribute, info, IFLA_INFO_MAX);
	if (code)
		return code;
	code = rtnl_string_read(info[IFLA_INFO_KIND], &link->kind);
	if (code)
		return code;
	if (!text_equal(link->kind, "vrf") || !info[IFLA_INFO_DATA])
		return 0;
	code = rtnl_nested(info[IFLA_INFO_DATA], data, IFLA_VRF_MAX);
	if (code)
		return code;
	link->vrf_table.known = rtnl_u32(data[IFLA_VRF_TABLE], &link->vrf_table.value);
	return 0;
}

static int fill_link(const struct nlattr *const *tb, const struct ifinfomsg *body,
		     struct link_fact *link)
{
	uint8_t operstate = 0;
	int code;

	link->index = (uint32_t)body->ifi_index;
	link->type = hardware_name(body->ifi_type);
	link->up = body->ifi_flags & IFF_UP;
	link->carrier = body->ifi_flags & IFF_LOWER_UP;
	link->loopback = body->ifi_flags & IFF_LOOPBACK;
	link->point_to_point = body->ifi_flags & IFF_POINTOPOINT;
	link->noarp = body->ifi_flags & IFF_NOARP;
	(void)rtnl_u32(tb[IFLA_MTU], &link->mtu);
	(void)rtnl_u32(tb[IFLA_GROUP], &link->group);
	(void)rtnl_u8(tb[IFLA_OPERSTATE], &operstate);
	if (operstate >= sizeof(operstates) / sizeof(operstates[0]))
		operstate = 0;
	link->operstate = text_copy(operstates[operstate]);
	code = rtnl_string_read(tb[IFLA_IFNAME], &link->name);
	if (!code && !link->name)
		code = -EBADMSG;
	if (!code)
		code = read_info(tb[IFLA_LINKINFO], link);
	if (code)
		return code;
	if (!link->type || !link->operstate)
		return -ENOMEM;
	return 0;
}

int message_link(const struct nlmsghdr *header, void *data)
{
	struct message_reader *reader = data;
	const struct nlattr *tb[IFLA_MAX + 1];
	const struct ifinfomsg *body;
	struct link_fact *link;
	uint32_t master;
	int code;

	if (header->nlmsg_type != RTM_NEWLINK)
		return 0;
	body = rtnl_body(header, sizeof(*body));
	if (!body || rtnl_attributes(header, sizeof(*body), tb, IFLA_MAX))
		return -EBADMSG;
	link = list_add(&reader->facts->links.links, sizeof(*link));
	if (!link)
		return -ENOMEM;
	code = fill_link(tb, body, link);
	if (code)
		return code;
	if (!rtnl_u32(tb[IFLA_MASTER], &master) || !master)
		return 0;
	return system_link_name(reader->link_socket, master, &link->master);
}

static int links_run(const struct probe_context *context, struct facts *facts, struct fault *fault)
{
	struct {
		struct ifinfomsg body;
		struct nlattr mask;
		uint32_t value;
	} question = {
		.body = { .ifi_family = AF_UNSPEC },
		.mask = { .nla_len = sizeof(question.mask) + sizeof(question.value),
			  .nla_type = IFLA_EXT_MASK },
		.value = RTEXT_FILTER_SKIP_STATS,
	};
	struct rtnl_question ask = {
		.bus = NETLINK_ROUTE,
		.type = RTM_GETLINK,
		.body = &question,
		.size = sizeof(question),
		.deadline_ms = context->deadline_ms,
	};
	struct message_reader reader = { .facts = facts, .section = SECTION_LINKS };

	return messages_read(&ask, &reader, message_link, fault);
}

const struct probe probe_links = {
	.name = "links",
	.summary = "interfaces, their kind, master and state",
	.needs = PROBE_NEEDS_NETLINK,
	.wire = "nothing",
	.doc = "routing netlink RTM_GETLINK, without statistics",
	.section = SECTION_LINKS,
	.run = links_run,
};
