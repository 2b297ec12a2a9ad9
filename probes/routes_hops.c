/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decodes the legs of a route message and gives them names. A route that uses a next-hop object
 * carries its legs as well unless net.ipv4.nexthop_compat_mode is 0: then the object is asked for
 * (probes/routes_objects.c).
 */
#include "probes/routes_hops.h"

#include "rules/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLAGS_KEPT (RTNH_F_DEAD | RTNH_F_LINKDOWN | RTNH_F_ONLINK)

void hops_release(struct hops *hops)
{
	free(hops->items);
	memset(hops, 0, sizeof(*hops));
}

int hops_add(struct hops *hops, const struct hop *hop)
{
	if (hops->count == hops->room) {
		size_t room = hops->room ? hops->room * 2 : 4;
		struct hop *items = realloc(hops->items, room * sizeof(*items));

		if (!items)
			return -ENOMEM;
		hops->items = items;
		hops->room = room;
	}
	hops->items[hops->count++] = *hop;
	return 0;
}

/* RTA_GATEWAY (IPv4) or RTA_VIA (any family) of one leg. */
static void read_gateway(const struct nlattr *gateway, const struct nlattr *via, struct hop *hop)
{
	const struct rtvia *value;
	size_t size;

	if (gateway && mnl_attr_get_payload_len(gateway) == 4) {
		hop->family = ADDRESS_IPV4;
		memcpy(hop->via, mnl_attr_get_payload(gateway), 4);
		return;
	}
	if (!via || mnl_attr_get_payload_len(via) < sizeof(value->rtvia_family))
		return;
	value = mnl_attr_get_payload(via);
	size = mnl_attr_get_payload_len(via) - sizeof(value->rtvia_family);
	if (value->rtvia_family == AF_INET6 && size == 16)
		hop->family = ADDRESS_IPV6;
	else if (value->rtvia_family == AF_INET && size == 4)
		hop->family = ADDRESS_IPV4;
	else
		return;
	memcpy(hop->via, value->rtvia_addr, size);
}

/* One rtnexthop with the attributes behind it. */
static int read_leg(const struct rtnexthop *leg, struct hops *hops)
{
	struct {
		struct nlattr head;
		char bytes[256];
	} nest;
	const struct nlattr *tb[RTA_MAX + 1];
	struct hop hop = { .oif = (uint32_t)leg->rtnh_ifindex };
	size_t size = leg->rtnh_len - sizeof(*leg);

	if (size > sizeof(nest.bytes))
		return -EBADMSG;
	nest.head.nla_len = (uint16_t)(sizeof(nest.head) + size);
	nest.head.nla_type = RTA_MULTIPATH;
	memcpy(nest.bytes, (const char *)leg + sizeof(*leg), size);
	if (rtnl_nested(&nest.head, tb, RTA_MAX))
		return -EBADMSG;
	hop.weight = (uint16_t)(leg->rtnh_hops + 1);
	hop.flags = leg->rtnh_flags & FLAGS_KEPT;
	read_gateway(tb[RTA_GATEWAY], tb[RTA_VIA], &hop);
	return hops_add(hops, &hop);
}

static int read_legs(const struct nlattr *multipath, struct hops *hops)
{
	const char *at = mnl_attr_get_payload(multipath);
	size_t length = mnl_attr_get_payload_len(multipath);

	while (length >= sizeof(struct rtnexthop)) {
		const struct rtnexthop *leg = (const void *)at;
		size_t step = leg->rtnh_len;
		int code;

		if (step < sizeof(*leg) || step > length)
			return -EBADMSG;
		code = read_leg(leg, hops);
		if (code)
			return code;
		step = (step + RTNH_ALIGNTO - 1) & ~(size_t)(RTNH_ALIGNTO - 1);
		if (step >= length)
			return 0;
		at += step;
		length -= step;
	}
	return length ? -EBADMSG : 0;
}

int route_message_decode(const struct nlmsghdr *header, struct route_message *message)
{
	const struct nlattr *tb[RTA_NH_ID + 1];
	const struct rtmsg *route = rtnl_body(header, sizeof(*route));
	struct hop hop = { .weight = 1 };

	if (!route || route->rtm_dst_len > 32 ||
	    rtnl_attributes(header, sizeof(*route), tb, RTA_NH_ID))
		return -EBADMSG;
	message->type = route->rtm_type;
	message->length = route->rtm_dst_len;
	message->flags = route->rtm_flags;
	message->table = route->rtm_table;
	(void)rtnl_u32(tb[RTA_TABLE], &message->table);
	message->destination = 0;
	if (tb[RTA_DST] && !rtnl_ipv4(tb[RTA_DST], &message->destination))
		return -EBADMSG;
	message->next_hop_id = 0;
	(void)rtnl_u32(tb[RTA_NH_ID], &message->next_hop_id);
	message->hops.count = 0;
	if (tb[RTA_MULTIPATH])
		return read_legs(tb[RTA_MULTIPATH], &message->hops);
	if (!rtnl_u32(tb[RTA_OIF], &hop.oif) && !tb[RTA_GATEWAY] && !tb[RTA_VIA])
		return 0;
	hop.flags = route->rtm_flags & FLAGS_KEPT;
	read_gateway(tb[RTA_GATEWAY], tb[RTA_VIA], &hop);
	return hops_add(&message->hops, &hop);
}

char *hop_device(const struct facts *facts, uint32_t index)
{
	char name[IF_NAMESIZE];
	size_t i;

	for (i = 0; i < facts->links.links.count; i++) {
		const struct link_fact *link = LIST_AT(&facts->links.links, struct link_fact, i);

		if (link->index == index)
			return text_copy(link->name);
	}
	if (if_indextoname(index, name))
		return text_clean(name, strlen(name));
	(void)snprintf(name, sizeof(name), "if%u", index);
	return text_copy(name);
}

uint32_t device_index(const struct facts *facts, const char *name)
{
	const struct link_fact *link = name ? facts_link(facts, name) : NULL;

	return link ? link->index : 0;
}

int hops_to_facts(const struct facts *facts, const struct hop *hops, size_t count,
		  struct list *list)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct next_hop *leg = list_add(list, sizeof(*leg));

		if (!leg)
			return -ENOMEM;
		leg->via.family = hops[i].family;
		memcpy(leg->via.bytes, hops[i].via, sizeof(leg->via.bytes));
		leg->weight = hops[i].weight;
		leg->onlink = hops[i].flags & RTNH_F_ONLINK;
		leg->dead = hops[i].flags & RTNH_F_DEAD;
		leg->linkdown = hops[i].flags & RTNH_F_LINKDOWN;
		leg->unused = hops[i].flags & HOP_UNUSED;
		if (!hops[i].oif)
			continue;
		leg->dev = hop_device(facts, hops[i].oif);
		if (!leg->dev)
			return -ENOMEM;
	}
	return 0;
}
