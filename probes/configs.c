/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Probe "configs": prefixes that container, cluster, VPN and VM configuration holds and that
 * overlap the range, whether or not they are in use yet. Reads files and command lines, changes
 * nothing, and keeps nothing of a file but prefixes.
 *
 * YAML and XML are read by the helper program, which is executed only where such files exist.
 */
#include "probes/config_source.h"
#include "probes/helper.h"
#include "probes/probe.h"
#include "probes/system_file.h"

#include "rules/text.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HELPER_NAME "reachback-probe-config"
#define HELPER_OUTPUT_MAX ((size_t)4 * 1024 * 1024)
#define CMDLINE_MAX 65536

const struct config_source config_sources[] = {
	{ "docker", "/etc/docker/daemon.json", NULL, false, config_read_docker_daemon },
	{ "docker", "/var/lib/docker/network/files/local-kv.db", NULL, false,
	  config_read_docker_networks },
	{ "podman", "/usr/share/containers/containers.conf", NULL, false,
	  config_read_containers_conf },
	{ "podman", "/etc/containers/containers.conf", NULL, false, config_read_containers_conf },
	{ "podman", "/etc/containers/containers.conf.d", ".conf", false,
	  config_read_containers_conf },
	{ "podman", "/etc/containers/networks", ".json", false, config_read_json_networks },
	{ "cni", "/etc/cni/net.d", ".conf", false, config_read_json_networks },
	{ "cni", "/etc/cni/net.d", ".conflist", false, config_read_json_networks },
	{ "cni", "/etc/cni/net.d", ".json", false, config_read_json_networks },
	{ "wireguard", "/etc/wireguard", ".conf", false, config_read_allowed_ips },
	{ "wireguard", "/etc/systemd/network", ".netdev", false, config_read_allowed_ips },
	{ "wireguard", "/etc/NetworkManager/system-connections", ".nmconnection", false,
	  config_read_allowed_ips },
	{ "kubernetes", "/etc/kubernetes/manifests", ".yaml", true, NULL },
	{ "kubernetes", "/etc/rancher/k3s/config.yaml", NULL, true, NULL },
	{ "kubernetes", "/etc/rancher/rke2/config.yaml", NULL, true, NULL },
	{ "libvirt", "/etc/libvirt/qemu/networks", ".xml", true, NULL },
	/* routes that will be there after a reboot */
	{ "ifupdown", "/etc/network/interfaces", NULL, false, config_read_routes },
	{ "ifupdown", "/etc/network/interfaces.d", "*", false, config_read_routes },
	{ "ifcfg", "/etc/sysconfig/network-scripts", "route-*", false, config_read_routes },
	{ "networkmanager", "/etc/NetworkManager/system-connections", ".nmconnection", false,
	  config_read_routes },
	{ "networkd", "/etc/systemd/network", ".network", false, config_read_routes },
	{ "netplan", "/etc/netplan", ".yaml", true, NULL },
	{ NULL, NULL, NULL, false, NULL },
};

/* Moves what the helper found behind what this process found. */
static int take(struct configs_facts *to, struct configs_facts *from)
{
	size_t i;
	int error = 0;

	for (i = 0; error == 0 && i < from->read.count; i++)
		error = strings_add(&to->read, from->read.items[i]);
	for (i = 0; error == 0 && i < from->denied.count; i++)
		error = strings_add(&to->denied, from->denied.items[i]);
	for (i = 0; error == 0 && i < from->configs.count; i++) {
		struct config_fact *found = LIST_AT(&from->configs, struct config_fact, i);
		struct config_fact *kept = list_add(&to->configs, sizeof(*kept));

		if (kept == NULL)
			return -ENOMEM;
		*kept = *found;
		memset(found, 0, sizeof(*found));
	}
	if (from->section.note != NULL && to->section.note == NULL) {
		to->section.note = from->section.note;
		from->section.note = NULL;
	}
	return error;
}

static int read_by_helper(const struct probe_context *context, struct configs_facts *facts,
			  struct fault *fault)
{
	struct config_source rows[sizeof(config_sources) / sizeof(config_sources[0])];
	const struct record *record = section_record(SECTION_CONFIGS);
	struct configs_facts found = { .section.state = FACT_ABSENT };
	struct helper_call call = { .name = HELPER_NAME, .argument = context->root,
				    .deadline_ms = context->deadline_ms };
	struct text answer;
	cJSON *json = NULL;
	size_t i, count = 0;
	int error;

	for (i = 0; config_sources[i].owner != NULL; i++)
		if (config_sources[i].helper)
			rows[count++] = config_sources[i];
	rows[count] = (struct config_source){ .owner = NULL };
	if (!config_any(rows, context->root))
		return 0;
	text_init(&answer, HELPER_OUTPUT_MAX);
	error = helper_run(context, &call, &answer, fault);
	if (error == 0)
		error = json_parse(text_string(&answer), answer.length, &json, fault);
	if (error == 0)
		error = record_read(record, json, &found, 0, fault);
	if (error == 0)
		error = take(facts, &found);
	cJSON_Delete(json);
	record_release(record, &found);
	text_release(&answer);
	return error;
}

/* Command lines of the control plane: they hold even where the manifests may not be read. */
static int read_command_line(int folder, const char *pid, struct config_sink *sink)
{
	static const char *const programs[] = { "kube-controller-manager", "kube-controller",
		"k3s", "kube-proxy", "kubelet", "cilium-operator" };
	char bytes[CMDLINE_MAX + 1], path[64];
	const char *name;
	size_t i;
	int got;

	snprintf(path, sizeof(path), "%.20s/cmdline", pid);
	got = system_file_read_at(folder, path, bytes, sizeof(bytes));
	/* it ended, hides, or says more than any of these programs does */
	if (system_absent(got) || system_denied(got) || got == -EFBIG)
		return 0;
	if (got <= 0)
		return got;
	name = strrchr(bytes, '/') != NULL ? strrchr(bytes, '/') + 1 : bytes;
	for (i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (text_has_prefix(name, programs[i]))
			return config_read_cluster_cidr(bytes, (size_t)got, sink);
	return 0;
}

static int read_processes(const char *root, struct configs_facts *facts)
{
	struct config_sink sink = { .facts = facts, .owner = "kubernetes" };
	char path[4096], name[64];
	struct dirent *entry;
	DIR *folder;
	int error;

	snprintf(path, sizeof(path), "%s/proc", root);
	error = system_list(path, &folder);
	if (error)
		return system_absent(error) || system_denied(error) ? 0 : error;
	while (error == 0) {
		errno = 0;
		entry = readdir(folder);
		if (entry == NULL) {
			error = -errno;
			break;
		}
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(name, sizeof(name), "command line of process %.20s", entry->d_name);
		sink.path = name;
		error = read_command_line(dirfd(folder), entry->d_name, &sink);
		error = sink.error ? sink.error : error;
	}
	closedir(folder);
	return error;
}

/* Overlay interfaces whose addresses reach into the range. */
static int read_interfaces(const struct facts *facts, struct configs_facts *configs)
{
	static const struct {
		const char *prefix, *owner;
	} overlays[] = {
		{ "tailscale", "tailscale" },
		{ "wt", "netbird" },
		{ "netbird", "netbird" },
	};
	size_t i, k;
	int error = 0;

	for (i = 0; error == 0 && i < facts->addresses.addresses.count; i++) {
		const struct address_fact *address =
			LIST_AT(&facts->addresses.addresses, struct address_fact, i);
		char path[64], text[PREFIX_TEXT_MAX];
		struct prefix network;

		if (address->dev == NULL || address->length > 32)
			continue;
		for (k = 0; k < sizeof(overlays) / sizeof(overlays[0]); k++) {
			struct config_sink sink = { .facts = configs, .owner = overlays[k].owner };

			if (!text_has_prefix(address->dev, overlays[k].prefix))
				continue;
			snprintf(path, sizeof(path), "interface %s", address->dev);
			sink.path = path;
			network = prefix_make(address_ipv4(&address->address), address->length);
			config_add(&sink, "address", prefix_print(&network, text), 0);
			error = sink.error;
			break;
		}
	}
	return error;
}

static int configs_run(const struct probe_context *context, struct facts *facts,
		       struct fault *fault)
{
	struct configs_facts *configs = &facts->configs;
	int error;

	error = config_read_all(config_sources, context->root, configs);
	if (error == 0)
		error = read_processes(context->root, configs);
	if (error == 0)
		error = read_interfaces(facts, configs);
	if (error == 0)
		error = read_by_helper(context, configs, fault);
	return error;
}

const struct probe probe_configs = {
	.name = "configs",
	.summary = "networks and routes that stand in configuration",
	.needs = PROBE_NEEDS_FILES | PROBE_NEEDS_PROC | PROBE_NEEDS_HELPER,
	.keeps = 0,
	.wire = "nothing",
	.doc = "Docker (daemon.json, its own list of networks), podman (containers.conf, "
	       "netavark), /etc/cni/net.d, Kubernetes manifests and command lines, libvirt "
	       "networks, AllowedIPs of WireGuard (never keys), addresses of tailscale and NetBird "
	       "interfaces; routes in "
	       "netplan, ifupdown, ifcfg, NetworkManager and networkd files",
	.section = SECTION_CONFIGS,
	.after = SECTION_BIT(SECTION_ADDRESSES),
	.run = configs_run,
};
