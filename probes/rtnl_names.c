/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of the kernel's numbers, as iproute2 prints them. Numbers without a name stay digits, so
 * nothing is lost on a newer kernel.
 */
#include "probes/rtnl.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdio.h>

struct number_name {
	unsigned int number;
	const char *name;
};

static const struct number_name route_types[] = {
	{ RTN_UNICAST, "unicast" },
	{ RTN_LOCAL, "local" },
	{ RTN_BROADCAST, "broadcast" },
	{ RTN_ANYCAST, "anycast" },
	{ RTN_MULTICAST, "multicast" },
	{ RTN_BLACKHOLE, "blackhole" },
	{ RTN_UNREACHABLE, "unreachable" },
	{ RTN_PROHIBIT, "prohibit" },
	{ RTN_THROW, "throw" },
	{ RTN_NAT, "nat" },
	{ RTN_XRESOLVE, "xresolve" },
	{ 0, NULL },
};

/* rtnetlink.h of several kernel versions, and iproute2's etc/rt_protos */
static const struct number_name protocols[] = {
	{ 0, "unspec" },
	{ 1, "redirect" },
	{ 2, "kernel" },
	{ 3, "boot" },
	{ 4, "static" },
	{ 8, "gated" },
	{ 9, "ra" },
	{ 10, "mrt" },
	{ 11, "zebra" },
	{ 12, "bird" },
	{ 13, "dnrouted" },
	{ 14, "xorp" },
	{ 15, "ntk" },
	{ 16, "dhcp" },
	{ 17, "mrouted" },
	{ 18, "keepalived" },
	{ 42, "babel" },
	{ 84, "ovn" },
	{ 99, "openr" },
	{ 186, "bgp" },
	{ 187, "isis" },
	{ 188, "ospf" },
	{ 189, "rip" },
	{ 192, "eigrp" },
	{ 0, NULL },
};

static const struct number_name scopes[] = {
	{ RT_SCOPE_UNIVERSE, "global" },
	{ RT_SCOPE_SITE, "site" },
	{ RT_SCOPE_LINK, "link" },
	{ RT_SCOPE_HOST, "host" },
	{ RT_SCOPE_NOWHERE, "nowhere" },
	{ 0, NULL },
};

static const struct number_name neighbour_states[] = {
	{ NUD_NONE, "none" },
	{ NUD_INCOMPLETE, "incomplete" },
	{ NUD_REACHABLE, "reachable" },
	{ NUD_STALE, "stale" },
	{ NUD_DELAY, "delay" },
	{ NUD_PROBE, "probe" },
	{ NUD_FAILED, "failed" },
	{ NUD_NOARP, "noarp" },
	{ NUD_PERMANENT, "permanent" },
	{ 0, NULL },
};

#define ERRNO_ROW(name) { name, #name }
static const struct number_name errnos[] = {
	ERRNO_ROW(EPERM), ERRNO_ROW(ENOENT), ERRNO_ROW(ESRCH), ERRNO_ROW(EINTR),
	ERRNO_ROW(EIO), ERRNO_ROW(ENXIO), ERRNO_ROW(E2BIG), ERRNO_ROW(EBADF),
	ERRNO_ROW(ECHILD), ERRNO_ROW(EAGAIN), ERRNO_ROW(ENOMEM), ERRNO_ROW(EACCES),
	ERRNO_ROW(EFAULT), ERRNO_ROW(EBUSY), ERRNO_ROW(EEXIST), ERRNO_ROW(EXDEV),
	ERRNO_ROW(ENODEV), ERRNO_ROW(ENOTDIR), ERRNO_ROW(EISDIR), ERRNO_ROW(EINVAL),
	ERRNO_ROW(ENFILE), ERRNO_ROW(EMFILE), ERRNO_ROW(EFBIG), ERRNO_ROW(ENOSPC),
	ERRNO_ROW(EROFS), ERRNO_ROW(EPIPE), ERRNO_ROW(ERANGE), ERRNO_ROW(ENOSYS),
	ERRNO_ROW(ENODATA), ERRNO_ROW(EPROTO), ERRNO_ROW(EBADMSG), ERRNO_ROW(EOVERFLOW),
	ERRNO_ROW(EILSEQ), ERRNO_ROW(ENOTSOCK), ERRNO_ROW(EMSGSIZE), ERRNO_ROW(ENOPROTOOPT),
	ERRNO_ROW(EPROTONOSUPPORT), ERRNO_ROW(ESOCKTNOSUPPORT), ERRNO_ROW(EOPNOTSUPP),
	ERRNO_ROW(EPFNOSUPPORT), ERRNO_ROW(EAFNOSUPPORT), ERRNO_ROW(EADDRINUSE),
	ERRNO_ROW(EADDRNOTAVAIL), ERRNO_ROW(ENETDOWN), ERRNO_ROW(ENETUNREACH),
	ERRNO_ROW(ENETRESET), ERRNO_ROW(ECONNABORTED), ERRNO_ROW(ECONNRESET),
	ERRNO_ROW(ENOBUFS), ERRNO_ROW(ENOTCONN), ERRNO_ROW(ETIMEDOUT), ERRNO_ROW(ECONNREFUSED),
	ERRNO_ROW(EHOSTDOWN), ERRNO_ROW(EHOSTUNREACH), ERRNO_ROW(EINPROGRESS),
	{ 0, NULL },
};

static const char *find(const struct number_name *rows, unsigned int number)
{
	for (; rows->name; rows++) {
		if (rows->number == number)
			return rows->name;
	}
	return NULL;
}

static const char *find_or_digits(const struct number_name *rows, unsigned int number,
				  char buffer[12])
{
	const char *name = find(rows, number);

	if (name)
		return name;
	(void)snprintf(buffer, 12, "%u", number);
	return buffer;
}

const char *rtnl_route_type(unsigned int type, char buffer[12])
{
	return find_or_digits(route_types, type, buffer);
}

const char *rtnl_protocol(unsigned int protocol, char buffer[12])
{
	return find_or_digits(protocols, protocol, buffer);
}

const char *rtnl_scope(unsigned int scope, char buffer[12])
{
	return find_or_digits(scopes, scope, buffer);
}

const char *rtnl_neighbour_state(unsigned int state)
{
	const char *name = find(neighbour_states, state);

	return name ? name : "unknown";
}

const char *errno_name(int code, char buffer[16])
{
	unsigned int number = code < 0 ? 0u - (unsigned int)code : (unsigned int)code;
	const char *name = find(errnos, number);

	if (name)
		return name;
	(void)snprintf(buffer, 16, "%u", number);
	return buffer;
}
