/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel settings that decide over replies, of this namespace: /proc/sys/net/ipv4.
 *
 * Interfaces that are down, or only pass frames to a bridge or bond above them, take no IPv4 packet
 * and are left out; a container host has hundreds of those.
 */
#include "probes/catalog.h"
#include "probes/rtnl.h"
#include "probes/system_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BASE "/proc/sys/net/ipv4"
#define VALUE_MAX 128

static const char *const general[] = {
	"ip_forward",	       "fib_multipath_hash_policy", "fib_multipath_use_neigh",
	"fwmark_reflect", "tcp_fwmark_accept",	      "ip_local_port_range",
	NULL,
};

static const char *const per_interface[] = {
	"rp_filter", "forwarding", "arp_ignore", "arp_announce", "arp_filter", "log_martians",
	"accept_local", "ignore_routes_with_linkdown", "src_valid_mark", "disable_xfrm",
	"disable_policy", NULL,
};

struct sysctls_reader {
	int base; /* descriptor of /proc/sys/net/ipv4 */
	const struct facts *facts;
	struct sysctls_facts *sysctls;
	struct fault *fault;
};

/* Tabs between the numbers of a range become blanks; the newline goes. */
static void tidy(char *value)
{
	size_t length = strlen(value);
	char *tab;

	while (length && (value[length - 1] == '\n' || value[length - 1] == ' '))
		value[--length] = '\0';
	for (tab = strchr(value, '\t'); tab; tab = strchr(tab, '\t'))
		*tab = ' ';
}

/* `interface`: NULL for a setting of the whole namespace. */
static int read_one(struct sysctls_reader *reader, const char *interface, const char *leaf)
{
	char path[64 + VALUE_MAX];
	char value[VALUE_MAX];
	struct text name;
	struct sysctl_fact *fact;
	int code;

	(void)snprintf(path, sizeof(path), "%s%s%s%s", interface ? "conf/" : "",
		       interface ? interface : "", interface ? "/" : "", leaf);
	code = system_file_read_at(reader->base, path, value, sizeof(value));
	/* an older kernel has fewer settings; an interface may go while we look */
	if (code == -ENOENT)
		return 0;
	if (code < 0)
		return fault_set(reader->fault, code, "cannot read \"%s/%s\"", BASE, path);
	tidy(value);
	fact = list_add(&reader->sysctls->sysctls, sizeof(*fact));
	if (!fact)
		return -ENOMEM;
	text_init(&name, VALUE_MAX * 4);
	text_addf(&name, "net.ipv4.%s", interface ? "conf." : "");
	if (interface) {
		text_add_clean(&name, interface, VALUE_MAX);
		text_add(&name, ".");
	}
	text_add(&name, leaf);
	fact->name = text_take(&name);
	fact->value = text_clean(value, strlen(value));
	return fact->name && fact->value ? 0 : -ENOMEM;
}

static int read_all(struct sysctls_reader *reader, const char *interface, const char *const *leaves)
{
	int code = 0;

	for (; !code && *leaves; leaves++)
		code = read_one(reader, interface, *leaves);
	return code;
}

/* False for what is known to be down, or a mere port of a bridge or bond; an address says more. */
static bool takes_packets(const struct facts *facts, const char *name)
{
	static const char *const switches[] = { "bridge", "bond", "team", "openvswitch" };
	const struct link_fact *link;
	const struct link_fact *master;
	size_t i;

	if (facts->links.section.state != FACT_OK || facts->addresses.section.state != FACT_OK)
		return true;
	link = facts_link(facts, name);
	if (!link || facts_has_address(facts, name))
		return true;
	if (!link->up)
		return false;
	if (!link->master)
		return true;
	master = facts_link(facts, link->master);
	for (i = 0; master && i < sizeof(switches) / sizeof(switches[0]); i++) {
		if (text_equal(master->kind, switches[i]))
			return false;
	}
	return true;
}

static int read_interfaces(struct sysctls_reader *reader)
{
	int descriptor = openat(reader->base, "conf", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct dirent *entry;
	DIR *directory;
	int code = 0;

	directory = descriptor < 0 ? NULL : fdopendir(descriptor);
	if (!directory) {
		code = -errno;
		if (descriptor >= 0)
			(void)close(descriptor);
		return fault_set(reader->fault, code, "cannot list \"%s/conf\"", BASE);
	}
	while (!code) {
		errno = 0;
		entry = readdir(directory);
		if (!entry) {
			code = -errno;
			break;
		}
		if (entry->d_name[0] == '.' && (!entry->d_name[1] || entry->d_name[1] == '.'))
			continue;
		if (takes_packets(reader->facts, entry->d_name))
			code = read_all(reader, entry->d_name, per_interface);
	}
	(void)closedir(directory);
	return code;
}

static int sysctls_run(const struct probe_context *context, struct facts *facts,
		       struct fault *fault)
{
	struct sysctls_reader reader = {
		.facts = facts,
		.sysctls = &facts->sysctls,
		.fault = fault,
	};
	char name[16];
	int code;

	(void)context;
	reader.base = open(BASE, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (reader.base < 0) {
		code = -errno;
		return fault_set(fault, code, "cannot open \"%s\": %s", BASE,
				 errno_name(code, name));
	}
	code = read_all(&reader, NULL, general);
	if (!code)
		code = read_interfaces(&reader);
	(void)close(reader.base);
	return code;
}

const struct probe probe_sysctls = {
	.name = "sysctls",
	.summary = "kernel settings that decide over replies",
	.needs = PROBE_NEEDS_PROC,
	.wire = "nothing",
	.doc = BASE ", of this namespace and of each interface",
	.section = SECTION_SYSCTLS,
	.after = SECTION_BIT(SECTION_LINKS) | SECTION_BIT(SECTION_ADDRESSES),
	.run = sysctls_run,
};
