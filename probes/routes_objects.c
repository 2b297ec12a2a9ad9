/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Next-hop objects (`ip nexthop`): asked for one by one, because only those in use matter. A group
 * gives the legs of its members, with the group's weights.
 */
#include "probes/routes_hops.h"

#include <errno.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <string.h>

#define GROUP_MAX 256

struct object {
	bool found;
	struct hop hop;
	struct nexthop_grp members[GROUP_MAX];
	size_t member_count;
	int error;
};

static int read_object(uint32_t index, const struct nlmsghdr *header, int error, void *data)
{
	const struct nlattr *tb[NHA_ENCAP + 1];
	struct object *object = data;
	const struct nhmsg *message;
	size_t size;

	(void)index;
	memset(object, 0, sizeof(*object));
	object->error = error;
	if (!header)
		return 0;
	message = rtnl_body(header, sizeof(*message));
	if (!message || rtnl_attributes(header, sizeof(*message), tb, NHA_ENCAP))
		return -EBADMSG;
	object->found = true;
	if (tb[NHA_GROUP]) {
		size = mnl_attr_get_payload_len(tb[NHA_GROUP]);
		if (size > sizeof(object->members) || size % sizeof(object->members[0]))
			return -EBADMSG;
		memcpy(object->members, mnl_attr_get_payload(tb[NHA_GROUP]), size);
		object->member_count = size / sizeof(object->members[0]);
		return 0;
	}
	object->hop.flags = (uint8_t)(message->nh_flags &
				      (RTNH_F_DEAD | RTNH_F_LINKDOWN | RTNH_F_ONLINK));
	(void)rtnl_u32(tb[NHA_OIF], &object->hop.oif);
	size = tb[NHA_GATEWAY] ? mnl_attr_get_payload_len(tb[NHA_GATEWAY]) : 0;
	if (size == 4 || size == 16) {
		object->hop.family = size == 4 ? ADDRESS_IPV4 : ADDRESS_IPV6;
		memcpy(object->hop.via, mnl_attr_get_payload(tb[NHA_GATEWAY]), size);
	}
	return 0;
}

static int ask_object(struct rtnl *rtnl, uint32_t id, struct object *object, struct fault *fault)
{
	struct {
		struct nlmsghdr header;
		struct nhmsg message;
		struct nlattr head;
		uint32_t id;
	} request;
	struct rtnl_batch batch = { .bytes = &request, .length = sizeof(request), .count = 1 };
	int code;

	memset(&request, 0, sizeof(request));
	request.header.nlmsg_len = sizeof(request);
	request.header.nlmsg_type = RTM_GETNEXTHOP;
	request.head.nla_type = NHA_ID;
	request.head.nla_len = sizeof(request.head) + sizeof(request.id);
	request.id = id;
	code = rtnl_exchange(rtnl, &batch, read_object, object, fault);
	if (code)
		return code;
	/* gone since the route was read: the event socket knows, so the proof is made again */
	return object->error && object->error != -ENOENT ?
	       fault_set(fault, object->error, "cannot read next-hop object %u", id) : 0;
}

int hops_of_object(struct rtnl *rtnl, uint32_t id, struct hops *hops, struct fault *fault)
{
	struct object group;
	size_t i;
	int code = ask_object(rtnl, id, &group, fault);

	if (code || !group.found)
		return code;
	if (!group.member_count) {
		group.hop.weight = 1;
		return hops_add(hops, &group.hop);
	}
	for (i = 0; i < group.member_count; i++) {
		struct object member;

		code = ask_object(rtnl, group.members[i].id, &member, fault);
		if (!code && member.found) {
			member.hop.weight = (uint16_t)(group.members[i].weight + 1);
			code = hops_add(hops, &member.hop);
		}
		if (code)
			return code;
	}
	return 0;
}
