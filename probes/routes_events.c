/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event socket beside a proof: filter in the kernel, so that churn of foreign prefixes cannot
 * overflow it, and a second look here at what came through.
 */
#include "probes/routes_events.h"

#include "probes/routes_hops.h"
#include "rules/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_addr.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define EVENT_ROOM (16 * 1024 * 1024)
#define FILTER_MAX 64
#define OFFSET_TYPE 4u
#define OFFSET_DST_LEN (NLMSG_HDRLEN + 1u)
#define OFFSET_ATTRIBUTES NLMSG_LENGTH(sizeof(struct rtmsg))

struct watch {
	const struct route_events *events;
	const struct facts *facts;
	bool changed;
};

struct filter {
	struct sock_filter code[FILTER_MAX];
	unsigned short count;
};

static void emit(struct filter *filter, unsigned int code, uint32_t k, unsigned int yes,
		 unsigned int no)
{
	filter->code[filter->count++] = (struct sock_filter){
		.code = (uint16_t)code, .jt = (uint8_t)yes, .jf = (uint8_t)no, .k = k,
	};
}

/*
 * Accept when (destination ^ range) >> (32 - min(length, range length)) is 0. M[0]: length of the
 * route's prefix, M[1]: its address. Ten instructions; falls through when the two do not overlap.
 */
static void emit_range(struct filter *filter, const struct prefix *range)
{
	emit(filter, BPF_LD | BPF_MEM, 0, 0, 0);
	emit(filter, BPF_JMP | BPF_JGT | BPF_K, range->length, 0, 1);
	emit(filter, BPF_LD | BPF_IMM, range->length, 0, 0);
	emit(filter, BPF_MISC | BPF_TAX, 0, 0, 0);
	emit(filter, BPF_LD | BPF_IMM, 32, 0, 0);
	emit(filter, BPF_ALU | BPF_SUB | BPF_X, 0, 0, 0);
	emit(filter, BPF_MISC | BPF_TAX, 0, 0, 0);
	emit(filter, BPF_LD | BPF_MEM, 1, 0, 0);
	emit(filter, BPF_ALU | BPF_XOR | BPF_K, range->address, 0, 0);
	emit(filter, BPF_ALU | BPF_RSH | BPF_X, 0, 0, 0);
	emit(filter, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1);
	emit(filter, BPF_RET | BPF_K, UINT32_MAX, 0, 0);
}

/* Netlink fields are in host order, BPF loads are big-endian: hence htons() of constants. */
static void build_filter(struct filter *filter, const struct prefix ranges[2])
{
	size_t i;

	filter->count = 0;
	emit(filter, BPF_LD | BPF_H | BPF_ABS, OFFSET_TYPE, 0, 0);
	emit(filter, BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWROUTE), 2, 0);
	emit(filter, BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELROUTE), 1, 0);
	emit(filter, BPF_RET | BPF_K, UINT32_MAX, 0, 0);
	emit(filter, BPF_LD | BPF_B | BPF_ABS, OFFSET_DST_LEN, 0, 0);
	emit(filter, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1);
	emit(filter, BPF_RET | BPF_K, UINT32_MAX, 0, 0);
	emit(filter, BPF_ST, 0, 0, 0);
	/* offset of RTA_DST, by the kernel's own walk over attributes; 0: not found */
	emit(filter, BPF_LDX | BPF_IMM, RTA_DST, 0, 0);
	emit(filter, BPF_LD | BPF_IMM, OFFSET_ATTRIBUTES, 0, 0);
	emit(filter, BPF_LD | BPF_B | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_NLATTR), 0, 0);
	emit(filter, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1);
	emit(filter, BPF_RET | BPF_K, UINT32_MAX, 0, 0);
	emit(filter, BPF_MISC | BPF_TAX, 0, 0, 0);
	emit(filter, BPF_LD | BPF_W | BPF_IND, sizeof(struct rtattr), 0, 0);
	emit(filter, BPF_ST, 1, 0, 0);
	for (i = 0; i < 2; i++)
		if (ranges[i].known && ranges[i].length)
			emit_range(filter, &ranges[i]);
	emit(filter, BPF_RET | BPF_K,
	     ranges[1].known && !ranges[1].length ? UINT32_MAX : 0, 0, 0);
}

/* The filter first, the groups afterwards: not one foreign event gets in between. */
static int subscribe(struct route_events *events, struct fault *fault)
{
	static const int wanted[] = { RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV4_RULE, RTNLGRP_IPV4_IFADDR,
				      RTNLGRP_LINK, RTNLGRP_IPV4_NETCONF };
	static const int optional = RTNLGRP_NEXTHOP; /* Linux 5.3 */
	struct filter filter;
	struct sock_fprog program = { .filter = filter.code };
	int descriptor = mnl_socket_get_fd(events->rtnl.socket);
	int room = EVENT_ROOM;
	int group;
	size_t i;

	build_filter(&filter, events->ranges);
	program.len = filter.count;
	if (setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)))
		return fault_set(fault, -errno, "cannot filter route events");
	/* more room only means fewer repetitions */
	if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		(void)setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		group = wanted[i];
		if (mnl_socket_setsockopt(events->rtnl.socket, NETLINK_ADD_MEMBERSHIP, &group,
					  sizeof(group)))
			return fault_set(fault, -errno, "cannot listen to route events");
	}
	group = optional;
	(void)mnl_socket_setsockopt(events->rtnl.socket, NETLINK_ADD_MEMBERSHIP, &group,
				    sizeof(group));
	return 0;
}

int route_events_open(struct route_events *events, const struct prefix *vswitch,
		      uint64_t deadline_ms, struct fault *fault)
{
	int code;

	memset(events, 0, sizeof(*events));
	events->ranges[0] = reverse_range;
	events->ranges[1] = *vswitch;
	code = rtnl_open(&events->rtnl, NETLINK_ROUTE, 0, deadline_ms, fault);
	if (code)
		return code;
	code = subscribe(events, fault);
	if (code)
		rtnl_close(&events->rtnl);
	return code;
}

void route_events_close(struct route_events *events)
{
	rtnl_close(&events->rtnl);
}

/* Is the interface one that a kept route, a service or a way in uses? */
static bool uses_device(const struct facts *facts, uint32_t index)
{
	char *name = hop_device(facts, index);
	bool used = !name;
	size_t i;
	size_t leg;

	for (i = 0; !used && i < facts->services.services.count; i++) {
		const struct service_fact *service =
			LIST_AT(&facts->services.services, struct service_fact, i);

		used = text_equal(service->iif, name) || text_equal(service->arrival, name) ||
		       text_equal(service->dev, name) ||
		       strings_contain(&service->arrivals, name);
	}
	for (i = 0; !used && i < facts->routes.entries.count; i++) {
		const struct list *legs =
			&LIST_AT(&facts->routes.entries, struct route_fact, i)->next_hops;

		for (leg = 0; !used && leg < legs->count; leg++)
			used = text_equal(LIST_AT(legs, struct next_hop, leg)->dev, name);
	}
	free(name);
	return used;
}

/* A service's address, or the preferred source of a kept route (which goes with it, silently). */
static bool uses_address(const struct facts *facts, uint32_t number)
{
	struct address address = address_from_ipv4(number);
	size_t i;

	for (i = 0; i < facts->services.services.count; i++)
		if (address_equal(&address, &LIST_AT(&facts->services.services,
						     struct service_fact, i)->address))
			return true;
	for (i = 0; i < facts->routes.entries.count; i++)
		if (address_equal(&address, &LIST_AT(&facts->routes.entries, struct route_fact,
						     i)->source))
			return true;
	return false;
}

static bool overlaps(const struct watch *watch, uint32_t address, unsigned int length)
{
	struct prefix prefix = prefix_make(address, length > 32 ? 32 : length);

	return prefix_overlaps(&prefix, &watch->events->ranges[0]) ||
	       (watch->events->ranges[1].known &&
		prefix_overlaps(&prefix, &watch->events->ranges[1]));
}

static bool route_matters(const struct watch *watch, const struct nlmsghdr *header)
{
	const struct rtmsg *route = rtnl_body(header, sizeof(*route));
	const struct nlattr *tb[RTA_DST + 1];
	uint32_t destination = 0;

	if (!route || rtnl_attributes(header, sizeof(*route), tb, RTA_DST))
		return true;
	(void)rtnl_ipv4(tb[RTA_DST], &destination);
	return route->rtm_family == AF_INET && overlaps(watch, destination, route->rtm_dst_len);
}

static bool address_matters(const struct watch *watch, const struct nlmsghdr *header)
{
	const struct ifaddrmsg *message = rtnl_body(header, sizeof(*message));
	const struct nlattr *tb[IFA_LOCAL + 1];
	uint32_t address = 0;

	if (!message || rtnl_attributes(header, sizeof(*message), tb, IFA_LOCAL))
		return true;
	if (!rtnl_ipv4(tb[IFA_LOCAL], &address))
		(void)rtnl_ipv4(tb[IFA_ADDRESS], &address);
	return overlaps(watch, address, message->ifa_prefixlen) ||
	       uses_address(watch->facts, address) ||
	       uses_device(watch->facts, message->ifa_index);
}

/* Routes vanish without an event when a link goes down. */
static bool link_matters(const struct watch *watch, const struct nlmsghdr *header)
{
	const struct ifinfomsg *message = rtnl_body(header, sizeof(*message));

	return !message || uses_device(watch->facts, (uint32_t)message->ifi_index);
}

/* Forwarding, reverse-path filter and "ignore routes with link down". */
static bool netconf_matters(const struct watch *watch, const struct nlmsghdr *header)
{
	const struct nlattr *tb[NETCONFA_IFINDEX + 1];
	uint32_t index;

	if (rtnl_attributes(header, sizeof(struct netconfmsg), tb, NETCONFA_IFINDEX) ||
	    !rtnl_u32(tb[NETCONFA_IFINDEX], &index))
		return true;
	return (int32_t)index < 0 ? (int32_t)index == NETCONFA_IFINDEX_ALL :
		uses_device(watch->facts, index);
}

static int take_event(const struct nlmsghdr *header, void *data)
{
	struct watch *watch = data;

	switch (header->nlmsg_type) {
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		watch->changed |= route_matters(watch, header);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		watch->changed |= address_matters(watch, header);
		break;
	case RTM_NEWLINK:
	case RTM_DELLINK:
		watch->changed |= link_matters(watch, header);
		break;
	case RTM_NEWNETCONF:
	case RTM_DELNETCONF:
		watch->changed |= netconf_matters(watch, header);
		break;
	default: /* rules, next-hop objects, and whatever else was subscribed to */
		watch->changed = true;
	}
	return 0;
}

int route_events_changed(struct route_events *events, const struct facts *facts, bool *changed,
			 struct fault *fault)
{
	struct watch watch = { .events = events, .facts = facts };
	struct fault lost = { .code = 0 };
	int code = rtnl_events(&events->rtnl, take_event, &watch, &lost);

	if (code == -ENOBUFS) {
		watch.changed = true;
		code = 0;
	}
	*changed = watch.changed;
	return code ? fault_set(fault, code, "%s", lost.text) : 0;
}
