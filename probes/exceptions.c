/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cached routes for single destinations of the range: path MTU and redirects. They hide behind
 * RTM_F_FIB_MATCH, so the proof over classes cannot see them; a dump with RTM_F_CLONED can.
 */
#include "probes/catalog.h"
#include "probes/messages.h"
#include "probes/system_file.h"

#include <errno.h>
#include <linux/in_route.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

/* The kernel's clock in messages, jiffies of user space. */
#define TICKS_A_SECOND 100

static int read_metrics(const struct nlattr *attribute, struct exception_fact *exception)
{
	const struct nlattr *metrics[RTAX_MAX + 1];
	uint32_t locked = 0;
	int code;

	if (!attribute)
		return 0;
	code = rtnl_nested(attribute, metrics, RTAX_MAX);
	if (code)
		return code;
	exception->mtu.known = rtnl_u32(metrics[RTAX_MTU], &exception->mtu.value);
	(void)rtnl_u32(metrics[RTAX_LOCK], &locked);
	exception->mtu_locked = locked & 1u << RTAX_MTU;
	return 0;
}

static void read_expiry(const struct nlattr *attribute, struct exception_fact *exception)
{
	const struct rta_cacheinfo *info;

	if (!attribute || mnl_attr_get_payload_len(attribute) < sizeof(*info))
		return;
	info = mnl_attr_get_payload(attribute);
	if (info->rta_expires <= 0)
		return;
	exception->expires_s.known = true;
	exception->expires_s.value = (uint32_t)info->rta_expires / TICKS_A_SECOND;
}

static int fill_exception(const struct nlattr *const *tb, const struct rtmsg *body,
			  const struct message_reader *reader, struct exception_fact *exception)
{
	uint32_t value;

	exception->redirected = body->rtm_flags & RTCF_REDIRECTED;
	if (rtnl_ipv4(tb[RTA_GATEWAY], &value))
		exception->via = address_from_ipv4(value);
	read_expiry(tb[RTA_CACHEINFO], exception);
	if (rtnl_u32(tb[RTA_OIF], &value)) {
		int code = system_link_name(reader->link_socket, value, &exception->dev);

		if (code)
			return code;
	}
	return read_metrics(tb[RTA_METRICS], exception);
}

int message_exception(const struct nlmsghdr *header, void *data)
{
	struct message_reader *reader = data;
	const struct prefix *vswitch = &reader->facts->plan.link.vswitch_cidr;
	const struct nlattr *tb[RTA_MAX + 1];
	const struct rtmsg *body;
	struct exception_fact *exception;
	uint32_t destination;

	if (header->nlmsg_type != RTM_NEWROUTE)
		return 0;
	body = rtnl_body(header, sizeof(*body));
	if (!body)
		return -EBADMSG;
	/* a kernel without strict checking sends the whole table as well */
	if (!(body->rtm_flags & RTM_F_CLONED) || body->rtm_family != AF_INET)
		return 0;
	if (rtnl_attributes(header, sizeof(*body), tb, RTA_MAX))
		return -EBADMSG;
	if (!rtnl_ipv4(tb[RTA_DST], &destination) ||
	    (!prefix_contains(&reverse_range, destination) &&
	     !(vswitch->known && prefix_contains(vswitch, destination))))
		return 0;
	exception = list_add(&reader->facts->exceptions.exceptions, sizeof(*exception));
	if (!exception)
		return -ENOMEM;
	exception->destination = address_from_ipv4(destination);
	return fill_exception(tb, body, reader, exception);
}

static int exceptions_run(const struct probe_context *context, struct facts *facts,
			  struct fault *fault)
{
	struct rtmsg body = { .rtm_family = AF_INET, .rtm_flags = RTM_F_CLONED };
	struct rtnl_question ask = {
		.bus = NETLINK_ROUTE,
		.type = RTM_GETROUTE,
		.body = &body,
		.size = sizeof(body),
		.deadline_ms = context->deadline_ms,
	};
	struct message_reader reader = { .facts = facts, .section = SECTION_EXCEPTIONS };

	return messages_read(&ask, &reader, message_exception, fault);
}

const struct probe probe_exceptions = {
	.name = "exceptions",
	.summary = "cached path MTUs and redirects inside the range",
	.needs = PROBE_NEEDS_NETLINK,
	.wire = "nothing",
	.doc = "routing netlink RTM_GETROUTE with RTM_F_CLONED",
	.section = SECTION_EXCEPTIONS,
	.run = exceptions_run,
};
