/* SPDX-License-Identifier: Apache-2.0 */
/* IPv4 addresses of this namespace. Reads RTM_GETADDR; changes and judges nothing. */
#include "probes/addresses.h"

#include "probes/catalog.h"
#include "probes/messages.h"
#include "probes/system_file.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

static int fill_address(const struct nlattr *const *tb, const struct ifaddrmsg *body,
			const struct message_reader *reader, struct address_fact *address)
{
	uint32_t flags = body->ifa_flags;
	uint32_t local;
	uint32_t peer;
	char digits[12];
	bool has_peer = rtnl_ipv4(tb[IFA_ADDRESS], &peer);

	/* on a broadcast link both are the same; an odd tunnel may carry IFA_ADDRESS alone */
	if (!rtnl_ipv4(tb[IFA_LOCAL], &local)) {
		if (!has_peer)
			return -EBADMSG;
		local = peer;
	}
	(void)rtnl_u32(tb[IFA_FLAGS], &flags);
	address->address = address_from_ipv4(local);
	if (has_peer && peer != local)
		address->peer = address_from_ipv4(peer);
	address->length = body->ifa_prefixlen;
	address->index = body->ifa_index;
	address->permanent = flags & IFA_F_PERMANENT;
	address->scope = text_copy(rtnl_scope(body->ifa_scope, digits));
	if (!address->scope)
		return -ENOMEM;
	return system_link_name(reader->link_socket, body->ifa_index, &address->dev);
}

int message_address(const struct nlmsghdr *header, void *data)
{
	struct message_reader *reader = data;
	const struct nlattr *tb[IFA_MAX + 1];
	const struct ifaddrmsg *body;
	struct address_fact *address;

	if (header->nlmsg_type != RTM_NEWADDR)
		return 0;
	body = rtnl_body(header, sizeof(*body));
	if (!body || rtnl_attributes(header, sizeof(*body), tb, IFA_MAX) ||
	    body->ifa_prefixlen > 32)
		return -EBADMSG;
	if (body->ifa_family != AF_INET)
		return 0;
	address = list_add(&reader->facts->addresses.addresses, sizeof(*address));
	if (!address)
		return -ENOMEM;
	return fill_address(tb, body, reader, address);
}

int addresses_read(uint64_t deadline_ms, struct facts *facts, struct fault *fault)
{
	struct ifaddrmsg body = { .ifa_family = AF_INET };
	struct rtnl_question ask = {
		.bus = NETLINK_ROUTE,
		.type = RTM_GETADDR,
		.body = &body,
		.size = sizeof(body),
		.deadline_ms = deadline_ms,
	};
	struct message_reader reader = { .facts = facts, .section = SECTION_ADDRESSES };

	return messages_read(&ask, &reader, message_address, fault);
}

static int addresses_run(const struct probe_context *context, struct facts *facts,
			 struct fault *fault)
{
	return addresses_read(context->deadline_ms, facts, fault);
}

const struct probe probe_addresses = {
	.name = "addresses",
	.summary = "IPv4 addresses of this host",
	.needs = PROBE_NEEDS_NETLINK,
	.wire = "nothing",
	.doc = "routing netlink RTM_GETADDR",
	.section = SECTION_ADDRESSES,
	.run = addresses_run,
};
