/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What --from means on this machine: an interface (SO_BINDTODEVICE, and its address so that policy
 * rules by source hold; the address alone where the kernel asks privilege for the device), or an
 * address.
 */
#include "probes/endpoints_helper/connect_internal.h"

#include "probes/rtnl.h"
#include "rules/text.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The interface's first IPv4 address; none: it stays unset. */
static void read_address(int fd, const char *dev, struct address *address)
{
	struct ifreq request = { .ifr_ifindex = 0 };
	struct sockaddr_in four;

	memcpy(request.ifr_name, dev, strnlen(dev, IFNAMSIZ - 1));
	if (ioctl(fd, SIOCGIFADDR, &request) && errno != EADDRNOTAVAIL &&
	    ioctl(fd, SIOCGIFADDR, &request))
		return;
	if (request.ifr_addr.sa_family != AF_INET)
		return;
	memcpy(&four, &request.ifr_addr, sizeof(four));
	*address = address_from_ipv4(ntohl(four.sin_addr.s_addr));
}

static int try_address(int fd, const struct address *address)
{
	struct socket_address local;

	socket_address_fill(address, 0, &local);
	return bind(fd, &local.any, local.length) ? -errno : 0;
}

static int try_device(int fd, struct endpoint_source *source)
{
	size_t length = strlen(source->dev);

	if (length >= IFNAMSIZ || (!if_nametoindex(source->dev) && !if_nametoindex(source->dev)))
		return -ENODEV;
	read_address(fd, source->dev, &source->address);
	if (!setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, source->dev, (socklen_t)length) ||
	    !setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, source->dev, (socklen_t)length)) {
		source->binding = BOUND_DEVICE;
		return 0;
	}
	source->binding = BOUND_ADDRESS;
	return source->address.family ? try_address(fd, &source->address) : -errno;
}

/* Which interface has the address is not asked: the kernel's routes decide. */
static int choose(struct endpoint_source *source)
{
	bool address = !address_parse(source->asked, &source->address);
	int family = source->address.family == ADDRESS_IPV6 ? AF_INET6 : AF_INET;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0)
		return -errno;
	if (address) {
		source->binding = BOUND_ADDRESS;
		error = try_address(fd, &source->address);
	} else {
		source->dev = text_copy(source->asked);
		error = source->dev ? try_device(fd, source) : -ENOMEM;
	}
	(void)close(fd);
	return error;
}

void connect_choose_source(struct run *run)
{
	struct endpoint_source *source = &run->facts->source;
	const char *from = run->request->plan.from;
	char name[16];
	int error;

	if (!from || !*from)
		return;
	source->asked = text_clean(from, strlen(from));
	if (!run_keeps(run, source->asked))
		return;
	error = choose(source);
	if (!error)
		return;
	source->binding = BOUND_FAILED;
	source->error = text_copy(errno_name(error, name));
	(void)run_keeps(run, source->error);
}
