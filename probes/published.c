/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ports that a container publishes, read from command lines of docker-proxy and from NAT rules.
 *
 * Without a userland proxy only NAT rules know of a published port: published_nat.c reads those.
 * The command line is asked for only where the short name fits, for it takes a lock of that
 * process.
 */
#include "probes/published.h"

#include "probes/addresses.h"
#include "probes/rtnl.h"
#include "probes/system_file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COMMAND_MAX 4096
#define PROXY_NAME "docker-proxy"

struct proxy_options {
	const char *proto, *host_ip, *host_port, *container_ip, *container_port;
};

struct proxy_option {
	const char *name;
	size_t offset;
};

static const struct proxy_option proxy_options[] = {
	{ "proto", offsetof(struct proxy_options, proto) },
	{ "host-ip", offsetof(struct proxy_options, host_ip) },
	{ "host-port", offsetof(struct proxy_options, host_port) },
	{ "container-ip", offsetof(struct proxy_options, container_ip) },
	{ "container-port", offsetof(struct proxy_options, container_port) },
	{ NULL, 0 },
};

/* "-name", "--name", "-name=value"; the value in `next` or behind "=". */
static const char *option_value(const char *argument, const char *name, const char *next)
{
	size_t length = strlen(name);

	if (*argument++ != '-')
		return NULL;
	if (*argument == '-')
		argument++;
	if (strncmp(argument, name, length) != 0)
		return NULL;
	if (argument[length] == '=')
		return argument + length + 1;
	return argument[length] ? NULL : next;
}

static void split(const char *bytes, size_t length, struct proxy_options *options)
{
	size_t at = 0;

	while (at < length) {
		size_t step = strlen(bytes + at) + 1;
		const char *next = at + step < length ? bytes + at + step : NULL;
		const struct proxy_option *row;

		for (row = proxy_options; row->name; row++) {
			const char *value = option_value(bytes + at, row->name, next);

			if (value)
				*(const char **)(void *)((char *)options + row->offset) = value;
		}
		at += step;
	}
}

static bool parse_end(const char *ip, const char *port, struct address *address, uint32_t *number)
{
	uint64_t value;

	if (!ip || !port || address_parse(ip, address) || address->family != ADDRESS_IPV4 ||
	    text_whole_number(port, 65535, &value) || !value)
		return false;
	*number = (uint32_t)value;
	return true;
}

bool published_parse(const char *bytes, size_t length, struct published_fact *published)
{
	struct proxy_options options = { NULL, NULL, NULL, NULL, NULL };
	char copy[COMMAND_MAX + 1];

	if (length > COMMAND_MAX)
		return false;
	memcpy(copy, bytes, length);
	copy[length] = '\0';
	split(copy, length, &options);
	return (!options.proto || text_equal(options.proto, "tcp")) &&
	       parse_end(options.host_ip, options.host_port, &published->address,
			 &published->port) &&
	       parse_end(options.container_ip, options.container_port, &published->container,
			 &published->container_port);
}

static bool listens_here(const struct listeners_facts *listeners,
			 const struct published_fact *published)
{
	size_t i;

	for (i = 0; i < listeners->listeners.count; i++) {
		const struct listener_fact *listener =
			LIST_AT(&listeners->listeners, struct listener_fact, i);
		static const uint8_t zeros[16];

		if (listener->port == published->port &&
		    (address_equal(&listener->address, &published->address) ||
		     !memcmp(listener->address.bytes, zeros, sizeof(zeros))))
			return true;
	}
	return false;
}

/* A process that has ended, hides, or whose command line is longer than a proxy's, is no proxy. */
static int unread(int code)
{
	return system_absent(code) || system_denied(code) || code == -EFBIG ? 0 : code;
}

/* One process. */
static int read_process(int proc, const char *pid, struct listeners_facts *listeners)
{
	char path[64];
	char bytes[COMMAND_MAX + 1];
	struct published_fact found;
	struct published_fact *published;
	int length;

	(void)snprintf(path, sizeof(path), "%.32s/comm", pid);
	length = system_file_read_at(proc, path, bytes, sizeof(bytes));
	if (length < 0)
		return unread(length);
	if (!length || strcmp(bytes, PROXY_NAME "\n") != 0)
		return 0;
	(void)snprintf(path, sizeof(path), "%.32s/cmdline", pid);
	length = system_file_read_at(proc, path, bytes, sizeof(bytes));
	if (length < 0)
		return unread(length);
	memset(&found, 0, sizeof(found));
	if (!length || !published_parse(bytes, (size_t)length, &found) ||
	    !listens_here(listeners, &found))
		return 0;
	published = list_add(&listeners->published, sizeof(*published));
	if (!published)
		return -ENOMEM;
	*published = found;
	published->source = text_copy("docker-proxy command line");
	return published->source ? 0 : -ENOMEM;
}

static int scan(const char *root, struct listeners_facts *listeners)
{
	const struct dirent *entry;
	DIR *proc;
	int code = system_list(root, &proc);

	while (!code) {
		errno = 0;
		entry = readdir(proc);
		if (!entry) {
			code = -errno;
			break;
		}
		if (isdigit((unsigned char)entry->d_name[0]))
			code = read_process(dirfd(proc), entry->d_name, listeners);
	}
	if (proc)
		(void)closedir(proc);
	return code;
}

/* The bridge is the link whose own network the container's address lies in. */
static const char *bridge_of(const struct addresses_facts *addresses, uint32_t container)
{
	uint32_t longest = 0;
	const char *dev = NULL;
	size_t i;

	for (i = 0; i < addresses->addresses.count; i++) {
		const struct address_fact *address =
			LIST_AT(&addresses->addresses, struct address_fact, i);
		uint32_t mask = address->length ? ~0u << (32 - address->length) : 0;

		if (address->length > longest && address->length < 32 &&
		    !((address_ipv4(&address->address) ^ container) & mask)) {
			longest = address->length;
			dev = address->dev;
		}
	}
	return dev;
}

/* A rule for an address that this host does not have is another machine's matter. */
static void forget_foreign(const struct facts *scratch, struct listeners_facts *listeners)
{
	size_t i, kept = 0;

	for (i = 0; i < listeners->published.count; i++) {
		struct published_fact *row =
			LIST_AT(&listeners->published, struct published_fact, i);
		struct published_fact *to =
			LIST_AT(&listeners->published, struct published_fact, kept);

		if (row->diverts && address_ipv4(&row->address) &&
		    !facts_local_address(scratch, &row->address)) {
			free(row->source);
			free(row->dev);
			continue;
		}
		if (to != row)
			*to = *row;
		kept++;
	}
	listeners->published.count = kept;
}

/* The bridge of a container; or the port of this host's own, when it is none of `ports` yet: 1. */
static int name_target(const struct facts *scratch, struct published_fact *published, bool *ports)
{
	const char *dev;
	bool news;

	if (facts_published_here(scratch, published)) {
		news = !ports[published->container_port];
		ports[published->container_port] = true;
		return news;
	}
	dev = bridge_of(&scratch->addresses, address_ipv4(&published->container));
	published->dev = text_copy(dev);
	return dev && !published->dev ? -ENOMEM : 0;
}

static int name_targets(uint64_t deadline_ms, struct listeners_facts *listeners, bool *ports,
			struct fault *fault)
{
	struct facts *scratch = calloc(1, sizeof(*scratch));
	size_t i;
	int code, news = 0;

	if (!scratch)
		return -ENOMEM;
	facts_init(scratch);
	code = addresses_read(deadline_ms, scratch, fault);
	scratch->addresses.section.state = FACT_OK;
	if (!code)
		code = published_expand(&scratch->addresses, listeners);
	if (!code)
		forget_foreign(scratch, listeners);
	for (i = 0; code >= 0 && i < listeners->published.count; i++) {
		code = name_target(scratch, LIST_AT(&listeners->published, struct published_fact,
						    i), ports);
		news |= code > 0;
	}
	facts_release(scratch);
	free(scratch);
	return code < 0 ? code : news;
}

int published_read(const struct probe_context *context, bool *ports,
		   struct listeners_facts *listeners, struct fault *fault)
{
	char init[32];
	char name[16];
	int code = system_file_read("/proc/1/comm", init, sizeof(init));

	if (code < 0 && !unread(code)) {
		listeners->section.note =
			text_copy("processes of others are hidden: published ports cannot be seen");
		if (!listeners->section.note)
			return -ENOMEM;
	}
	if (code < 0 && unread(code))
		return code;
	code = scan("/proc", listeners);
	if (code)
		return fault_set(fault, code, "cannot list \"/proc\": %s", errno_name(code, name));
	code = published_read_nat(context, ports, listeners, fault);
	if (code)
		return code;
	if (!listeners->published.count)
		return 0;
	return name_targets(context->deadline_ms, listeners, ports, fault);
}
