/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets that hear ICMP errors, and what those errors say. */
#include "probes/icmp.h"

#include "rules/facts_endpoints.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <netinet/in.h>
#include <string.h>

void socket_address_fill(const struct address *address, uint32_t port, struct socket_address *out)
{
	struct sockaddr_in *four = (struct sockaddr_in *)(void *)&out->room;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)&out->room;

	memset(out, 0, sizeof(*out));
	if (address->family == ADDRESS_IPV6) {
		six->sin6_family = AF_INET6;
		six->sin6_port = htons((uint16_t)port);
		memcpy(&six->sin6_addr, address->bytes, sizeof(six->sin6_addr));
		out->length = sizeof(*six);
		return;
	}
	four->sin_family = AF_INET;
	four->sin_port = htons((uint16_t)port);
	memcpy(&four->sin_addr, address->bytes, sizeof(four->sin_addr));
	out->length = sizeof(*four);
}

struct address socket_address_read(const struct sockaddr *from)
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)from;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)from;
	struct address address = { .family = ADDRESS_NONE };

	if (from->sa_family == AF_INET) {
		address.family = ADDRESS_IPV4;
		memcpy(address.bytes, &four->sin_addr, sizeof(four->sin_addr));
	} else if (from->sa_family == AF_INET6) {
		address.family = ADDRESS_IPV6;
		memcpy(address.bytes, &six->sin6_addr, sizeof(six->sin6_addr));
	}
	return address;
}

int socket_set(int fd, int level, int option, uint32_t value)
{
	int number = (int)value;

	return setsockopt(fd, level, option, &number, sizeof(number)) ? -errno : 0;
}

int socket_hear_icmp(int fd, int family)
{
	int error;

	if (family == AF_INET6)
		return socket_set(fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
	error = socket_set(fd, IPPROTO_IP, IP_RECVERR, 1);
	return error ? error : socket_set(fd, IPPROTO_IP, IP_RECVTTL, 1);
}

int socket_set_ttl(int fd, int family, uint32_t ttl)
{
	if (family == AF_INET6)
		return socket_set(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, ttl);
	return socket_set(fd, IPPROTO_IP, IP_TTL, ttl);
}

/* One message of the error queue. Does it end a connect? */
static bool read_message(struct msghdr *message, struct icmp_answer *answer)
{
	const struct sock_extended_err *error = NULL;
	struct icmp_answer found = { .type.known = false };
	struct cmsghdr *control;
	int ttl;

	for (control = CMSG_FIRSTHDR(message); control; control = CMSG_NXTHDR(message, control)) {
		if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_TTL) {
			memcpy(&ttl, CMSG_DATA(control), sizeof(ttl));
			found.reply_ttl = (struct maybe){ true, (uint32_t)ttl };
		}
		if ((control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_RECVERR) ||
		    (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_RECVERR))
			error = (const struct sock_extended_err *)(const void *)CMSG_DATA(control);
	}
	if (!error || (error->ee_origin != SO_EE_ORIGIN_ICMP &&
		       error->ee_origin != SO_EE_ORIGIN_ICMP6))
		return false;
	/* a smaller path MTU is no end, and no SYN is too large for any */
	if (error->ee_origin == SO_EE_ORIGIN_ICMP
		    ? error->ee_type == ICMP_DEST_UNREACH && error->ee_code == ICMP_FRAG_NEEDED
		    : error->ee_type == ICMPV6_PKT_TOOBIG)
		return false;
	found.type = (struct maybe){ true, error->ee_type };
	found.code = (struct maybe){ true, error->ee_code };
	found.from = socket_address_read(SO_EE_OFFENDER(error));
	*answer = found;
	return true;
}

bool socket_read_icmp(int fd, struct icmp_answer *answer)
{
	struct icmp_answer other;
	bool any = false;
	ssize_t got;

	do {
		union {
			char bytes[512];
			struct cmsghdr align;
		} control;
		char data[128];
		struct iovec part = { data, sizeof(data) };
		struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
					  .msg_control = control.bytes,
					  .msg_controllen = sizeof(control.bytes) };

		got = recvmsg(fd, &message, MSG_ERRQUEUE);
		if (got >= 0 && read_message(&message, any ? &other : answer))
			any = true;
	} while (got >= 0 || errno == EINTR);
	return any;
}

int hop_outcome_of_icmp(uint32_t type)
{
	return type == ICMP_TIME_EXCEEDED ? HOP_EXCEEDED : HOP_UNREACHABLE;
}

uint32_t hops_told(const int *outcomes, uint32_t most, uint32_t end)
{
	uint32_t ttl, last = end;

	for (ttl = 1; !end && ttl <= most; ttl++)
		if (outcomes[ttl] != HOP_SILENT)
			last = ttl;
	return !end && last < most ? last + 1 : last;
}
