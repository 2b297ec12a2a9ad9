/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dump of all tables. The inner loop reads the destination by hand, with bounds: parsing every
 * attribute of a million routes would cost a third more than the kernel's own work. What is kept
 * goes through the checked parser.
 */
#include "probes/routes_scan.h"

#include "probes/routes_hops.h"
#include "rules/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

/* As every kernel so far opens a route with a destination. */
struct route_head {
	struct nlmsghdr header;
	struct rtmsg route;
	struct rtattr table_head;
	uint32_t table;
	struct rtattr destination_head;
	uint32_t destination;
};

/* Walks to RTA_DST. False: none, or a length lies. */
static bool find_destination(const struct nlmsghdr *header, uint32_t *destination)
{
	const char *at = (const char *)header + NLMSG_LENGTH(sizeof(struct rtmsg));
	const char *end = (const char *)header + header->nlmsg_len;

	while (end - at >= (ptrdiff_t)sizeof(struct rtattr)) {
		const struct rtattr *attribute = (const void *)at;

		if (attribute->rta_len < sizeof(*attribute) || attribute->rta_len > end - at)
			return false;
		if (attribute->rta_type == RTA_DST) {
			if (attribute->rta_len != RTA_LENGTH(sizeof(uint32_t)))
				return false;
			memcpy(destination, at + RTA_LENGTH(0), sizeof(*destination));
			*destination = ntohl(*destination);
			return true;
		}
		if (RTA_ALIGN(attribute->rta_len) > (size_t)(end - at))
			return false;
		at += RTA_ALIGN(attribute->rta_len);
	}
	return false;
}

/* The fast way: the second attribute, if both say what they are expected to be. */
static inline bool read_destination(const struct nlmsghdr *header, uint32_t *destination)
{
	const struct route_head *head = (const void *)header;

	if (header->nlmsg_len < sizeof(*head) ||
	    head->table_head.rta_len != RTA_LENGTH(sizeof(uint32_t)) ||
	    head->destination_head.rta_type != RTA_DST ||
	    head->destination_head.rta_len != RTA_LENGTH(sizeof(uint32_t)))
		return find_destination(header, destination);
	*destination = ntohl(head->destination);
	return true;
}

static inline uint32_t mask_of(unsigned int length)
{
	return length ? UINT32_MAX << (32 - length) : 0;
}

static int keep_metrics(const struct nlattr *metrics, struct route_fact *fact)
{
	const struct nlattr *tb[RTAX_MTU + 1];

	if (!metrics)
		return 0;
	if (rtnl_nested(metrics, tb, RTAX_MTU))
		return -EBADMSG;
	fact->mtu.known = rtnl_u32(tb[RTAX_MTU], &fact->mtu.value);
	return 0;
}

/* The attributes that only a dump needs. */
static int keep_details(const struct nlmsghdr *header, const struct route_message *message,
			struct route_fact *fact)
{
	const struct rtmsg *route = rtnl_body(header, sizeof(*route));
	const struct nlattr *tb[RTA_NH_ID + 1];
	char name[12];
	uint32_t source;

	if (!route || rtnl_attributes(header, sizeof(*route), tb, RTA_NH_ID))
		return -EBADMSG;
	fact->table = message->table;
	fact->destination = prefix_make(message->destination, message->length);
	fact->type = text_copy(rtnl_route_type(message->type, name));
	fact->protocol = text_copy(rtnl_protocol(route->rtm_protocol, name));
	fact->scope = text_copy(rtnl_scope(route->rtm_scope, name));
	fact->tos = route->rtm_tos;
	(void)rtnl_u32(tb[RTA_PRIORITY], &fact->metric);
	if (rtnl_ipv4(tb[RTA_PREFSRC], &source))
		fact->source = address_from_ipv4(source);
	fact->next_hop_id.known = message->next_hop_id != 0;
	fact->next_hop_id.value = message->next_hop_id;
	if (!fact->type || !fact->protocol || !fact->scope)
		return -ENOMEM;
	return keep_metrics(tb[RTA_METRICS], fact);
}

static int keep_route(const struct nlmsghdr *header, const struct route_scan *scan)
{
	struct route_message message = { .type = 0 };
	struct route_fact *fact;
	int code = route_message_decode(header, &message);

	if (!code) {
		fact = list_add(scan->entries, sizeof(*fact));
		code = fact ? keep_details(header, &message, fact) : -ENOMEM;
	}
	if (!code)
		code = hops_to_facts(scan->facts, message.hops.items, message.hops.count,
				     &fact->next_hops);
	hops_release(&message.hops);
	return code;
}

/* A route that shares an address with a range. */
static int take_route(const struct nlmsghdr *header, struct route_scan *scan, uint32_t destination,
		      uint32_t mask)
{
	const struct rtmsg *route = NLMSG_DATA(header);
	unsigned int i;

	/* cached exceptions come along without strict checking: they are no routes */
	if (route->rtm_family != AF_INET || route->rtm_flags & RTM_F_CLONED)
		return 0;
	for (i = 0; i < scan->range_count; i++)
		if (!((destination ^ scan->bits[i]) & mask & scan->mask[i]))
			cuts_add(scan->ranges[i], destination, destination | ~mask);
	return scan->entries ? keep_route(header, scan) : 0;
}

static int scan_message(const struct nlmsghdr *header, void *data)
{
	struct route_scan *scan = data;
	const struct rtmsg *route = NLMSG_DATA(header);
	uint32_t destination = 0;
	uint32_t mask;

	if (header->nlmsg_type != RTM_NEWROUTE ||
	    header->nlmsg_len < NLMSG_LENGTH(sizeof(*route)) || route->rtm_dst_len > 32)
		return -EBADMSG;
	scan->scanned++;
	if (route->rtm_dst_len && !read_destination(header, &destination))
		return -EBADMSG;
	mask = mask_of(route->rtm_dst_len);
	if (((destination ^ scan->bits[0]) & mask & scan->mask[0]) &&
	    ((destination ^ scan->bits[1]) & mask & scan->mask[1]))
		return 0;
	return take_route(header, scan, destination, mask);
}

static void forget(void *data)
{
	struct route_scan *scan = data;
	struct facts gone = { .schema = NULL };

	/* cuts of routes that went away meanwhile do no harm */
	scan->scanned = 0;
	if (!scan->entries)
		return;
	gone.routes.entries = *scan->entries;
	memset(scan->entries, 0, sizeof(*scan->entries));
	record_release(section_record(SECTION_ROUTES), &gone.routes);
}

int routes_scan(struct rtnl *rtnl, struct route_scan *scan, struct fault *fault)
{
	struct {
		struct nlmsghdr header;
		struct rtmsg route;
	} request;
	struct rtnl_sink sink = { .message = scan_message, .restart = forget, .data = scan };
	unsigned int i;

	memset(&request, 0, sizeof(request));
	request.header.nlmsg_len = sizeof(request);
	request.header.nlmsg_type = RTM_GETROUTE;
	request.route.rtm_family = AF_INET;
	scan->scanned = 0;
	scan->range_count = scan->ranges[1] ? 2 : 1;
	for (i = 0; i < SCAN_RANGES_MAX; i++) {
		/* one range is looked at twice: cheaper than a loop a route */
		const struct cuts *range = scan->ranges[i < scan->range_count ? i : 0];

		scan->bits[i] = range->first;
		scan->mask[i] = ~(range->first ^ range->last);
	}
	return rtnl_dump(rtnl, &request.header, &sink, fault);
}

int routes_resolve(struct rtnl *rtnl, struct route_scan *scan, struct fault *fault)
{
	struct hops hops = { .items = NULL };
	size_t i;
	int code = 0;

	for (i = 0; !code && i < scan->entries->count; i++) {
		struct route_fact *fact = LIST_AT(scan->entries, struct route_fact, i);

		if (!fact->next_hop_id.known || fact->next_hops.count ||
		    !text_equal(fact->type, "unicast"))
			continue;
		hops.count = 0;
		code = hops_of_object(rtnl, fact->next_hop_id.value, &hops, fault);
		if (!code)
			code = hops_to_facts(scan->facts, hops.items, hops.count, &fact->next_hops);
	}
	hops_release(&hops);
	return code;
}
