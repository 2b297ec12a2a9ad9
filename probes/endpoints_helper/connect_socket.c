/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets: their source, their options, and what they tell when a connect ends. Waits for nothing.
 */
#include "probes/endpoints_helper/connect_internal.h"
#include "probes/endpoints_helper/tcp_states.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif
/* A connect that waited so long has sent its SYN twice: RFC 6298 begins with one second. */
#define RESENT_US (UINT64_C(1200) * 1000)

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

static struct address from_sockaddr(const struct sockaddr *from)
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

static int set(int fd, int level, int option, uint32_t value)
{
	int number = (int)value;

	return setsockopt(fd, level, option, &number, sizeof(number)) ? -errno : 0;
}

/* --from, and the source port of an experiment. */
static int bind_source(int fd, const struct run *run, const struct connect_options *options)
{
	const struct endpoint_source *source = &run->facts->source;
	struct address address = { .family = options->address.family };
	struct socket_address local;
	bool chosen = source->binding != BOUND_DEFAULT && !options->default_source;

	if (chosen && source->binding == BOUND_DEVICE &&
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, source->dev,
		       (socklen_t)strlen(source->dev)))
		return -errno;
	if (chosen && source->address.family == options->address.family)
		address = source->address;
	else if (!options->source_port)
		return 0;
	/* without it bind() takes a port for the address alone, and 28,000 of them are soon gone */
	if (!options->source_port)
		(void)set(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
	else
		(void)set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	socket_address_fill(&address, options->source_port, &local);
	return bind(fd, &local.any, local.length) ? -errno : 0;
}

static int set_options(int fd, const struct connect_options *options)
{
	bool six = options->address.family == ADDRESS_IPV6;
	int level = six ? IPPROTO_IPV6 : IPPROTO_IP;
	int error = set(fd, level, six ? IPV6_RECVERR : IP_RECVERR, 1);

	if (!error && !six)
		error = set(fd, level, IP_RECVTTL, 1);
	if (!error && options->mss)
		error = set(fd, IPPROTO_TCP, TCP_MAXSEG, options->mss);
	if (!error && options->ttl)
		error = set(fd, level, six ? IPV6_UNICAST_HOPS : IP_TTL, options->ttl);
	if (!error && options->min_ttl)
		error = set(fd, level, six ? IPV6_MINHOPCOUNT : IP_MINTTL, options->min_ttl);
	return error;
}

int socket_open(const struct run *run, const struct connect_options *options, int type)
{
	int family = options->address.family == ADDRESS_IPV6 ? AF_INET6 : AF_INET;
	int fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error;

	if (fd < 0)
		return -errno;
	error = set_options(fd, options);
	if (!error)
		error = bind_source(fd, run, options);
	if (!error)
		return fd;
	(void)close(fd);
	return error;
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
	found.from = from_sockaddr(SO_EE_OFFENDER(error));
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

void socket_read_source(int fd, struct address *source)
{
	struct socket_address local = { .length = sizeof(local.room) };

	/* here and below: what is refused once for no reason of its own is not refused twice */
	if (!getsockname(fd, &local.any, &local.length) ||
	    !getsockname(fd, &local.any, &local.length))
		*source = from_sockaddr(&local.any);
}

static bool read_info(int fd, struct tcp_info *info)
{
	socklen_t length = sizeof(*info);

	memset(info, 0, sizeof(*info));
	return !getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &length) ||
	       !getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &length);
}

bool socket_is_connected(int fd)
{
	struct tcp_info info;

	return read_info(fd, &info) && (info.tcpi_state == STATE_ESTABLISHED ||
					info.tcpi_state == STATE_CLOSE_WAIT);
}

void socket_read_info(int fd, struct tcp_fact *tcp)
{
	struct tcp_info info;

	if (!read_info(fd, &info))
		return;
	tcp->retransmissions = (struct maybe){ true, info.tcpi_total_retrans };
	if (tcp->outcome == TCP_CONNECTED) {
		tcp->rtt_us = (struct maybe){ true, info.tcpi_rtt };
		tcp->mss = (struct maybe){ true, info.tcpi_snd_mss };
	}
	/*
	 * A SYN in the queue of an unresolved neighbour is not sent again; one that a filter of
	 * this machine drops is counted as sent again, and then not as under way.
	 */
	tcp->unsent = tcp->outcome == TCP_TIMED_OUT && tcp->took_us.known &&
		      tcp->took_us.value >= RESENT_US && !info.tcpi_retrans;
}

void socket_hand_over(int fd)
{
	(void)set(fd, IPPROTO_IP, IP_RECVERR, 0);
	(void)set(fd, IPPROTO_IPV6, IPV6_RECVERR, 0);
}
