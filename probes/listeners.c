/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP sockets in LISTEN on the ports of services, both families, with owner and bound interface.
 * Reads sock_diag; published.c adds the ports that containers publish.
 */
#include "probes/catalog.h"
#include "probes/messages.h"
#include "probes/published.h"
#include "probes/system_file.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Where GitLab and Maven are found when nobody says otherwise. */
static const uint32_t usual_ports[] = { 443, 80, 22 };

static int want_url(const char *url, bool *ports)
{
	struct fault fault = { 0 };
	uint32_t port = 0;
	char *host = NULL;
	int code;

	if (!url)
		return 0;
	code = plan_url_split(url, &host, &port, &fault);
	free(host);
	if (!code && port < MESSAGE_PORTS)
		ports[port] = true;
	/* the plan was checked; a URL that is none names no port */
	return code == -ENOMEM ? code : 0;
}

static int want_ports(const struct probe_context *context, const struct plan *plan, bool *ports)
{
	size_t i;
	int code;

	for (i = 0; i < sizeof(usual_ports) / sizeof(usual_ports[0]); i++)
		ports[usual_ports[i]] = true;
	for (i = 0; i < context->service_count; i++) {
		if (context->services[i].port < MESSAGE_PORTS)
			ports[context->services[i].port] = true;
	}
	code = want_url(plan->gitlab.url, ports);
	for (i = 0; !code && i < plan->maven.count; i++)
		code = want_url(LIST_AT(&plan->maven, struct plan_maven, i)->url, ports);
	return code;
}

/* An IPv4 address inside IPv6 (::ffff:a.b.c.d) is told as IPv4: so it is reached. */
static struct address socket_address(const struct inet_diag_msg *body)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct address address;
	const uint8_t *bytes = (const uint8_t *)body->id.idiag_src;

	memset(&address, 0, sizeof(address));
	if (body->idiag_family == AF_INET) {
		address.family = ADDRESS_IPV4;
		memcpy(address.bytes, bytes, 4);
	} else if (!memcmp(bytes, mapped, sizeof(mapped))) {
		address.family = ADDRESS_IPV4;
		memcpy(address.bytes, bytes + sizeof(mapped), 4);
	} else {
		address.family = ADDRESS_IPV6;
		memcpy(address.bytes, bytes, 16);
	}
	return address;
}

int message_listener(const struct nlmsghdr *header, void *data)
{
	struct message_reader *reader = data;
	const struct nlattr *tb[INET_DIAG_MAX + 1];
	const struct inet_diag_msg *body;
	struct listener_fact *listener;
	uint8_t v6only = 0;

	if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return 0;
	body = rtnl_body(header, sizeof(*body));
	if (!body || rtnl_attributes(header, sizeof(*body), tb, INET_DIAG_MAX))
		return -EBADMSG;
	if (body->idiag_state != TCP_LISTEN || !reader->ports[ntohs(body->id.idiag_sport)] ||
	    (body->idiag_family != AF_INET && body->idiag_family != AF_INET6))
		return 0;
	listener = list_add(&reader->facts->listeners.listeners, sizeof(*listener));
	if (!listener)
		return -ENOMEM;
	listener->address = socket_address(body);
	listener->port = ntohs(body->id.idiag_sport);
	listener->uid = body->idiag_uid;
	listener->mark.known = rtnl_u32(tb[INET_DIAG_MARK], &listener->mark.value);
	listener->v6only = rtnl_u8(tb[INET_DIAG_SKV6ONLY], &v6only) && v6only;
	if (!body->id.idiag_if)
		return 0;
	return system_link_name(reader->link_socket, body->id.idiag_if, &listener->dev);
}

/* Only what the interrupted dump gave: the other family's listeners stay. */
static void forget_family(void *data)
{
	struct message_reader *reader = data;
	struct list *list = &reader->facts->listeners.listeners;

	while (list->count > reader->before) {
		struct listener_fact *last = LIST_AT(list, struct listener_fact, list->count - 1);

		free(last->dev);
		memset(last, 0, sizeof(*last));
		list->count--;
	}
}

static int read_family(struct message_reader *reader, int family, uint64_t deadline_ms,
		       struct fault *fault)
{
	struct inet_diag_req_v2 body = {
		.sdiag_family = (uint8_t)family,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_states = 1u << TCP_LISTEN,
	};
	struct rtnl_question ask = {
		.bus = NETLINK_SOCK_DIAG,
		.type = SOCK_DIAG_BY_FAMILY,
		.body = &body,
		.size = sizeof(body),
		.deadline_ms = deadline_ms,
	};
	int code;

	reader->before = reader->facts->listeners.listeners.count;
	code = messages_read_with(&ask, reader, message_listener, forget_family, fault);
	/* a kernel without IPv6 has no such listeners */
	return code == -ENOENT && family == AF_INET6 ? 0 : code;
}

static int read_listeners(struct message_reader *reader, uint64_t deadline_ms, struct fault *fault)
{
	int code = read_family(reader, AF_INET, deadline_ms, fault);

	return code ? code : read_family(reader, AF_INET6, deadline_ms, fault);
}

static int listeners_run(const struct probe_context *context, struct facts *facts,
			 struct fault *fault)
{
	struct message_reader reader = { .facts = facts, .section = SECTION_LISTENERS };
	bool *ports = calloc(MESSAGE_PORTS, sizeof(*ports));
	int code = -ENOMEM;

	if (ports)
		code = want_ports(context, &facts->plan, ports);
	reader.ports = ports;
	if (!code)
		code = read_listeners(&reader, context->deadline_ms, fault);
	if (!code)
		code = published_read(context, ports, &facts->listeners, fault);
	if (code > 0) {
		reader.before = 0;
		forget_family(&reader);
		code = read_listeners(&reader, context->deadline_ms, fault);
	}
	free(ports);
	return code;
}

const struct probe probe_listeners = {
	.name = "listeners",
	.summary = "TCP listeners on the ports of services, published ports",
	.needs = PROBE_NEEDS_NETLINK | PROBE_NEEDS_PROC | PROBE_NEEDS_HELPER,
	.keeps = 1u << CAP_NET_ADMIN, /* marks of sockets and NAT rules are told to nobody else */
	.wire = "nothing",
	.doc = "netlink sock_diag (TCP, LISTEN), command lines of docker-proxy, "
	       "NAT rules at prerouting (nftables; root only)",
	.section = SECTION_LISTENERS,
	.run = listeners_run,
};
