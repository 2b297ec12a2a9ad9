/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where we look from: name, kernel, network namespace, user, capabilities; host_hints.c finds the
 * container and hints of packet filters.
 */
#include "probes/host_hints.h"

#include "probes/catalog.h"
#include "probes/rtnl.h"
#include "probes/system_file.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Without it the hash of a machine-id could be looked up in a list of known ones. */
#define MACHINE_SALT "reachback.machine/1"

static const char *const capability_names[] = {
	"chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid",
	"setpcap", "linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw",
	"ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct",
	"sys_admin", "sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod",
	"lease", "audit_write", "audit_control", "setfcap", "mac_override", "mac_admin", "syslog",
	"wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf", "checkpoint_restore",
};

static uint64_t hash_add(uint64_t hash, const char *string)
{
	/* FNV-1a, 64 bits */
	for (; *string; string++) {
		hash ^= (unsigned char)*string;
		hash *= UINT64_C(0x100000001b3);
	}
	return hash;
}

/* The same machine and namespace give the same digits, and nothing leads back to the machine-id. */
static int fill_machine(const struct probe_context *context, struct host_facts *host)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	char path[512];
	char id[256];
	char digits[24];
	int length;

	hash = hash_add(hash, MACHINE_SALT);
	(void)snprintf(path, sizeof(path), "%s/etc/machine-id", context->root ? context->root : "");
	length = system_file_read(path, id, sizeof(id));
	if (length < 0 && !system_absent(length) && !system_denied(length))
		return length;
	/* a container image without one: the name is the next best */
	hash = hash_add(hash, length > 0 ? id : host->name);
	(void)snprintf(digits, sizeof(digits), "%" PRIu64, host->netns);
	hash = hash_add(hash, digits);
	(void)snprintf(digits, sizeof(digits), "%016" PRIx64, hash);
	host->machine = text_copy(digits);
	return host->machine ? 0 : -ENOMEM;
}

static int fill_names(struct host_facts *host)
{
	struct utsname names;

	if (uname(&names))
		return -errno;
	host->name = text_clean(names.nodename, strlen(names.nodename));
	host->kernel = text_clean(names.release, strlen(names.release));
	return host->name && host->kernel ? 0 : -ENOMEM;
}

static int fill_namespace(const struct probe_context *context, struct host_facts *host,
			  struct fault *fault)
{
	struct stat own;
	struct stat init;
	char name[16];
	int code = system_stat("/proc/self/ns/net", &own);

	if (code)
		return fault_set(fault, code, "cannot look at \"/proc/self/ns/net\": %s",
				 errno_name(code, name));
	host->netns = own.st_ino;
	code = system_stat("/proc/1/ns/net", &init);
	/* without the right to trace process 1 its namespace stays unknown */
	if (code && !system_absent(code) && !system_denied(code))
		return code;
	if (!code) {
		host->netns_known_init = true;
		host->netns_is_init = init.st_ino == own.st_ino && init.st_dev == own.st_dev;
	}
	if (!context->netns)
		return 0;
	host->netns_name = text_clean(context->netns, strlen(context->netns));
	return host->netns_name ? 0 : -ENOMEM;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int fill_capabilities(uint64_t effective, struct host_facts *host)
{
	const size_t most = sizeof(capability_names) / sizeof(capability_names[0]);
	const char *names[sizeof(capability_names) / sizeof(capability_names[0])];
	size_t count = 0;
	size_t i;
	int code = 0;

	for (i = 0; i < most; i++) {
		if (effective & UINT64_C(1) << i)
			names[count++] = capability_names[i];
	}
	qsort(names, count, sizeof(names[0]), compare_names);
	for (i = 0; !code && i < count; i++)
		code = strings_add(&host->capabilities, names[i]);
	/* newer than this program */
	if (!code && effective >> most)
		code = strings_add(&host->capabilities, "others");
	return code;
}

static int fill_forwarding(struct host_facts *host)
{
	char value[16];
	int code = system_file_read("/proc/sys/net/ipv4/ip_forward", value, sizeof(value));

	if (code < 0 && !system_absent(code) && !system_denied(code))
		return code;
	if (code < 0)
		host->forwarding_denied = system_denied(code);
	else
		host->forwarding = value[0] != '0';
	return 0;
}

static int host_run(const struct probe_context *context, struct facts *facts, struct fault *fault)
{
	struct host_facts *host = &facts->host;
	int code;

	/* as it was when the program was started: it never changes who it is */
	host->uid = (uint32_t)getauxval(AT_EUID);
	code = fill_names(host);
	if (!code)
		code = fill_namespace(context, host, fault);
	if (!code)
		code = fill_machine(context, host);
	if (!code)
		code = fill_capabilities(context->capabilities, host);
	if (!code)
		code = fill_forwarding(host);
	if (!code)
		code = host_container(context->root ? context->root : "", &host->container);
	if (!code)
		code = host_filters(&host->packet_filters);
	return code;
}

const struct probe probe_host = {
	.name = "host",
	.summary = "host, namespace, user, container, hints of packet filters",
	.needs = PROBE_NEEDS_PROC | PROBE_NEEDS_FILES,
	/* to see whether process 1 shares our network namespace */
	.keeps = 1u << CAP_SYS_PTRACE,
	.wire = "nothing",
	.doc = "uname, /proc/self/ns/net, /proc/1/ns/net, /etc/machine-id (hashed), /proc/sys/net, "
	       "marks of containers, names of filter tables",
	.section = SECTION_HOST,
	.run = host_run,
};
