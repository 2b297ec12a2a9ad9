/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets: their source, their options, and what they tell when a connect ends. Waits for nothing.
 */
#include "probes/endpoints_helper/connect_internal.h"
#include "probes/endpoints_helper/tcp_states.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif
/* A connect that waited so long has sent its SYN twice: RFC 6298 begins with one second. */
#define RESENT_US (UINT64_C(1200) * 1000)

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
		(void)socket_set(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
	else
		(void)socket_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	socket_address_fill(&address, options->source_port, &local);
	return bind(fd, &local.any, local.length) ? -errno : 0;
}

static int set_options(int fd, const struct connect_options *options)
{
	bool six = options->address.family == ADDRESS_IPV6;
	int level = six ? IPPROTO_IPV6 : IPPROTO_IP;
	int error = socket_hear_icmp(fd, six ? AF_INET6 : AF_INET);

	if (!error && options->mss)
		error = socket_set(fd, IPPROTO_TCP, TCP_MAXSEG, options->mss);
	if (!error && options->ttl)
		error = socket_set_ttl(fd, six ? AF_INET6 : AF_INET, options->ttl);
	if (!error && options->min_ttl)
		error = socket_set(fd, level, six ? IPV6_MINHOPCOUNT : IP_MINTTL, options->min_ttl);
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

void socket_read_source(int fd, struct address *source)
{
	struct socket_address local = { .length = sizeof(local.room) };

	/* here and below: what is refused once for no reason of its own is not refused twice */
	if (!getsockname(fd, &local.any, &local.length) ||
	    !getsockname(fd, &local.any, &local.length))
		*source = socket_address_read(&local.any);
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
	(void)socket_set(fd, IPPROTO_IP, IP_RECVERR, 0);
	(void)socket_set(fd, IPPROTO_IPV6, IPV6_RECVERR, 0);
}
